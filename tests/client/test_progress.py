"""A person sees that something is going on, before anything comes and while it does."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearthlog.client import progress
from hearthlog.client.arrow_rows import RowCount
from hearthlog.client.progress import Progress, metered
from hearthlog.client.query import ARROW
from hearthlog.client.steps import Note
from tests.support.waiting import poll


def stream(*sizes: int) -> bytes:
    sink = pa.BufferOutputStream()
    schema = pa.schema({"topic": pa.dictionary(pa.int32(), pa.string()), "value": pa.float64()})
    with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        for size in sizes:
            writer.write_table(pa.table({"topic": ["a"] * size, "value": [1.5] * size}).cast(schema))
    return sink.getvalue().to_pybytes()


@settings(max_examples=40)
@given(st.lists(st.integers(0, 300), max_size=4), st.data())
def test_rows_are_counted_however_the_stream_is_cut(sizes: list[int], data: st.DataObject):
    content, count = stream(*sizes), RowCount()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=8)))
    seen = [count.feed(content[a:b]) for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert seen == sorted(seen)
    assert seen[-1] == sum(sizes)


@settings(max_examples=40)
@given(st.binary(max_size=200), st.binary(max_size=60), st.integers(0, 400))
def test_what_is_no_arrow_is_not_counted_and_does_no_harm(start: bytes, garbage: bytes, place: int):
    RowCount().feed(start)
    content = stream(5, 7)
    count = RowCount()
    assert count.feed(content[:place] + garbage + content[place + len(garbage) :]) >= 0


@pytest.mark.asyncio
async def test_a_line_is_there_before_anything_has_come(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress, "APPEARS_AFTER_S", 0.01)
    with metered("history", wanted=True) as meter:
        meter.ask()

        async def shown() -> str | None:
            return meter.shown

        assert await poll(shown, until=bool) == "history: the home is at work"
        meter.answer(ARROW)
        meter.add(stream(1200))
        assert meter.shown == "history, 1,200 rows"
        meter.note(Note("a/b: records proven", 500, 1200))
        assert meter.shown == "history, 1,200 rows: a/b: records proven 500 of 1,200"


def test_an_answer_that_breaks_off_is_not_counted_twice():
    told: list[Progress] = []
    with metered("history", wanted=told.append) as meter:
        for _ in range(2):
            meter.ask()
            meter.answer(ARROW)
            meter.add(stream(7))
            meter.broken()
        meter.answer(ARROW)
        meter.add(stream(7))
    assert told[-1] == Progress("history", 3 * len(stream(7)), 7)
