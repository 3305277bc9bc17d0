"""Looks into the store for what the sink must remember: last session, recent deliveries, a topic's retained value."""

from collections.abc import Iterable, Sequence
from io import BytesIO

import cbor2

from gdp.store import ReadableStore
from gdp_sink.own_log import TOPIC, Remembered, remembered, repeats_in
from gdp_sink.retained import Repeat
from ingest.envelope import SELF_DESCRIBED, Message, part_of, unpack

Delivered = tuple[int, int, str, Message]
"""Session epoch, packet id, topic, content."""
OWN_RECORDS_MAX = 1_000
"""Hours of heartbeats: what was delivered longer ago has been acknowledged."""


def last_session(store: ReadableStore) -> Remembered:
    """Return epoch and filters of the session that the earlier run had; (0, ()) if there was none."""
    log = store.current(TOPIC)
    if log is None:
        return Remembered(0, ())
    return max((remembered(datum.data) for datum in store.read(log.name, -1, 1)), default=Remembered(0, ()))


def last_repeats(store: ReadableStore, epoch: int, records: int = OWN_RECORDS_MAX) -> list[Repeat]:
    """Return the retained deliveries of session `epoch` that were not stored, as the own log's last records tell."""
    log = store.current(TOPIC)
    if log is None:
        return []
    return repeats_in((datum.data for datum in reversed(store.read(log.name, -records, records))), epoch)


def last_deliveries(store: ReadableStore, limit: int) -> list[Delivered]:
    """Return the last `limit` messages stored at QoS 1, oldest first: (epoch, packet id, topic, message)."""
    return [
        (each.epoch, each.packet_id, each.topic, unpack(split_records(each.data)))
        for each in store.redelivery_window(limit)
    ]


def last_retained(store: ReadableStore, topic: str, records: int) -> Message | None:
    """Return the topic's last message with the retain flag among its last `records` records."""
    log = store.current(topic)
    if log is None or log.tip_recno == 0:
        return None
    data = [datum.data for datum in store.read(log.name, -records, records)]
    return next((message for message in messages_backward(data) if message.retain), None)


def messages_backward(records: Sequence[bytes]) -> Iterable[Message]:
    """Put consecutive records together into messages, last first; parts without their beginning are left out."""
    end = len(records)
    while end > 0:
        part = part_of(records[end - 1])
        start = end - (1 if part is None else part[1])
        if start >= 0:
            yield unpack(records[start:end])
        end = start


def split_records(data: bytes) -> list[bytes]:
    """Cut the joined data of one message's records into records; only a message in several parts is more than one."""
    if not data.startswith(SELF_DESCRIBED):
        return [data]
    stream = BytesIO(data)
    decoder = cbor2.CBORDecoder(stream)
    records: list[bytes] = []
    start = 0
    while start < len(data):
        decoder.decode()
        records.append(data[start : stream.tell()])
        start = stream.tell()
    return records
