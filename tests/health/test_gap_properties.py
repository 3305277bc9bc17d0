"""What holds of gaps whatever happened: they do not overlap, hold no record, and leave what was spoken."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from api.gaps.rules import SILENT_INTERVALS, SILENT_MIN_NS
from api.gaps.spans import Taken, subtract
from tests.health.scripted import Day, S, at, said

END = 2_000
EVENTS = st.sampled_from(
    [
        ("started", {}),
        ("stopped", {}),
        ("connected", {"session_present": True}),
        ("connected", {"session_present": False}),
        ("session_lost", {}),
        ("subscribed", {}),
        ("probing", {}),
        ("broker_restarted", {"up_s": 3.0, "in_order": False}),
        ("broker_restarted", {"up_s": 30.0}),
        ("not_subscribed", {}),
        ("disconnected", {"reason": "Server shutting down"}),
        ("disconnected", {"reason": "the connection broke"}),
        ("disconnected", {"reason": "Keep alive timeout", "silent_s": 30.0}),
        ("unreachable", {}),
        ("resumed", {"paused_s": 40.0}),
        ("clock", {}),
        ("heartbeat of tomorrow", {"unheard": "of"}),
    ]
)
MOMENTS = st.integers(1, END * 10 - 1).map(lambda tenths: tenths / 10)
STORIES = st.lists(st.tuples(MOMENTS, EVENTS), max_size=25).map(lambda told: [(when, *what) for when, what in told])
SPANS = st.lists(st.tuples(MOMENTS, MOMENTS).map(lambda pair: (min(pair), max(pair))), max_size=3)
STEADY = st.builds(
    lambda every, without: [
        n * every for n in range(1, END // every) if not any(a < n * every < b for a, b in without)
    ],
    st.integers(1, 50),
    SPANS,
)
TIMES = STEADY | st.lists(MOMENTS, max_size=60)
WINDOWS = st.tuples(st.integers(0, END // 2), st.integers(END // 2 + 1, END))


@given(
    events=STORIES,
    dead=SPANS,
    times=TIMES,
    window=WINDOWS,
    qos=st.sampled_from([None, 0, 1]),
    door=st.booleans(),
)
def test_gaps_never_overlap_and_never_hold_a_record(events, dead, times, window, qos, door):
    heard = said(times, qos=qos, events=door)
    gaps = Day(events, dead=dead, end=END).gaps(heard, *window)
    start, end = at(window[0]), at(window[1])
    assert all(start <= each.start < each.end <= end for each in gaps)
    assert all(one.end <= two.start for one, two in itertools.pairwise(gaps))
    for each in gaps:
        assert not any(each.start < time < each.end for time in heard.times.tolist())
    speaking = subtract((start, end), [(each.start, each.end) for each in gaps])
    covered = sorted([*speaking, *((each.start, each.end) for each in gaps)])
    assert covered[0][0] == start
    assert covered[-1][1] == end
    assert all(one[1] == two[0] for one, two in itertools.pairwise(covered))
    if door:
        assert "device" not in {each.id.partition(".")[0] for each in gaps}


@given(every=st.integers(1, 50), without=SPANS)
def test_a_steady_topic_speaks_or_has_a_gap(every, without):
    times = [n * every for n in range(1, END // every) if not any(a < n * every < b for a, b in without)]
    heard = said(times)
    gaps = Day([], end=END).gaps(heard)
    usual = next((each.usual for each in gaps), None)
    silent = {(each.start, each.end) for each in gaps}
    if usual is None:
        return
    for one, two in zip(heard.times.tolist(), heard.times.tolist()[1:], strict=False):
        long = two - one > max(SILENT_INTERVALS * usual, SILENT_MIN_NS)
        assert ((one, two) in silent) == long


@given(spans=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: (min(pair), max(pair)))))
def test_spans_that_are_taken_never_overlap_and_miss_nothing(spans):
    taken = Taken()
    pieces = [piece for span in spans if span[0] < span[1] for piece in taken.take(span)]
    assert sorted(pieces) == taken.spans
    covered = {moment for first, last in pieces for moment in range(first, last)}
    assert sum(last - first for first, last in pieces) == len(covered)
    assert covered == {moment for first, last in spans for moment in range(first, last)}


@given(events=STORIES, dead=SPANS)
def test_outages_of_the_recorder_never_overlap_and_lie_in_the_past(events, dead):
    outages = Day(events, dead=dead, end=END).outages()
    assert all(each.start < each.end <= at(END) for each in outages)
    assert all(one.end <= two.start for one, two in itertools.pairwise(outages))
    assert all(each.at_risk_ns <= S for each in outages)
