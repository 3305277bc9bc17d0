"""The few MQTT 3.1.1 packets that a load generator needs, as bytes; it touches no socket.

Everything is pre-encoded where that is possible, so that the publisher is never what a bench measures.
Sections are those of MQTT 3.1.1.
"""

PUBACK_BYTES = 4  # §3.4: fixed header, length 2, packet id
CONNACK_BYTES = 4  # §3.2
PACKET_ID_MAX = 65_535
PUBLISH, SUBACK = 3, 9  # packet types, §2.2.1


def remaining_length(value: int) -> bytes:
    """`value` in the 1 to 4 byte form of §2.2.3."""
    out = bytearray()
    while True:
        value, low = divmod(value, 128)
        out.append(low | 0x80 if value else low)
        if not value:
            return bytes(out)


def text(value: str) -> bytes:
    """A length-prefixed UTF-8 string (§1.5.3)."""
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def connect(client_id: str, user: str, password: str, *, keepalive_s: int = 600) -> bytes:
    """CONNECT with a clean session (§3.1); no credentials when `user` is empty."""
    flags = 0x02 | (0xC0 if user else 0)
    body = text("MQTT") + bytes((4, flags)) + keepalive_s.to_bytes(2, "big") + text(client_id)
    if user:
        body += text(user) + text(password)
    return b"\x10" + remaining_length(len(body)) + body


def subscribe(packet_id: int, topic_filter: str, *, qos: int) -> bytes:
    """SUBSCRIBE to one filter (§3.8)."""
    body = packet_id.to_bytes(2, "big") + text(topic_filter) + bytes((qos,))
    return b"\x82" + remaining_length(len(body)) + body


def publish(packet_id: int, topic: bytes, payload: bytes) -> bytes:
    """PUBLISH at QoS 1 (§3.3)."""
    length = 2 + len(topic) + 2 + len(payload)
    head = b"\x32" + remaining_length(length) + len(topic).to_bytes(2, "big") + topic
    return head + packet_id.to_bytes(2, "big") + payload


def publish_5(packet_id: int, topic: bytes, payload: bytes) -> bytes:
    """PUBLISH at QoS 1 as MQTT 5 has it, without properties (MQTT 5 §3.3)."""
    length = 2 + len(topic) + 3 + len(payload)
    head = b"\x32" + remaining_length(length) + len(topic).to_bytes(2, "big") + topic
    return head + packet_id.to_bytes(2, "big") + b"\x00" + payload


def puback(packet_id: int) -> bytes:
    """PUBACK (§3.4)."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def split(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Cut `data` into whole packets (first byte, body) and the rest that is not whole yet."""
    packets: list[tuple[int, bytes]] = []
    at = 0
    while True:
        length, shift, index = 0, 0, at + 1
        while index < len(data):
            byte = data[index]
            index += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        else:
            return packets, data[at:]
        if index + length > len(data):
            return packets, data[at:]
        packets.append((data[at], data[index : index + length]))
        at = index + length


def publish_parts(first: int, body: bytes) -> tuple[int | None, bytes]:
    """(packet id or None at QoS 0, payload) of a PUBLISH packet's body."""
    at = 2 + int.from_bytes(body[:2], "big")
    if not first & 0x06:
        return None, body[at:]
    return int.from_bytes(body[at : at + 2], "big"), body[at + 2 :]
