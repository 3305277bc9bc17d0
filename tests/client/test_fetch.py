"""When the client tries again, and when not. No sockets: the steps of a call, answered by hand."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearthlog.client import NotReached, Policy, Refused, Unavailable
from hearthlog.client.errors import error_of
from hearthlog.client.events import Event, Events
from hearthlog.client.fetch import fetch, next_of
from hearthlog.client.progress import metered
from hearthlog.client.reads import read_rows, read_table
from hearthlog.client.steps import Answer, Ask, Broken, Pause, Reply
from hearthlog.client.verify.logs import GAP_MAX, RANGE_MAX, ranges

POLICY = Policy(tries_max=4, backoff_s=1, backoff_s_max=3, retry_after_s_max=60, random=lambda: 1.0)


def play(ask: Ask, replies: Sequence[Answer | Broken]) -> tuple[Answer, list[float]]:
    """The answer that a call ends with, and the pauses that it made."""
    steps, pauses, waiting = fetch(POLICY, ask), [], list(replies)
    reply: Reply = None
    try:
        while True:
            effect = steps.send(reply)
            if isinstance(effect, Pause):
                pauses.append(effect.seconds)
                reply = None
            else:
                assert effect == ask
                reply = waiting.pop(0)
    except StopIteration as done:
        assert not waiting
        return done.value, pauses


GOOD = Answer(200, {}, b"ok")
BUSY = Answer(429, {"retry-after": "7"}, b'{"type": "urn:hearthlog:problem:too-many", "detail": "slower"}')
GET, POST = Ask("/v1/x"), Ask("/v1/x", method="POST", content=b"{}")


def test_a_get_is_sent_again_after_a_break_each_time_later():
    assert play(GET, [Broken("cut"), Broken("cut"), Answer(502, {}, b""), GOOD]) == (GOOD, [1, 2, 3])


def test_the_home_says_how_long_to_wait():
    assert play(GET, [BUSY, GOOD]) == (GOOD, [7])
    assert play(POST, [BUSY, GOOD]) == (GOOD, [7])


def test_a_post_is_not_sent_again_where_it_may_have_been_done():
    for lost in (Broken("cut"), Answer(502, {}, b"")):
        with pytest.raises(Unavailable):
            play(POST, [lost, GOOD])


def test_after_the_last_try_the_failure_is_the_callers():
    with pytest.raises(Refused, match="slower"):
        play(GET, [BUSY] * 4)
    with pytest.raises(Unavailable, match="cut"):
        play(GET, [Broken("cut")] * 4)
    with pytest.raises(Refused, match="slower"):
        play(GET, [BUSY._replace(headers={"retry-after": "3600"}), GOOD])


def test_a_refusal_is_final():
    with pytest.raises(Refused):
        play(GET, [Answer(400, {}, b"no"), GOOD])


def test_errors_are_made_of_problems_and_of_what_is_none():
    problem = b'{"type": "urn:hearthlog:problem:position-not-reached", "detail": "at: later", "parameter": "at"}'
    found = error_of(409, problem)
    assert isinstance(found, NotReached)
    assert (found.detail, found.status, found.kind, found.parameter) == ("at: later", 409, "position-not-reached", "at")
    assert str(error_of(502, b"<html>bad gateway")) == "the answer is 502: <html>bad gateway"


@given(st.integers(100, 599), st.binary())
def test_any_answer_whatever_is_an_error_with_a_sentence(status, content):
    assert str(error_of(status, content))


def test_the_rest_of_an_answer_is_asked_for_at_the_same_home_only():
    assert next_of({"link": '</v1/topics?cursor=a%2Cb>; rel="next"'}) == "/v1/topics?cursor=a%2Cb"
    assert next_of({"link": '</a>; rel="prev", </b>; rel="next"'}) == "/b"
    for other in ("<https://elsewhere.example/v1>", "<//elsewhere.example/v1>"):
        assert next_of({"link": f'{other}; rel="next"'}) is None
    assert next_of({}) is None


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("kind", ["arrow", "json"])
def test_pages_that_other_decoders_made_are_asked_for_anew_from_the_first_on(kind, refused):
    def page(number: int, decoders: str, rest: str | None) -> Answer:
        rows = pa.table({"n": [number]})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows)
        body = json.dumps({"gaps": [{"n": number}], "decoder_set": decoders, "kernel": "1"}).encode()
        headers = {"hearthlog-decoder-set": decoders, "hearthlog-kernel": "1"} if kind == "arrow" else {}
        link = {} if rest is None else {"link": f'<{rest}>; rel="next"'}
        return Answer(200, headers | link, sink.getvalue().to_pybytes() if kind == "arrow" else body)

    gone = Answer(409, {}, b'{"type": "urn:hearthlog:problem:gone", "detail": "begin again"}')
    second = gone if refused else page(2, "new", "/c")
    replies = [page(1, "old", "/b"), second, page(3, "new", "/b"), page(4, "new", None)]
    if kind == "arrow":
        steps = read_table(POLICY, "/v1/topics", (), {})
    else:
        steps = read_rows(POLICY, "/v1/gaps", "gaps", (), {})
    asked, reply = [], None
    try:
        while True:
            asked.append(steps.send(reply).path)
            reply = replies.pop(0)
    except StopIteration as done:
        found = done.value if kind == "json" else done.value.to_pylist()
    assert [each["n"] for each in found] == [3, 4]
    assert asked[0] == asked[2] != asked[1] == asked[3]


@given(st.sets(st.integers(1, 5_000)))
def test_ranges_have_every_number_in_order_and_few_others(numbers):
    found = list(ranges(numbers))
    covered = [number for first, last in found for number in range(first, last + 1)]
    assert covered == sorted(set(covered))
    assert numbers <= set(covered)
    for first, last in found:
        assert last - first < RANGE_MAX
        assert {first, last} <= numbers
        inside = sorted(each for each in numbers if first <= each <= last)
        assert all(after - before <= GAP_MAX for before, after in pairwise(inside))


@given(
    st.lists(st.tuples(st.sampled_from(["message", "latest"]), st.integers(0, 99), st.text("ab\u00e9{}", min_size=1))),
    st.data(),
)
def test_events_are_the_same_however_the_stream_is_cut(told, data):
    content = b"retry: 1000\n\n: still here\n\n" + b"".join(
        (f"id: {number}\n" + (f"event: {name}\n" if name != "message" else "") + f"data: {text}\n\n").encode()
        for name, number, text in told
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=8)))
    parser, found = Events(), []
    for first, last in zip([0, *cuts], [*cuts, len(content)], strict=True):
        found += parser.feed(content[first:last])
    assert found == [Event(name, str(number), text) for name, number, text in told]


def test_a_person_is_told_what_a_long_pause_is_for():
    steps = fetch(POLICY, POST)
    assert next(steps) == POST
    busy = Answer(503, {"retry-after": "30"}, b'{"detail": "the read model is being built anew"}')
    pause = steps.send(busy)
    assert pause == Pause(30, "the read model is being built anew")
    with metered("pin", wanted=True) as meter:
        meter.wait(pause.seconds, pause.why)
        assert meter.shown == "pin: again in 30 s: the read model is being built anew"
        meter.add(b"x")
        assert meter.shown == "pin"
