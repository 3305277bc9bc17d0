"""The way into the store: events of the source → one commit for what arrived meanwhile → acknowledgements after it.

Order per topic is the broker's: batches are submitted in order, the committer keeps it, and acknowledgements follow it.
Backpressure goes back the same way: no room in the committer, no reading from the source, no reading from the broker.
"""

import asyncio
from asyncio import Future
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gdp.committer import Committer
from gdp.errors import GdpError
from gdp.store import Item, Results, packet_ids_of, results_of
from gdp_sink.counters import Counters
from gdp_sink.intake import Intake
from gdp_sink.lookback import last_retained
from gdp_sink.metrics import Metrics
from gdp_sink.own_log import OwnLog
from gdp_sink.refusal import Refusal, RefusalReport
from gdp_sink.session import Session
from gdp_sink.source import Acks, AnyDelivery, Deliveries, Event, Source, payload_bytes, whole

MESSAGES_PER_SUBMIT_MAX = 4096
PAYLOAD_BYTES_PER_SUBMIT_MAX = 4_194_304
"""What is submitted together is in one frame and acknowledged together, however large the backlog."""


class _Batch(NamedTuple):
    """What was submitted and waits for its commit; `done` is None if there was nothing to store.

    `items` hold so many messages, and after them the sink's own records.
    """

    done: Future[Results] | None
    items: Sequence[Item]
    messages: int
    acks: Sequence[Acks]
    began: int


class Writer:
    """Runs until the source was told to stop receiving and everything in hand is stored and acknowledged.

    `clock` is monotonic, ns.
    """

    def __init__(
        self,
        *,
        committer: Committer,
        source: Source,
        session: Session,
        intake: Intake,
        own_log: OwnLog,
        report: RefusalReport,
        counters: Counters,
        metrics: Metrics,
        clock: Callable[[], int],
        retained_lookback_records: int,
    ) -> None:
        self._committer = committer
        self._source = source
        self._session = session
        self._intake = intake
        self._own_log = own_log
        self._report = report
        self._counters = counters
        self._metrics = metrics
        self._clock = clock
        self._lookback = retained_lookback_records
        self._pending: deque[_Batch] = deque()
        self._changed = asyncio.Event()
        self._ended = self._idle = False

    @property
    def unacknowledged(self) -> int:
        """Messages submitted and not yet answered."""
        return sum(map(_answers, tuple(self._pending)))

    @property
    def unsettled(self) -> int:
        """Messages submitted to the store and not yet counted as stored or refused."""
        return sum(batch.messages for batch in tuple(self._pending))

    @property
    def oldest_age_s(self) -> float:
        """How long the oldest of them has waited, in seconds."""
        pending = tuple(self._pending)
        return (self._clock() - pending[0].began) / 1e9 if pending else 0.0

    async def run(self) -> None:
        """Receive, store, acknowledge.

        Raises:
            GdpError: in an exception group; the store failed.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._acknowledge(), name="sink-acknowledge")
            self._source.offer_to(self._take_at_once)
            while events := await self._next():
                for event in events:
                    if isinstance(event, Deliveries):
                        await self._take(event.batch)
                    else:
                        await self._session.handle(event)
            self._ended = True
            self._changed.set()

    async def _next(self) -> Sequence[Event]:
        self._idle = True
        try:
            return await self._source.next()
        finally:
            self._idle = False

    def _take_at_once(self, batch: Sequence[AnyDelivery]) -> bool:
        """Take what comes while nothing is in hand: a message that comes alone is stored and answered where it is read.

        A turn of the loop for each step costs it as much as the steps.
        """
        if not self._idle or self._pending or self._intake.replay.active or not self._committer.has_room:
            return False
        for piece in pieces(batch) if len(batch) > 1 else (batch,):
            self._submit(piece)
        return True

    async def _take(self, batch: list[AnyDelivery]) -> None:
        for piece in pieces(batch):
            await self._committer.room()
            if self._intake.replay.active:
                await self._learn(piece)
            self._submit(piece)

    async def _learn(self, batch: Sequence[AnyDelivery]) -> None:
        """Look up what the store holds of retained topics, before their repeats are judged."""
        replay = self._intake.replay
        retained = [each.topic for each in map(whole, batch) if each.retain and each.topic]
        topics = {topic for topic in retained if replay.unknown(topic)}
        if topics:
            store, records = self._committer.store, self._lookback
            found = await asyncio.to_thread(lambda: [(each, last_retained(store, each, records)) for each in topics])
            for topic, message in found:
                replay.learn(topic, message)

    def _submit(self, batch: Sequence[AnyDelivery]) -> None:
        taken = self._intake.take(batch, self._session.epoch)
        items: list[Item] = [*taken.items]
        if taken.news:
            items += self._own_log.topic_records(taken.news)
        items += self._own_log.replay_records(self._intake.replay.news())
        items += [self._own_log.record("refused", **fields) for fields in self._report.due()]
        self._metrics.batch_messages.observe(len(batch))
        taken_up = _Batch(None, taken.items, results_of(taken.items), taken.acks, self._clock())
        if not self._pending and self._finish_at_once(taken_up, items):
            return
        done = self._committer.submit(items) if items else None
        self._pending.append(taken_up._replace(done=done))
        self._changed.set()

    def _finish_at_once(self, batch: _Batch, items: Sequence[Item]) -> bool:
        """Store and answer what has come alone without a turn of the loop in between, if the committer can."""
        self._pending.append(batch)  # for who counts in another thread what is in hand
        try:
            results = self._committer.commit_at_once(items) if items else None
        finally:
            self._pending.clear()  # left there it would be acknowledged, stored or not
        if results is not None:
            self._answer(self._settle(batch, results), _answers(batch))
        elif not items:
            self._answer(batch.acks, _answers(batch))
        return results is not None or not items

    async def _acknowledge(self) -> None:
        while self._pending or not self._ended:
            if not self._pending:
                self._changed.clear()
                await self._changed.wait()
                continue
            acks: list[Acks] = []
            answers = 0
            while self._pending and (not answers or self._pending[0].done is None or self._pending[0].done.done()):
                batch = self._pending[0]
                acks.extend(batch.acks if batch.done is None else self._settle(batch, await batch.done))
                answers += _answers(batch)
                self._pending.popleft()
            self._answer(acks, answers)

    def _answer(self, acks: Sequence[Acks], answers: int) -> None:
        stale = self._source.acknowledge(acks)
        self._counters.acknowledged += answers - stale
        self._counters.stale_acks += stale

    def _settle(self, batch: _Batch, results: Results) -> Sequence[Acks]:
        """Count what is durable now; return its acknowledgements."""
        self._metrics.commit_seconds.observe((self._clock() - batch.began) / 1e9)
        # The sink's own records follow the messages, and nobody waits for them.
        failed = {at: fault for at, fault in results.refusals() if at < batch.messages}
        self._counters.stored += batch.messages - len(failed)
        return self._with_failures(batch, failed) if failed else batch.acks

    def _with_failures(self, batch: _Batch, failed: dict[int, GdpError]) -> Sequence[Acks]:
        """Refuse what the store would not take, for good: unanswered it would fill the broker's window."""
        refusal = Refusal.STORE
        self._counters.refused[refusal.label] += len(failed)
        fault = next(iter(failed.values()))
        self._own_log.say("refused", reason=refusal.label, count=len(failed), fault=str(fault)[:500])
        ids = [packet_id for item in batch.items for packet_id in packet_ids_of(item)]
        reasons = {ids[at]: refusal.reason for at in failed}
        return [each.refusing(reasons) for each in batch.acks]


def _answers(batch: _Batch) -> int:
    return sum([len(each.packet_ids) for each in batch.acks])


def pieces(
    batch: Sequence[AnyDelivery],
    messages_max: int = MESSAGES_PER_SUBMIT_MAX,
    bytes_max: int = PAYLOAD_BYTES_PER_SUBMIT_MAX,
) -> Iterator[Sequence[AnyDelivery]]:
    """Cut a batch into pieces within both bounds, in order; one message may be larger than `bytes_max` by itself."""
    if 0 < len(batch) <= messages_max and payload_bytes(batch) <= bytes_max:
        yield batch
        return
    piece: list[AnyDelivery] = []
    size = 0
    for delivery in batch:
        length = payload_bytes((delivery,))
        if piece and (len(piece) == messages_max or size + length > bytes_max):
            yield piece
            piece, size = [], 0
        piece.append(delivery)
        size += length
    if piece:
        yield piece
