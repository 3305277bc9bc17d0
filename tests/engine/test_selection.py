"""What a filter means is known at once, also after new series, and found in a thread where that takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.readmodel import selection
from api.readmodel.selection import Selection, Wanted
from tests.api.models import SAID, Reader, Said, records_of, run
from tests.engine.states import ALL

WISHES = st.builds(
    Wanted,
    st.sampled_from([(), ALL, ("a/#",), ("+",), ("a", "home/x")]),
    st.sampled_from([(), ("*",), ("value",), ("b.*", "")]),
    st.sampled_from([(), (("a/#",),), (("#",), ("home/#", "a"))]),
)
SOME = [Said(topic, payload, 1) for topic in range(4) for payload in (b"1", b'{"a": 1}', b"words")]


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


def same(one: Selection, other: Selection) -> bool:
    groups = [[(series, sorted(numbers)) for series, numbers in each.groups] for each in (one, other)]
    return groups[0] == groups[1] and sorted(one.messages) == sorted(other.messages)


@given(said=SAID, wishes=st.lists(WISHES, min_size=1, max_size=4), cuts=st.lists(st.integers(0, 60), max_size=4))
def test_what_is_added_to_a_selection_is_what_looking_through_everything_finds(directory, said, wishes, cuts):
    reader = Reader(directory / str(len(list(directory.iterdir()))))
    selector, records = reader.model.selector, records_of(said)
    for first, last in zip([0, *sorted(cuts)], [*sorted(cuts), len(records)], strict=True):
        run(reader.take(records[first:last]))
        for wanted in wishes:
            looked = selector.look(wanted)
            everything = selector.find(wanted).value()
            assert same(looked.value(), everything)
            assert same(selector.select(wanted), everything)
            assert selector.select(wanted) is selector.select(wanted)
            ids = sorted(number for _, numbers in everything.groups for number in numbers)
            assert selector.select(wanted).ids.tolist() == ids
            mark = reader.model.latest.mark("logged", everything.flat, everything.starts)
            rows = [row for row in reader.model.latest.rows("logged", everything.numbers) if row is not None]
            assert mark.logged == max((row.logged for row in rows), default=0)
            assert mark.series == len(everything.groups)


async def test_series_that_appear_while_a_thread_looks_are_added_once(tmp_path, monkeypatch):
    monkeypatch.setattr(selection, "QUICK_SERIES_MAX", 0)
    reader = Reader(tmp_path)
    records = records_of([*SOME, *SOME])
    await reader.take(records[:4])
    selector, wanted = reader.model.selector, Wanted(ALL)
    assert not selector.is_quick(wanted)
    found = selector.look(wanted)
    await reader.take(records[4:])
    selector.remember(wanted, found)
    assert same(selector.select(wanted), selector.find(wanted).value())
    assert selector.is_quick(wanted)
