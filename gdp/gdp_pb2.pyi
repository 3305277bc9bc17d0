from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Timestamp(_message.Message):
    __slots__ = ("sec", "nsec", "accuracy")
    SEC_FIELD_NUMBER: _ClassVar[int]
    NSEC_FIELD_NUMBER: _ClassVar[int]
    ACCURACY_FIELD_NUMBER: _ClassVar[int]
    sec: int
    nsec: int
    accuracy: float
    def __init__(self, sec: _Optional[int] = ..., nsec: _Optional[int] = ..., accuracy: _Optional[float] = ...) -> None: ...

class Signature(_message.Message):
    __slots__ = ("sig",)
    SIG_FIELD_NUMBER: _ClassVar[int]
    sig: bytes
    def __init__(self, sig: _Optional[bytes] = ...) -> None: ...

class Datum(_message.Message):
    __slots__ = ("recno", "ts", "prevhash", "data", "sig", "logged_ns", "log")
    RECNO_FIELD_NUMBER: _ClassVar[int]
    TS_FIELD_NUMBER: _ClassVar[int]
    PREVHASH_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    SIG_FIELD_NUMBER: _ClassVar[int]
    LOGGED_NS_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    recno: int
    ts: Timestamp
    prevhash: bytes
    data: bytes
    sig: Signature
    logged_ns: int
    log: bytes
    def __init__(self, recno: _Optional[int] = ..., ts: _Optional[_Union[Timestamp, _Mapping]] = ..., prevhash: _Optional[bytes] = ..., data: _Optional[bytes] = ..., sig: _Optional[_Union[Signature, _Mapping]] = ..., logged_ns: _Optional[int] = ..., log: _Optional[bytes] = ...) -> None: ...

class DatumList(_message.Message):
    __slots__ = ("d",)
    D_FIELD_NUMBER: _ClassVar[int]
    d: _containers.RepeatedCompositeFieldContainer[Datum]
    def __init__(self, d: _Optional[_Iterable[_Union[Datum, _Mapping]]] = ...) -> None: ...

class Metadata(_message.Message):
    __slots__ = ("data", "sig")
    DATA_FIELD_NUMBER: _ClassVar[int]
    SIG_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    sig: Signature
    def __init__(self, data: _Optional[bytes] = ..., sig: _Optional[_Union[Signature, _Mapping]] = ...) -> None: ...

class Create(_message.Message):
    __slots__ = ("metadata", "logname")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    LOGNAME_FIELD_NUMBER: _ClassVar[int]
    metadata: Metadata
    logname: bytes
    def __init__(self, metadata: _Optional[_Union[Metadata, _Mapping]] = ..., logname: _Optional[bytes] = ...) -> None: ...

class Open(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Append(_message.Message):
    __slots__ = ("dl",)
    DL_FIELD_NUMBER: _ClassVar[int]
    dl: DatumList
    def __init__(self, dl: _Optional[_Union[DatumList, _Mapping]] = ...) -> None: ...

class ReadByRecno(_message.Message):
    __slots__ = ("recno", "nrecs", "many")
    RECNO_FIELD_NUMBER: _ClassVar[int]
    NRECS_FIELD_NUMBER: _ClassVar[int]
    MANY_FIELD_NUMBER: _ClassVar[int]
    recno: int
    nrecs: int
    many: bool
    def __init__(self, recno: _Optional[int] = ..., nrecs: _Optional[int] = ..., many: _Optional[bool] = ...) -> None: ...

class ReadByTs(_message.Message):
    __slots__ = ("timestamp", "nrecs", "many")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    NRECS_FIELD_NUMBER: _ClassVar[int]
    MANY_FIELD_NUMBER: _ClassVar[int]
    timestamp: Timestamp
    nrecs: int
    many: bool
    def __init__(self, timestamp: _Optional[_Union[Timestamp, _Mapping]] = ..., nrecs: _Optional[int] = ..., many: _Optional[bool] = ...) -> None: ...

class ReadByHash(_message.Message):
    __slots__ = ("hash",)
    HASH_FIELD_NUMBER: _ClassVar[int]
    hash: bytes
    def __init__(self, hash: _Optional[bytes] = ...) -> None: ...

class SubscribeByRecno(_message.Message):
    __slots__ = ("start", "nrecs", "timeout", "many")
    START_FIELD_NUMBER: _ClassVar[int]
    NRECS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    MANY_FIELD_NUMBER: _ClassVar[int]
    start: int
    nrecs: int
    timeout: Timestamp
    many: bool
    def __init__(self, start: _Optional[int] = ..., nrecs: _Optional[int] = ..., timeout: _Optional[_Union[Timestamp, _Mapping]] = ..., many: _Optional[bool] = ...) -> None: ...

class SubscribeByTs(_message.Message):
    __slots__ = ("timestamp", "nrecs", "timeout", "many")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    NRECS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    MANY_FIELD_NUMBER: _ClassVar[int]
    timestamp: Timestamp
    nrecs: int
    timeout: Timestamp
    many: bool
    def __init__(self, timestamp: _Optional[_Union[Timestamp, _Mapping]] = ..., nrecs: _Optional[int] = ..., timeout: _Optional[_Union[Timestamp, _Mapping]] = ..., many: _Optional[bool] = ...) -> None: ...

class SubscribeByHash(_message.Message):
    __slots__ = ("hash", "nrecs", "timeout", "many")
    HASH_FIELD_NUMBER: _ClassVar[int]
    NRECS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    MANY_FIELD_NUMBER: _ClassVar[int]
    hash: bytes
    nrecs: int
    timeout: Timestamp
    many: bool
    def __init__(self, hash: _Optional[bytes] = ..., nrecs: _Optional[int] = ..., timeout: _Optional[_Union[Timestamp, _Mapping]] = ..., many: _Optional[bool] = ...) -> None: ...

class Success(_message.Message):
    __slots__ = ("recno", "ts", "hash", "metadata")
    RECNO_FIELD_NUMBER: _ClassVar[int]
    TS_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    recno: int
    ts: Timestamp
    hash: bytes
    metadata: bytes
    def __init__(self, recno: _Optional[int] = ..., ts: _Optional[_Union[Timestamp, _Mapping]] = ..., hash: _Optional[bytes] = ..., metadata: _Optional[bytes] = ...) -> None: ...

class Changed(_message.Message):
    __slots__ = ("recno",)
    RECNO_FIELD_NUMBER: _ClassVar[int]
    recno: int
    def __init__(self, recno: _Optional[int] = ...) -> None: ...

class Content(_message.Message):
    __slots__ = ("dl", "moredata")
    DL_FIELD_NUMBER: _ClassVar[int]
    MOREDATA_FIELD_NUMBER: _ClassVar[int]
    dl: DatumList
    moredata: bool
    def __init__(self, dl: _Optional[_Union[DatumList, _Mapping]] = ..., moredata: _Optional[bool] = ...) -> None: ...

class EndOfResults(_message.Message):
    __slots__ = ("ep_stat", "nresults")
    EP_STAT_FIELD_NUMBER: _ClassVar[int]
    NRESULTS_FIELD_NUMBER: _ClassVar[int]
    ep_stat: int
    nresults: int
    def __init__(self, ep_stat: _Optional[int] = ..., nresults: _Optional[int] = ...) -> None: ...

class Nak(_message.Message):
    __slots__ = ("ep_stat", "description", "recno")
    EP_STAT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RECNO_FIELD_NUMBER: _ClassVar[int]
    ep_stat: int
    description: bytes
    recno: int
    def __init__(self, ep_stat: _Optional[int] = ..., description: _Optional[bytes] = ..., recno: _Optional[int] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("cmd", "rid", "l5seqno", "sig", "create", "open", "append", "read_by_recno", "read_by_ts", "read_by_hash", "subscribe_by_recno", "subscribe_by_ts", "subscribe_by_hash", "success", "changed", "content", "end", "nak", "conflict")
    CMD_FIELD_NUMBER: _ClassVar[int]
    RID_FIELD_NUMBER: _ClassVar[int]
    L5SEQNO_FIELD_NUMBER: _ClassVar[int]
    SIG_FIELD_NUMBER: _ClassVar[int]
    CREATE_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    APPEND_FIELD_NUMBER: _ClassVar[int]
    READ_BY_RECNO_FIELD_NUMBER: _ClassVar[int]
    READ_BY_TS_FIELD_NUMBER: _ClassVar[int]
    READ_BY_HASH_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBE_BY_RECNO_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBE_BY_TS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBE_BY_HASH_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    NAK_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    cmd: int
    rid: int
    l5seqno: int
    sig: Signature
    create: Create
    open: Open
    append: Append
    read_by_recno: ReadByRecno
    read_by_ts: ReadByTs
    read_by_hash: ReadByHash
    subscribe_by_recno: SubscribeByRecno
    subscribe_by_ts: SubscribeByTs
    subscribe_by_hash: SubscribeByHash
    success: Success
    changed: Changed
    content: Content
    end: EndOfResults
    nak: Nak
    conflict: Nak
    def __init__(self, cmd: _Optional[int] = ..., rid: _Optional[int] = ..., l5seqno: _Optional[int] = ..., sig: _Optional[_Union[Signature, _Mapping]] = ..., create: _Optional[_Union[Create, _Mapping]] = ..., open: _Optional[_Union[Open, _Mapping]] = ..., append: _Optional[_Union[Append, _Mapping]] = ..., read_by_recno: _Optional[_Union[ReadByRecno, _Mapping]] = ..., read_by_ts: _Optional[_Union[ReadByTs, _Mapping]] = ..., read_by_hash: _Optional[_Union[ReadByHash, _Mapping]] = ..., subscribe_by_recno: _Optional[_Union[SubscribeByRecno, _Mapping]] = ..., subscribe_by_ts: _Optional[_Union[SubscribeByTs, _Mapping]] = ..., subscribe_by_hash: _Optional[_Union[SubscribeByHash, _Mapping]] = ..., success: _Optional[_Union[Success, _Mapping]] = ..., changed: _Optional[_Union[Changed, _Mapping]] = ..., content: _Optional[_Union[Content, _Mapping]] = ..., end: _Optional[_Union[EndOfResults, _Mapping]] = ..., nak: _Optional[_Union[Nak, _Mapping]] = ..., conflict: _Optional[_Union[Nak, _Mapping]] = ...) -> None: ...
