"""Takes the messages out of a broker's byte stream, and passes on everything else as it came. Touches no socket.

paho-mqtt spends 30 to 50 µs on a message, most of it on an object for properties that nobody set; this is about one.
Only what is entirely as it should be is taken out: QoS 0 or 1, whole, with properties that are known here. The rest
(CONNACK, SUBACK, PINGRESP, and whatever is odd or malformed) is for paho to judge, at its place in the order.
"""

from gdp_sink.publish_properties import read_properties, read_variable
from gdp_sink.source import AnyDelivery, Delivery
from ingest.envelope import Message

Run = list[AnyDelivery] | bytes
"""Consecutive messages, or whole packets for paho."""

TOPICS_CACHED_MAX = 65_536
TOPIC_CACHED_BYTES_MAX = 256
"""A topic's text is one object for all its messages, decoded and hashed once; longer ones are not worth the memory."""

_PUBLISH_BYTES_MIN = 3
"""Length of the topic, and of the properties."""


def _flags(first: int) -> tuple[int, bool, bool] | None:
    qos = first >> 1 & 3
    return (qos, bool(first & 1), bool(first & 8)) if first >> 4 == 3 and qos < 2 else None


_FLAGS = [_flags(first) for first in range(256)]
"""(QoS, retain, DUP) by a packet's first byte (MQTT 5 §3.3.1); None if it is no PUBLISH, or none that we asked for."""


class PublishSplitter:
    """Splits the stream of one connection. What it holds is bounded by the largest packet that the broker sends."""

    def __init__(self, generation: int) -> None:
        self._generation = generation
        self._topics: dict[bytes, str] = {}
        self._held: list[bytes] = []
        self._missing = 0
        self._lost = False

    def feed(self, chunk: bytes) -> list[Run]:
        """Take what was read; return what is whole now, in order."""
        if self._lost:
            return [chunk]
        self._held.append(chunk)
        self._missing -= len(chunk)
        if self._missing > 0:
            return []
        data = b"".join(self._held)
        runs: list[Run] = []
        at = self._take_all(data, runs)
        self._held = [data[at:]] if at < len(data) else []
        return runs

    def _take_all(self, data: bytes, runs: list[Run]) -> int:
        """Take every whole packet; returns where they end."""
        batch: list[AnyDelivery] = []
        self._missing = 0
        at = self._take_plain(data, 0, batch)
        while at < len(data) and (stop := self._end_of_packet(data, at)) is not None:
            delivery = self._message(data, at, stop)
            if delivery is not None:
                batch.append(delivery)
            else:
                if batch:
                    runs.append(batch)
                    batch = []
                runs.append(data[at:stop])
            at = self._take_plain(data, stop, batch)
        if batch:
            runs.append(batch)
        return at

    def _take_plain(self, data: bytes, at: int, batch: list[AnyDelivery]) -> int:
        """Take messages without properties as long as they are short and whole; returns where they end."""
        topics, generation, end = self._topics, self._generation, len(data)
        try:
            while True:
                flags = _FLAGS[data[at]]
                length = data[at + 1]
                body = at + 2
                if length >= 0x80:
                    high = data[body]
                    length += (high << 7) - 0x80
                    body += 1
                    if high >= 0x80:
                        return at
                stop = body + length
                if stop > end or flags is None:
                    return at
                qos, retain, dup = flags
                id_at = body + 2 + (data[body] << 8 | data[body + 1])
                properties_at = id_at + 2 * qos
                # A length that lies leads out of the packet before anything of it is believed.
                if properties_at >= stop or data[properties_at]:
                    return at
                name = data[body + 2 : id_at]
                topic = topics.get(name) or self._decode(name)
                packet_id = data[id_at] << 8 | data[id_at + 1] if qos else 0
                batch.append((topic, data[properties_at + 1 : stop], qos, retain, dup, packet_id, generation))
                at = stop
        except IndexError:
            return at

    def _end_of_packet(self, data: bytes, at: int) -> int | None:
        """Where the packet ends that begins here; None if that is still to come."""
        try:
            length = read_variable(data, at + 1)
        except IndexError:
            self._missing = 1
            return None
        if length is None:
            # No packet begins where we would look for the next: the rest of the stream is paho's to refuse.
            self._lost = True
            return len(data)
        stop = length.end + length.value
        if stop > len(data):
            self._missing = stop - len(data)
            return None
        return stop

    def _message(self, data: bytes, at: int, stop: int) -> Delivery | None:
        """Read a message of any size, with any properties; None if it is not one for us or odd in any way."""
        flags, head = _FLAGS[data[at]], read_variable(data, at + 1)
        if flags is None or head is None or head.value < _PUBLISH_BYTES_MIN:
            return None
        qos, retain, dup = flags
        name_at = head.end + 2
        id_at = name_at + int.from_bytes(data[head.end : name_at], "big")
        properties_at = id_at + 2 * qos
        try:
            size = read_variable(data, properties_at) if properties_at < stop else None
        except IndexError:
            return None
        if size is None or size.end + size.value > stop:
            return None
        payload_at = size.end + size.value
        properties = read_properties(data[size.end : payload_at])
        if properties is None:
            return None
        message = Message(data[payload_at:stop], retain, **properties)  # type: ignore[arg-type]  # each has its type
        packet_id = int.from_bytes(data[id_at:properties_at], "big")
        return Delivery(self._decode(data[name_at:id_at]), message, qos, retain, dup, packet_id, self._generation)

    def _decode(self, name: bytes) -> str | None:
        """Return the topic, None if it is no UTF-8; the one object if it was met before."""
        topic = self._topics.get(name)
        if topic is not None:
            return topic
        try:
            topic = name.decode()
        except UnicodeDecodeError:
            return None
        if len(name) <= TOPIC_CACHED_BYTES_MAX:
            if len(self._topics) >= TOPICS_CACHED_MAX:
                self._topics.clear()
            self._topics[name] = topic
        return topic
