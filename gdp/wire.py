"""Layer 5: messages to and from bytes, field by field as the C programs write them (gdp-protocol §4).

Touches no socket.
"""

from collections.abc import Callable

from google.protobuf.message import DecodeError

from gdp import gdp_pb2 as pb
from gdp.codes import Cmd, status_word
from gdp.datum import NS_PER_S, Datum
from gdp.datumcodec import encode_append, encode_content, encode_datum
from gdp.errors import ProtocolError
from gdp.messages import (
    NO_TIME,
    Append,
    Body,
    ByHash,
    ByRecno,
    ByTs,
    Content,
    Create,
    End,
    Message,
    Open,
    Record,
    Refusal,
    Success,
)

_SECONDS_MAX = (1 << 63) // NS_PER_S - 1


def decode(payload: bytes) -> Message:
    """Read a message.

    Raises:
        ProtocolError: not a message, or one without a required field.
    """
    message = pb.Message()
    try:
        message.ParseFromString(payload)
    except DecodeError as error:
        raise ProtocolError(f"not a message: {error}") from error
    if not message.IsInitialized():
        raise ProtocolError(f"a message with code {message.cmd} lacks a required field")
    field = message.WhichOneof("body")
    reader = None if field is None else _READERS.get(field)
    return Message(message.cmd, message.rid, None if reader is None else reader(getattr(message, field or "")))


def _time(stamp: pb.Timestamp) -> int:
    seconds, nanoseconds = stamp.sec, stamp.nsec
    if 0 <= seconds <= _SECONDS_MAX and nanoseconds < NS_PER_S:
        return seconds * NS_PER_S + nanoseconds
    return NO_TIME


def _datum(wire: pb.Datum) -> Datum:
    stamp = wire.ts
    sig = wire.sig.sig if wire.HasField("sig") else b""
    return Datum(wire.recno, _time(stamp), stamp.accuracy, wire.prevhash or None, wire.data, sig or None)


def _record(wire: pb.Datum) -> Record:
    datum = _datum(wire)
    return Record(wire.log, datum, wire.logged_ns or datum.ts)


def _nrecs(
    body: pb.ReadByRecno | pb.ReadByTs | pb.SubscribeByRecno | pb.SubscribeByTs | pb.SubscribeByHash,
) -> int | None:
    return body.nrecs if body.HasField("nrecs") else None


def _subscribe_recno(body: pb.SubscribeByRecno) -> ByRecno:
    return ByRecno(body.start if body.HasField("start") else None, _nrecs(body), body.many)


def _subscribe_ts(body: pb.SubscribeByTs) -> ByTs:
    return ByTs(_time(body.timestamp) if body.HasField("timestamp") else None, _nrecs(body), body.many)


def _success(body: pb.Success) -> Success:
    return Success(
        body.recno if body.HasField("recno") else None,
        _time(body.ts) if body.HasField("ts") else None,
        body.hash or None,
        body.metadata or None,
    )


def _refusal(body: pb.Nak) -> Refusal:
    return Refusal(body.description.decode("utf-8", "replace"), body.recno if body.HasField("recno") else None)


_READERS: dict[str, Callable[..., Body]] = {
    "create": lambda body: Create(body.metadata.data, body.logname),
    "open": lambda _: Open(),
    "append": lambda body: Append(tuple(map(_datum, body.dl.d))),
    "read_by_recno": lambda body: ByRecno(body.recno, _nrecs(body), body.many),
    "read_by_ts": lambda body: ByTs(_time(body.timestamp), _nrecs(body), body.many),
    "read_by_hash": lambda body: ByHash(body.hash),
    "subscribe_by_recno": _subscribe_recno,
    "subscribe_by_ts": _subscribe_ts,
    "subscribe_by_hash": lambda body: ByHash(body.hash, _nrecs(body), body.many),
    "success": _success,
    "changed": lambda body: Success(recno=body.recno),
    "content": lambda body: Content(tuple(map(_record, body.dl.d))),
    "end": lambda body: End(body.nresults),
    "nak": _refusal,
    "conflict": _refusal,
}


def encode(message: Message) -> bytes:
    """Return a message's bytes, field by field as the C programs write them."""
    if isinstance(message.body, Append):
        return encode_append(message.rid, [encode_datum(datum) for datum in message.body.datums])
    if isinstance(message.body, Content):
        return encode_content(message.rid, [_encoded(record) for record in message.body.records])
    wire = pb.Message(cmd=message.cmd)
    if message.rid:
        wire.rid = message.rid
    if message.body is not None:
        _WRITERS[type(message.body)](wire, message.body)
    return wire.SerializeToString()


def _encoded(record: Record) -> bytes:
    return encode_datum(record.datum, record.log or None, record.logged)


def _set_time(stamp: pb.Timestamp, ts: int) -> None:
    seconds, nanoseconds = divmod(ts, NS_PER_S)
    stamp.sec = seconds
    if nanoseconds:
        stamp.nsec = nanoseconds


def _write_create(wire: pb.Message, body: Create) -> None:
    wire.create.metadata.data = body.metadata
    wire.create.logname = body.name


def _write_by_recno(wire: pb.Message, body: ByRecno) -> None:
    if wire.cmd == Cmd.READ_BY_RECNO:
        wire.read_by_recno.recno = body.recno or 0
        _set_range(wire.read_by_recno, body)
        return
    wire.subscribe_by_recno.SetInParent()
    if body.recno is not None:
        wire.subscribe_by_recno.start = body.recno
    _set_range(wire.subscribe_by_recno, body)


def _write_by_ts(wire: pb.Message, body: ByTs) -> None:
    target = wire.read_by_ts if wire.cmd == Cmd.READ_BY_TS else wire.subscribe_by_ts
    target.SetInParent()
    if body.ts is not None:
        _set_time(target.timestamp, body.ts)
    _set_range(target, body)


def _write_by_hash(wire: pb.Message, body: ByHash) -> None:
    if wire.cmd == Cmd.READ_BY_HASH:
        wire.read_by_hash.hash = body.hash
        return
    wire.subscribe_by_hash.hash = body.hash
    _set_range(wire.subscribe_by_hash, body)


def _set_range(
    target: pb.ReadByRecno | pb.ReadByTs | pb.SubscribeByRecno | pb.SubscribeByTs | pb.SubscribeByHash,
    body: ByRecno | ByTs | ByHash,
) -> None:
    if body.nrecs is not None:
        target.nrecs = body.nrecs
    if body.many:
        target.many = True


def _write_success(wire: pb.Message, body: Success) -> None:
    wire.success.SetInParent()
    if body.recno is not None:
        wire.success.recno = body.recno
    if body.ts is not None:
        _set_time(wire.success.ts, body.ts)
    if body.hash is not None:
        wire.success.hash = body.hash
    if body.metadata is not None:
        wire.success.metadata = body.metadata


def _write_end(wire: pb.Message, body: End) -> None:
    wire.end.ep_stat = status_word(wire.cmd)
    wire.end.nresults = body.nresults


def _write_refusal(wire: pb.Message, body: Refusal) -> None:
    wire.nak.ep_stat = status_word(wire.cmd)
    if body.description:
        wire.nak.description = body.description.encode()
    if body.recno is not None:
        wire.nak.recno = body.recno


_WRITERS: dict[type, Callable[..., None]] = {
    Create: _write_create,
    Open: lambda wire, _: wire.open.SetInParent(),
    ByRecno: _write_by_recno,
    ByTs: _write_by_ts,
    ByHash: _write_by_hash,
    Success: _write_success,
    End: _write_end,
    Refusal: _write_refusal,
}
