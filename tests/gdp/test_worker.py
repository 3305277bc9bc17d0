"""What a loop hands to its thread is done there, in order, and told back, whatever comes of it."""

import asyncio
import threading

import pytest

from gdp.worker import Worker


async def test_work_is_done_in_order_in_one_thread_and_its_outcome_told():
    worker, seen = Worker("one"), []
    try:
        names = [worker.call(lambda at=at: (seen.append(at), threading.current_thread().name)[1]) for at in range(50)]
        assert set(await asyncio.gather(*names)) == {"one"}
        assert seen == list(range(50))
        with pytest.raises(ZeroDivisionError):
            await worker.call(lambda: 1 // 0)
        assert await worker.call(lambda: "still there") == "still there"
    finally:
        worker.stop()


async def test_stopping_waits_for_what_was_asked_for_also_by_those_who_do_not_wait_any_more():
    worker, seen = Worker("two"), []
    entered, go = threading.Event(), threading.Event()
    first = worker.call(lambda: (entered.set(), go.wait(60)))
    second = worker.call(lambda: seen.append("done"))
    await asyncio.to_thread(entered.wait, 60)
    second.cancel()
    go.set()
    await first
    worker.stop()
    assert seen == ["done"]
    assert "two" not in {thread.name for thread in threading.enumerate()}


def test_a_loop_that_is_gone_is_not_told():
    async def ask(worker, go):
        worker.call(go.wait)

    worker, go = Worker("three"), threading.Event()
    asyncio.run(ask(worker, go))
    go.set()
    worker.stop()
