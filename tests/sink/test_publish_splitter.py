"""However the broker's bytes are cut, each message comes out as paho would have read it, and paho gets all the rest."""

import struct

from hypothesis import example, given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gdp_sink import publish_splitter
from gdp_sink.mqtt_client import delivery_of
from gdp_sink.publish_splitter import PublishSplitter
from gdp_sink.source import Delivery, whole
from ingest.envelope import Message

GENERATION = 7
PINGRESP = b"\xd0\x00"


def variable(value):
    """A variable byte integer (MQTT 5 §1.5.5)."""
    out = b""
    while value >= 128:
        out += bytes([value % 128 | 128])
        value //= 128
    return out + bytes([value])


def packet(first, body):
    return bytes([first]) + variable(len(body)) + body


def publish(topic=b"t", payload=b"x", *, qos=1, packet_id=1, retain=False, dup=False, properties=b""):
    name = struct.pack("!H", len(topic)) + topic
    identifier = struct.pack("!H", packet_id) if qos else b""
    block = variable(len(properties)) + properties
    return packet(0x30 | dup << 3 | qos << 1 | retain, name + identifier + block + payload)


def encoded(**values):
    """Properties as paho encodes them, without the length before them."""
    properties = Properties(PacketTypes.PUBLISH)
    for name, value in values.items():
        setattr(properties, name, value)
    data = properties.pack()
    return data[len(variable(len(data) - 1)) :]


TEXTS = st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"]), max_size=5)
PROPERTIES = st.just(b"") | st.fixed_dictionaries(
    {},
    optional={
        "PayloadFormatIndicator": st.integers(0, 1),
        "MessageExpiryInterval": st.integers(0, 2**32 - 1),
        "ContentType": TEXTS,
        "ResponseTopic": TEXTS,
        "CorrelationData": st.binary(max_size=5),
        "SubscriptionIdentifier": st.integers(1, 268_435_455),
        "UserProperty": st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3),
    },
).map(lambda values: encoded(**values))
GOOD = st.builds(
    publish,
    topic=st.text(max_size=8).map(str.encode) | st.binary(max_size=4) | st.just(b"a" * 300),
    payload=st.binary(max_size=12) | st.sampled_from([100, 127, 128, 16_370, 16_400]).map(bytes),
    qos=st.integers(0, 1),
    packet_id=st.integers(1, 65_535),
    retain=st.booleans(),
    dup=st.booleans(),
    properties=PROPERTIES,
)
ODD = (
    st.builds(publish, qos=st.just(2))
    | st.builds(publish, properties=st.binary(min_size=1, max_size=8))
    | st.builds(packet, st.integers(0, 255), st.binary(max_size=12))
    | st.just(PINGRESP)
)
CUTS = st.lists(st.integers(1, 40) | st.integers(1, 40_000), min_size=1, max_size=12)


def cut(stream, sizes):
    """The stream in chunks of these sizes, again and again."""
    chunks, at = [], 0
    while at < len(stream):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(stream[at : at + size])
        at += size
    return chunks


def split(stream, sizes):
    splitter = PublishSplitter(GENERATION)
    runs = [run for chunk in cut(stream, sizes) for run in splitter.feed(chunk)]
    return [run if isinstance(run, bytes) else [whole(each) for each in run] for run in runs]


def packets_of(stream):
    """The whole packets of a stream; what follows a length that is none is one more."""
    packets, at = [], 0
    while True:
        length = shift = 0
        for body in range(at + 1, at + 5):
            if body >= len(stream):
                return packets
            length |= (stream[body] & 127) << shift
            shift += 7
            if stream[body] < 128:
                break
        else:
            return [*packets, stream[at:]]
        end = body + 1 + length
        if end > len(stream):
            return packets
        packets.append(stream[at:end])
        at = end


def as_paho_reads(whole):
    """The delivery that paho makes of a packet; the packet itself if it makes none."""
    first = whole[0]
    if first >> 4 != 3 or first & 0x06 > 2 or all(byte > 127 for byte in whole[1:5]):
        return whole
    body = next(at for at in range(1, 5) if whole[at] < 128) + 1
    try:
        found = decode_publish(first, bytearray(whole[body:]), MQTTProtocolVersion.MQTTv5)
    except MalformedPacket:
        return whole
    message = MQTTMessage(found.mid, found.topic)
    message.dup, message.qos, message.retain = found.dup, found.qos, found.retain
    message.properties, message.payload = found.properties, found.payload
    return delivery_of(message, GENERATION)


def as_the_sink_reads(stream, sizes):
    """What comes of a stream when paho has read its part of it."""
    for run in split(stream, sizes):
        if isinstance(run, bytes):
            yield as_paho_reads(run)
        else:
            assert run
            yield from run


def joined(sequence):
    """A sequence in which neighbouring bytes are one: behind a length that is none, chunks are passed as they come."""
    out = []
    for each in sequence:
        if out and isinstance(each, bytes) and isinstance(out[-1], bytes):
            out[-1] += each
        else:
            out.append(each)
    return out


@given(st.lists(GOOD | ODD, max_size=12).map(b"".join), CUTS)
@example(publish() + b"\x32\xff\xff\xff\xff\x01" + publish(), [3])
def test_each_message_is_read_as_paho_reads_it_and_the_rest_is_left_in_its_place(stream, sizes):
    assert joined(as_the_sink_reads(stream, sizes)) == joined(map(as_paho_reads, packets_of(stream)))


@given(st.binary(max_size=100), CUTS)
def test_garbage_breaks_nothing_and_is_left_to_paho(stream, sizes):
    assert joined(as_the_sink_reads(stream, sizes)) == joined(map(as_paho_reads, packets_of(stream)))


@given(st.lists(GOOD, min_size=1, max_size=12), CUTS)
def test_of_well_formed_messages_none_is_left_to_paho(packets, sizes):
    runs = split(b"".join(packets), sizes)
    assert [delivery for run in runs for delivery in run] == [as_paho_reads(each) for each in packets]


def test_order_is_kept_between_messages_and_the_rest():
    runs = split(publish(payload=b"1") + publish(payload=b"2") + PINGRESP + publish(payload=b"3"), [1000])
    first, second = Message(b"1"), Message(b"2")
    assert runs == [
        [Delivery("t", first, 1, False, False, 1, 7), Delivery("t", second, 1, False, False, 1, 7)],
        PINGRESP,
        [Delivery("t", Message(b"3"), 1, False, False, 1, 7)],
    ]


def test_a_message_of_many_chunks_is_put_together_once():
    payload = bytes(range(256)) * 8192
    (run,) = split(publish(payload=payload) + PINGRESP[:1], [65_536])
    assert [delivery.message.payload for delivery in run] == [payload]


def test_what_is_no_utf_8_has_no_topic():
    (run,) = split(publish(topic=b"\xff") + publish(topic=b"\xff", properties=encoded(ContentType="t")), [1000])
    assert [delivery.topic for delivery in run] == [None, None]


def test_a_topic_is_one_object_for_all_its_messages_and_the_memory_for_that_is_bounded(monkeypatch):
    monkeypatch.setattr(publish_splitter, "TOPICS_CACHED_MAX", 2)
    splitter = PublishSplitter(GENERATION)
    (run,) = splitter.feed(publish() + publish(properties=encoded(ContentType="t")))
    first, second = map(whole, run)
    assert first.topic is second.topic
    (run,) = splitter.feed(b"".join(publish(topic=str(number).encode()) for number in range(20)))
    assert [whole(delivery).topic for delivery in run] == [str(number) for number in range(20)]
