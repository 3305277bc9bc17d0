"""What the api answers about every recorded home is what its source files say, function by function."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tests.reads import by_hand
from tests.reads.by_hand import FUNCTIONS, Line, Row, S, Series, Told, Window
from tests.reads.lived import Lived

pytestmark = pytest.mark.asyncio(loop_scope="session")
FILTERS = {
    "kasteren-a": "homes/kA/#",
    "kasteren-b": "homes/kB/#",
    "occupancy-room": "office/#",
    "owntracks-demo": "owntracks/#",
    "fitbit-heart-rate": "watches/fitbit1/#",
    "open-smart-home": "homes/osh/#",
    "watch-basicmotions": ["watches/bm00/#", "watches/bm01/#", "watches/bm02/#"],
    "lab-mqtt": "lab/#",
    "oddities": "odd/#",
}
BERLIN, NEW_YORK, BRUSSELS = "Europe/Berlin", "America/New_York", "Europe/Brussels"


class Asked(NamedTuple):
    """One window of one home."""

    home: str
    start: str
    """On the wall of `tz`."""
    end: str
    every: str | None
    tz: str = "UTC"
    by: str = "device"
    hold_for: str | None = None
    half: bool = False
    """As of the moment when half of the home was told."""

    def __str__(self) -> str:
        half = "half" if self.half else "all"
        return f"{self.home} {self.every} {self.tz} {self.by} {self.hold_for} {half}"


WINDOWS = (
    # The clocks of New York go forward on 9 March 2008, and of Berlin on 26 March 2017.
    Asked("kasteren-a", "2008-03-07 05:30", "2008-03-11 17:00", "1h", NEW_YORK),
    Asked("kasteren-a", "2008-02-25 00:00", "2008-03-24 00:00", "1d", NEW_YORK, "logged", "6h"),
    Asked("kasteren-a", "2008-02-27 07:07", "2008-03-20 00:00", "1w", NEW_YORK, half=True),
    Asked("kasteren-b", "2009-07-21 00:00", "2009-07-24 03:15", "6h"),
    Asked("kasteren-b", "2009-07-22 00:00", "2009-07-23 00:00", None, BRUSSELS, "logged", "10m"),
    Asked("occupancy-room", "2015-02-02 12:00", "2015-02-06 12:00", "1h", BRUSSELS),
    Asked("occupancy-room", "2015-02-02 12:00", "2015-02-11 12:00", "1d", BRUSSELS, half=True),
    Asked("occupancy-room", "2015-02-01 00:00", "2015-02-20 00:00", "1w", BRUSSELS, "logged", "12h"),
    Asked("owntracks-demo", "2015-08-23 20:00", "2015-08-24 20:00", "15m"),
    Asked("owntracks-demo", "2015-08-23 20:00", "2015-08-24 20:00", "1h", BERLIN, "logged"),
    Asked("owntracks-demo", "2015-08-24 05:00", "2015-08-24 20:00", None, half=True),
    Asked("fitbit-heart-rate", "2016-04-01 07:00", "2016-04-02 09:00", "15m"),
    Asked("fitbit-heart-rate", "2016-03-28 00:00", "2016-04-03 11:11", "1d", NEW_YORK, "logged", "5m"),
    Asked("open-smart-home", "2017-03-25 11:00", "2017-03-27 13:30", "1h", BERLIN),
    Asked("open-smart-home", "2017-03-09 12:00", "2017-03-29 12:00", "1d", BERLIN, hold_for="2h"),
    Asked("open-smart-home", "2017-03-11 20:00", "2017-03-13 20:00", "6h", NEW_YORK, half=True),
    Asked("open-smart-home", "2017-03-09 12:00", "2017-03-29 12:00", "1mo", BERLIN, "logged"),
    Asked("watch-basicmotions", "2020-01-01 00:00", "2020-01-01 00:01", None),
    Asked("watch-basicmotions", "2020-01-01 00:00", "2020-01-01 00:30", "15m", by="logged"),
    Asked("lab-mqtt", "2020-03-31 16:00", "2020-03-31 18:00", "15m"),
    Asked("lab-mqtt", "2020-03-31 17:00", "2020-03-31 17:03", None, by="logged", half=True),
    # Back on 25 October 2020 in Berlin, on 1 November in New York.
    Asked("oddities", "2020-10-24 20:00", "2020-10-26 20:00", "1h", BERLIN),
    Asked("oddities", "2020-10-22 00:00", "2020-11-03 00:00", "1d", BERLIN, hold_for="90m"),
    Asked("oddities", "2020-10-31 20:30", "2020-11-02 20:00", "6h", NEW_YORK, "logged"),
    Asked("oddities", "2020-10-22 00:00", "2020-11-03 00:00", "1w", NEW_YORK, half=True),
    Asked("oddities", "2020-10-22 00:00", "2020-11-03 00:00", None, NEW_YORK, half=True),
    # Nothing was said then.
    Asked("oddities", "2021-01-01 00:00", "2021-01-02 00:00", "1h"),
)
ALL = pytest.mark.parametrize("asked", WINDOWS, ids=str)


class Question(NamedTuple):
    """A window with what it means."""

    query: dict[str, object]
    told: Told
    window: Window
    at: int | None

    @property
    def by(self) -> str:
        return str(self.query["by"])

    @property
    def lines(self) -> dict[Series, Line]:
        return self.told.lines(self.by, self.at)


def question(lived: Lived, asked: Asked) -> Question:
    """What to ask, and of what."""
    if asked.home not in lived.homes:
        pytest.skip(f"recorded data {asked.home} is not here")
    told = lived.homes[asked.home]
    start, end = (at_wall(text, asked.tz) for text in (asked.start, asked.end))
    store, _, last = lived.position.partition(".")
    at = sorted(row.logged for row in told.rows)[len(told.rows) // 2] if asked.half else int(last)
    hold = math.inf if asked.hold_for is None else seconds(asked.hold_for) * S
    query = {"filter": FILTERS[asked.home], "start": rfc3339(start), "end": rfc3339(end), "by": asked.by, "time": "ns"}
    query |= {"at": f"{store}.{at}"}
    calendar = {"every": asked.every, "tz": asked.tz, "hold_for": asked.hold_for}
    window = Window(start, end, asked.every, asked.tz, hold, at)
    told = told if isinstance(query["filter"], str) else Told(row for row in told.rows if row.topic[8:12] < "bm03")
    return Question(query | {name: value for name, value in calendar.items() if value}, told, window, at)


def at_wall(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * S


def rfc3339(ns: int) -> str:
    return datetime.fromtimestamp(ns // S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> int:
    return int(text[:-1]) * {"m": 60, "h": 3_600}[text[-1]]


def bare(query: dict[str, object], *names: str) -> dict[str, object]:
    """A query without what a call does not know."""
    return {name: value for name, value in query.items() if name not in names}


def same(found: object, expected: object) -> bool:
    """Equal in type and value; sums to the last bits that depend on the order of adding."""
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return type(found) is type(expected) and found == expected


def differences(found: dict, expected: dict) -> Iterator[object]:
    """What is not the same, to be read by a person."""
    for key in dict.fromkeys([*expected, *found]):
        one, other = found.get(key, "absent"), expected.get(key, "absent")
        if isinstance(one, dict) and isinstance(other, dict):
            yield from ((key, *each) for each in differences(one, other))
        elif not same(one, other):
            yield (key, "found", one, "expected", other)


def check(found: dict, expected: dict) -> None:
    wrong = list(differences(found, expected))
    assert not wrong, (len(wrong), wrong[:5])


@ALL
async def test_every_function_of_every_bucket(lived: Lived, asked: Asked):
    asking = question(lived, asked)
    answer = lived.ask("/v1/aggregate", **asking.query, fn=list(FUNCTIONS), limit=1_000_000)
    found = {
        ((each["topic"], each["field"]), int(each["start"]), int(each["end"])): {name: each[name] for name in FUNCTIONS}
        for each in answer["buckets"]
    }
    check(found, by_hand.aggregate(asking.lines, asking.window))


FILLS = [
    *[("last", fill) for fill in ("hold", "none", "linear")],
    *[("first", fill) for fill in ("hold", "none")],
    *[(fn, "none") for fn in ("count", "sum", "delta")],
    *[("min", "hold"), ("max", "linear"), ("mean", "hold"), ("mean", "none"), ("time_weighted_mean", "linear")],
    ("time_weighted_mean", "none"),
]
DENSE = [each for each in WINDOWS if each.every in ("1h", "6h", "1d")]
TABLES = [
    (asked, fn, fill)
    for place, asked in enumerate(DENSE)
    for number, (fn, fill) in enumerate(FILLS)
    if asked.home in ("open-smart-home", "oddities") or (place + number) % 3 == 0
]
"""Everything of the home of numbers and of the one of oddities; of each other home a third."""


@pytest.mark.parametrize(("asked", "fn", "fill"), TABLES, ids=str)
async def test_every_cell_of_a_wide_table(lived: Lived, asked: Asked, fn: str, fill: str):
    asking = question(lived, asked)
    answer = lived.ask("/v1/matrix", **asking.query, fn=fn, fill=fill)
    columns = {(each["topic"], each["field"]): each["column"] for each in answer["series"]}
    found = {
        int(each["time"]): {series: each[column] for series, column in columns.items()} for each in answer["matrix"]
    }
    assert list(columns) == list(asking.lines)
    check(found, by_hand.matrix(asking.lines, asking.window, fn, fill))


@pytest.mark.parametrize("width", [1, 600])
@ALL
async def test_every_pixel_of_a_plot(lived: Lived, asked: Asked, width: int):
    asking = question(lived, asked)
    answer = lived.ask("/v1/plot", **bare(asking.query, "every", "tz", "hold_for"), width=width)
    found = {
        (each["topic"], each["field"]): [
            (round(at, 3), *rest)
            for at, *rest in zip(*(each[name] for name in ("x", "min", "max", "count")), strict=True)
        ]
        for each in answer["series"]
    }
    start, end = asking.window.start, asking.window.end
    drawn = {series: by_hand.plot(line, start, end, width) for series, line in asking.lines.items()}
    assert found == {
        series: [(round(at / 10**6, 3), *rest) for at, *rest in pixels] for series, pixels in drawn.items()
    }


@pytest.mark.parametrize("equal", [False, True], ids=["before", "not after"])
@ALL
async def test_every_event_with_what_stood_before_it(lived: Lived, asked: Asked, equal: bool):
    asking = question(lived, asked)
    filters = asking.query["filter"]
    query = {**bare(asking.query, "every", "tz", "filter"), "equal": str(equal).lower()}
    events = rows_in(asking)[:200]
    answer = lived.ask("/v1/asof", **query, left=filters, right=filters, limit=200)
    names = {"#".join(series): line for series, line in asking.lines.items()}
    hold = asking.window.hold
    expected = [
        {name: by_hand.before(line, row.time(asking.by), equal=equal, hold=hold) for name, line in names.items()}
        for row in events
    ]
    assert [key_of(each) for each in answer["events"]] == [told_of(row) for row in events]
    found = [{name: each[name] for name in names} for each in answer["events"]]
    check(dict(enumerate(found)), dict(enumerate(expected)))


def rows_in(asking: Question) -> list[Row]:
    """The rows of the window."""
    start, end = asking.window.start, asking.window.end
    return [row for row in asking.told.sorted(asking.by, asking.at) if start <= row.time(asking.by) < end]


def told_of(row: Row) -> tuple[object, ...]:
    device = None if row.device is None else str(row.device)
    return row.topic, row.field, device, str(row.logged), row.recno, type(row.value), row.value


def key_of(each: dict) -> tuple[object, ...]:
    value = each["value"]
    return (*(each[name] for name in ("topic", "field", "device_time", "logged_time", "recno")), type(value), value)


@ALL
async def test_history_is_every_row_of_the_window_by_pages_too(lived: Lived, asked: Asked):
    asking = question(lived, asked)
    query = bare(asking.query, "every", "tz", "hold_for")
    expected = [told_of(row) for row in rows_in(asking)]
    whole = lived.ask("/v1/history", **query, limit=1_000_000)["observations"]
    assert [key_of(each) for each in whole] == expected
    backward = lived.ask("/v1/history", **query, limit=1_000_000, order="desc")["observations"]
    assert backward == whole[::-1]
    limit = max(len(expected) // 5, 3)
    page = lived.ask("/v1/history", **query, limit=limit)
    paged = page["observations"]
    while page["next"]:
        page = lived.client.get(page["next"]).json()
        assert len(page["observations"]) <= limit
        paged += page["observations"]
    assert paged == whole


@ALL
async def test_the_newest_and_what_stood_before_a_window(lived: Lived, asked: Asked):
    asking = question(lived, asked)
    newest = {(row.topic, row.field): row for row in asking.told.sorted(asking.by, asking.at)}
    query = bare(asking.query, "every", "tz", "hold_for", "start", "end")
    found = lived.ask("/v1/latest", **query)["observations"]
    assert [key_of(each) for each in found] == [told_of(newest[series]) for series in sorted(newest)]
    start = asking.window.start
    earlier = [row for row in asking.told.sorted(asking.by, asking.at) if row.time(asking.by) < start]
    state = {(row.topic, row.field): row for row in earlier}
    query |= {"start": asking.query["start"], "state_at_start": "true", "limit": 1}
    before = [each for each in lived.ask("/v1/history", **query)["observations"] if each["state_at_start"]]
    assert sorted(map(key_of, before), key=str) == sorted(map(told_of, state.values()), key=str)
