"""The source that is an MQTT 5 broker: connects, reconnects, bounds what is read, and hands out events in order."""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from gdp.backoff import Backoff
from gdp_sink.dialling import answers, dial, words
from gdp_sink.mqtt_connection import MqttConnection
from gdp_sink.received import Received
from gdp_sink.source import Acks, AnyDelivery, Deliveries, Disconnected, Event, TakeAtOnce, Unreachable
from gdp_sink.takeover import TakeoverWatch

log = logging.getLogger(__name__)

MISC_S = 1.0
"""How often keep-alive is looked at; paho counts in seconds."""
PROBE_S = 1.0
"""How long to wait for the broker to take a connection, when it is only asked whether it is there."""
STABLE_S = 10.0
"""A connection that lasted so long was a good one: the next delay is the shortest again."""


@dataclass(frozen=True, slots=True)
class MqttOptions:
    """How to reach the broker, and how much to take from it. Times in seconds, sizes of payloads in bytes."""

    host: str
    port: int
    client_id: str
    user: str = ""
    read_password: Callable[[], str | None] = lambda: None
    """Asked before each attempt, so that a renewed password works without a restart."""
    keepalive_s: int = 30
    connect_timeout_s: float = 10.0
    reconnect_delay_min_s: float = 0.25
    reconnect_delay_max_s: float = 15.0
    receive_maximum: int = 1000
    receive_pace_s: float = 0.005
    backlog_messages_max: int = 20_000
    backlog_bytes_max: int = 33_554_432


class MqttSource:
    """A `Source` on one MQTT session. `random` jitters the delays."""

    def __init__(self, options: MqttOptions, random: Callable[[], float] = random.random) -> None:
        self._options = options
        self._backoff = Backoff(options.reconnect_delay_min_s, options.reconnect_delay_max_s, random)
        self._takeovers = TakeoverWatch()
        self._connection: MqttConnection | None = None
        self._generation = 0
        self._received = Received()
        self._stopped = False
        self._unreachable: str | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        task = group.create_task(self._keep_connected(), name="mqtt-connection")
        self._stack.callback(task.cancel)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._connection is not None:
            self._connection.drop("the sink leaves")
        await self._stack.__aexit__(None, None, None)

    @property
    def backlog(self) -> int:
        """Deliveries received and not yet taken."""
        return self._received.messages

    async def next(self) -> Sequence[Event]:
        """See `Source`."""
        events = await self._received.take()
        if self._connection is not None and not self._stopped:
            self._connection.resume()
        return events

    def offer_to(self, take: TakeAtOnce) -> None:
        """See `Source`."""
        self._received.take_at_once = take

    def subscribe(self, generation: int, filters: Sequence[str], forget: Collection[str]) -> None:
        """See `Source`."""
        connection = self._current(generation)
        if connection is not None:
            connection.subscribe(filters, forget)

    def probe(self, generation: int, text: str) -> None:
        """See `Source`."""
        connection = self._current(generation)
        if connection is not None:
            connection.probe(text)

    def acknowledge(self, acks: Sequence[Acks]) -> int:
        """See `Source`. The broker would take a stale ack for the new delivery with the same packet id."""
        connection = self._connection
        generation = 0 if connection is None else connection.generation
        fresh = [each for each in acks if each.generation == generation]
        if fresh and connection is not None:
            connection.acknowledge(fresh)
        return sum(len(each.packet_ids) for each in acks if each.generation != generation)

    def reconnect(self, generation: int, reason: str) -> None:
        """See `Source`."""
        connection = self._current(generation)
        if connection is not None:
            connection.drop(reason)

    def stop_receiving(self) -> None:
        """See `Source`."""
        self._stopped = True
        if self._connection is not None:
            self._connection.pause()
        self._received.end()

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            taken_over = await self._connect_once()
            # Whoever took the session over may want it for good: each round of a fight waits longer.
            if loop.time() - began > STABLE_S and not taken_over:
                self._backoff.reset()
            await asyncio.sleep(self._backoff.next_s())

    async def _connect_once(self) -> bool:
        """Try one connection and stay with it to its end; return whether another client has taken the session over."""
        options = self._options
        try:
            password = options.read_password()
            async with asyncio.timeout(options.connect_timeout_s):
                sock = await dial(options.host, options.port)
        except OSError as fault:
            self._tell_unreachable(words(fault))
            return False
        self._generation += 1
        connection = MqttConnection(
            sock, self._generation, options.client_id, self._tell, self._deliver, pace_s=options.receive_pace_s
        )
        self._connection = connection
        if self._stopped:
            connection.pause()
        try:
            connection.begin(
                options.host,
                options.port,
                options.user,
                password,
                keepalive_s=options.keepalive_s,
                receive_maximum=options.receive_maximum,
            )
            await self._attend(connection)
        finally:
            connection.drop("the sink leaves")
            self._connection = None
        reason = connection.closed.result()
        if not connection.accepted:
            self._tell_unreachable(reason)
            return False
        now = asyncio.get_running_loop().time()
        silent = connection.silent and await answers(options.host, options.port, within_s=PROBE_S)
        taken_over = self._takeovers.ended(told=connection.taken_over, silent=silent, now=now)
        self._tell(Disconnected(connection.generation, reason, taken_over, now - connection.heard_s))
        return taken_over

    async def _attend(self, connection: MqttConnection) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._options.connect_timeout_s
        while not connection.closed.done():
            await asyncio.wait((connection.closed,), timeout=MISC_S)
            connection.misc()
            if not connection.accepted and loop.time() > deadline:
                connection.drop("the broker took the connection and did not answer")

    def _current(self, generation: int) -> MqttConnection | None:
        connection = self._connection
        return connection if connection is not None and connection.generation == generation else None

    def _tell_unreachable(self, reason: str) -> None:
        self._takeovers.unreachable()
        if reason != self._unreachable:
            self._unreachable = reason
            self._tell(Unreachable(reason))

    def _tell(self, event: Event) -> None:
        if not isinstance(event, Deliveries | Unreachable):
            self._unreachable = None
        self._received.add(event)
        self._pause_if_full()

    def _deliver(self, batch: list[AnyDelivery]) -> None:
        self._received.deliver(batch)
        if self._received.messages:
            self._pause_if_full()

    def _pause_if_full(self) -> None:
        received, options = self._received, self._options
        full = received.messages >= options.backlog_messages_max or received.size >= options.backlog_bytes_max
        if full and self._connection is not None:
            self._connection.pause()
