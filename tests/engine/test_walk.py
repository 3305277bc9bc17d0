"""A walk gives the rows that pages give one by one, and times are put in order by digits as they are by comparing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel import order
from api.readmodel.page import PageRequest, page
from api.readmodel.selection import Wanted
from api.readmodel.walk import Walk
from tests.api.models import BASE, SAID, records_of
from tests.engine.states import ALL, reader_of

# Each example writes and syncs files.
FEWER = settings(max_examples=max(settings().max_examples // 8, 1))
EVERYTHING = 1 << 40


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


def plain(rows):
    """Every cell; as text, for no NaN is another's equal."""
    return str([array.tolist() for array in rows.columns[:-1]]), rows.texts


@FEWER
@given(said=SAID, data=st.data())
def test_a_walk_leaves_out_nothing_and_gives_nothing_twice(directory, said, data):
    records = records_of(said)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(records)), max_size=2)))
    model = reader_of(directory / str(len(list(directory.iterdir()))), records, cuts).model
    view = model.view.pinned(data.draw(st.none() | st.integers(BASE, BASE + 10**10)))
    ids = model.selector.select(Wanted(ALL)).all_ids
    by = data.draw(st.sampled_from(["device", "logged"]))
    start = data.draw(st.none() | st.integers(BASE - 4 * 10**9, BASE + 9 * 10**9))
    end = data.draw(st.none() | st.integers(BASE, BASE + 12 * 10**9))
    limit = data.draw(st.integers(1, 12))
    whole, _ = page(view, ids, PageRequest(by, EVERYTHING, start=start, end=end))
    walk, more, done = Walk(view, ids, by, start, end), True, 0
    while more:
        found, more = walk.next(limit)
        rows = found.load()
        assert rows.size == limit or not more
        assert plain(rows) == plain(whole.take(range(done, done + rows.size)))
        done += rows.size
    assert done == whole.size


@pytest.mark.parametrize("span", [1, 3, 1 << 20, 1 << 33, 1 << 50, (1 << 63) - 1])
@pytest.mark.parametrize("outlier", [False, True])
def test_times_come_in_order_and_equal_ones_stay_as_they_were(span, outlier):
    chance = np.random.default_rng(span)
    times = chance.integers(-(span // 2) - 1, span // 2 + 1, 3 * order.MANY_ROWS)
    if outlier:
        # The rest is then told apart by the last digits alone.
        times[7] = -(1 << 63)
    found, ordered = order.by_time(times)
    assert found.tolist() == np.argsort(times, kind="stable").tolist()
    assert ordered.tolist() == sorted(times.tolist())
