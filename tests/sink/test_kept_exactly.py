"""Whatever is published at QoS 1 comes out of the store exactly once, byte for byte, in order, provable."""

import asyncio
import unicodedata

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest.envelope import Message
from tests.ingest.strategies import TOPICS
from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess, by_topic
from tests.support.broker import Broker


def taken_by_mosquitto(text):
    """It drops clients that send control characters or code points that are no characters (MQTT 5 §1.5.4 lets it)."""
    return not any(unicodedata.category(each) in {"Cc", "Cn"} for each in text)


class Long(bytes):
    """A payload that is not printed when an example fails."""

    def __repr__(self):
        return f"Long({len(self)})"


PAYLOADS = (
    st.binary(max_size=40)
    | st.sampled_from([b"", b"\xd9\xd9\xf7", b"\xd9\xd9\xf7\xa1\x61a\x01", b'{"t":21.5}', b"\x00" * 200])
    | st.integers(60_000, 70_000).map(Long)
    | st.just(Long(bytes(range(256)) * 4096))
)
MESSAGES = st.builds(
    Message,
    payload=PAYLOADS,
    retain=st.booleans(),
    content_type=st.none()
    | st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), max_size=5),
    payload_format=st.sampled_from([None, 0]),
    user_properties=st.lists(st.tuples(st.sampled_from(["k", "ü"]), st.sampled_from(["", "v"])), max_size=2).map(tuple),
    response_topic=st.sampled_from([None, "r/t"]),
    correlation=st.none() | st.binary(min_size=1, max_size=4),
    expiry_s=st.none(),
    note=st.none(),
)
LEGAL = TOPICS.filter(lambda topic: not topic.startswith("$") and taken_by_mosquitto(topic))
PUBLISHED = st.lists(LEGAL, min_size=1, max_size=6).flatmap(
    lambda topics: st.lists(st.tuples(st.sampled_from(topics), MESSAGES), min_size=1, max_size=25)
)
PROPERTY_OF = {
    "content_type": "ContentType",
    "payload_format": "PayloadFormatIndicator",
    "response_topic": "ResponseTopic",
    "correlation": "CorrelationData",
}


def properties(message):
    found = {name: getattr(message, field) for field, name in PROPERTY_OF.items()}
    found = {name: value for name, value in found.items() if value is not None}
    if message.user_properties:
        found["UserProperty"] = list(message.user_properties)
    return found


async def publish_all(port, published):
    async with publisher(port) as peer:
        mids = [peer.send(topic, each.payload, 1, each.retain, **properties(each)) for topic, each in published]
        await peer.answered(mids)


async def check(directory, published):
    """Publish in two halves, with the sink away in between; then compare."""
    half = len(published) // 2
    end = ("the/end", Message(b""))
    async with Broker(directory / "broker") as broker:
        sink = SinkProcess(directory / "data", broker.port)
        async with sink:
            await publish_all(broker.port, published[:half])
        assert sink.process.returncode == 0, await sink.said()
        await publish_all(broker.port, [*published[half:], end])
        async with sink:
            await sink.stored("the/end")
        assert sink.messages() == by_topic([*published, end])


async def test_the_edges_of_mqtt_come_out_as_they_went_in(tmp_path):
    topics = ["/", "//", "a/", "/a", "a", "a//b", " ", "ü/🍲", "a b/c", "x" * 1024, "+ä".replace("+", "")]
    payloads = [b"", b"\x00", b"\xd9\xd9\xf7", b"\xd9\xd9\xf7\xa0", b"x" * 64_000, b"x" * 64_001, bytes(1_048_576)]
    published = [(topic, Message(payload)) for payload in payloads for topic in topics]
    published += [(topic, Message(b"kept", retain=True, content_type="text/plain")) for topic in topics]
    await check(tmp_path, published)


@pytest.mark.parametrize("examples", [2, pytest.param(60, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])])
def test_n_messages_on_m_topics_come_out_n_and_in_order(tmp_path_factory, examples, event_loop_runner):
    # Not shrunk: each example starts real processes.
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(PUBLISHED)
    def promise(published):
        event_loop_runner(check(tmp_path_factory.mktemp("kept"), published))

    promise()


@pytest.fixture
def event_loop_runner():
    with asyncio.Runner() as runner:
        yield runner.run
