"""A topic is accepted exactly when MQTT accepts it."""

import pytest
from hypothesis import given

from ingest.errors import TopicError
from ingest.topics import check_topic
from tests.ingest.strategies import TOPICS


@given(TOPICS)
def test_a_valid_topic_comes_back_unchanged(topic):
    assert check_topic(topic) == topic


@pytest.mark.parametrize("topic", ["/", "//", " ", "a b/c", "/a", "a/", "home/$sys", "$SYS/x", "home/Küche", "\x01"])
def test_odd_but_valid_topics_are_accepted(topic):
    assert check_topic(topic) == topic


@pytest.mark.parametrize(
    ("topic", "fault"),
    [("", "empty"), ("a/+", "wildcard +"), ("a/b#", "wildcard #"), ("a\0b", "NUL"), ("a\ud800", "surrogate")],
)
def test_a_bad_topic_is_refused_with_its_fault(topic, fault):
    with pytest.raises(TopicError, match=fault.replace("+", r"\+")):
        check_topic(topic)


def test_the_bound_counts_bytes_and_not_letters():
    assert check_topic("ä" * 5, bytes_max=10) == "ä" * 5
    with pytest.raises(TopicError, match="10 bytes, this one has 12"):
        check_topic("ä" * 6, bytes_max=10)
    with pytest.raises(TopicError, match="65535"):
        check_topic("a" * 65_536)
