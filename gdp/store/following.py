"""Reading the commit log in its own order: what a follower missed, and which MQTT deliveries were stored last."""

from collections.abc import Iterator
from hashlib import sha256

from gdp.commitlog.segment import BadFrameAt, Frame, Segment, corrupt
from gdp.datum import Datum
from gdp.names import GdpName
from gdp.store.items import Delivered
from gdp.store.opened import Opened

Followed = tuple[GdpName, Datum, int]


def frames_after(opened: Opened, after: int) -> Iterator[list[Followed]]:
    """Return all durable records with a logged time after `after` (ns), frame by frame, in that order.

    Raises:
        Older: `after` precedes the oldest segment.
        CorruptStore: a frame is damaged.
    """
    number = 0
    hashes: dict[int, bytes] = {}
    for segment, frame in opened.log.frames(after):
        if segment.number != number:  # each segment is readable by itself
            number = segment.number
            hashes = {}
        found = [record for record in _records(opened, segment, frame, hashes) if record[2] > after]
        if found:
            yield found


def _records(opened: Opened, segment: Segment, frame: Frame, hashes: dict[int, bytes]) -> Iterator[Followed]:
    for place, record in frame.records():
        state = opened.registry.by_id(record.log)
        if state is None:
            raise corrupt(segment.path, place, f"it names log {record.log}, which the catalogue does not list")
        previous = record.prevhash or (hashes[record.log] if record.chained else None)
        digest = sha256(record.data).digest()
        hashes[record.log] = state.hasher.digest(record.recno, record.ts, record.accuracy, previous, digest)
        datum = Datum(record.recno, record.ts, record.accuracy, previous, record.data, record.sig)
        yield state.entry.name, datum, record.logged


def last_deliveries(opened: Opened, limit: int) -> list[Delivered]:
    """Return the last MQTT deliveries that were stored, at most `limit`, newest last.

    Raises:
        CorruptStore: a frame is damaged.
    """
    found: list[Delivered] = []
    for segment in reversed(opened.log.segments):
        if len(found) >= limit:
            break
        found = list(_deliveries(opened, segment)) + found
    return found[-limit:] if limit else []


def _deliveries(opened: Opened, segment: Segment) -> Iterator[Delivered]:
    held: Delivered | None = None
    try:
        for frame in segment.frames():
            for _, record in frame.records():
                if record.continues and held is not None:
                    held = held._replace(parts=(*held.parts, record.data))
                    continue
                if held is not None:
                    yield held
                state = opened.registry.by_id(record.log)
                held = None
                if record.packet_id and state is not None and state.entry.topic is not None:
                    held = Delivered(record.epoch, record.packet_id, state.entry.topic, (record.data,))
    except BadFrameAt as error:
        raise corrupt(segment.path, error.place, error) from error
    if held is not None:
        yield held
