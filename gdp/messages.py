"""Layer 5: messages as typed values (gdp-protocol §4); their bytes are `gdp.wire`'s.

A message is `Message(cmd, rid, body)`; the body's type follows the wire's body field, not the code, as C mixes them.
"""

from typing import NamedTuple

from gdp.datum import Datum

NO_TIME = -1
"""The `ts` of a record that came without a time, or with one that could not be read back as it was."""


class Create(NamedTuple):
    """CREATE: a metadata blob and the name that it should have."""

    metadata: bytes
    name: bytes


class Open(NamedTuple):
    """OPEN, in any of its three modes: nothing but its presence."""


class Append(NamedTuple):
    """APPEND: records that extend a log."""

    datums: tuple[Datum, ...]


class ByRecno(NamedTuple):
    """READ or SUBSCRIBE from a record number; None = absent; `many` = several records in one answer are welcome."""

    recno: int | None
    nrecs: int | None = None
    many: bool = False


class ByTs(NamedTuple):
    """READ or SUBSCRIBE from a time in ns; None = absent."""

    ts: int | None
    nrecs: int | None = None
    many: bool = False


class ByHash(NamedTuple):
    """READ or SUBSCRIBE from the record with a hash."""

    hash: bytes
    nrecs: int | None = None
    many: bool = False


class Success(NamedTuple):
    """The body of acknowledgements 128 to 131; `ts` in ns."""

    recno: int | None = None
    ts: int | None = None
    hash: bytes | None = None
    metadata: bytes | None = None


class Record(NamedTuple):
    """A record as an answer carries it; in the feed with its log's name and logged time (ns), else b"" and `ts`."""

    log: bytes
    datum: Datum
    logged: int


class Content(NamedTuple):
    """The body of 133."""

    records: tuple[Record, ...]


class End(NamedTuple):
    """The body of 191: how many records were sent."""

    nresults: int


class Refusal(NamedTuple):
    """The body of all refusals."""

    description: str = ""
    recno: int | None = None


Body = Create | Open | Append | ByRecno | ByTs | ByHash | Success | Content | End | Refusal | None


class Message(NamedTuple):
    """One message; `rid` 0 = absent."""

    cmd: int
    rid: int = 0
    body: Body = None
