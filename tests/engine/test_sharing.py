"""Several processes on one directory answer alike, and when the one that writes dies another goes on."""

import asyncio
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import ReadModelDamaged
from api.readmodel.filing import Adoption
from api.readmodel.model import ReadModel
from tests.api.models import SAID, SOURCE, Reader, Said, open_model, records_of, run
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.engine.states import Sharer, answers, merge_all, reader_of
from tests.support.waiting import poll

# Each example writes and syncs several files.
FEWER = settings(max_examples=max(settings().max_examples // 4, 1))
STEPS = st.lists(st.sampled_from(["write", "seal", "merge", "share", "spill", "adopt"]), max_size=14)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A new directory a call, for the many examples of a property."""
    base, numbers = tmp_path_factory.mktemp("read-models"), itertools.count()
    return lambda: base / str(next(numbers))


@FEWER
@given(said=SAID, steps=STEPS, backward=st.booleans(), data=st.data())
def test_who_shares_answers_as_who_writes_in_whatever_order_things_happen(fresh, said, steps, backward, data):
    records = records_of(said)
    root = fresh()
    writer = Reader(root)
    sharer = Sharer(root)
    if backward:
        # Another order of topics gives the series other numbers.
        run(sharer.take([records[0], *by_log(records)] if records else [], watermark=0))

    async def step(name: str) -> None:
        feed = {"write": writer, "share": sharer}.get(name)
        if feed is not None:
            until = data.draw(st.integers(0, len(records)))
            await feed.take([each for each in records[:until] if each.logged > feed.model.position])
        elif name == "seal":
            await writer.seal()
        elif name == "spill":
            await sharer.seal()
        elif name == "adopt":
            await sharer.adopt()

    for name in steps:
        if name == "merge" and len(writer.model.named) > 1:
            merge_all(writer.model, piece_rows=5)
        run(step(name))
    expected = answers(reader_of(fresh(), records, []).model)
    for each in (writer, sharer):
        run(each.take([record for record in records if record.logged > each.model.position]))
        assert answers(each.model) == expected
    assert run(sharer.adopt()) is Adoption.same
    assert answers(sharer.model) == expected
    run(sharer.own())
    assert not sharer.model.spilled
    assert answers(sharer.model) == expected
    assert answers(open_model(root)) == expected


def by_log(records):
    """The records log by log, the last topic first."""
    return sorted(records[1:], key=lambda record: (record.log == records[0].log, record.log), reverse=True)


async def test_rows_that_are_named_by_another_are_not_kept_in_memory(tmp_path):
    records = records_of([Said(number % 3, b"%d" % number, 1) for number in range(100)])
    writer, sharer = Reader(tmp_path), Sharer(tmp_path)
    for each in (writer, sharer):
        await each.take(records[:60])
    await writer.seal()
    await sharer.take(records[60:])
    rows = sharer.model.tail_rows
    assert await sharer.adopt() is Adoption.same
    assert sharer.model.segment_rows == writer.model.segment_rows
    assert sharer.model.tail_rows == rows - writer.model.segment_rows


async def test_segments_that_go_further_than_this_process_wait_for_it(tmp_path):
    records = records_of([Said(0, b"%d" % number, 1) for number in range(20)])
    writer, sharer = Reader(tmp_path), Sharer(tmp_path)
    await sharer.take(records[:10])
    await writer.take(records)
    await writer.seal()
    assert await sharer.adopt() is Adoption.ahead
    await sharer.take(records[10:])
    assert await sharer.adopt() is Adoption.same


async def test_a_model_begun_anew_is_not_mixed_with_what_is_shared(tmp_path):
    records = records_of([Said(0, b"%d" % number, 1) for number in range(20)])
    writer = Reader(tmp_path)
    await writer.take(records)
    await writer.seal()
    sharer = Sharer(tmp_path)
    before = await asyncio.to_thread(answers, sharer.model)
    (tmp_path / "manifest.json").write_bytes(b"torn")
    with pytest.raises(ReadModelDamaged):
        ReadModel.open_shared(tmp_path, SOURCE, tail_rows_max=1_000)
    again = Reader(tmp_path)
    await again.take(records[:5])
    await again.seal()
    assert await sharer.adopt() is Adoption.other
    assert await asyncio.to_thread(answers, sharer.model) == before, "what is mapped stays, though it is deleted"


async def value_of(api: Api, metric: str) -> float:
    text = (await api.get("/metrics")).text
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith(f"hearthlog_api_{metric} ")))


async def say(recorder: Recorder, first: int, count: int) -> int:
    last = 0
    for number in range(first, first + count, 50):
        batch = [(f"s/{each % 7}", json.dumps({"n": each, "t": f"{each % 5}"})) for each in range(number, number + 50)]
        last = await recorder.say(*((topic, text.encode()) for topic, text in batch))
    return last


async def everything(api: Api, at: str) -> list[bytes]:
    asked = [("history", {"limit": 50_000}), ("latest", {}), ("topics", {}), ("history", {"by": "logged", "limit": 9})]
    return [(await api.get(f"/v1/{path}", at=at, **parameters)).content for path, parameters in asked]


async def test_two_processes_answer_alike_and_one_takes_over_when_the_other_is_killed(tmp_path):
    small = {"tail_rows_max": 1_000, "compaction_segments_min": 3}
    async with (
        Recorder(tmp_path) as recorder,
        Api(tmp_path, recorder.port, **small) as first,
        Api(tmp_path, recorder.port, **small) as second,
    ):
        at = await first.reached(await say(recorder, 0, 2_000))
        await second.reached(int(at.partition(".")[2]))
        assert [await value_of(each, "writes_read_model") for each in (first, second)] == [1, 0]
        await poll(lambda: value_of(first, "compactions"), until=lambda count: count >= 1)
        await poll(lambda: value_of(second, "spilled_segments"), until=lambda count: count == 0)
        before = await everything(first, at)
        assert await everything(second, at) == before
        await first.kill()
        await poll(lambda: value_of(second, "writes_read_model"), until=bool)
        names = {path.name for path in (tmp_path / "read-model").glob("*.arrow")}
        later = await second.reached(await say(recorder, 2_000, 1_000))
        manifest = tmp_path / "read-model" / "manifest.json"
        await poll(lambda: set(json.loads(manifest.read_bytes())["segments"]), until=lambda found: found - names)
        assert await everything(second, at) == before
        await first.start()
        await first.reached(int(later.partition(".")[2]))
        assert await everything(first, later) == await everything(second, later)
        assert await value_of(first, "writes_read_model") == 0
