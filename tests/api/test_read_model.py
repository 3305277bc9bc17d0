"""Rows come back in one total order, whatever the page, the moment of asking, and where the rows lie."""

import itertools
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel.latest import newest_of
from api.readmodel.newest import newest
from api.readmodel.selection import Wanted
from api.web.fragments import newest_object
from tests.api.models import BASE, SAID, Reader, Said, open_model, pages, records_of, run

# Each example writes and syncs several files.
FEWER = settings(max_examples=max(settings().max_examples // 4, 1))
BY = st.sampled_from(["device", "logged"])


@pytest.fixture(scope="module", autouse=True)
def _directory(tmp_path_factory):
    Fresh.base = tmp_path_factory.mktemp("read-models")


class Fresh:
    """Directories for the many examples of a property."""

    base = Path()
    numbers = itertools.count()


def fresh() -> Path:
    return Fresh.base / str(next(Fresh.numbers))


def reader_of(said) -> Reader:
    reader = Reader(fresh())
    run(reader.take(records_of(said)))
    return reader


@given(SAID, BY, st.booleans(), st.integers(1, 7))
def test_pages_of_any_size_are_the_whole_answer(said, by, descending, limit):
    model = reader_of(said).model
    assert pages(model, by=by, descending=descending, limit=limit) == pages(model, by=by, descending=descending)


@given(SAID, BY)
def test_newest_first_is_oldest_first_backward(said, by):
    model = reader_of(said).model
    assert pages(model, by=by, descending=True) == pages(model, by=by)[::-1]


@given(SAID, st.data())
def test_a_window_is_what_the_whole_answer_has_in_it(said, data):
    model = reader_of(said).model
    start = data.draw(st.integers(BASE - 4 * 10**9, BASE + 9 * 10**9))
    end = data.draw(st.integers(start + 1, BASE + 10 * 10**9))

    def inside(row):
        return start <= int(row["device_time"] or row["logged_time"]) < end

    assert pages(model, start=start, end=end, limit=3) == [row for row in pages(model) if inside(row)]


@FEWER
@given(SAID, BY, st.data())
def test_what_was_answered_at_a_position_is_answered_for_ever(said, by, data):
    records = records_of(said)
    cut = data.draw(st.integers(0, len(records)))
    early = Reader(fresh())
    run(early.take(records[:cut]))
    position, then = early.model.position, pages(early.model, by=by)
    run(early.take(records[cut:]))
    assert pages(early.model, by=by, at=position) == then
    if data.draw(st.booleans()):
        run(early.seal())
    assert pages(early.model, by=by, at=position, limit=2) == then
    assert latest(early.model, by, at=position) == latest_at_cut(records[:cut], by)


@FEWER
@given(SAID, st.data())
def test_rows_in_memory_in_segments_and_reopened_give_the_same_bytes(said, data):
    records = records_of(said)
    reader = Reader(fresh())
    cuts = sorted(data.draw(st.lists(st.integers(0, len(records)), max_size=3)))

    async def feed():
        for first, last in zip([0, *cuts], [*cuts, len(records)], strict=True):
            await reader.take(records[first:last])
            if data.draw(st.booleans()):
                await reader.seal()
        await reader.seal()

    run(feed())
    expected = reader_of(said).model
    reopened = open_model(reader.model.directory)
    assert reopened.position == reader.model.position
    assert reopened.applied == expected.applied
    for by in ("device", "logged"):
        for model in (reader.model, reopened):
            assert orjson.dumps(pages(model, by=by)) == orjson.dumps(pages(expected, by=by))
            assert latest(model, by) == latest(expected, by)


@given(SAID, BY)
def test_the_newest_from_memory_is_the_newest_of_history(said, by):
    model = reader_of(said).model
    newest_rows = {(row["topic"], row["field"]): row for row in pages(model, by=by)}
    assert latest(model, by) == sorted(newest_rows.values(), key=lambda row: (row["topic"], row["field"]))
    assert latest(model, by, at=model.position) == latest(model, by)


@given(SAID, st.data())
def test_records_that_the_feed_sends_again_are_taken_once(said, data):
    records = records_of(said)
    reader = Reader(fresh())
    again = data.draw(st.integers(0, len(records)))
    run(reader.take(records, watermark=records[again - 1].logged if again else 0))
    run(reader.take(records[again:]))
    assert pages(reader.model) == pages(reader_of(said).model)


@given(SAID)
def test_history_read_log_by_log_gives_the_same_rows(said):
    records = records_of(said)
    by_log = sorted(records, key=lambda record: (record.log != records[0].log, record.log)) if records else []
    reader = Reader(fresh())
    run(reader.take(by_log, watermark=max((record.logged for record in records), default=0)))
    assert pages(reader.model, by="logged") == pages(reader_of(said).model, by="logged")
    assert pages(reader.model) == pages(reader_of(said).model)


def latest(model, by, *, at=None):
    selection = model.selector.select(Wanted(("#", "$hearthlog/#")))
    if at is None:
        found = newest_of(selection.groups, model.table.keys, by, lambda number: model.latest.row(by, number))
    else:
        rows = {row.series: row for row in newest(model.view.pinned(at), selection.ids, by).unpack()}
        found = newest_of(selection.groups, model.table.keys, by, rows.get)
    return [newest_object(each, "ns") for each in found]


def latest_at_cut(records, by):
    reader = Reader(fresh())
    run(reader.take(records))
    return latest(reader.model, by)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("by", ["device", "logged"])
def test_many_messages_of_one_instant_are_paged_without_loss(by, descending):
    instants = [BASE // 10**9 + number // 150 for number in range(600)]
    said = [Said(number % 3, b'{"v": %d, "time": %d}' % (number, at), 1) for number, at in enumerate(instants)]
    model = reader_of(said).model
    whole = pages(model, by=by, descending=descending, filters=("#",))
    assert len(whole) == 600
    assert pages(model, by=by, descending=descending, filters=("#",), limit=7) == whole
