"""The kernel behind an explained `plot` gives what a plain loop over all rows gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel.chart import LATE_NS, chart
from api.readmodel.plot import PlotRequest
from api.readmodel.selection import Wanted
from tests.api.models import BASE, Said, pages
from tests.api.test_kernels import reader_of

FEWER = settings(max_examples=max(settings().max_examples // 4, 1))
LATE_S = LATE_NS // 10**9
SAID = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(st.integers(-9, 9).map(str), st.sampled_from(['"a"', '"b"', "true", "null"])),
        st.sampled_from([-2 * LATE_S, -LATE_S - 1, -LATE_S, -3, 0, 2]),
        st.sampled_from([1, 10**9, 2 * LATE_NS]),
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("charts")


@FEWER
@given(values=SAID, data=st.data())
def test_a_chart_has_each_buckets_extremes_and_last_value_its_texts_and_what_came_late(directory, values, data):
    said = [
        Said(topic, f'{{"v": {value}, "time": {BASE // 10**9 + at}}}'.encode(), step)
        for topic, value, at, step in values
    ]
    reader = reader_of(directory, said, data.draw(st.integers(0, len(said))))
    start = BASE - data.draw(st.integers(0, 2)) * LATE_NS
    request = PlotRequest("device", start, start + data.draw(st.integers(1, 3 * LATE_NS)), data.draw(st.integers(1, 7)))
    model = reader.model
    groups = model.selector.select(Wanted(("#",), ("v",))).groups
    drawn = chart(model.view, [numbers for _, numbers in groups], request, rows_max=1_000)
    rows = pages(model, filters=("#",), start=request.start, end=request.end)
    for (series, _), found in zip(groups, drawn, strict=True):
        own = [row for row in rows if (row["topic"], row["field"]) == tuple(series)]
        assert _numbers(found) == _expected_numbers(own, request)
        assert found.spells == _expected_spells(own, request)
        assert sum(late.rows for late in found.late) == sum(_is_late(row) for row in own)
        for late in found.late:
            inside = [row for row in own if late.start <= int(row["device_time"]) <= late.end and _is_late(row)]
            arrived = [int(row["logged_time"]) for row in inside]
            assert len(inside) >= late.rows
            assert min(arrived) <= late.arrived_first <= late.arrived_last <= max(arrived)


def _is_late(row) -> bool:
    return int(row["logged_time"]) - int(row["device_time"]) > LATE_NS


def _bucket(row, request) -> int:
    return (int(row["device_time"]) - request.start) // request.step


def _numbers(found):
    numbers = found.numbers
    columns = (numbers.first, numbers.final, numbers.least, numbers.greatest, numbers.last, numbers.rows)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _expected_numbers(own, request):
    cells = {}
    for row in own:
        if row["kind"] in {"number", "boolean"}:
            cells.setdefault(_bucket(row, request), []).append((int(row["device_time"]), float(row["value"])))
    return [
        (said[0][0], said[-1][0], min(v for _, v in said), max(v for _, v in said), said[-1][1], len(said))
        for _, said in sorted(cells.items())
    ]


def _expected_spells(own, request):
    last = {_bucket(row, request): row for row in own if row["kind"] == "text"}
    spells = []
    for _, row in sorted(last.items()):
        if not spells or spells[-1][1] != row["value"]:
            spells.append((int(row["device_time"]), row["value"]))
    return spells
