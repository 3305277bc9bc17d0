"""One table has every sentence: it fills in, it reads as a person speaks, and docs/faults.md is made from it."""

import math
import re
from pathlib import Path

import pytest

from api.gaps.outages import RANK
from api.health.path import STAGES, STATES
from api.words.page import faults_page
from api.words.quantities import NS_PER_S, counted, duration, moment, size
from api.words.say import own_log_words, say
from api.words.templates import FAULTS, OWN_LOG, TEMPLATES

DOCS = Path(__file__).parents[2] / "docs"
CAUSES = {"device", "broker", "sink", "store", "home", "unknown"}


def test_the_page_about_faults_is_made_from_the_table():
    assert (DOCS / "faults.md").read_text() == faults_page()


def test_each_fault_says_what_shows_it_and_what_to_do():
    for each in FAULTS.values():
        assert each.kind in CAUSES
        assert all(text.endswith(".") for text in (each.now, each.past, each.evidence, each.remedy)), each.id


def test_a_sentence_without_a_fact_says_so_instead_of_failing():
    for each in TEMPLATES:
        for over in (False, True):
            said = say(each, over=over)
            assert said.sentence
            assert "{" not in said.sentence + said.remedy
    assert "{" not in "".join(own_log_words(event, {}) for event in OWN_LOG)


PAGE = Path(__file__).parents[2] / "api" / "page"
TITLE_CHARACTERS_MAX = 120


def table_of_page(path: str, name: str) -> set[str]:
    """The keys of one of the page's constants, written as an object or as a list of pairs."""
    (text,) = re.findall(rf"^(?:export )?const {name} = (.*?);$", (PAGE / path).read_text(), re.MULTILINE | re.DOTALL)
    pairs = re.findall(r"\['(\w+)',", text)
    return set(pairs or re.findall(r"(\w+):", text))


def test_the_page_has_a_place_and_a_sign_for_everything_that_can_be_said():
    assert {each.severity.name for each in FAULTS.values()} <= table_of_page("lib/health_words.js", "WEIGHTS")
    assert {each.kind for each in FAULTS.values()} == table_of_page("parts/fault_table.js", "KINDS")
    assert {FAULTS[each].kind for each in RANK} <= table_of_page("parts/outages.js", "LANES")
    assert set(STAGES) == table_of_page("lib/health_words.js", "STAGES")
    assert {*STATES.values(), "unknown"} == table_of_page("lib/health_words.js", "SIGNS")


def test_the_page_makes_a_heading_of_the_beginning_of_each_sentence_and_tells_the_rest_below():
    topic = {"topic": "homes/h1/kitchen/temperature"}
    for each in FAULTS.values():
        for over in (False, True):
            title, *_ = re.split(r"(?<=[.:]) ", say(each.id, over=over, facts=topic).sentence, maxsplit=1)
            assert 8 <= len(title) <= TITLE_CHARACTERS_MAX, title


def test_sentences_use_the_words_of_the_house():
    text = " ".join(each.now + each.past + each.evidence + each.remedy for each in TEMPLATES.values())
    text = re.sub(r"\{\w+\}", "", text)
    assert not re.search(r"\b(channel|reading|sample|offset|exactly.once)s?\b", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (math.nan, "an unknown time"),
        (0.0003, "0.3 ms"),
        (4.24, "4.2 s"),
        (59, "59 s"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (11_520, "3 h 12 min"),
        (7_200, "2 h"),
        (90_000, "1 d 1 h"),
        (41 * 86_400 + 999, "41 days"),
    ],
)
def test_durations_have_two_units_at_most(seconds, words):
    assert duration(seconds * NS_PER_S) == words


def test_quantities_read_as_a_person_writes_them():
    assert counted(1, "message") == "1 message"
    assert counted(2_941, "message") == "2,941 messages"
    assert size(999) == "999 bytes"
    assert size(1_234_567) == "1.23 MB"
    assert moment(1_700_000_000 * NS_PER_S) == "2023-11-14 22:13:20 UTC"
