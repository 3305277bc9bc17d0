"""Rows of many small series are gathered at once, and are the same rows in the same order."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel import gather
from api.readmodel.gather import Groups
from api.readmodel.selection import Wanted
from tests.api.models import BASE, SAID, records_of
from tests.engine.states import ALL, reader_of

# Each example writes and syncs files.
FEWER = settings(max_examples=max(settings().max_examples // 4, 1))


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


@FEWER
@given(said=SAID, data=st.data())
def test_at_once_is_one_by_one(directory, said, data):
    records = records_of(said)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(records)), max_size=2)))
    model = reader_of(directory / str(len(list(directory.iterdir()))), records, cuts).model
    view = model.view.pinned(data.draw(st.none() | st.integers(BASE, BASE + 10**10)))
    numbers = [own for _, own in model.selector.select(Wanted(ALL)).groups]
    # Several series in one group, as a topic's generations are.
    shared = data.draw(st.integers(1, 5))
    groups = Groups([list(chain(*numbers[place::shared])) for place in range(min(shared, len(numbers)))])
    by = data.draw(st.sampled_from(["device", "logged"]))
    start = data.draw(st.none() | st.integers(BASE - 4 * 10**9, BASE + 9 * 10**9))
    found = []
    for many in (0, 1 << 40):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(gather, "MANY", many)
            rows = gather.gather(view, groups, by, start, None)
        texts = rows.texts(rows.column("text").nonzero()[0])
        columns = [rows.column(name).tolist() for name in ("series", "store", "recno", "ordinal", "kind")]
        found.append((rows.time.tolist(), rows.lo.tolist(), rows.hi.tolist(), columns, str(rows.value.tolist()), texts))
    assert found[0] == found[1]
