"""What a store holds after a process, or a schedule: messages of topics, and the sink's own log."""

import json
from collections.abc import Iterator, Mapping, Sequence

from gdp.datum import Datum
from gdp.names import GdpName
from gdp.store import LogInfo, ReadableStore
from gdp_sink.lookback import messages_backward
from gdp_sink.own_log import TOPIC

_NOTHING: Mapping[GdpName, int] = {}


def records(store: ReadableStore, seen: Mapping[GdpName, int] = _NOTHING) -> Iterator[tuple[LogInfo, list[Datum]]]:
    """All topics' logs, with their records after those seen."""
    for info in store.logs():
        first = seen.get(info.name, 0) + 1
        if info.topic is not None and not info.topic.startswith("$") and first <= info.tip_recno:
            yield info, store.read(info.name, first, info.tip_recno)


def payloads(datums: Sequence[Datum]) -> list[bytes]:
    """What the messages in these records say, in order."""
    return [each.payload for each in messages_backward([datum.data for datum in datums])][::-1]


def own_records(store: ReadableStore) -> list[dict]:
    """The sink's own log."""
    log = store.current(TOPIC)
    return [] if log is None else [json.loads(each.data) for each in store.read(log.name, 1, -1)]
