"""Where the rows of one series lie in a part, looked up in few steps, is where a look at every row finds them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.models import BASE, SAID, records_of
from tests.engine.states import reader_of

# Each example writes and syncs files.
FEWER = settings(max_examples=max(settings().max_examples // 20, 2))


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


def looked_at_one_by_one(part, number: int, by: str, start: int, end: int) -> list[int]:
    times, series = part.columns.select_time(by).tolist(), part.columns.series.tolist()
    found = [place for place, own in enumerate(series) if own == number and start <= times[place] < end]
    return sorted(found, key=times.__getitem__)


@FEWER
@given(said=SAID, data=st.data())
def test_the_rows_of_a_series_in_a_window_are_found_in_every_part(directory, said, data):
    records = records_of(said)
    cut = data.draw(st.integers(0, len(records)))
    view = reader_of(directory / str(len(list(directory.iterdir()))), records, [cut]).model.view
    for part in view.parts:
        by = data.draw(st.sampled_from(["device", "logged"]))
        times = part.columns.select_time(by).tolist()
        # At the edges of the part, and beside them, and anywhere.
        edges = st.sampled_from([edge + beside for edge in (min(times), max(times)) for beside in (-1, 0, 1)])
        moments = edges | st.integers(BASE - 4 * 10**9, BASE + 9 * 10**9)
        start, end = data.draw(moments), data.draw(moments)
        for number in range(len(view.keys) + 1):
            rows = part.rows_of(number, by, start, end)
            found = list(range(rows.start, rows.stop)) if isinstance(rows, slice) else [] if rows is None else rows
            assert list(found) == looked_at_one_by_one(part, number, by, start, end)
