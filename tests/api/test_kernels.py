"""The kernels behind `plot` and `topics` give what a plain loop over all rows gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel.activity import activity
from api.readmodel.plot import PlotRequest, buckets
from api.readmodel.selection import Wanted
from tests.api.models import BASE, SAID, Reader, Said, pages, records_of, run

# Each example writes and syncs files.
FEWER = settings(max_examples=max(settings().max_examples // 4, 1))
VALUES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-9, 9), st.integers(-5, 5), st.sampled_from([1, 10**9])), max_size=60
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


def reader_of(directory, said, cut: int) -> Reader:
    """Messages of which the first `cut` are sealed."""
    records = records_of(said)
    reader = Reader(directory / str(len(list(directory.iterdir()))))

    async def feed():
        await reader.take(records[:cut])
        await reader.seal()
        await reader.take(records[cut:])

    run(feed())
    return reader


@FEWER
@given(values=VALUES, data=st.data())
def test_each_bucket_has_the_least_and_the_greatest_of_its_values(directory, values, data):
    said = [
        Said(topic, b'{"v": %d, "time": %d}' % (value, BASE // 10**9 + at), step) for topic, value, at, step in values
    ]
    reader = reader_of(directory, said, data.draw(st.integers(0, len(said))))
    start = BASE + data.draw(st.integers(-6, 3)) * 10**9
    request = PlotRequest("device", start, start + data.draw(st.integers(1, 9 * 10**9)), data.draw(st.integers(1, 7)))
    at = data.draw(st.none() | st.integers(BASE, BASE + 10**10))
    model = reader.model
    selection = model.selector.select(Wanted(("#",)))
    found = buckets(model.view.pinned(at), [numbers for _, numbers in selection.groups], request)
    lines = {tuple(series): place for place, (series, _) in enumerate(selection.groups)}
    expected: dict[int, list[float]] = {}
    for row in pages(model, filters=("#",), at=at, start=request.start, end=request.end):
        cell = lines[row["topic"], row["field"]] * request.width
        cell += (int(row["device_time"] or row["logged_time"]) - start) // request.step
        expected.setdefault(cell, []).append(row["value"])
    assert found.cell.tolist() == sorted(expected)
    assert found.least.tolist() == [min(expected[cell]) for cell in sorted(expected)]
    assert found.greatest.tolist() == [max(expected[cell]) for cell in sorted(expected)]
    assert found.rows.tolist() == [len(expected[cell]) for cell in sorted(expected)]


@FEWER
@given(said=SAID, data=st.data())
def test_topics_are_counted_as_of_a_position(directory, said, data):
    reader = reader_of(directory, said, data.draw(st.integers(0, len(said))))
    model = reader.model
    at = data.draw(st.none() | st.integers(BASE, BASE + 10**10))
    topics = sorted({row["topic"] for row in pages(model, filters=("#",))})
    found = activity(model.view.pinned(at), [model.selector.series_of(topic).messages for topic in topics])
    rows = pages(model, by="logged", at=at, filters=("#",))
    for topic, heard in zip(topics, found, strict=True):
        times = sorted({(int(row["logged_time"]), row["recno"]) for row in rows if row["topic"] == topic})
        assert (heard is None) == (not times)
        if heard is not None:
            assert (heard.messages, heard.first, heard.last) == (len(times), times[0][0], times[-1][0])
