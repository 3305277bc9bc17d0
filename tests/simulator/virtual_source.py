"""A source on the virtual broker: what `MqttSource` promises to the writer, without sockets."""

import asyncio
from collections.abc import Collection, Sequence
from random import Random
from typing import Self

from gdp_sink.source import (
    Acks,
    Connected,
    Deliveries,
    Disconnected,
    Event,
    Probed,
    Subscribed,
    TakeAtOnce,
    Unreachable,
)
from tests.simulator.connection import LATENCY_S, Connection
from tests.simulator.virtual_broker import VirtualBroker
from tests.simulator.virtual_time import VirtualLoop

BACKLOG_MAX = 30


class VirtualSource:
    """`dead` is a process that has ended: it acknowledges nothing and connects no more."""

    def __init__(self, loop: VirtualLoop, broker: VirtualBroker, random: Random, durable: set[int]) -> None:
        self.dead = False
        self.stale = 0
        self._loop = loop
        self._broker = broker
        self._random = random
        self._durable = durable
        self._connection: Connection | None = None
        self._generation = 0
        self._events: list[Event] = []
        self._numbers: dict[int, int] = {}
        self._unread: list[object] = []
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._stopped = False
        self._take_at_once: TakeAtOnce = lambda _batch: False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = self._loop.create_task(self._keep_connected(), name="virtual-connection")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()
        if self._task is not None:
            self._task.cancel()

    def leave(self) -> None:
        if self._connection is not None:
            self._connection.open = False
            self._broker.disconnected(self._connection)

    @property
    def backlog(self) -> int:
        return sum(len(event.batch) for event in self._events if isinstance(event, Deliveries))

    async def next(self) -> Sequence[Event]:
        while not self._events and not self._stopped:
            self._wake.clear()
            await self._wake.wait()
        events, self._events = self._events, []
        if not self._stopped:
            unread, self._unread = self._unread, []
            for packet in unread:
                self._take(packet)
        return events

    def offer_to(self, take: TakeAtOnce) -> None:
        self._take_at_once = take

    def subscribe(self, generation: int, filters: Sequence[str], forget: Collection[str]) -> None:
        connection = self._current(generation)
        if connection is not None and not self.dead:
            self._loop.call_later(LATENCY_S, self._subscribe, connection, tuple(filters))

    def _subscribe(self, connection: Connection, filters: Sequence[str]) -> None:
        if connection.open:
            connection.send(Subscribed(connection.generation, dict.fromkeys(filters, 1)), LATENCY_S)
            self._broker.subscribe(connection)

    def probe(self, generation: int, _text: str) -> None:
        connection = self._current(generation)
        if connection is not None and not self.dead:
            self._loop.call_later(LATENCY_S, self._probe, connection)

    def _probe(self, connection: Connection) -> None:
        if connection.open:
            connection.send(Probed(connection.generation, self._broker.unmark(connection)), LATENCY_S)

    def acknowledge(self, acks: Sequence[Acks]) -> int:
        connection = self._connection
        count = sum(len(each.packet_ids) for each in acks)
        if connection is None or self.dead:
            return count
        books = self._broker.books
        current = [each for each in acks if each.generation == connection.generation and connection.open]
        fresh = [packet_id for each in current for packet_id in each.packet_ids]
        for packet_id in fresh:
            number = self._numbers[packet_id]
            assert number in self._durable, f"message {number} was acknowledged before it was durable"
            books.acknowledged.setdefault(number, len(books.acknowledged))
        self._loop.call_later(LATENCY_S, self._broker.acknowledge, connection, fresh)
        return count - len(fresh)

    def reconnect(self, generation: int, reason: str) -> None:
        connection = self._current(generation)
        if connection is not None:
            self._broker.disconnected(connection)
            connection.breaks()

    def stop_receiving(self) -> None:
        self._stopped = True
        self._wake.set()

    async def _keep_connected(self) -> None:
        while not self.dead:
            await asyncio.sleep(0.4 * self._random.random())
            if not self._broker.up:
                self._tell(Unreachable("the broker is down"))
                continue
            self._generation += 1
            connection = self._connection = Connection(self._loop, self._generation, self._receive)
            self._ended.clear()
            self._numbers, self._unread = {}, []
            present = self._broker.connect(connection)
            self._broker.lives.meet(self)
            opened_ns = self._broker.lives.clock()
            connection.send(Connected(connection.generation, present, opened_ns), LATENCY_S)
            self._broker.resume(connection)
            await self._ended.wait()

    def _receive(self, connection: Connection, packet: object) -> None:
        if connection is not self._connection or self.dead:
            return
        if packet is None:
            self._unread = []
            self._connection = None
            self._tell(Disconnected(connection.generation, "the connection broke"))
            self._ended.set()
        elif self._unread or self.backlog >= BACKLOG_MAX:
            self._unread.append(packet)
        else:
            self._take(packet)

    def _take(self, packet: object) -> None:
        if not isinstance(packet, tuple) or isinstance(packet, Connected | Probed | Subscribed):
            self._tell(packet)
            return
        delivery, number = packet
        *_, packet_id, _ = delivery
        if packet_id:
            self._numbers[packet_id] = number
        last = self._events[-1] if self._events else None
        if last is None and not self._stopped and self._take_at_once([delivery]):
            return
        if isinstance(last, Deliveries):
            last.batch.append(delivery)
        else:
            self._events.append(Deliveries([delivery]))
        self._wake.set()

    def _tell(self, event: Event) -> None:
        self._events.append(event)
        self._wake.set()

    def _current(self, generation: int) -> Connection | None:
        connection = self._connection
        return connection if connection is not None and connection.generation == generation else None
