"""Each cell of `matrix` is what its definition says, and uses nothing that is later than its row."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel.gather import Groups
from api.readmodel.matrix import Grid, matrix
from api.readmodel.reduce import FUNCTIONS, NEVER
from api.readmodel.selection import Wanted
from tests.api.models import BASE, Reader
from tests.reads.story import S, Told, reader_of
from tests.reads.test_aggregate import SAID, agree, one_bucket

FEWER = settings(max_examples=max(settings().max_examples // 3, 1))
FILLS = {"last": ("none", "hold", "linear"), "first": ("none", "hold"), "count": ("none",), "sum": ("none",)}


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


def asked(reader: Reader, grid: Grid, at: int | None = None) -> dict[tuple[str, int], dict[str, object]]:
    groups = reader.model.selector.select(Wanted(("#",), ("v",))).groups
    found = matrix(reader.model.view.pinned(at), Groups([numbers for _, numbers in groups]), grid)
    said = {}
    for number, (series, _) in enumerate(groups):
        for place, moment in enumerate(grid.edges[1:].tolist()):
            value = found.values[number, place]
            text = found.texts.get(number, {}).get(place)
            said[series.topic, moment] = {"cell": text if text is not None else None if np.isnan(value) else value}
    return said


def by_hand(rows: list[Told], grid: Grid, topics) -> dict[tuple[str, int], dict[str, object]]:
    """From the definition, one cell at a time."""
    edges, found = grid.edges.tolist(), {}
    for topic in topics:
        line = sorted(
            (row.at * S if grid.by == "device" else row.logged, number, row.value)
            for number, row in enumerate(rows)
            if row.topic == topic
        )
        for before, moment in itertools.pairwise(edges):
            found[topic, moment] = {"cell": one_cell([(at, value) for at, _, value in line], before, moment, grid)}
    return found


def one_cell(line, before, moment, grid):
    picks = grid.function in ("count", "first", "last") and grid.fill != "linear"
    counted = [
        (at, value if picks and isinstance(value, str) else float(value))
        for at, value in line
        if picks or not isinstance(value, str)
    ]
    inside = [each for each in counted if before < each[0] <= moment]
    if inside:
        if grid.function in ("first", "last"):
            return inside[0 if grid.function == "first" else -1][1]
        earlier = [each for each in counted if each[0] <= before]
        return one_bucket(inside, earlier, before, moment, grid.hold_for)[grid.function]
    past = [each for each in counted if each[0] <= moment]
    if grid.fill == "hold" and past and moment - past[-1][0] <= grid.hold_for:
        return past[-1][1]
    future = [each for each in counted if each[0] > moment]
    if grid.fill == "linear" and past and future and future[0][0] - past[-1][0] <= grid.hold_for:
        (one, low), (two, high) = past[-1], future[0]
        return low + (high - low) * (moment - one) / (two - one)
    return None


def grids(data) -> Grid:
    function = data.draw(st.sampled_from(FUNCTIONS))
    fill = data.draw(
        st.sampled_from(FILLS.get(function, ("none", "hold", "linear") if function != "delta" else ("none",)))
    )
    cuts = sorted(data.draw(st.sets(st.integers(-12, 12), min_size=2, max_size=8)))
    edges = np.array([BASE // S * S + cut * S for cut in cuts], np.int64)
    hold_for = data.draw(st.sampled_from([NEVER, 2 * S, 5 * S]))
    return Grid(function, data.draw(st.sampled_from(["device", "logged"])), edges, fill, hold_for)


def rows_of(said) -> list[Told]:
    # The last one is logged long after, so that the position is beyond every grid.
    rows = [
        Told(topic, value, BASE // S + at, BASE + number * S // 2) for number, (topic, value, at) in enumerate(said)
    ]
    return [*rows, Told("end", 0.0, BASE // S + 10_000, BASE + 10_000 * S)]


@FEWER
@given(said=SAID, data=st.data())
def test_each_cell_is_what_its_definition_says(directory, said, data):
    rows = rows_of(said)
    cuts = data.draw(st.lists(st.integers(0, len(rows)), max_size=2))
    grid = grids(data)
    agree(asked(reader_of(directory, rows, cuts), grid), by_hand(rows, grid, {row.topic for row in rows}))


@FEWER
@given(said=SAID, data=st.data())
def test_what_comes_after_a_row_does_not_change_it_unless_a_line_is_asked_for(directory, said, data):
    rows = rows_of(said)
    grid = grids(data)
    if grid.fill == "linear":
        grid = grid._replace(fill="none")
    moment = data.draw(st.sampled_from(grid.edges[1:].tolist()))
    time = {"device": lambda row: row.at * S, "logged": lambda row: row.logged}[grid.by]
    past = [row for row in rows if time(row) <= moment or row.topic == "end"]
    whole, cut = asked(reader_of(directory, rows), grid), asked(reader_of(directory, past), grid)
    for key, cell in cut.items():
        if key[1] <= moment:
            assert same(whole[key]["cell"], cell["cell"])


def same(one, other) -> bool:
    return one == other or (isinstance(one, float) and isinstance(other, float) and math.isclose(one, other))
