"""Deliveries go to who takes them at once, as long as nothing waits before them; what is not taken waits in order."""

import asyncio

import pytest

from gdp_sink.received import Received
from gdp_sink.source import Deliveries, Unreachable


def delivery(number):
    return ("t", b"%d" % number, 1, False, False, number, 1)


async def test_what_is_taken_at_once_is_not_waited_for_and_the_rest_comes_in_order():
    received, taken = Received(), []
    received.take_at_once = lambda batch: len(taken) < 2 and not taken.extend(batch)
    received.deliver([delivery(1)])
    received.add(Unreachable("so"))
    received.deliver([delivery(2)])
    received.deliver([delivery(3)])
    assert (taken, received.messages, received.size) == ([delivery(1)], 2, 2)
    assert await received.take() == [Unreachable("so"), Deliveries([delivery(2), delivery(3)])]
    received.deliver([delivery(4)])
    received.deliver([delivery(5)])
    received.end()
    assert taken == [delivery(1), delivery(4)]
    assert await received.take() == [Deliveries([delivery(5)])]
    assert await received.take() == []


async def test_who_fails_at_taking_fails_where_events_are_waited_for():
    received = Received()
    received.take_at_once = lambda _batch: 1 // 0
    waiting = asyncio.create_task(received.take())
    await asyncio.sleep(0)
    received.deliver([delivery(1)])
    with pytest.raises(ZeroDivisionError):
        await waiting


async def test_behind_what_could_not_be_taken_nothing_is_taken_at_once():
    received, taken = Received(), []

    def take(batch):
        taken.extend(batch)
        return 1 // (len(taken) - 1) > 0

    received.take_at_once = take
    received.deliver([delivery(1)])
    received.deliver([delivery(2)])
    assert taken == [delivery(1)]
    with pytest.raises(ZeroDivisionError):
        await received.take()
