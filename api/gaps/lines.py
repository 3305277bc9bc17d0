"""All topics that devices speak on, found anew only when there are new series."""

from api.gaps.hear import Line, lines_of
from api.readmodel.model import ReadModel
from api.readmodel.selection import Wanted

OURS = "hearthlog/"
"""What we say ourselves: nobody waits for it."""


class Lines:
    """One thread."""

    def __init__(self) -> None:
        self._seen: tuple[ReadModel, int] | None = None
        self._lines: list[Line] = []

    def of(self, model: ReadModel) -> list[Line]:
        """One line a topic."""
        if self._seen != (model, model.table.age):
            topics = model.selector.select(Wanted(())).topics
            series = [model.selector.series_of(each) for each in topics if not each.startswith(OURS)]
            self._seen, self._lines = (model, model.table.age), lines_of(series, None)
        return self._lines
