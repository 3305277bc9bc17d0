"""`aggregate` gives what another engine gives, on recorded homes and on everything that can be said."""

import gzip
import itertools
import math
import sqlite3
from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.calendar import edges, parse_every, zone_of
from api.readmodel.aggregate import Wish, aggregate
from api.readmodel.gather import Groups
from api.readmodel.reduce import FUNCTIONS, NEVER, Buckets
from api.readmodel.selection import Wanted
from tests.api.models import BASE, Reader
from tests.reads.story import S, Told, occupied_room, reader_of, sample_home, told
from tests.support.shared_data import shared_data

FEWER = settings(max_examples=max(settings().max_examples // 4, 1))
WINDOW = (BASE - 20 * S, BASE + 20 * S)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


def asked(reader: Reader, wish: Wish, at: int | None = None) -> dict[tuple[str, int], dict[str, object]]:
    """By topic and beginning of bucket, what each function says."""
    groups = reader.model.selector.select(Wanted(("#",), ("v",))).groups
    found = aggregate(reader.model.view.pinned(at), Groups([numbers for _, numbers in groups]), wish)
    said: dict[tuple[str, int], dict[str, object]] = {}
    for place, (group, bucket) in enumerate(zip(found.group.tolist(), found.bucket.tolist(), strict=True)):
        cell: dict[str, object] = {"count": int(found.counts[place])}
        cell |= {name: none_for_nan(column[place]) for name, column in found.numbers.items()}
        for name, picked in found.picked.items():
            cell[name] = picked.texts.get(place, none_for_nan(picked.values[place]))
        said[groups[group][0].topic, int(wish.buckets.edges[bucket])] = cell
    return said


def none_for_nan(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def wish(cuts, start, end, *, by="device", known_until=NEVER, hold_for=NEVER) -> Wish:
    buckets = Buckets(np.array(cuts, np.int64), known_until, hold_for, known_from=start)
    return Wish(FUNCTIONS, by, start, end, buckets)


# --- everything that can be said ------------------------------------------------------------------------------------

VALUES = st.one_of(st.floats(-1e6, 1e6).map(lambda value: round(value, 2)), st.booleans(), st.sampled_from(["on", ""]))
SAID = st.lists(st.tuples(st.sampled_from("ab"), VALUES, st.integers(-9, 9)), max_size=40)


def by_hand(rows: list[Told], cuts: list[int], start: int, end: int, until: int, hold_for: int, by: str):
    """The same from the definition, one row at a time."""
    found = {}
    for topic in {row.topic for row in rows}:
        own = sorted(
            [
                (row.at * S if by == "device" else row.logged, number, row.value)
                for number, row in enumerate(rows)
                if row.topic == topic and row.value is not None
            ]
        )
        for begin, stop in itertools.pairwise(cuts):
            inside = [(at, value) for at, _, value in own if max(begin, start) <= at < min(stop, end)]
            if inside:
                low = max(begin, start)
                earlier = [(at, value) for at, _, value in own if at < low]
                found[topic, begin] = one_bucket(inside, earlier, low, min(stop, until), hold_for)
    return found


def one_bucket(inside, earlier, begin, stop, hold_for):
    numbers = [(at, float(value)) for at, value in inside if not isinstance(value, str)]
    before = [(at, float(value)) for at, value in earlier if not isinstance(value, str)][-1:]
    found = dict.fromkeys(FUNCTIONS)
    plain = [float(value) if not isinstance(value, str) else value for _, value in inside]
    found |= {"count": len(inside), "first": plain[0], "last": plain[-1]}
    if not numbers:
        return found
    values = [value for _, value in numbers]
    total, stood = 0.0, 0
    line = before + numbers
    for (at, value), (following, _) in zip(line, [*line[1:], (stop, None)], strict=True):
        lasted = max(0, min(following, at + hold_for, stop) - max(at, begin))
        total, stood = total + value * lasted, stood + lasted
    return found | {
        "min": min(values),
        "max": max(values),
        "sum": math.fsum(values),
        "mean": math.fsum(values) / len(values),
        "delta": values[-1] - (before[0][1] if before else values[0]),
        "time_weighted_mean": total / stood if stood else values[-1],
    }


def close(one, other):
    if isinstance(one, str) or one is None or isinstance(other, str) or other is None:
        return one == other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def agree(found, expected):
    assert found.keys() == expected.keys()
    for key, cell in expected.items():
        for name, value in cell.items():
            assert close(found[key][name], value), (key, name, found[key][name], value)


@FEWER
@given(said=SAID, data=st.data())
def test_each_bucket_is_what_its_definition_says(directory, said, data):
    rows = [
        Told(topic, value, BASE // S + at, BASE + number * S // 2) for number, (topic, value, at) in enumerate(said)
    ]
    cuts = data.draw(st.lists(st.integers(0, len(rows)), max_size=2))
    reader = reader_of(directory, rows, cuts)
    at = data.draw(st.none() | st.integers(BASE, BASE + 20 * S))
    start, end = BASE + data.draw(st.integers(-9, 0)) * S, BASE + data.draw(st.integers(1, 9)) * S + 1
    buckets = sorted(
        {start - data.draw(st.integers(1, 9)) * S, end, *data.draw(st.lists(st.integers(start, end - 1), max_size=5))}
    )
    until = data.draw(st.sampled_from([end, BASE, NEVER]))
    hold_for = data.draw(st.sampled_from([NEVER, S, 3 * S]))
    by = data.draw(st.sampled_from(["device", "logged"]))
    seen = [row for row in rows if at is None or row.logged <= at]
    found = asked(reader, wish(buckets, start, end, by=by, known_until=until, hold_for=hold_for), at)
    agree(found, by_hand(seen, buckets, start, end, until, hold_for, by))


@FEWER
@given(said=SAID, cuts=st.lists(st.integers(0, 40), max_size=3))
def test_where_rows_lie_does_not_show_in_a_single_bit(directory, said, cuts):
    rows = [Told(topic, value, BASE // S + at, BASE + number) for number, (topic, value, at) in enumerate(said)]
    query = wish([WINDOW[0], BASE, WINDOW[1]], *WINDOW)
    assert asked(reader_of(directory, rows), query) == asked(reader_of(directory, rows, cuts), query)


def test_the_sum_has_the_bytes_that_the_kernel_promises(directory):
    values = [round(math.sin(number) * 10 ** (number % 7), 3) for number in range(1_000)]
    rows = told([("a", value, BASE // S + number) for number, value in enumerate(values)])
    reader = reader_of(directory, rows, [317, 640])
    found = asked(reader, wish([BASE, BASE + 1_000 * S], BASE, BASE + 1_000 * S))["a", BASE]
    assert math.isclose(found["sum"], math.fsum(values), rel_tol=1e-12)
    assert (found["sum"].hex(), found["mean"].hex()) == ("-0x1.7660c0624dcdep+17", "-0x1.7f5cedf6123b4p+7")


# --- recorded homes, by another engine ------------------------------------------------------------------------------

QUERY = """
with obs as (select *, lead(at) over (partition by topic order by at, seq) as until,
    lag(v) over (partition by topic order by at, seq) as prior from told),
  cell as (select topic, bucket, count(*) as n, min(v) as low, max(v) as high, sum(v) as total, avg(v) as mean
    from obs group by topic, bucket),
  ends as (select distinct topic, bucket,
    first_value(v) over w as first, last_value(v) over w as last, first_value(prior) over w as before
    from obs window w as (partition by topic, bucket order by at, seq
      rows between unbounded preceding and unbounded following)),
  stood as (select e.topic, e.bucket, sum(o.v * (min(coalesce(o.until, e.bucket_end), e.bucket_end) - max(o.at, e.bucket)))
      as area, sum(min(coalesce(o.until, e.bucket_end), e.bucket_end) - max(o.at, e.bucket)) as span
    from (select distinct topic, bucket, bucket_end from obs) e
    join obs o on o.topic = e.topic and o.at < e.bucket_end and coalesce(o.until, e.bucket_end) > e.bucket
    group by e.topic, e.bucket)
select c.*, e.first, e.last, e.last - coalesce(e.before, e.first), s.area / s.span
from cell c join ends e using (topic, bucket) left join stood s using (topic, bucket)
"""


def by_sqlite(observations, zone: str):
    """Calendar days of `zone`, by SQLite; which day a second lies in by Python's own calendar."""
    place = ZoneInfo(zone)

    def day(at: int, following: int) -> int:
        local = datetime.fromtimestamp(at, place).date()
        midnight = datetime(local.year, local.month, local.day, tzinfo=place)
        if following:
            ordinal = datetime.fromordinal(local.toordinal() + 1)
            midnight = ordinal.replace(tzinfo=place)
        return int(midnight.timestamp())

    connection = sqlite3.connect(":memory:")
    connection.execute("create table told (topic, v real, at integer, seq integer, bucket integer, bucket_end integer)")
    lines = ((topic, value, at, seq, day(at, 0), day(at, 1)) for seq, (topic, value, at) in enumerate(observations))
    connection.executemany("insert into told values (?, ?, ?, ?, ?, ?)", lines)
    names = ("count", "min", "max", "sum", "mean", "first", "last", "delta", "time_weighted_mean")
    rows = connection.execute(QUERY).fetchall()
    connection.close()
    found = {(topic, bucket * S): dict(zip(names, cells, strict=True)) for topic, bucket, *cells in rows}
    for cell in found.values():
        if cell["time_weighted_mean"] is None:
            cell["time_weighted_mean"] = cell["last"]
    return found


def days(directory, observations, zone: str, cuts=()):
    """The same by `aggregate`."""
    times = [at for _, _, at in observations]
    start, end = min(times) * S, (max(times) + 86_400) * S
    grid = edges(parse_every("1d"), zone_of(zone), start, end)
    return asked(reader_of(directory, told(observations), cuts), wish(grid, start, end))


def test_days_of_the_shipped_home_agree_with_sqlite(directory):
    home = [each for each in sample_home() if "kitchen" in each[0]]
    agree(days(directory, home, "Europe/Berlin", [len(home) // 3]), by_sqlite(home, "Europe/Berlin"))


def test_days_over_the_change_of_clocks_in_berlin_agree_with_sqlite(directory):
    home = []
    for name in ("Kitchen_Temperature", "Room1_SetpointHistory"):
        text = gzip.decompress(shared_data(f"open-smart-home/measurements/{name}.csv.gz").read_bytes()).decode()
        for line in text.split("\n"):
            cells = line.split("\t")
            if len(cells) == 2 and cells[0].isdigit():
                home.append((name, float(cells[1]), int(cells[0])))
    home = [each for each in home if abs(each[2] - 1_490_486_400) < 15 * 86_400]
    found = by_sqlite(home, "Europe/Berlin")
    changed = datetime(2017, 3, 25, 23, tzinfo=UTC).timestamp()
    assert any(begin == changed * S for _, begin in found), "the day of 23 hours is among them"
    agree(days(directory, home, "Europe/Berlin", [5_000]), found)


def test_events_with_equal_times_over_the_change_of_clocks_in_new_york_agree_with_sqlite(directory):
    events = []
    for line in shared_data("kasteren/houseA.sensors").read_text().split("\n"):
        if line:
            begin, lasted, sensor = map(int, line.split("\t"))
            events += [(f"sensor/{sensor}", 1.0, begin), (f"sensor/{sensor}", 0.0, begin + lasted)]
    agree(days(directory, events, "America/New_York", [700]), by_sqlite(events, "America/New_York"))


def test_a_room_whose_earlier_days_were_uploaded_later_agrees_with_sqlite(directory):
    room = occupied_room()
    room = [each for each in room if each[2] % 7 < 1]
    agree(days(directory, room, "Europe/Brussels", [len(room) // 2]), by_sqlite(room, "Europe/Brussels"))


def test_nothing_gives_nothing_and_one_observation_gives_one_bucket(directory):
    assert asked(reader_of(directory, []), wish([BASE, BASE + S], BASE, BASE + S)) == {}
    one = asked(reader_of(directory, told([("a", 2.5, BASE // S)])), wish([BASE, BASE + S], BASE, BASE + S))
    assert one["a", BASE] == dict.fromkeys(FUNCTIONS, 2.5) | {"count": 1, "delta": 0.0}


def test_buckets_keep_apart_the_days_of_every_zone_and_totals_stay(directory):
    home = [each for each in sample_home() if "bathroom/temp" in each[0]]
    totals = defaultdict(int)
    for zone in ("UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"):
        for cell in days(directory, home, zone).values():
            totals[zone] += cell["count"]
    assert set(totals.values()) == {len(home)}
