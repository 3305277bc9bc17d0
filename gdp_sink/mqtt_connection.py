"""One connection to the broker, from the open socket to its end: paho driven on the asyncio loop, never by its thread.

An object lives for one connection, so nothing of an earlier one (packet ids, half packets) can leak into the next.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gdp_sink.mqtt_client import SinkClient, delivery_of, options_for
from gdp_sink.mqtt_socket import CHUNK_BYTES, PassedSocket
from gdp_sink.paced_reading import Found, PacedReader
from gdp_sink.publish_splitter import PublishSplitter
from gdp_sink.source import Acks, AnyDelivery, Connected, Deliveries, Event, Probed, Subscribed

log = logging.getLogger(__name__)

SESSION_TAKEN_OVER = 0x8E
"""Reason of a broker's DISCONNECT: another client has connected with our client id (MQTT 5 §3.14.2.1)."""
NO_SUBSCRIPTION_EXISTED = 0x11
"""Reason of an UNSUBACK (MQTT 5 §3.11.3)."""


class MqttConnection:
    """Reads, subscribes and acknowledges on one socket. `closed` is done, with the reason, when it is over.

    `tell` takes its events, in order, on the loop; `deliver` takes deliveries, between them, and may acknowledge these
    before it returns.
    """

    def __init__(
        self,
        sock: socket.socket,
        generation: int,
        client_id: str,
        tell: Callable[[Event], None],
        deliver: Callable[[list[AnyDelivery]], None],
        *,
        pace_s: float,
    ) -> None:
        self.generation = generation
        self.accepted = False
        """Whether the broker has accepted the connection."""
        self.taken_over = self.silent = False
        """Whether it ended because another client connected with our client id; whether the broker gave no reason."""
        self._loop = asyncio.get_running_loop()
        self.heard_s = self._loop.time()
        """When the broker last said something, by the loop's clock."""
        self._opened_ns = time.monotonic_ns()
        self.closed: asyncio.Future[str] = self._loop.create_future()
        self._tell = tell
        self._deliver = deliver
        self._socket = PassedSocket(sock)
        self._splitter = PublishSplitter(generation)
        self._reader = PacedReader(sock.fileno(), self._read, pace_s=pace_s)
        self._reason = ""
        self._writing = self._flush_due = False
        self._paused = False
        self._subscribing: int | None = None
        self._unsubscribing: int | None = None
        self._probing: int | None = None
        self._filters: Sequence[str] = ()
        self._codes: list[int] | None = None
        self._client = SinkClient(client_id, self._socket)
        self._hook()

    def _hook(self) -> None:
        client = self._client
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_unsubscribe
        client.on_message = self._on_message
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_want_write

    def begin(
        self, host: str, port: int, user: str, password: str | None, *, keepalive_s: int, receive_maximum: int
    ) -> None:
        """Send CONNECT; without a password nobody is named either."""
        if password is not None:
            self._client.username_pw_set(user, password)
        self._client.begin(host, port, keepalive_s=keepalive_s, receive_maximum=receive_maximum)

    def misc(self) -> None:
        """Keep alive; to be called about once a second."""
        if self._paused:
            # The broker's answers to our probes lie unread; that must not be taken for its silence.
            self._client.heard()
        self._client.loop_misc()

    def pause(self) -> None:
        """Read nothing more until `resume`: the broker then keeps what it has."""
        self._paused = True
        self._reader.stop()

    def resume(self) -> None:
        """Read again."""
        self._paused = False
        if self._client.socket() is not None:
            self._reader.start()

    def probe(self, text: str) -> None:
        """Unsubscribe from a filter, and tell `Probed` when that is answered."""
        self._probing = self._client.unsubscribe([text])[1]

    def subscribe(self, filters: Sequence[str], forget: Collection[str]) -> None:
        """Unsubscribe from `forget`, subscribe to `filters`, and tell `Subscribed` when both are answered."""
        self._filters, self._codes = tuple(filters), None
        self._unsubscribing = self._client.unsubscribe(list(forget))[1] if forget else None
        self._subscribing = self._client.subscribe([(text, options_for(text)) for text in filters])[1]

    def acknowledge(self, acks: Sequence[Acks]) -> None:
        """Write PUBACKs, at once if the socket takes them."""
        self._flush_due = True  # and here it is
        self._client.acknowledge(acks)
        if self._client.want_write():
            self._flush()
        self._flush_due = False

    def drop(self, reason: str) -> None:
        """End the connection now; the broker keeps the session. What was queued to be written goes first if it can."""
        if self.closed.done():
            return
        self._reason = self._reason or reason
        self._socket.discard()
        self._client.disconnect()
        self._flush()
        # The broker may have stopped reading, then DISCONNECT is still queued, and paho waits to write it.
        self._unwatch()
        self._socket.close()
        self._close(self._reason)

    def _read(self) -> Found:
        try:
            chunk = self._socket.read()
        except OSError as fault:
            self._end_silently(f"the connection broke: {fault.strerror or fault}")
            chunk = b""
        if chunk is None:
            return Found.NOTHING
        if not chunk:
            self._end_silently("the broker closed the connection without a word")
            self._client.loop_read()
            return Found.NOTHING
        self._client.heard()
        self.heard_s = self._loop.time()
        for run in self._splitter.feed(chunk):
            if isinstance(run, bytes):
                self._pass(run)
            elif self._client.socket() is not None:
                self._deliver(run)
        return Found.MORE if len(chunk) == CHUNK_BYTES else Found.SOME

    def _end_silently(self, reason: str) -> None:
        self.silent = not self._reason
        self._reason = self._reason or reason

    def _pass(self, packets: bytes) -> None:
        """Let paho deal with packets, unless one of them was the last."""
        if self._client.socket() is not None:
            self._socket.give(packets)
        while self._client.socket() is not None and self._socket.pending:
            self._client.loop_read()

    def _flush(self) -> None:
        self._flush_due = False
        client = self._client
        if client.socket() is None:
            return
        client.loop_write()
        wanted = client.want_write() and client.socket() is not None
        if wanted and not self._writing:
            self._loop.add_writer(self._socket.fileno(), self._flush)
        elif self._writing and not wanted and client.socket() is not None:
            self._loop.remove_writer(self._socket.fileno())
        self._writing = wanted

    def _unwatch(self) -> None:
        self._reader.stop()
        if self._socket.fileno() >= 0:
            self._loop.remove_writer(self._socket.fileno())
        self._writing = False

    def _close(self, reason: str) -> None:
        if not self.closed.done():
            self.closed.set_result(reason)

    # paho's callbacks, on the loop

    def _on_socket_open(self, _client: Client, _data: Any, _sock: Any) -> None:
        if not self._paused:
            self._reader.start()

    def _on_socket_close(self, _client: Client, _data: Any, _sock: Any) -> None:
        self._unwatch()

    def _on_want_write(self, _client: Client, _data: Any, _sock: Any) -> None:
        if not self._flush_due:
            self._flush_due = True
            self._loop.call_soon(self._flush)

    def _on_connect(
        self, _client: Client, _data: Any, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._reason = f"the broker refused: {reason}"
        else:
            self.accepted = True
            self._tell(Connected(self.generation, flags.session_present, self._opened_ns))

    def _on_disconnect(
        self, _client: Client, _data: Any, flags: DisconnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self.taken_over = flags.is_disconnect_packet_from_server and reason.value == SESSION_TAKEN_OVER
        if not self._reason:
            said = "the broker said" if flags.is_disconnect_packet_from_server else "the connection ended"
            self._reason = f"{said}: {reason}"
        self._close(self._reason)

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        # Not `deliver`: an acknowledgement that cannot be written would call paho while it is in here.
        self._tell(Deliveries([delivery_of(message, self.generation)]))

    def _on_subscribe(
        self, _client: Client, _data: Any, mid: int, codes: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if mid == self._subscribing:
            self._codes = [code.value for code in codes]
            self._tell_subscribed()

    def _on_unsubscribe(
        self, _client: Client, _data: Any, mid: int, codes: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if mid == self._probing:
            self._tell(Probed(self.generation, all(code.value != NO_SUBSCRIPTION_EXISTED for code in codes)))
        if mid == self._unsubscribing:
            self._unsubscribing = None
            self._tell_subscribed()

    def _tell_subscribed(self) -> None:
        if self._codes is not None and self._unsubscribing is None:
            self._tell(Subscribed(self.generation, dict(zip(self._filters, self._codes, strict=False))))
