"""`hearthlog explain`: which decoder takes a topic's message, why each other one does not, and what comes of it."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from compose.errors import ComposeError
from gdp.datum import Datum
from gdp.errors import GdpError, NotFound
from gdp.store import LogInfo
from gdp.store.readable import ReadableStore
from hearthlog.configuration import load_settings
from ingest.declared import declarations
from ingest.decode import NO_CONTEXT, Context, decode, explain, learn, teaches
from ingest.envelope import Message, part_of, unpack
from ingest.errors import TopicError
from ingest.observation import Observation
from ingest.topics import check_topic

RECORDS_AT_A_TIME = 1_000
SHOWN_MAX = 40
"""Observations that are printed."""

Topic = Annotated[str, typer.Argument(metavar="TOPIC", help="The topic of the message.")]
Payload = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Explain this payload, - for standard input. Default: the topic's last message."),
]
ContentType = Annotated[str | None, typer.Option(metavar="TYPE", help="Content type of that payload.")]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the home. Default: ./data")]


class Said(NamedTuple):
    """A message and when it was logged."""

    message: Message
    logged: int
    where: str


def explain_command(topic: Topic, payload: Payload = None, content_type: ContentType = None, data: Data = None) -> None:
    """Show which decoder takes a message and why: a topic's last one, or a payload of yours."""
    try:
        check_topic(topic)
        root = load_settings({"data": data}).data / "store"
        store = _open(root, needed=payload is None)
        said = _given(payload, content_type) if payload is not None else _last(store, topic)
        context = NO_CONTEXT if store is None else _context(store)
    except (ComposeError, TopicError, GdpError, OSError) as error:
        typer.secho(f"hearthlog: {error}", err=True)
        raise typer.Exit(1) from None
    for line in explanation(context, topic, said):
        typer.echo(line)


def explanation(context: Context, topic: str, said: Said) -> Iterator[str]:
    """The lines that are printed."""
    yield f"{topic}: {len(said.message.payload)} bytes, {said.where}"
    for asked in explain(context, topic, said.message, said.logged):
        name = f"{asked.decoder.name} {asked.decoder.version}"
        yield f"  {'yes' if asked.took else 'no':4}{name:14} {asked.why}"
    decoded = decode(context, topic, said.message, said.logged)
    for each in declarations(context, topic, said.logged):
        told = [each.name, each.device, each.area, each.device_class, each.unit]
        yield f"declared of {each.field}: {', '.join(text for text in told if text) or each.component}"
    yield f"device time: {_time(decoded.device_time)}"
    if decoded.note:
        yield f"note: {decoded.note}"
    if not decoded.understood:
        yield "not understood: kept as it is, and counted"
    for observation in decoded.observations[:SHOWN_MAX]:
        yield _line(observation, decoded.device_time)
    if len(decoded.observations) > SHOWN_MAX:
        yield f"  and {len(decoded.observations) - SHOWN_MAX} more"


def _line(each: Observation, common: int | None) -> str:
    shown = {
        "number": repr(each.value),
        "boolean": "true" if each.value == 1 else "false",
        "text": repr(each.text)[:80],
    }
    own = f"at {_time(each.device_time)}" if each.device_time not in (None, common) else None
    parts = (each.field, each.kind.name, shown.get(each.kind.name), each.unit, own)
    return "".join(f"  {part}" for part in parts if part)


def _open(root: Path, *, needed: bool) -> ReadableStore | None:
    try:
        return ReadableStore.open_readonly(root)
    except NotFound:
        if needed:
            raise
        return None


def _given(payload: str, content_type: str | None) -> Said:
    data = sys.stdin.buffer.read() if payload == "-" else Path(payload).read_bytes()
    return Said(Message(data, content_type=content_type), time.time_ns(), "as if logged now")


def _last(store: ReadableStore | None, topic: str) -> Said:
    log = None if store is None else store.current(topic)
    if store is None or log is None or not log.tip_recno:
        raise NotFound(f"{topic} has no message here; give one with --payload FILE")
    (last,) = store.read(log.name, log.tip_recno, 1)
    part = part_of(last.data)
    first = log.tip_recno if part is None else max(log.tip_recno - part[0] + 1, 1)
    records = store.read(log.name, first, log.tip_recno - first + 1)
    return Said(unpack([each.data for each in records]), last.ts, f"record {last.recno}, logged {_time(last.ts)}")


def _context(store: ReadableStore) -> Context:
    """Everything that was ever said of other messages; each counts from its own logged time on."""
    context = NO_CONTEXT
    for log in store.logs():
        if log.topic is None or not teaches(log.topic):
            continue
        records: list[bytes] = []
        for datum in _datums(store, log):
            part = part_of(datum.data)
            records = [*records, datum.data] if part is not None and part[0] > 1 else [datum.data]
            if part is None or part[0] == part[1]:
                context = learn(context, log.topic, unpack(records), datum.ts)
    return context


def _datums(store: ReadableStore, log: LogInfo) -> Iterator[Datum]:
    for first in range(1, log.tip_recno + 1, RECORDS_AT_A_TIME):
        yield from store.read(log.name, first, RECORDS_AT_A_TIME)


def _time(ns: int | None) -> str:
    if ns is None:
        return "none"
    return datetime.fromtimestamp(ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % 10**9:09d}Z"
