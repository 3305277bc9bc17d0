"""Planning what nearly every message is: one record for a log that has one before it. The store's hot loop."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any

from gdp.catalogue import Kind
from gdp.commitlog.frame import CHAINED, PREVHASH_HERE, RECORD_HEAD_BYTES, pack_record_head
from gdp.datum import CHAINED as CHAINED_HASH
from gdp.datum import NS_PER_S
from gdp.keys import WriterKey
from gdp.store.items import Appended, Item, Write
from gdp.store.plan import Plan
from gdp.store.registry import Registry
from gdp.store.signing import SigningPolicy

_SEAL = Kind.SEAL


class PlainWrites:
    """Plans plain writes as the planner plans one by one, but all in one function that calls hardly anything but C.

    That saves 1.0 µs a record. Of the 2.1 that are left to a commit, hashing takes 0.75, packing and writing 0.45.
    """

    def __init__(
        self, registry: Registry, *, key: WriterKey, policy: SigningPolicy, record_bytes_max: int, since: int
    ) -> None:
        """As the planner."""
        self._registry = registry
        self._key = key
        self._policy = policy
        self._record_bytes_max = record_bytes_max
        self._since = since

    def plan(self, plan: Plan, batch: Sequence[Item], begin: int) -> int:
        """Plan items from number `begin` on, up to the first that is none of these; return which one that is.

        Not plain are: topics without a log, or whose log changes in this batch; several parts; seals; a log's first
        record; and what is too large.
        """
        if plan.topics:
            return begin
        current, sign, since, bytes_max = self._registry.current, self._key.sign, self._since, self._record_bytes_max
        interval, unsigned_max = self._policy.interval_ns, self._policy.unsigned_max
        pack_head, pack_hashed, segment, touched = pack_record_head, CHAINED_HASH.pack, plan.segment, plan.touched
        parts: list[bytes] = []
        appended: list[Appended] = []
        ts, begins = plan.next, plan.base + plan.body.bytes
        place = begins
        second, nanoseconds = divmod(ts, NS_PER_S)
        second_at = ts - nanoseconds
        items: Iterable[Any] = islice(
            batch, begin, None
        )  # told apart by their very type: `cast` would be one more call
        for item in items:
            if type(item) is not tuple and type(item) is not Write:
                break
            topic, contents, kind, packet_id, epoch = item
            state = current(topic)
            if state is None or state.started < since or len(contents) != 1 or kind == _SEAL:
                break
            data, previous = contents[0], state.planned_hash
            if previous is None or len(data) > bytes_max:
                break
            if ts - second_at >= NS_PER_S:
                second, second_at = second + 1, second_at + NS_PER_S
            recno = state.planned_recno + 1
            hashing = (state.hashing or state.hasher).copy()
            hashing.update(pack_hashed(recno, second, ts - second_at, 0.0, previous, sha256(data).digest()))
            record_hash = hashing.digest()
            prefix, sig, flags = b"", None, CHAINED
            # The policy's `is_due`, written out.
            if ts - state.planned_signed_at >= interval or recno - state.planned_signed_recno >= unsigned_max:
                prefix = sig = sign(record_hash)
                state.planned_signed_recno, state.planned_signed_at = recno, ts
            chunk = state.chunk
            if chunk is None or chunk.segment != segment:
                chunk = plan.begin_chunk(state, recno)
                prefix, flags = previous + prefix, CHAINED | PREVHASH_HERE
            chunk.places.append(place)
            head = pack_head(state.id, recno, ts, len(data), len(sig) if sig else 0, packet_id, epoch, flags)
            parts += (head, prefix, data)
            place += RECORD_HEAD_BYTES + len(prefix) + len(data)
            state.planned_recno, state.planned_hash = recno, record_hash
            touched[state.id] = state
            appended.append((state.entry, recno, ts, 0.0, previous, data, sig, ts, record_hash))
            ts += 1
        plan.next = ts
        plan.body.extend(parts, place - begins, len(appended))
        plan.appended += appended
        plan.outcomes += appended
        return begin + len(appended)
