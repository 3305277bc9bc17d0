"""Turns a batch of items into the records of one frame: stamps, chains, signs (store.md). Touches no file."""

from collections.abc import Callable, Sequence
from hashlib import sha256

from gdp.catalogue import CATALOGUE_TOPIC, SEAL_ID, Kind, LogEntry, encode_entry
from gdp.commitlog.frame import FRAME_HEAD_BYTES, own_time
from gdp.datum import Datum
from gdp.errors import BadRequest, Conflict, GdpError, NotFound, TooLarge
from gdp.incarnation import FIRST, Incarnation
from gdp.metadata import Metadata
from gdp.names import GdpName, printable
from gdp.store.foreign import HashOf, new_records
from gdp.store.items import Appended, Begin, Create, ForeignAppend, Item, Outcome, Result, Roll, Run, WriteFields
from gdp.store.logstate import LogState
from gdp.store.own_metadata import own_metadata
from gdp.store.plain_writes import PlainWrites
from gdp.store.plan import Plan
from gdp.store.registry import Registry
from gdp.store.signer import Signer

_NONCE_BYTES = 16
_SEAL = Kind.SEAL
_TOPIC = Kind.TOPIC


class Planner:
    """Makes plans; belongs to the store's thread.

    After a restore each topic goes on in a new log, whose metadata names the incarnation: so no number in a log ever
    means one record in the restored store and another in the one that it was copied from.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        signer: Signer,
        key_entry: bytes,
        record_bytes_max: int,
        hash_of: HashOf,
        entropy: Callable[[int], bytes],
        incarnation: Incarnation = FIRST,
        since: int = 0,
    ) -> None:
        """Plan records for logs that name the key in `key_entry`, which `signer` has.

        `since` (ns) is when the incarnation began; own logs that are older are not written any more.
        """
        catalogue = registry.current(CATALOGUE_TOPIC)
        assert catalogue is not None
        self._registry = registry
        self._catalogue = catalogue
        self._signer = signer
        self._key_entry = key_entry
        self._record_bytes_max = record_bytes_max
        self._hash_of = hash_of
        self._entropy = entropy
        self._incarnation = incarnation
        self._since = since
        self._plain = PlainWrites(registry.current, signer, record_bytes_max=record_bytes_max)

    def plan(self, batch: Sequence[Item], *, segment: int, size: int, first: int) -> Plan:
        """Return the plan of a batch for a frame at the end of a segment of this size; stamps begin with `first`."""
        plan = Plan(segment, size + FRAME_HEAD_BYTES, first)
        for item in batch:
            if isinstance(item, Run):
                self._run(plan, item)
            else:
                self._one(plan, item)
        return plan

    @staticmethod
    def forget(plan: Plan) -> None:
        """Undo what planning changed in memory, for the frame was not written."""
        for state in plan.touched.values():
            state.forget_plan()

    def _run(self, plan: Plan, run: Run) -> None:
        at = 0
        while (at := self._plain.plan(plan, run, at)) < len(run.messages):
            topic, data, *_, packet_id, _ = run.messages[at]
            self._one(plan, (topic, (data,), Kind.TOPIC, packet_id, run.epoch))
            at += 1

    def _one(self, plan: Plan, item: Item) -> None:
        try:
            outcome = self._outcome(plan, item)
        except GdpError as error:
            plan.any_refused = True
            plan.outcomes.append(error)
        else:
            plan.outcomes.append(outcome)

    def _outcome(self, plan: Plan, item: Item) -> Outcome:
        match item:
            case Create(metadata):
                return self._create_foreign(plan, metadata)
            case ForeignAppend(name, datums, mirrored):
                return self._append_foreign(plan, name, datums, mirrored=mirrored)
            case Begin(topic, kind):
                return self._begin(plan, topic, Kind(kind))
            case Roll(topic):
                return self._roll(plan, topic)
            case (_, _, _, _, _):
                return self._write(plan, item)
        raise BadRequest(f"{type(item).__name__} is nothing that a store commits")

    def _write(self, plan: Plan, item: WriteFields) -> Outcome:
        topic, parts, kind, packet_id, epoch = item
        state = plan.topics.get(topic) or self._registry.current(topic)
        self._check_parts(parts)
        if state is None or state.entry.started < self._since:
            state = self._current(plan, topic, Kind(kind), state)
        signed, continues = kind == _SEAL, False
        for data in parts:
            result = self._append(plan, state, data, packet_id, epoch, signed, continues)
            continues = True
        if kind == _TOPIC:
            state.hash_copy = state.hasher.copy
        return result

    def _check_parts(self, parts: tuple[bytes, ...]) -> None:
        if not parts:
            raise BadRequest("a message without records")
        for data in parts:
            if len(data) > self._record_bytes_max:
                raise TooLarge(f"a record has {len(data)} bytes, at most {self._record_bytes_max} can be kept")

    def _append(  # noqa: PLR0917, named arguments would cost 0.2 µs a record
        self,
        plan: Plan,
        state: LogState,
        data: bytes,
        packet_id: int = 0,
        epoch: int = 0,
        signed: bool = False,
        continues: bool = False,
    ) -> Appended:
        ts = plan.next
        plan.next = ts + 1
        recno = state.planned_recno + 1
        previous = state.planned_hash
        record_hash = state.hasher.digest(recno, ts, 0.0, previous, sha256(data).digest())
        state.sign_recno = state.sign_recno or self._signer.first_due(state)
        sig = None
        if signed:
            sig = self._signer.sign(plan, state, recno, ts, record_hash)
        elif ts >= state.sign_at or recno >= state.sign_recno:
            sig = self._signer.sign_due(plan, state, recno, ts, record_hash)
        chunk = state.chunk
        given = None
        if chunk is None or chunk.segment != plan.segment:
            chunk = plan.begin_chunk(state, recno)
            given = previous
        state.places = chunk.places
        chained = previous is not None
        at = plan.body.add(state.id, recno, ts, data, sig, given, chained, packet_id, epoch, b"", continues)
        chunk.places.append(plan.base + at)
        state.planned_recno = recno
        state.planned_hash = record_hash
        plan.touched[state.id] = state
        appended = (state.entry, recno, ts, 0.0, previous, data, sig, ts, record_hash)
        plan.appended.append(appended)
        return appended

    def _create_own(self, plan: Plan, topic: str, kind: Kind, generation: int) -> LogState:
        metadata = own_metadata(
            catalogue=self._catalogue.entry.name,
            kind=kind,
            generation=generation,
            topic=topic,
            created=plan.next,
            nonce=self._entropy(_NONCE_BYTES),
            key=self._key_entry,
            incarnation=self._incarnation,
        )
        state = self._register(plan, metadata, kind, topic, generation)
        plan.topics[topic] = state
        return state

    def _current(self, plan: Plan, topic: str, kind: Kind, latest: LogState | None) -> LogState:
        """Return the log that the topic's records go to now; the seal log is one for ever, found by its id."""
        if latest is None:
            return self._create_own(plan, topic, kind, 1)
        if latest.entry.started >= self._since or latest.entry.id == SEAL_ID:
            return latest
        return self._create_own(plan, topic, kind, latest.entry.generation + 1)

    def _create_foreign(self, plan: Plan, metadata: Metadata) -> Result:
        if self._find(plan, metadata.name) is not None:
            raise Conflict(f"log {printable(metadata.name)} exists")
        entry = self._register(plan, metadata, Kind.FOREIGN, None, 1).entry
        return Result(entry.name, 0, entry.started, entry.name)

    def _begin(self, plan: Plan, topic: str, kind: Kind) -> Result:
        state = self._current(plan, topic, kind, plan.topics.get(topic) or self._registry.current(topic))
        return Result(
            state.entry.name, state.planned_recno, state.entry.started, state.planned_hash or state.entry.name
        )

    def _roll(self, plan: Plan, topic: str) -> Result:
        state = plan.topics.get(topic) or self._registry.current(topic)
        if state is None or state.entry.kind is not Kind.TOPIC:
            raise NotFound(f"no log of topic {topic!r} can be rolled")
        entry = self._create_own(plan, topic, Kind.TOPIC, state.entry.generation + 1).entry
        return Result(entry.name, 0, entry.started, entry.name)

    def _register(self, plan: Plan, metadata: Metadata, kind: Kind, topic: str | None, generation: int) -> LogState:
        number = self._catalogue.planned_recno + 1
        entry = LogEntry(number, metadata.name, kind, topic, generation, plan.next, metadata.blob)
        data = encode_entry(entry)
        self._check_parts((data,))
        self._append(plan, self._catalogue, data)
        state = plan.created[entry.name] = LogState(entry)
        return state

    def _append_foreign(self, plan: Plan, name: GdpName, datums: Sequence[Datum], *, mirrored: bool) -> Result:
        state = self._find(plan, name)
        if state is None:
            raise NotFound(f"no log {printable(name)} here")
        fresh = new_records(
            state, datums, hash_of=self._hash_of, mirrored=mirrored, record_bytes_max=self._record_bytes_max
        )
        for datum, record_hash in fresh:
            self._add_foreign(plan, state, datum, record_hash)
        last = datums[-1]
        return Result(name, last.recno, last.ts, state.hasher.hash(last))

    def _add_foreign(self, plan: Plan, state: LogState, datum: Datum, record_hash: bytes) -> None:
        logged = plan.next
        plan.next = logged + 1
        number = state.id
        chunk = state.chunk
        given = None
        if chunk is None or chunk.segment != plan.segment:
            chunk = plan.begin_chunk(state, datum.recno)
            given = datum.prevhash
        time = own_time(logged, datum.ts, datum.accuracy)
        chained = datum.prevhash is not None
        at = plan.body.add(number, datum.recno, logged, datum.data, datum.sig, given, chained, own_time=time)
        chunk.places.append(plan.base + at)
        if datum.sig:
            plan.signed.append((state, datum.recno))
        state.planned_recno = datum.recno
        state.planned_hash = record_hash
        plan.touched[number] = state
        plan.appended.append((state.entry, *datum, logged, record_hash))

    def _find(self, plan: Plan, name: bytes) -> LogState | None:
        return plan.created.get(name) or self._registry.by_name(name)
