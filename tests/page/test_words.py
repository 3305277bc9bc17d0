"""The page's pure modules, in the browser that runs them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page

from api.topics.names import full_name
from ingest.declared import Declaration
from tests.support.home import Home

THIN = "\u202f"


@pytest.fixture(scope="module")
def call(browser: Browser, house: Home) -> Iterator[Callable[..., object]]:
    """Calls an exported function of a module below lib/ and gives what it returns."""
    page: Page = browser.new_page(base_url=house.http, locale="en-GB", timezone_id="Europe/Berlin")
    page.goto("/now")

    def call(name: str, *arguments: object) -> object:
        module, function = name.split(".")
        script = """async ([module, name, values]) => {
            const base = document.querySelector('link[rel=icon]').href;
            const found = await import(new URL(`lib/${module}.js`, base));
            const told = found[name](...values);
            return told instanceof Map ? Object.fromEntries(told) : told;
        }"""
        return page.evaluate(script, [module, function, list(arguments)])

    yield call
    page.close()


@pytest.mark.parametrize(
    ("filter_", "topic", "matches"),
    [
        ("#", "a/b", True),
        ("#", "$hearthlog/sink", False),
        ("+/sink", "$hearthlog/sink", False),
        ("$hearthlog/#", "$hearthlog/sink", True),
        ("a/#", "a", True),
        ("a/+", "a", False),
        ("a/+", "a/", True),
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/c/d", False),
        ("a/b", "a/b/", False),
        ("+", "/a", False),
        ("+/+", "/a", True),
    ],
)
def test_filters_select_what_the_broker_would(
    call: Callable[..., object], filter_: str, topic: str, matches: bool
) -> None:
    assert call("filters.matches", filter_, topic) is matches


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("homes/#", None),
        ("+", None),
        ("/", None),
        ("a b/+", None),
        ("", "A topic filter has at least one level"),
        ("a/#/b", '"#" comes last: write a/#.'),
        ("a/b#", '"#" stands alone in its level: write a/#.'),
        ("a/b+/c", '"+" stands for one whole level'),
    ],
)
def test_a_broken_filter_is_told_what_would_do(call: Callable[..., object], text: str, fault: str | None) -> None:
    found = call("filters.fault", text)
    assert found is None if fault is None else str(found).startswith(fault)


@pytest.mark.parametrize(
    ("topic", "field", "fields", "room", "name"),
    [
        ("homes/osh/kitchen/thermostat_temperature", "value", 1, "Kitchen", "Thermostat temperature"),
        ("homes/osh/room1/co2", "value", 1, "Room 1", "CO₂"),
        ("homes/osh/watch/heart_rate", "bpm", 1, "Watch", "Heart rate"),
        ("homes/osh/phone/location", "batt", 7, "Phone", "Batt"),
        ("tele/plug/SENSOR", "ENERGY.Power", 9, "Plug", "ENERGY power"),
        ("zigbee2mqtt/kitchen_sensor", "linkquality", 5, "Kitchen sensor", "Linkquality"),
        ("homes/h1/hall/door", "contact", 2, "Hall", "Door · contact"),
        ("power", "value", 1, "Without a room", "Power"),
    ],
)
def test_series_are_named_from_topic_and_field(
    call: Callable[..., object], topic: str, field: str, fields: int, room: str, name: str
) -> None:
    assert call("words.room", topic, fields)["title"] == room
    assert call("words.seriesName", topic, field, fields) == name


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"value": 21.5, "unit": "°C"}, f"21.5{THIN}°C"),
        ({"value": 21.4567}, "21.46"),
        ({"value": 1204.4}, "1,204.4"),
        ({"value": 0.01234}, "0.012"),
        ({"value": -3}, "\u22123"),
        ({"value": 1e15}, "1.00e15"),
        ({"value": True}, "on"),
        ({"value": False, "field": "contact"}, "open"),
        ({"value": True, "deviceClass": "door"}, "open"),
        ({"value": None}, "null"),
        ({"value": ""}, '""'),
        ({"value": "9007199254740993", "kind": "text"}, "9007199254740993"),
        ({"value": None, "kind": "none"}, "not decoded"),
    ],
)
def test_values_are_short_and_never_something_else(
    call: Callable[..., object], said: dict[str, object], shown: str
) -> None:
    assert (
        call("words.together", call("words.value", {"kind": "number", "field": "value", "unit": None, **said})) == shown
    )


@pytest.mark.parametrize(
    "names",
    [
        ["Room 2", "Room 10", "Room 10 b"],
        ["bath", "Bed", "Hall"],
        ["Apfel", "Ärmel", "Zimmer"],
        ["", "a", "a1", "a2 b"],
    ],
)
def test_names_are_in_the_order_of_a_person(call: Callable[..., object], names: list[str]) -> None:
    signs = [call("layout.byName", one, other) for one, other in pairwise(names)]
    assert all(sign < 0 for sign in signs)
    assert all(call("layout.byName", other, one) > 0 for one, other in pairwise(names))


@pytest.mark.parametrize("tz", [None, "Europe/Berlin"])
def test_times_are_told_alike_whether_the_zone_is_the_browsers_or_named(
    call: Callable[..., object], tz: str | None
) -> None:
    for ms, told in ((1_790_000_000_000, "Mon 21 Sept 2026 16:13:20"), (1_798_675_199_000, "Thu 31 Dec 2026 00:59:59")):
        assert call("time.whole", ms, tz) == told
    assert call("time.since", 1_798_675_199_000, 1_798_675_299_000, tz) == "00:59"


@pytest.mark.parametrize(
    ("quiet_s", "usual_s", "state"),
    [
        (1, None, "live"),
        (59, 30, "live"),
        (61, 30, "late"),
        (299, 1, "late"),
        (301, 1, "silent"),
        (301, 30, "silent"),
        (3_600, 600, "late"),
        (6_100, 600, "silent"),
        (4, 1, "live"),
    ],
)
def test_late_is_two_usual_intervals_and_silent_ten(
    call: Callable[..., object], quiet_s: float, usual_s: float | None, state: str
) -> None:
    usual_ms = None if usual_s is None else usual_s * 1000
    assert call("words.state", 1_000_000_000, usual_ms, 1_000_000_000 + quiet_s * 1000) == state


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (312, "312 ms"),
        (4_200, "4.2 s"),
        (48_000, "48 s"),
        (300_000, "5 min"),
        (11_520_000, "3 h 12 min"),
        (190_800_000, "2 d 5 h"),
    ],
)
def test_durations_have_two_units_at_most(call: Callable[..., object], ms: int, text: str) -> None:
    assert call("time.duration", ms) == text


def test_the_window_of_one_record_ends_a_nanosecond_later(call: Callable[..., object]) -> None:
    assert call("position.justAfter", "2026-11-24T13:00:00.123456789Z") == "2026-11-24T13:00:00.123456790Z"
    assert call("position.justAfter", "2026-12-31T23:59:59.999999999Z") == "2027-01-01T00:00:00.000000000Z"


def test_a_position_is_after_another_when_any_store_is_further(call: Callable[..., object]) -> None:
    assert call("position.isAfter", "abc.10,xyz.5", "abc.10,xyz.4") is True
    assert call("position.isAfter", "-a_b.1795545067035704372", "-a_b.1795545067035704371") is True
    assert call("position.isAfter", "abc.9", "abc.10") is False


def test_an_address_and_its_view_are_the_same_thing(call: Callable[..., object]) -> None:
    address = f"/now?filter=homes/%2B/%23&filter=$hearthlog/%23&tz=Europe/Berlin&theme=dark&proof={'x' * 43}:17&cursor=2026-11-24T13:00:00Z"
    view = call("url.parse", address)
    assert view["problems"] == []
    assert view["filters"] == ["homes/+/#", "$hearthlog/#"]
    assert call("url.format", view) == address


def test_words_are_bars_for_as_long_as_they_stood_and_none_is_held_over_a_silence(
    call: Callable[..., object],
) -> None:
    turns = [{"t": 0, "text": "out"}, {"t": 100, "text": "home"}, {"t": 500, "text": "out"}]
    drawn = call("spark.bands", turns, [{"from": 200, "to": 400, "cause": "sink"}], {"from": 0, "to": 700, "width": 72})
    assert [(bar["x"], bar["width"]) for bar in drawn["marks"]] == [(0, 9.3), (50, 19.3)]
    assert [(bar["x"], bar["width"]) for bar in drawn["others"]] == [(10, 9.3), (40, 9.3)]
    assert drawn["holes"] == [{"x": 20, "width": 20, "cause": "sink"}]


def test_no_line_is_drawn_through_a_gap_and_every_peak_is_kept(call: Callable[..., object]) -> None:
    box = {"from": 0, "to": 700, "width": 72, "height": 20, "steps": False, "now": 3}
    points = [
        {"t": 0, "low": 1, "high": 1},
        {"t": 100, "low": 0, "high": 9},
        {"t": 600, "low": 2, "high": 2},
        {"t": 700, "low": 3, "high": 3},
    ]
    whole = call("spark.shape", points, [], box)
    assert whole["line"] == "M0 16.2L10 18V2L60 14.4L70 12.7"
    parted = call("spark.shape", points, [{"from": 100, "to": 600, "cause": "device"}], box)
    assert parted["line"] == "M0 16.2L10 18V2M60 14.4L70 12.7"
    assert parted["holes"] == [{"x": 10, "width": 50, "cause": "device"}]


@pytest.mark.parametrize(
    ("text", "ready", "reason"),
    [
        ("ready\n", True, ""),
        (
            "not ready: the sink has no session at the broker: the broker is away, or refuses it\n",
            False,
            "The broker is away",
        ),
        (
            "not ready: the read model is 14 s behind: catching up\nnot ready: x\n",
            False,
            "The read model is 14 s behind",
        ),
    ],
)
def test_readiness_is_told_in_one_sentence(call: Callable[..., object], text: str, ready: bool, reason: str) -> None:
    assert call("recorder.recorderOf", text) == {"ready": ready, "reason": reason, "since": None}


def test_since_when_is_the_first_loss_after_all_was_well(call: Callable[..., object]) -> None:
    events = [("heartbeat", 9), ("disconnected", 7), ("disconnected", 5), ("subscribed", 3), ("disconnected", 1)]
    told = [{"value": event, "logged_time": f"2026-11-24T13:00:0{second}Z"} for event, second in events]
    assert call("recorder.lostSince", told) == 1795525205000
    assert call("recorder.lostSince", told[3:]) is None


def test_set_up_messages_are_known_by_their_topics(call: Callable[..., object]) -> None:
    assert call("filters.isConfig", "homeassistant/sensor/x/config") is True
    assert call("filters.isConfig", "homes/h1/config") is False


@pytest.mark.parametrize(
    ("rights", "filters", "narrowed"),
    [
        ("#", [], False),
        ("homes/h1/#", [], True),
        ("homes/h1/#", ["homes/h1/kitchen/+"], False),
        ("homes/+/+/temperature a/b", ["homes/h1/kitchen/temperature", "a/b"], False),
        ("homes/+/+/temperature", ["homes/h1/#"], True),
        ("#", ["$hearthlog/sink"], True),
        ("#, homes/h1/%F0%9F%8F%A0/#", ["homes/h1/🏠/door"], False),
        ("#, homes/h1/%F0%9F%8F%A0/#", ["homes/h1/door"], True),
    ],
)
def test_what_an_account_may_not_read_of_a_selection_is_known_from_the_answer(
    call: Callable[..., object], rights: str, filters: list[str], narrowed: bool
) -> None:
    assert call("narrowed.isNarrowed", rights, filters) is narrowed


@pytest.mark.parametrize(
    ("skew_s", "spread_s", "words"),
    [
        (48.2, 0.4, "The device\u2019s clock is 48 s ahead (\u00b1 400 ms)."),
        (-6.0, 0.005, "The device\u2019s clock is 6 s behind (\u00b1 5 ms), or its messages take that long."),
        (-1_922.6, 1_920.0, None),
        (0.3, 0.01, None),
        (None, None, None),
    ],
)
def test_a_clock_that_is_off_is_named_and_one_that_cannot_be_told_is_not(
    call: Callable[..., object], skew_s: float | None, spread_s: float | None, words: str | None
) -> None:
    told = call("skew.skewOf", {"skew_s": skew_s, "skew_spread_s": spread_s})
    assert (told and told["words"]) == words


@pytest.mark.parametrize(
    ("topic", "field", "fields", "area", "device", "name", "full"),
    [
        ("homes/h1/kitchen/temperature", "value", 1, None, None, None, "Kitchen temperature"),
        ("homes/h1/kitchen/temperature", "value", 1, "Galley", "Sensor 7", "Warmth", "Galley warmth"),
        ("homes/h1/kitchen/temperature", "value", 1, "Kitchen", None, "Kitchen temperature", "Kitchen temperature"),
        ("homes/h1/room1/co2", "value", 1, None, None, None, "Room 1 CO₂"),
        ("homes/h1/anna/activity", "activity", 2, None, "Anna", None, "Anna activity"),
        ("zigbee2mqtt/0x00158d", "contact", 4, None, "Left window", None, "Left window contact"),
        ("tele/plug/SENSOR", "ENERGY.Power", 9, None, None, None, "Plug ENERGY power"),
        ("homes/h1/hall/door", "contact", 2, None, None, None, "Hall door · contact"),
    ],
)
def test_page_and_server_call_a_series_the_same(
    call: Callable[..., object],
    topic: str,
    field: str,
    fields: int,
    area: str | None,
    device: str | None,
    name: str | None,
    full: str,
) -> None:
    fact = {"area": area, "device": device, "fields": [{"field": field, "name": name}]}
    assert call("full_name.fullName", fact, topic, field, fields) == full
    assert full_name(topic, field, fields, Declaration(field, name, device, area)) == full


@pytest.mark.parametrize(
    ("now", "tz", "night"),
    [
        ("2026-11-25T06:30:00Z", "Europe/Berlin", ("2026-11-24T21:00:00Z", "2026-11-25T06:00:00Z", False)),
        ("2026-11-25T21:30:00Z", "Europe/Berlin", ("2026-11-24T21:00:00Z", "2026-11-25T06:00:00Z", False)),
        ("2026-11-25T02:00:00Z", "Europe/Berlin", ("2026-11-24T21:00:00Z", "2026-11-25T02:00:00Z", True)),
        # The clock was put back in that night, so it was an hour longer.
        ("2026-10-25T09:00:00Z", "Europe/Berlin", ("2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z", False)),
    ],
)
def test_last_night_is_by_the_clock_on_the_wall(
    call: Callable[..., object], now: str, tz: str, night: tuple[str, str, bool]
) -> None:
    start, end, on = night
    told = call("night.nightOf", _ms(now), tz)
    assert told == {"start": _ms(start), "end": _ms(end), "on": on}


def test_last_night_is_a_few_lines_of_many_kinds(call: Callable[..., object]) -> None:
    def fact(id_: str, hour: int, severity: str = "info", until: str | None = "x") -> dict[str, object]:
        return {"id": id_, "severity": severity, "since": f"2026-11-25T0{hour}:00:00Z", "until": until}

    told = [fact("device.silent", 1, "warning", None), *(fact("event.opened", hour) for hour in (5, 4, 3))]
    found = call("night.chosen", [*told, fact("label.then", 6), *(fact(f"value.{n}", 2) for n in range(5))])
    assert [one["id"] for one in found["lines"]][-3:] == ["event.opened", "event.opened", "label.then"]
    assert (len(found["lines"]), found["more"]) == (6, 3)


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)
