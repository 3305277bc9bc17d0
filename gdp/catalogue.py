"""The catalogue's records: which log a topic has, as JSON that any reader of the log can show (docs/formats.md)."""

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum

from gdp.errors import CorruptStore, GdpError
from gdp.metadata import Metadata
from gdp.names import GdpName, parse_name, printable

VERSION = 1
CATALOGUE_TOPIC = "$hearthlog/catalogue"
SEAL_TOPIC = "$hearthlog/seal"
SINK_TOPIC = "$hearthlog/sink"
CATALOGUE_ID = 0
SEAL_ID = 1


class Kind(StrEnum):
    """What a log holds: a topic's messages, the store's own bookkeeping, or what came over the wire."""

    TOPIC = "topic"
    CATALOGUE = "catalogue"
    SEAL = "seal"
    SINK = "sink"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log of a store: what its catalogue record says.

    Attributes:
        id: short id in the store, the recno of its catalogue record; the catalogue itself has 0.
        name: the log's GDPname.
        kind: what it holds.
        topic: the MQTT topic, `$hearthlog/…` for our own logs, None for a foreign log.
        generation: 1 for a topic's first log, counting up as logs roll.
        started: logged time of its creation, ns.
        metadata: the blob, whose SHA-256 is the name.
    """

    id: int
    name: GdpName
    kind: Kind
    topic: str | None
    generation: int
    started: int
    metadata: bytes


def encode_entry(entry: LogEntry) -> bytes:
    """Return the data of the entry's catalogue record; the id is not in it, it is the record's recno."""
    fields = {
        "v": VERSION,
        "kind": entry.kind.value,
        "topic": entry.topic,
        "log": printable(entry.name),
        "metadata": base64.urlsafe_b64encode(entry.metadata).rstrip(b"=").decode("ascii"),
        "generation": entry.generation,
        "from": str(entry.started),
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def decode_entry(recno: int, data: bytes) -> LogEntry:
    """Read the catalogue record with this number.

    Raises:
        CorruptStore: not a catalogue record of version 1, or metadata that is not the named log's.
    """
    try:
        fields = json.loads(data)
        if fields["v"] != VERSION:
            raise CorruptStore(f"catalogue record {recno} has version {fields['v']}, this program reads {VERSION}")
        blob = base64.urlsafe_b64decode(fields["metadata"] + "==")
        name = parse_name(fields["log"])
        if Metadata.parse(blob).name != name:
            raise CorruptStore(f"catalogue record {recno}: the metadata is not that of log {fields['log']}")
        return LogEntry(
            recno, name, Kind(fields["kind"]), fields["topic"], int(fields["generation"]), int(fields["from"]), blob
        )
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        if isinstance(error, GdpError):
            raise CorruptStore(f"catalogue record {recno} cannot be read: {error}") from error
        raise CorruptStore(f"catalogue record {recno} cannot be read: {error!r}") from error
