"""A day on which everything goes wrong once: each gap of a series has the right cause, bounds and count of what was kept."""

import pytest

from api.gaps.tell import kept_words
from tests.health.scripted import Day, at, said, steady, told

KEPT = {"session_present": True}
LOST = {"session_present": False}
STOPPED = [
    (3_600, "stopped", {"reason": "told to stop"}),
    (7_200, "started", {}),
    (7_200.5, "connected", KEPT),
    (7_200.6, "subscribed", {}),
]
STOPPED_DEAD = [(3_600, 7_200)]
EVERY = 60


def test_a_day_without_a_fault_has_no_gap():
    assert Day([]).gaps(steady(EVERY)) == []


def test_a_silent_device_is_the_device():
    gaps = Day([]).gaps(steady(EVERY, without=[(3_600, 7_200)]))
    assert told(gaps) == [("device", "device.silent", 3_600, 7_200, None)]
    assert not gaps[0].standing


def test_a_device_that_is_still_silent_stands():
    gaps = Day([]).gaps(steady(EVERY, until=80_000))
    assert told(gaps) == [("device", "device.silent", 79_920, 86_400, None)]
    assert gaps[0].standing


def test_ten_usual_intervals_within_five_minutes_are_no_gap():
    assert Day([]).gaps(steady(10, without=[(3_600, 3_890)])) == []
    assert told(Day([]).gaps(steady(10, without=[(3_600, 3_910)]))) == [("device", "device.silent", 3_600, 3_910, None)]


def test_a_stopped_sink_is_the_sink_and_what_waited_is_counted():
    day = Day(STOPPED, dead=STOPPED_DEAD)
    waited = [7_200.6 + n / 1_000 for n in range(60)]
    heard = steady(EVERY, without=[(3_600, 7_201)], later=waited)
    assert told(day.gaps(heard)) == [("sink", "sink.stopped", 3_600, 7_200, 60)]


def test_what_is_said_at_qos_0_while_the_sink_is_away_is_not_kept():
    heard = steady(EVERY, without=[(3_600, 7_201)], qos=0)
    assert told(Day(STOPPED, dead=STOPPED_DEAD).gaps(heard)) == [("sink", "sink.stopped", 3_600, 7_200, 0)]


def test_a_sink_that_died_is_dated_from_its_last_sign_of_life():
    day = Day(
        [(4_000, "started", {}), (4_000.5, "connected", KEPT), (4_000.6, "subscribed", {})], dead=[(3_601, 4_000)]
    )
    assert told(day.gaps(steady(EVERY, without=[(3_605, 4_001)]))) == [("sink", "sink.died", 3_600, 4_000, 0)]


def test_a_sink_that_stood_still_is_the_sink():
    day = Day([], dead=[(3_601, 4_000)])
    assert told(day.gaps(steady(EVERY, without=[(3_605, 3_999)]))) == [("sink", "sink.stood_still", 3_600, 4_000, 0)]


def test_a_full_disk_is_the_sink_that_paused():
    day = Day([(4_000, "paused", {}), (4_000, "resumed", {"paused_s": 398.0})], dead=[(3_602, 4_000)])
    assert told(day.gaps(steady(EVERY, without=[(3_602, 4_001)]))) == [("sink", "sink.paused", 3_602, 4_000, 0)]


def test_a_broker_that_went_without_a_word_costs_what_it_had_not_saved():
    day = Day(
        [
            (3_605, "disconnected", {"reason": "the connection ended: x"}),
            (3_900, "connected", KEPT),
            (3_900.1, "subscribed", {}),
        ]
    )
    gaps = day.gaps(steady(1, without=[(3_604, 3_901)]))
    assert told(gaps) == [("broker", "broker.lost", 3_604, 3_900, None)]
    assert gaps[0].outage.at_risk_ns == 1_000_000_000


def test_a_broker_that_was_shut_down_saved_everything():
    day = Day(
        [(3_605, "disconnected", {"reason": "the broker said: Server shutting down"}), (3_900, "connected", KEPT)]
    )
    gaps = day.gaps(steady(1, without=[(3_605, 3_901)]))
    assert told(gaps) == [("broker", "broker.stopped", 3_605, 3_900, None)]
    assert gaps[0].outage.at_risk_ns == 0


def test_a_broker_that_hung_is_away_from_when_it_was_last_heard():
    day = Day(
        [
            (3_645, "disconnected", {"reason": "the connection ended: Keep alive timeout", "silent_s": 44.0}),
            (3_900, "connected", KEPT),
        ]
    )
    assert told(day.gaps(steady(1, without=[(3_601, 3_901)]))) == [("broker", "broker.lost", 3_601, 3_900, None)]


def crashed_together(*after: tuple[float, str, dict], up_s: float = 101.0, **facts: object) -> Day:
    """Sink and broker die at 3,605; the broker is back at 3,900, the sink at 4,000; its last sign of life was at 3,600."""
    events = [(4_000, "started", {}), *after, (4_000.5, "connected", KEPT), (4_000.6, "subscribed", {})]
    return Day([*events, (4_001, "broker_restarted", {"up_s": up_s, **facts})], dead=[(3_601, 4_000)])


@pytest.mark.parametrize(("facts", "fault"), [({"in_order": False}, "broker.died"), ({}, "broker.restarted")])
def test_a_broker_that_died_with_the_sink_and_was_back_before_it_costs_what_it_had_not_saved(facts, fault):
    gaps = crashed_together(**facts).gaps(steady(1, without=[(3_599, 4_001)]))
    assert told(gaps) == [("broker", fault, 3_599, 3_900, None), ("sink", "sink.died", 3_900, 4_000, 0)]
    assert gaps[0].outage.at_risk_ns == 1_000_000_000
    assert [each.event for each in gaps[0].outage.evidence] == ["heartbeat", "broker_restarted"]


def test_a_broker_that_died_with_the_sink_and_was_back_after_it_has_all_of_that_time():
    day = crashed_together((4_000.1, "unreachable", {}), up_s=0.6, in_order=False)
    gaps = day.gaps(steady(1, without=[(3_599, 4_001)]))
    assert told(gaps)[0] == ("broker", "broker.died", 3_599, 4_000, None)
    assert {each.outage.cause for each in gaps} == {"broker"}


def test_a_broker_that_was_stopped_in_order_while_the_sink_was_away_costs_nothing():
    gaps = crashed_together(in_order=True).gaps(steady(EVERY, without=[(3_599, 4_001)]))
    assert told(gaps) == [("sink", "sink.died", 3_600, 4_000, 0)]


def test_a_home_that_was_stopped_and_started_says_no_more_of_the_broker_than_is_known():
    anew = (7_201, "broker_restarted", {"up_s": 100.0})
    waited = [7_200.6 + n / 1_000 for n in range(60)]
    heard = steady(EVERY, without=[(3_600, 7_202)], later=waited)
    known = Day([*STOPPED, (*anew[:2], {**anew[2], "in_order": True})], dead=STOPPED_DEAD)
    assert told(known.gaps(heard)) == [("sink", "sink.stopped", 3_600, 7_200, 60)]
    unknown = Day([*STOPPED, anew], dead=STOPPED_DEAD)
    (gap,) = unknown.gaps(heard)
    assert told([gap]) == [("sink", "sink.stopped_and_broker", 3_600, 7_200, None)]
    assert kept_words(gap) == "What it said meanwhile, if anything, is not known."


def test_what_waited_may_be_logged_before_it_is_known_whether_the_session_is_the_same():
    events = [(4_000, "started", {}), (4_000.2, "probing", {})]
    dead = [(3_601, 4_000)]
    heard = steady(EVERY, without=[(3_601, 4_001)], later=[4_000.3 + n / 1_000 for n in range(7)])
    kept = Day([*events, (4_000.5, "connected", KEPT), (4_000.6, "subscribed", {})], dead=dead)
    assert told(kept.gaps(heard)) == [("sink", "sink.died", 3_600, 4_000, 7)]
    (outage,) = kept.outages()
    assert [each.event for each in outage.evidence] == ["heartbeat", "started", "connected"]
    lost = [(4_000.4, "session_lost", {"epoch": 2}), (4_000.5, "connected", LOST), (4_001, "subscribed", {})]
    gaps = Day([*events, *lost], dead=dead).gaps(steady(EVERY, without=[(3_601, 4_002)]))
    assert told(gaps) == [("broker", "broker.session_lost", 3_600, 4_001, 0)]
    assert "session_lost" in [each.event for each in gaps[0].outage.evidence]


RESTORED = [
    (7_000, "restored", {"position": str(at(3_600))}),
    (7_200, "started", {}),
    (7_200.5, "connected", KEPT),
    (7_200.6, "subscribed", {}),
]


def test_what_was_logged_between_backup_and_restore_is_said_to_be_in_another_history():
    day = Day(RESTORED, dead=[(3_600, 7_200)])
    assert told(day.gaps(steady(EVERY, without=[(3_600, 7_201)]))) == [("store", "store.restored", 3_600, 7_200, None)]
    door = said([100, 1_700, 9_000], events=True)
    assert told(day.gaps(door)) == [("store", "store.restored", 3_600, 7_200, None)]


def test_a_restore_in_a_new_session_and_of_a_home_that_had_been_stopped_is_a_restore_all_the_same():
    lost = [(7_200.4, "session_lost", {"epoch": 2}), (7_200.5, "connected", LOST), (7_201, "subscribed", {})]
    day = Day([(3_000, "stopped", {}), *RESTORED[:2], *lost], dead=[(3_000, 7_200)])
    gaps = day.gaps(steady(EVERY, without=[(3_000, 7_202)]))
    assert [row[:4] for row in told(gaps)] == [
        ("sink", "sink.stopped", 3_000, 3_600),
        ("store", "store.restored", 3_600, 7_201),
    ]


def test_a_lost_session_is_the_broker_though_the_sink_was_stopped_for_what_waited_is_gone():
    events = [
        (3_600, "stopped", {}),
        (7_200, "started", {}),
        (7_200.5, "session_lost", {"epoch": 2}),
        (7_200.5, "connected", LOST),
        (7_201, "subscribed", {}),
    ]
    gaps = Day(events, dead=STOPPED_DEAD).gaps(steady(EVERY, without=[(3_600, 7_202)]))
    assert told(gaps) == [("broker", "broker.session_lost", 3_600, 7_201, 0)]


def test_a_refused_subscription_is_the_broker():
    events = [
        (3_600, "disconnected", {"reason": "Server shutting down"}),
        (3_601, "connected", LOST),
        (3_601.1, "not_subscribed", {}),
        (3_601.2, "disconnected", {"reason": "the broker refused the subscription"}),
        (3_610, "connected", KEPT),
        (3_610.1, "not_subscribed", {}),
        (3_900, "connected", KEPT),
        (3_900.1, "subscribed", {}),
    ]  # fmt: skip
    gaps = Day(events).gaps(steady(EVERY, without=[(3_600, 3_901)]))
    assert {each.id for each in gaps} == {"broker.stopped", "broker.refuses"}
    assert told(gaps)[-1] == ("broker", "broker.refuses", 3_601, 3_900, None)


def test_a_session_that_another_client_took_over_is_the_broker():
    events = [
        (3_600, "taken_over", {}),
        (3_600, "disconnected", {"reason": "Session taken over"}),
        (3_900, "connected", KEPT),
    ]
    gaps = Day(events).gaps(steady(EVERY, without=[(3_600, 3_901)]))
    assert told(gaps) == [("broker", "broker.taken_over", 3_600, 3_900, None)]


def test_a_sink_that_came_back_before_its_broker_hands_the_blame_on():
    events = [
        (3_600, "stopped", {}),
        (4_000, "started", {}),
        (4_000.5, "unreachable", {}),
        (5_000, "connected", KEPT),
        (5_000.5, "subscribed", {}),
    ]
    gaps = Day(events, dead=[(3_600, 4_000)]).gaps(steady(EVERY, without=[(3_600, 5_001)]))
    assert told(gaps) == [("sink", "sink.stopped", 3_600, 4_000, 0), ("broker", "broker.lost", 4_000, 5_000, None)]


def test_a_device_that_died_before_a_restart_of_the_sink_is_split_around_it():
    day = Day(STOPPED, dead=STOPPED_DEAD)
    gaps = day.gaps(steady(EVERY, without=[(1_800, 10_000)]))
    assert told(gaps) == [
        ("device", "device.silent", 1_800, 3_600, None),
        ("sink", "sink.stopped", 3_600, 7_200, 0),
        ("device", "device.silent", 7_200, 10_020, None),
    ]


def test_before_the_sink_watched_itself_nobody_knows():
    day = Day([])
    heard = said([each for each in range(-9_000, 9_000, 60) if not -5_000 < each < 1_000])
    assert told(day.gaps(heard, start=-9_000, end=9_000)) == [
        ("unknown", "unknown.unobserved", -5_040, 0, None),
        ("device", "device.silent", 0, 1_020, None),
    ]


def test_a_clock_that_was_set_forward_is_nobodys_silence():
    day = Day([(7_200, "clock", {"clock_offset_ns": 0})], dead=[(3_601, 7_200)])
    assert told(day.gaps(steady(EVERY, without=[(3_601, 7_200)]))) == [("unknown", "unknown.clock", 3_600, 7_200, None)]


def test_a_door_is_never_called_silent():
    door = said([100, 130, 4_000, 4_020, 40_000, 40_500], events=True)
    assert Day([]).gaps(door) == []
    regular = steady(600, without=[(20_000, 60_000)])._replace(events=True)
    assert Day([]).gaps(regular) == [], "also one that was opened every ten minutes until noon"


def test_a_door_while_the_sink_is_away_is_a_gap_only_if_it_spoke_and_nothing_tells_when():
    day = Day(STOPPED, dead=STOPPED_DEAD)
    quiet = said([100, 130, 20_000], events=True)
    assert day.gaps(quiet) == []
    used = said([100, 130, 7_200.51, 7_200.52, 20_000], events=True)
    assert told(day.gaps(used)) == [("sink", "sink.stopped", 3_600, 7_200, 2)]
    forgetful = said([100, 130, 20_000], events=True, qos=0)
    assert told(day.gaps(forgetful)) == [("sink", "sink.stopped", 3_600, 7_200, 0)]


def test_a_door_while_the_broker_is_away_is_unknown():
    day = Day([(3_605, "disconnected", {"reason": "Server shutting down"}), (3_900, "connected", KEPT)])
    assert told(day.gaps(said([100, 20_000], events=True))) == [("broker", "broker.stopped", 3_605, 3_900, None)]


def test_a_watch_that_sends_later_what_it_said_has_no_gap():
    day = Day([(3_605, "disconnected", {"reason": "Server shutting down"}), (3_900, "connected", KEPT)])
    assert day.gaps(steady(EVERY)) == []


def test_a_sink_that_is_stopped_now_stands():
    day = Day([(80_000, "stopped", {})], dead=[(80_000, 86_400)])
    gaps = day.gaps(steady(EVERY, until=80_000))
    assert [(each[0], each[1]) for each in told(gaps)] == [("sink", "sink.stopped")]
    assert gaps[0].standing


def test_a_window_inside_a_gap_is_all_gap():
    gaps = Day([]).gaps(steady(EVERY, without=[(3_600, 20_000)]), start=5_000, end=6_000)
    assert told(gaps) == [("device", "device.silent", 5_000, 6_000, None)]
