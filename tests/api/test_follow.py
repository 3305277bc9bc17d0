"""From the feed to rows and events: long messages, lost parts, readers that come between record and watermark."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.follow.interpret import Interpreter
from api.follow.sink_state import SinkState
from api.live.hub import Queue
from gdp.catalogue import Kind, LogEntry
from gdp.datum import Datum
from gdp.messages import Record
from ingest.envelope import Message, pack
from ingest.filters import FilterSet
from tests.api.models import BASE, Reader, Said, open_model, pages, records_of

LOG = LogEntry(5, b"n" * 32, Kind.TOPIC, "long", 1, BASE, b"")
LONG = pack(Message(b"x" * 150_000))


def read(interpreter, records):
    return [
        found
        for recno, data in enumerate(records, start=1)
        if (found := interpreter.read(LOG, "long", Datum(recno, BASE + recno, 0.0, None, data, None), BASE + recno))
    ]


def test_the_parts_of_a_long_message_are_one_message_with_the_number_of_the_last():
    interpreter = Interpreter()
    found = read(interpreter, [b"1", *LONG, b"2"])
    assert [(each.recno, len(each.message.payload)) for each in found] == [(1, 1), (4, 150_000), (5, 1)]
    assert interpreter.incomplete_since is None


@given(st.lists(st.sampled_from([b"1", *LONG]), max_size=12))
def test_parts_without_their_others_are_kept_with_a_note_and_nothing_is_lost(records):
    interpreter = Interpreter()
    found = read(interpreter, records)
    whole = [each for each in found if each.message.note is None]
    assert {each.message.payload for each in whole} <= {b"1", b"x" * 150_000}
    assert sum(each.message.payload == b"1" for each in whole) == records.count(b"1")


async def test_a_restart_between_the_parts_of_a_message_loses_none(tmp_path):
    first, *_ = records_of([Said(0, b"0", 1)])
    log = records_of([Said(0, b"0", 1)])[1].log
    parts = [
        Record(log, Datum(n, BASE + 10 + n, 0.0, None, data, None), BASE + 10 + n) for n, data in enumerate(LONG, 1)
    ]
    reader = Reader(tmp_path / "model")
    await reader.take([first, *parts[:2]])
    await reader.seal()
    again = Reader(tmp_path / "model")
    # The read model says from where it needs the feed again.
    resumed = [record for record in [first, *parts] if record.logged > again.model.position]
    assert parts[0] in resumed
    await again.take(resumed)
    rows = pages(again.model, filters=("a",))
    assert [(row["recno"], row["kind"]) for row in rows] == [(3, "text")]


async def test_what_the_sink_said_last_is_known_again_after_a_restart(tmp_path):
    said = b'{"event":"heartbeat","state":{"session":true,"subscribed":true,"saving":null}}'
    reader = Reader(tmp_path / "model")
    await reader.take(records_of([Said(3, said, 1)]))
    await reader.seal()
    known = SinkState()
    known.recall(open_model(tmp_path / "model"))
    assert (known.event, known.session, known.subscribed, known.saving) == ("heartbeat", True, True, None)
    assert known.watched
    assert "not been seen to save" in known.faults()[0]


def queue_on(reader: Reader) -> Queue:
    queue = Queue([FilterSet.parse(["#"])], messages_max=100, bytes_max=1 << 20)
    reader.hub.attach(queue)
    return queue


async def test_a_reader_that_comes_between_record_and_watermark_gets_the_record(tmp_path):
    reader = Reader(tmp_path / "model")
    records = records_of([Said(0, b"1", 1), Said(0, b"2", 1)])
    await reader.applier.take(records)
    queue = queue_on(reader)
    assert queue.take() == []
    reader.applier.advance(records[-1].logged)
    assert [record.recno for record in queue.take()] == [1, 2]


async def test_readers_go_to_the_model_when_history_comes_log_by_log(tmp_path):
    reader = Reader(tmp_path / "model")
    queue = queue_on(reader)
    records = records_of([Said(0, b"1", 1), Said(1, b"2", 1), Said(0, b"3", 1)])
    by_log = sorted(records, key=lambda record: (record.log != records[0].log, record.log))
    await reader.applier.take(by_log)
    assert reader.progress.snapshot
    assert pages(reader.model) == [], "nothing is shown before it is complete"
    reader.applier.advance(records[-1].logged)
    assert queue.broken
    assert queue.take() == []
    assert not reader.progress.snapshot
    assert len(pages(reader.model, filters=("#",))) == 3


async def test_records_of_logs_that_nobody_listed_are_counted_not_shown(tmp_path):
    reader = Reader(tmp_path / "model")
    await reader.take([Record(b"?" * 32, Datum(1, BASE, 0.0, None, b"1", None), BASE)])
    assert (reader.progress.unknown_logs, pages(reader.model)) == (1, [])


async def test_a_disk_that_is_full_costs_no_rows_and_is_tried_again(tmp_path):
    reader = Reader(tmp_path / "model")
    await reader.take(records_of([Said(0, b"1", 1)]))
    before = pages(reader.model)
    (tmp_path / "model").rename(tmp_path / "away")
    with pytest.raises(OSError, match="No such file"):
        await reader.seal()
    await reader.take(records_of([Said(0, b"1", 1), Said(0, b"2", 1)]))
    assert pages(reader.model)[: len(before)] == before
    (tmp_path / "away").rename(tmp_path / "model")
    await reader.seal()
    await reader.seal()
    assert pages(open_model(tmp_path / "model")) == pages(reader.model)


async def test_the_loop_has_its_turn_while_much_is_taken_in(tmp_path):
    reader = Reader(tmp_path / "model")
    reader.applier._slice_s = 0.0
    turns = itertools.count()

    async def others():
        while True:
            next(turns)
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    await reader.take(records_of([Said(0, b"1", 1)] * 50))
    other.cancel()
    assert next(turns) >= 50
