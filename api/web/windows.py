"""What reads over a window share: the view they see, their times, series and bounds, fixed before a thread works."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Request

from api import calendar
from api.accounts.caller import Within
from api.accounts.guard import caller_of
from api.errors import TimeError
from api.readmodel.gather import Groups, TooManyRows
from api.readmodel.latest import Series
from api.readmodel.rows import Ints
from api.readmodel.view import View
from api.services import Home, Services
from api.times import UNITS_NS
from api.web.ground import Ground
from api.web.positions import ending_of, home_of, now_of, reach, read_window
from api.web.problem import Problem, bad_parameter

Answer = TypeVar("Answer")
FEW_EDGES = 1_000
"""So many at most are remembered of a window."""


class Window(NamedTuple):
    """One moment of the read model, start ≤ select time < end in ns, and what the caller may read."""

    home: Home
    view: View
    start: int
    end: int
    within: Within

    @property
    def ground(self) -> Ground:
        """What is read."""
        model = self.home.model
        return Ground(self.view, model.selector, model.catalogue, self.within)


async def window_of(request: Request, services: Services, at: str | None, start: str, end: str) -> Window:
    """What a request means by its times.

    Raises:
        Problem: 400, or 409 if `at` is not reached.
    """
    return window_at(request, services, await reach(request, services, at), start, end)


def window_at(request: Request, services: Services, position: int | None, start: str, end: str) -> Window:
    """The same at a position that is reached; None: now.

    Raises:
        Problem: 400.
    """
    home = home_of(services)
    view = home.model.view.pinned(position)
    now = now_of(services, home) if position is None else position
    first, last = read_window(home, start, end, now, ending=ending_of(services, home, position))
    return Window(home, view, first, last, caller_of(request).within)


def observed(window: Window, filters: list[str], fields: list[str]) -> tuple[tuple[Series, ...], Groups]:
    """The series that are wanted and what they are made of; messages only where their field, the empty one, is."""
    return window.ground.select(filters, fields).said(by_field=bool(fields))


def edges_of(every: str, zone: str, start: int, end: int, *, cells_max: int) -> Ints:
    """The calendar's edges around a window.

    Raises:
        Problem: 400; or 413 if there are more of them than cells may be.
    """
    try:
        length = calendar.parse_every(every)
    except TimeError as fault:
        raise bad_parameter("every", str(fault)) from fault
    try:
        place = calendar.zone_of(zone)
    except TimeError as fault:
        raise bad_parameter("tz", str(fault)) from fault
    count = (end - start) // length.step
    if count > cells_max:
        raise too_much("every", f"every={every} from start to end is {count} buckets, {cells_max} cells may be")
    try:
        return _edges(length, place, start, end) if count <= FEW_EDGES else calendar.edges(length, place, start, end)
    except TimeError as fault:
        raise bad_parameter("start", str(fault)) from fault


@lru_cache(256)
def _edges(length: calendar.Every, place: ZoneInfo, start: int, end: int) -> Ints:
    """Whoever shows past days asks for the same ones again and again."""
    found = calendar.edges(length, place, start, end)
    found.flags.writeable = False
    return found


def hold_ns(text: str | None) -> int | None:
    """The length of a hold in ns."""
    if text is None:
        return None
    unit = text.lstrip("0123456789")
    return int(text.removesuffix(unit)) * UNITS_NS[unit]


def check_cells(cells: int, cells_max: int, what: str) -> None:
    """Refuse an answer that would be too large.

    Raises:
        Problem: 413.
    """
    if cells > cells_max:
        raise too_much("filter", f"{what} is {cells} cells, {cells_max} may be: ask for fewer series or longer buckets")


def too_much(parameter: str, detail: str) -> Problem:
    """An answer that would be larger than is allowed."""
    return Problem(413, "too-much", detail, parameter=parameter)


def bounded(work: Callable[[], Answer]) -> Answer:
    """Run a kernel and turn its refusal into an answer.

    Raises:
        Problem: 413.
    """
    try:
        return work()
    except TooManyRows as fault:
        raise too_much("start", str(fault)) from fault
