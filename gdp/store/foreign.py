"""Whether records may be appended to a foreign log: compare and append (gdp-protocol §12). Touches no file."""

import math
from collections.abc import Callable, Sequence

from gdp.datum import Datum
from gdp.errors import BadRequest, BadSignature, Conflict, Forbidden, OutOfSequence, TooLarge
from gdp.names import printable
from gdp.store.logstate import LogState

TS_MAX = (1 << 63) - 1  # a file holds it as a signed 64-bit number of ns

HashOf = Callable[[LogState, int], bytes]


def new_records(
    state: LogState, datums: Sequence[Datum], *, hash_of: HashOf, mirrored: bool, record_bytes_max: int
) -> list[tuple[Datum, bytes]]:
    """Return which of the records are new, with their hashes; what is there already, identical, is left out.

    `hash_of` gives the hash of a record that the log holds.

    Raises:
        Forbidden: the log is ours.
        BadRequest, TooLarge: no records, no time, or more data than could be read back.
        OutOfSequence: a hole in the numbers, or a prevhash that is not the last record's hash.
        Conflict: another record has that number.
        BadSignature: wrong, or missing where one is demanded.
    """
    if not state.foreign:
        raise Forbidden(f"log {printable(state.entry.name)} is written by its sink alone")
    if not datums:
        raise BadRequest("an append without records")
    hashed = _hashes(state, datums, record_bytes_max)
    fresh = [pair for pair in hashed if not _is_held(state, *pair, hash_of)]
    if fresh:
        _check_sequence(state, fresh)
        _check_signatures(state, fresh, mirrored=mirrored)
    return fresh


def _hashes(state: LogState, datums: Sequence[Datum], record_bytes_max: int) -> list[tuple[Datum, bytes]]:
    pairs = []
    for datum in datums:
        if not 0 <= datum.ts <= TS_MAX:
            raise BadRequest(f"record {datum.recno} has no time that can be kept")
        if not 0.0 <= datum.accuracy < math.inf or math.copysign(1.0, datum.accuracy) < 0:
            raise BadRequest(f"record {datum.recno} has an accuracy that no file can keep: {datum.accuracy}")
        if len(datum.data) > record_bytes_max:
            raise TooLarge(f"record {datum.recno} has {len(datum.data)} bytes, at most {record_bytes_max} can be kept")
        if datum.recno < 1:
            raise OutOfSequence(f"record numbers begin with 1, not {datum.recno}")
        pairs.append((datum, state.hasher.hash(datum)))
    return pairs


def _is_held(state: LogState, datum: Datum, record_hash: bytes, hash_of: HashOf) -> bool:
    if datum.recno > state.planned_recno:
        return False
    held = state.planned_hash if datum.recno == state.planned_recno else hash_of(state, datum.recno)
    if held != record_hash:
        raise Conflict(f"another record has number {datum.recno}")
    return True


def _check_sequence(state: LogState, fresh: Sequence[tuple[Datum, bytes]]) -> None:
    recno, previous = state.planned_recno, state.planned_hash
    for datum, record_hash in fresh:
        recno += 1
        if datum.recno != recno:
            raise OutOfSequence(f"record {recno} is next, not {datum.recno}")
        # The first record has none, or the log's name: what record 0 has as its hash in a file (§8, §10).
        allowed = (None, state.entry.name) if previous is None else (previous,)
        if datum.prevhash not in allowed and (datum.prevhash is not None or state.chained):
            raise OutOfSequence(f"record {recno} does not carry the hash of the record before it")
        previous = record_hash


def _check_signatures(state: LogState, fresh: Sequence[tuple[Datum, bytes]], *, mirrored: bool) -> None:
    key = state.key
    if key is None:
        return
    for datum, record_hash in fresh:
        if datum.sig and not key.verify(record_hash, datum.sig):
            raise BadSignature(f"the signature of record {datum.recno} does not match")
    last = fresh[-1][0]
    if not last.sig and not mirrored:
        raise BadSignature(f"record {last.recno} is the last of its append and not signed, though the log has a key")
