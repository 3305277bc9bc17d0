"""What a read stands on: rows as of a position, the names of series and logs, and what the caller may read."""

from collections.abc import Sequence
from typing import NamedTuple

from api.accounts.caller import Within
from api.readmodel.catalogue import Catalogue
from api.readmodel.latest import Series
from api.readmodel.selection import Selection, Selector, Wanted
from api.readmodel.series import MESSAGE_FIELD
from api.readmodel.view import View


class Ground(NamedTuple):
    """One state of everything that makes an answer."""

    view: View
    selector: Selector
    catalogue: Catalogue
    within: Within = ()

    def select(self, filters: Sequence[str], fields: Sequence[str]) -> Selection:
        """The stored series that filters and fields mean, as far as they may be read. On the loop's thread."""
        return self.selector.select(Wanted(tuple(filters), tuple(fields), self.within))

    def observed(self, filters: Sequence[str], fields: Sequence[str]) -> list[tuple[Series, list[int]]]:
        """Of these the series of observations; of messages only where their field, the empty one, is asked for."""
        groups = self.select(filters, fields).groups
        return [each for each in groups if fields or each[0].field != MESSAGE_FIELD]
