"""What boards show is what the newest rows are, whatever was shown before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel.latest import newest_of
from api.readmodel.selection import Wanted
from api.web import board
from api.web.board import Boards, Wish
from api.web.fragments import Fragments
from tests.api.models import SAID, Reader, records_of, run
from tests.engine.states import ALL

# Each example writes and syncs files.
FEWER = settings(max_examples=max(settings().max_examples // 8, 1))
FILTERS = (ALL, ("#",), ("homes/#",))


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("boards")


@FEWER
@given(said=SAID, data=st.data())
def test_a_board_shows_the_newest_rows_after_whatever_has_come(directory, said, data):
    records = records_of(said)
    reader = Reader(directory / str(len(list(directory.iterdir()))))
    boards, done = Boards(Fragments()), 0
    with pytest.MonkeyPatch.context() as patch:
        # So that some are forgotten.
        patch.setattr(board, "BOARDS_MAX", 3)
        rows_max = data.draw(st.sampled_from([0, 3, 100]))
        patch.setattr(board, "ROWS_MAX", rows_max, raising=False)
        while done < len(records):
            upto = data.draw(st.integers(done + 1, len(records)))
            run(reader.take(list(records[done:upto])))
            done, model = upto, reader.model
            for filters in data.draw(st.lists(st.sampled_from(FILTERS), max_size=3)):
                by, style = (
                    data.draw(st.sampled_from(["device", "logged"])),
                    data.draw(st.sampled_from(["rfc3339", "ns"])),
                )
                selection = model.selector.select(Wanted(filters))
                rows = model.latest.rows(by, selection.numbers)
                shown = boards.show(Wish(selection, model.view.keys, rows, by), style)
                known = dict(zip(selection.numbers, rows, strict=True))
                newest = newest_of(selection.groups, model.view.keys, by, known.get)
                assert shown == b",".join(Fragments().of_all(newest, by, style))
                assert sum(len(each.rows) for each in boards._kept.values()) <= rows_max
