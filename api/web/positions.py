"""Positions in requests and answers: which one an answer stands at, and waiting for one that is still to come."""

import asyncio
import re
from collections.abc import Mapping

from fastapi import Request

from api.accounts.guard import caller_of
from api.errors import TimeError
from api.services import Home, Services
from api.times import parse_time
from api.web.problem import Problem, bad_parameter
from gdp.errors import PositionError
from gdp.position import format_position, parse_position

HEADER = "Hearthlog-Position"
RETRY_AFTER_S = 1
LOOKS_LIKE_POSITION = re.compile(r"[A-Za-z0-9_-]{8}\.[0-9]+(?:,|$)", re.ASCII)
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,6})\"?", re.ASCII | re.IGNORECASE)


def home_of(services: Services) -> Home:
    """The store that is followed.

    Raises:
        Problem: 503 while there is none yet.
    """
    if services.home is None:
        detail = f"there is no store yet: {services.settings.store_path.name} appears when the sink has started"
        raise Problem(503, "no-store-yet", detail, headers={"Retry-After": str(RETRY_AFTER_S)})
    return services.home


def position_text(home: Home, position: int) -> str:
    """A position as clients see it."""
    return format_position({home.model.store: position})


def present_position(services: Services) -> str | None:
    """Where the read model stands now; None while there is no store."""
    return None if services.home is None else position_text(services.home, services.home.model.position)


def read_position(home: Home, text: str, parameter: str) -> int:
    """The logged time in ns that a position means in this store.

    Raises:
        Problem: 400; not a position, or one of another store; 409 if this store was restored and never had it.
    """
    positions = _parsed(text, parameter)
    if home.model.store in positions:
        return positions[home.model.store]
    position, until = _inherited(home, positions, text, parameter)
    if position <= until:
        return position
    last = position_text(home, until)
    detail = (
        f"{parameter}: {text} is of a history that ended: the store was restored from a backup that reaches to {last}. "
        "What came after it then is not in this one; begin again from there, or without a position"
    )
    headers = {HEADER: position_text(home, home.model.position)}
    raise Problem(409, "restored", detail, parameter=parameter, headers=headers)


def resume_from(home: Home, text: str, parameter: str, now: int) -> tuple[int, bool]:
    """Where a stream goes on that was read up to a position or time, ns, and whether a restore lies in between.

    Then it goes on where the restored history begins, if the reader was further.

    Raises:
        Problem: 400.
    """
    if LOOKS_LIKE_POSITION.match(text):
        positions = _parsed(text, parameter)
        if home.model.store not in positions:
            return min(_inherited(home, positions, text, parameter)), True
    return read_moment(home, text, parameter, now), False


def _parsed(text: str, parameter: str) -> dict[str, int]:
    try:
        return dict(parse_position(text))
    except PositionError as fault:
        raise bad_parameter(parameter, str(fault)) from fault


def _inherited(home: Home, positions: Mapping[str, int], text: str, parameter: str) -> tuple[int, int]:
    """A position from before the store was restored, and up to where that history is this one's too; ns."""
    for store, until in home.ancestors:
        if store in positions:
            return positions[store], until
    raise bad_parameter(parameter, f"{text!r} is a position of another store, this one is {home.model.store}")


def read_moment(home: Home, text: str, parameter: str, now: int) -> int:
    """A position, or a time in any other form, in ns.

    Raises:
        Problem: 400.
    """
    if LOOKS_LIKE_POSITION.match(text):
        return read_position(home, text, parameter)
    try:
        return parse_time(text, now)
    except TimeError as fault:
        raise bad_parameter(parameter, str(fault)) from fault


def read_window(home: Home, first: str, last: str, now: int, *, ending: int | None = None) -> tuple[int, int]:
    """Start ≤ time < end, in ns, as a request names them. As an end `now` means `ending`, if that is given.

    Raises:
        Problem: 400; a time that is none, or a window without length.
    """
    start = read_moment(home, first, "start", now)
    end = read_moment(home, last, "end", now if ending is None else ending)
    check_window(first, last, start, end)
    return start, end


def check_window(first: str | None, last: str | None, start: int | None, end: int | None) -> None:
    """Refuse a window without length; a side that is None is open.

    Raises:
        Problem: 400; names the texts `first` and `last`.
    """
    if start is not None and end is not None and start >= end:
        raise bad_parameter("start", f"{first} is not before end, {last}")


def ending_of(services: Services, home: Home, position: int | None) -> int:
    """What `now` means as the end of a window, ns: behind the record at the position that an answer is pinned to."""
    return now_of(services, home) if position is None else position + 1


def now_of(services: Services, home: Home) -> int:
    """Now, in ns: by the wall clock, but never before what is logged already, for the clock may have been set back."""
    return max(services.clock(), home.model.view.position + 1)


def wait_of(request: Request, services: Services) -> float:
    """The seconds of `Prefer: wait=N` (RFC 7240 §4.3), bounded; 0 without it."""
    match = _WAIT.search(request.headers.get("prefer", ""))
    return 0.0 if match is None else float(min(int(match[1]), services.settings.wait_s_max))


async def reach(request: Request, services: Services, text: str | None) -> int | None:
    """The position that `at=` names, once the read model has reached it; None if the request names none.

    Raises:
        Problem: 400; 409 if it is not reached, after waiting as `Prefer: wait` says; 401 if the account ended then.
    """
    if text is None:
        return None
    home = home_of(services)
    at = read_moment(home, text, "at", services.clock())
    try:
        async with asyncio.timeout(wait_of(request, services)):
            while home.model.position < at:
                if services.hub.closed:
                    raise TimeoutError  # noqa: TRY301  # the process stops: there is nothing to wait for
                await services.progress.advanced()
                if not services.door.still(caller_of(request)):
                    raise Problem(401, "not-logged-in", "the account ended while this waited")
    except TimeoutError:
        present = position_text(home, home.model.position)
        detail = f"at: {text} is not reached yet, the present position is {present}; Prefer: wait=10 waits for it"
        headers = {"Retry-After": str(RETRY_AFTER_S), HEADER: present}
        raise Problem(409, "position-not-reached", detail, parameter="at", headers=headers) from None
    return at
