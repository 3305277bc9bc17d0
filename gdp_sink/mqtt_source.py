"""The source that is an MQTT 5 broker: connects, reconnects, bounds what is read, and hands out events in order."""

import asyncio
import logging
import os
import random
import socket
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from gdp.backoff import Backoff
from gdp_sink.mqtt_connection import MqttConnection
from gdp_sink.source import Acks, Deliveries, Disconnected, Event, Unreachable, payload_bytes
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
        self._events: list[Event] = []
        self._backlog_messages = 0
        self._backlog_bytes = 0
        self._wake = asyncio.Event()
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
        return self._backlog_messages

    async def next(self) -> Sequence[Event]:
        """See `Source`."""
        while not self._events and not self._stopped:
            self._wake.clear()
            await self._wake.wait()
        events, self._events = self._events, []
        self._backlog_messages = self._backlog_bytes = 0
        if self._connection is not None and not self._stopped:
            self._connection.resume()
        return events

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
        self._wake.set()

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
                sock = await _open(options.host, options.port)
        except OSError as fault:
            self._tell_unreachable(_words(fault))
            return False
        self._generation += 1
        connection = MqttConnection(
            sock, self._generation, options.client_id, self._tell, pace_s=options.receive_pace_s
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
        silent = connection.silent and await self._is_there()
        taken_over = self._takeovers.ended(told=connection.taken_over, silent=silent, now=now)
        self._tell(Disconnected(connection.generation, reason, taken_over, now - connection.heard_s))
        return taken_over

    async def _is_there(self) -> bool:
        """Whether the broker takes connections now: one that died a moment ago does not, and explains a silent end."""
        try:
            async with asyncio.timeout(PROBE_S):
                sock = await _open(self._options.host, self._options.port)
        except OSError:
            return False
        sock.close()
        return True

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
        if isinstance(event, Deliveries):
            self._add(event)
        else:
            self._events.append(event)
            if not isinstance(event, Unreachable):
                self._unreachable = None
        self._wake.set()

    def _add(self, event: Deliveries) -> None:
        self._backlog_messages += len(event.batch)
        self._backlog_bytes += payload_bytes(event.batch)
        last = self._events[-1] if self._events else None
        if isinstance(last, Deliveries):
            last.batch.extend(event.batch)
        else:
            self._events.append(event)
        options = self._options
        full = self._backlog_messages >= options.backlog_messages_max
        if (full or self._backlog_bytes >= options.backlog_bytes_max) and self._connection is not None:
            self._connection.pause()


async def _open(host: str, port: int) -> socket.socket:
    """Connect without blocking the loop, to the first address that answers.

    Raises:
        OSError: that of the last address tried.
    """
    loop = asyncio.get_running_loop()
    fault: OSError = OSError("the name has no address")
    for family, kind, protocol, _, where in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, where)
        except OSError as error:
            sock.close()
            fault = error
        except BaseException:
            sock.close()
            raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise fault


def _words(fault: OSError) -> str:
    # asyncio puts the address into strerror, and a resolver's codes are no errno.
    return os.strerror(fault.errno) if fault.errno and fault.errno > 0 else str(fault.strerror or fault)
