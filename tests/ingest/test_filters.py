"""A filter selects exactly what MQTT 5 §4.7 says it selects."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.errors import FilterError
from ingest.filters import FilterSet, TopicFilter
from tests.ingest.strategies import TOPICS, filters


def selects(pattern: list[str], topic: list[str]) -> bool:
    """The specification read aloud, level by level."""
    if not pattern:
        return not topic
    if pattern[0] == "#":
        return True
    if not topic:
        return False
    return pattern[0] in ("+", topic[0]) and selects(pattern[1:], topic[1:])


def oracle(text: str, topic: str) -> bool:
    if topic.startswith("$") and text[0] in "+#":
        return False
    return selects(text.split("/"), topic.split("/"))


@given(filters(), TOPICS)
@example("#", "$SYS/x")
@example("+/x", "$SYS/x")
@example("$SYS/#", "$SYS")
@example("a/#", "a")
@example("a/#", "ab")
@example("+/#", "/")
@example("+", "\n")
@example("/+", "/")
@example("+/+", "/")
@example("a/+", "a")
@example("#", "\n")
def test_matching_agrees_with_the_specification(text, topic):
    assert TopicFilter.parse(text).matches(topic) == oracle(text, topic)


@given(st.lists(filters(), max_size=5), st.lists(TOPICS, max_size=8))
def test_a_set_selects_what_any_of_its_filters_selects(texts, topics):
    chosen = FilterSet.parse(texts)
    expected = [topic for topic in topics if any(oracle(text, topic) for text in texts)]
    assert chosen.select(topics) == expected
    assert [topic for topic in topics if chosen.matches(topic)] == expected


@given(TOPICS)
def test_a_topic_is_a_filter_that_matches_itself(topic):
    if topic.startswith("$share/") or topic == "$share":
        return
    chosen = TopicFilter.parse(topic)
    assert chosen.literal
    assert chosen.matches(topic)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "write # to select every topic"),
        ("a#", "level 1: # must be a whole level, not a part of one: write a/# or # alone"),
        ("a/b+/c", "level 2: \\+ must be a whole level, not a part of one: write b/\\+ or \\+ alone"),
        ("++", "write \\+ alone"),
        ("a/#/b", "level 2: # must be the last level: end the filter here, or write \\+"),
        ("#/", "must be the last level"),
        ("a\0", "NUL"),
        ("\ud800", "surrogate"),
        ("a" * 65_536, "shorten it"),
        ("$share/g/a/#", "write what follows the group's name"),
    ],
)
def test_a_bad_filter_names_its_fault_and_the_fix(text, fault):
    with pytest.raises(FilterError, match=fault):
        TopicFilter.parse(text)


@given(st.text(alphabet="ab/+#$\0\ud800", max_size=8))
def test_any_text_is_a_filter_or_a_fault_that_is_named(text):
    levels = text.split("/")
    valid = (
        text
        and not set(text) & {"\0", "\ud800"}
        and levels[0] != "$share"
        and all(level in ("+", "#") or not set(level) & {"+", "#"} for level in levels)
        and "#" not in levels[:-1]
    )
    if valid:
        assert TopicFilter.parse(text).text == text
    else:
        with pytest.raises(FilterError, match=": "):
            TopicFilter.parse(text)


def test_fifty_thousand_topics_are_selected_by_each_of_three_filters():
    topics = [f"homes/h{number}/room{number % 7}/motion" for number in range(50_000)]
    chosen = FilterSet.parse(["homes/+/room3/#", "homes/h5/+/motion", "homes/h6/room6/motion"])
    assert len(chosen.select(topics)) == 7_143 + 2
