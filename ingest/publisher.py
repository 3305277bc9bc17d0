"""The publisher: many messages in flight over one MQTT connection that comes back, on the asyncio loop."""

import asyncio
import logging
import random
import socket
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import NamedTuple, Self

from paho.mqtt.client import Client, ConnectFlags, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.errors import PublishError
from ingest.replay import Publish

log = logging.getLogger("ingest.publisher")

KEEPALIVE_S = 30
MISC_INTERVAL_S = 1.0
BACKOFF_FIRST_S = 0.25
BACKOFF_LAST_S = 15.0
CONNECT_TIMEOUT_S = 5.0
_REFUSED_FOR_GOOD = {"Not authorized", "Bad user name or password", "Client identifier not valid", "Banned"}


class Account(NamedTuple):
    """How to speak to the broker."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    client_id: str = ""


class Publisher:
    """`async with Publisher(account) as publisher`: publishes with at most `in_flight_max` messages unacknowledged.

    A lost connection is taken up again with a jittered backoff, and what was not acknowledged is sent again. If the
    broker refuses the account the body is cancelled and an ExceptionGroup with a `PublishError` leaves the context.
    """

    def __init__(
        self, account: Account, *, in_flight_max: int = 1_000, jitter: Callable[[], float] = random.random
    ) -> None:
        self.sent = 0
        """Messages handed over since the start."""
        self.acknowledged = 0
        """Messages that the broker acknowledged as its own."""
        self.refused = 0
        """Messages that the broker answered with a refusal (no right to the topic, too large)."""
        self._account = account
        self._in_flight_max = in_flight_max
        self._jitter = jitter
        self._client = self._make_client(account)
        self._socket: socket.socket | None = None
        self._answered = asyncio.Event()
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()
        self._room = asyncio.Event()
        self._fatal: str | None = None
        self._exit = AsyncExitStack()

    @property
    def in_flight(self) -> int:
        """Messages handed over and not answered yet."""
        return self.sent - self.acknowledged - self.refused

    @property
    def connected(self) -> bool:
        """Whether the broker has taken the connection and not lost it."""
        return self._connected.is_set()

    async def publish(self, message: Publish) -> None:
        """Hand one message over; waits while `in_flight_max` messages are unanswered, for example without a broker."""
        while self.in_flight >= self._in_flight_max:
            self._room.clear()
            await self._room.wait()
        self.sent += 1
        self._client.publish(message.topic, message.payload, message.qos, message.retain)

    async def drain(self) -> None:
        """Wait until everything handed over is answered."""
        while self.in_flight:
            self._room.clear()
            await self._room.wait()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        tasks = await self._exit.enter_async_context(asyncio.TaskGroup())
        running = tasks.create_task(self._stay_connected(), name="publisher-connection")
        self._exit.callback(running.cancel)
        return self

    async def __aexit__(self, *exc: object) -> bool | None:
        try:
            return await self._exit.__aexit__(*exc)  # type: ignore[arg-type]  # handed on as it came
        finally:
            self._client.disconnect()
            self._client.loop_write()
            self._forget_socket()

    def _make_client(self, account: Account) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, client_id=account.client_id, protocol=MQTTv5)
        client.connect_timeout = CONNECT_TIMEOUT_S
        # We bound it ourselves: with a bound of its own paho walks through all messages in flight at each PUBACK.
        client.max_inflight_messages_set(0)
        client.username_pw_set(account.username, account.password)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_socket_open = lambda _client, _data, sock: self._on_loop(self._watch_socket, sock)
        client.on_socket_close = lambda _client, _data, _sock: self._on_loop(self._forget_socket)
        client.on_socket_register_write = lambda _client, _data, sock: self._on_loop(self._watch_write, sock)
        client.on_socket_unregister_write = lambda _client, _data, sock: self._on_loop(self._ignore_write, sock)
        return client

    async def _stay_connected(self) -> None:
        delay = BACKOFF_FIRST_S
        while True:
            self._lost.clear()
            if await self._connect():
                delay = BACKOFF_FIRST_S
                while not self._lost.is_set():
                    self._client.loop_misc()
                    await _first_of(self._lost, MISC_INTERVAL_S)
            if self._fatal is not None:
                raise PublishError(f"the broker at {self._account.host}:{self._account.port} says: {self._fatal}")
            await asyncio.sleep(delay * (0.5 + self._jitter()))
            delay = min(delay * 2, BACKOFF_LAST_S)

    async def _connect(self) -> bool:
        """One attempt; whether the broker took the connection. Name look-up and TCP block, so they run in a thread."""
        host, port = self._account.host, self._account.port
        self._answered.clear()
        # paho closes a socket that never answered in that thread, too late to take it off the loop.
        self._forget_socket()
        self._client.connect_async(host, port, KEEPALIVE_S)
        try:
            await asyncio.to_thread(self._client.reconnect)
        except OSError as fault:
            log.info("broker at %s:%d is away: %s", host, port, fault)
            return False
        await _first_of(self._answered, CONNECT_TIMEOUT_S)
        return self.connected

    def _on_connect(
        self, _client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            if reason.getName() in _REFUSED_FOR_GOOD:
                self._fatal = reason.getName()
            self._lost.set()
        else:
            maximum = getattr(properties, "ReceiveMaximum", self._in_flight_max)
            self._in_flight_max = min(self._in_flight_max, maximum)
            self._connected.set()
        self._answered.set()

    def _on_disconnect(self, *_: object) -> None:
        self._connected.clear()
        self._lost.set()
        self._answered.set()

    def _on_publish(
        self, _client: Client, _data: object, _mid: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        if reason.is_failure:
            self.refused += 1
        else:
            self.acknowledged += 1
        self._room.set()

    def _on_loop(self, call: Callable[..., None], *args: object) -> None:
        if threading.get_ident() == self._loop_thread:
            call(*args)
        else:
            self._loop.call_soon_threadsafe(call, *args)

    def _watch_socket(self, sock: socket.socket) -> None:
        self._socket = sock
        self._loop.add_reader(sock, self._client.loop_read)

    def _forget_socket(self) -> None:
        if self._socket is not None and self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        self._socket = None

    def _watch_write(self, sock: socket.socket) -> None:
        self._loop.add_writer(sock, self._client.loop_write)

    def _ignore_write(self, sock: socket.socket) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_writer(sock)


async def _first_of(event: asyncio.Event, seconds: float) -> None:
    """Wait for `event`, but not longer than `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
