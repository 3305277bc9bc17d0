"""Event streams: every message once, in order, over reconnects, out of history and from the feed alike."""

import asyncio

import orjson
import pytest

from ingest.envelope import Message
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.support.waiting import poll

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def take(events, count: int) -> list[tuple[str, dict]]:
    return [await events.message() for _ in range(count)]


async def test_history_first_then_live_on_one_stream(recorder: Recorder, api: Api):
    await recorder.say(*[("a/old", str(number).encode()) for number in range(5)])
    async with api.live(filter="a/#", since="-1h") as events:
        old = await take(events, 5)
        await recorder.say(*[("a/new", str(number).encode()) for number in range(5)])
        new = await take(events, 5)
    assert [data["observations"][0]["value"] for _, data in old + new] == [0, 1, 2, 3, 4] * 2
    ids = [int(each.partition(".")[2]) for each, _ in old + new]
    assert ids == sorted(set(ids))


async def test_an_event_is_the_same_from_history_and_from_the_feed(recorder: Recorder, api: Api):
    said = [
        ("b/1", b'{"x": 1, "y": {"z": "t"}, "time": 1764000000}'),
        ("b/2", b"\xff\xfe"),
        ("b/3", b""),
        ("b/4", Message(b"ON", retain=True)),
        ("b/5", b"x" * 70_000),
    ]
    for payload in ("decoded", "raw", "both"):
        async with api.live(filter="b/#", payload=payload) as events:
            await events.next()
            start = await recorder.say(("c", b"1"))
            await recorder.say(*said)
            fed = await take(events, len(said))
        store = fed[0][0].partition(".")[0]
        async with api.live(filter="b/#", payload=payload, since=f"{store}.{start}") as events:
            assert await take(events, len(said)) == fed
    assert fed[3][1]["payload"] == "ON"
    assert fed[1][1]["payload_base64"] == "//4="


async def test_a_reader_that_reconnects_anywhere_sees_each_message_once(recorder: Recorder, api: Api):
    count, seen, last = 400, [], None
    position = await api.reached(await recorder.say(("d/start", b"0")))
    saying = asyncio.create_task(say_slowly(recorder, count))
    while len(seen) < count:
        resume = {"since": position} if last is None else {"last_event_id": last}
        async with api.live(filter="d/+/n", **resume) as events:
            for _ in range(min(37, count - len(seen))):
                last, data = await events.message()
                seen.append((data["topic"], data["observations"][0]["value"]))
    await saying
    assert sorted(seen) == sorted((f"d/{number % 7}/n", float(number)) for number in range(count))
    assert [value for _, value in seen] == sorted(value for _, value in seen)


async def say_slowly(recorder: Recorder, count: int) -> None:
    for first in range(0, count, 10):
        await recorder.say(*[(f"d/{number % 7}/n", str(number).encode()) for number in range(first, first + 10)])


async def test_several_filters_and_fields_narrow_the_stream(recorder: Recorder, api: Api):
    async with api.live(filter=["e/1", "e/+/x"], field="t") as events:
        await events.next()
        await recorder.say(
            ("e/1", b'{"t": 1, "u": 2}'), ("e/2", b'{"t": 3}'), ("e/2/x", b'{"u": 4}'), ("e/1", b'{"t": 5}')
        )
        found = await take(events, 2)
    assert [[(each["field"], each["value"]) for each in data["observations"]] for _, data in found] == [
        [("t", 1.0)],
        [("t", 5.0)],
    ]


async def test_a_reader_that_goes_away_leaves_its_place(recorder: Recorder, api: Api):
    async with api.live(filter="x") as events:
        await events.next()
        assert await readers(api) >= 1
    await poll(lambda: readers(api), until=lambda count: count == 0)


async def readers(api: Api) -> float:
    lines = (await api.get("/metrics")).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("hearthlog_api_live_readers "))


async def test_screens_get_only_the_newest_value_of_each_series_per_tick(recorder: Recorder, api: Api):
    async with api.live(filter="g/#", latest_every_ms=200) as events:
        await events.next()
        last = await recorder.say(*[(f"g/{number % 2}", str(number).encode()) for number in range(400)])
        values: dict[str, float] = {}
        ticks = 0
        while int((fields := await events.next())["id"].partition(".")[2]) < last:
            ticks += 1
        assert fields["event"] == "latest"
        for each in orjson.loads(fields["data"])["observations"]:
            values[each["topic"]] = each["value"]
    assert values["g/1"] == 399.0
    assert ticks < 20


async def test_a_slow_reader_is_told_that_it_is_behind_and_misses_nothing(recorder: Recorder, tmp_path):
    async with Api(recorder.data, recorder.port, read_model=tmp_path, live_queue_messages_max=50) as api:
        await api.reached(await recorder.say(("h/start", b"0")))
        async with api.live(filter="h/n", payload="both") as events:
            await events.next()
            # More than the sockets' buffers hold, while nobody reads.
            filler = b"x" * 40_000
            for first in range(0, 600, 100):
                last = await recorder.say(
                    *[("h/n", b"%d %s" % (number, filler)) for number in range(first, first + 100)]
                )
            await api.reached(last)
            behind, numbers = 0, []
            while len(numbers) < 600:
                fields = await events.next()
                if fields.get("event") == "behind":
                    assert "id" not in fields
                    behind += 1
                else:
                    numbers.append(int(orjson.loads(fields["data"])["payload"].split()[0]))
    assert numbers == list(range(600))
    assert behind >= 1


async def test_a_quiet_stream_sends_comments_and_ends_when_the_api_stops(recorder: Recorder, tmp_path):
    async with Api(recorder.data, recorder.port, read_model=tmp_path, live_comment_s=0.1) as api:
        await api.reached(await recorder.say(("i", b"0")))
        async with api.live(filter="nothing") as events:
            assert await events.next() == {"retry": "1000"}
            assert "" in await events.next()
            assert await api.stop() == 0
            with pytest.raises(EOFError):
                await read_on(events)


async def read_on(events) -> None:
    while True:
        await events.next()
