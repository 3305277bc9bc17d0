"""Live messages: every one once, whatever happens to the api meanwhile."""

import asyncio
import queue
import threading

import pytest

from hearthlog import AsyncHome, Home, LiveMessage
from hearthlog.client import Refused
from hearthlog.client.policy import Policy
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api
from tests.support.waiting import poll

pytestmark = pytest.mark.asyncio(loop_scope="package")
WAIT_S_MAX = 60
QUICK = Policy(backoff_s=0.02, backoff_s_max=0.2)


async def streams(api: Api) -> int:
    text = (await api.get("/metrics")).text
    return int(float(text.partition("\nhearthlog_api_live_readers ")[2].partition("\n")[0]))


async def take(messages, count: int) -> list[LiveMessage]:
    async with asyncio.timeout(WAIT_S_MAX):
        return [await anext(messages) for _ in range(count)]


async def test_history_comes_first_then_what_comes_each_once_and_with_its_values(recorder: Recorder, api: Api):
    await recorder.say(("l/a", b'{"t": 21.5, "on": true, "mode": "eco", "time": 1790000000}'), ("l/b", b"1"))
    async with AsyncHome(api.url, TOKEN, policy=QUICK) as home:
        messages = home.live("l/#", since="-1h")
        first, second = await take(messages, 2)
        assert [(each.field, each.value) for each in first.observations] == [("t", 21.5), ("on", True), ("mode", "eco")]
        assert first.device_time_ns == 1_790_000_000 * 10**9
        assert (first.value, second.value, second.topic) == (None, 1.0, "l/b")
        assert first.logged_time.timestamp() == pytest.approx(first.logged_time_ns / 1e9, abs=1e-5)
        await recorder.say(("l/b", b"2"), ("other", b"3"), ("l/b", b"4"))
        assert [each.value for each in await take(messages, 2)] == [2.0, 4.0]
        await messages.aclose()
        again = home.live("l/#", since=second.position)
        assert [each.value for each in await take(again, 2)] == [2.0, 4.0]
        await again.aclose()


async def test_an_api_that_dies_and_comes_back_costs_no_message_and_repeats_none(recorder: Recorder, api: Api):
    async with AsyncHome(api.url, TOKEN, policy=QUICK) as home:
        since = await home.position()
        messages, waiting = home.live("k/#", since=since), Waiting(api.url, since)
        sent = 0
        for end in (api.kill, api.stop):
            await recorder.say(*[("k/n", b"%d" % (sent + number)) for number in range(10)])
            assert [each.value for each in await take(messages, 7)] == list(range(sent, sent + 7))
            assert await waiting.take(7) == list(range(sent, sent + 7))
            await end()
            await recorder.say(*[("k/n", b"%d" % (sent + number)) for number in range(10, 20)])
            await api.start()
            assert [each.value for each in await take(messages, 13)] == list(range(sent + 7, sent + 20))
            assert await waiting.take(13) == list(range(sent + 7, sent + 20))
            sent += 20
        await messages.aclose()
    await waiting.close(recorder)


class Waiting:
    """A program that waits for each message, in a thread of its own."""

    def __init__(self, url: str, since: str) -> None:
        self._found: queue.Queue[float] = queue.Queue()
        self._thread = threading.Thread(
            target=self._follow, args=(url, since), name="a program that waits", daemon=True
        )
        self._thread.start()

    def _follow(self, url: str, since: str) -> None:
        with Home(url, TOKEN, policy=QUICK) as home:
            for message in home.live("k/#", since=since):
                if message.value is None:
                    return
                self._found.put(message.value)

    async def take(self, count: int) -> list[float]:
        return [await asyncio.to_thread(self._found.get, timeout=WAIT_S_MAX) for _ in range(count)]

    async def close(self, recorder: Recorder) -> None:
        """Ends it by a message without a value."""
        await recorder.say(("k/n", b""))
        await asyncio.to_thread(self._thread.join, WAIT_S_MAX)
        assert not self._thread.is_alive()


async def test_what_comes_while_the_first_connection_is_down_is_not_missed(recorder: Recorder, api: Api):
    async with AsyncHome(api.url, TOKEN, policy=QUICK) as home:
        await poll(lambda: streams(api), until=lambda count: count == 0)
        messages = home.live("first/#")
        waiting = asyncio.create_task(anext(messages))
        await poll(lambda: streams(api), until=lambda count: count == 1)
        await api.kill()
        await recorder.say(("first/n", b"1"))
        await api.start()
        async with asyncio.timeout(WAIT_S_MAX):
            assert (await waiting).value == 1.0
        await messages.aclose()


async def test_a_stream_that_the_home_will_never_give_is_an_error_at_once(api: Api):
    async with AsyncHome(api.url, TOKEN, policy=QUICK) as home:
        with pytest.raises(Refused, match="another store"):
            await anext(home.live("#", since="AAAAAAAA.1"))
