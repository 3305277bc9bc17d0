"""`GET /v1/plot`: per series the least and greatest value of each pixel, as columns: what a chart should ask for."""

import functools
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from numpy.typing import NDArray
from pydantic import Field

from api.accounts.guard import caller_of
from api.gaps.find import Asked, asked_of
from api.readmodel.latest import Newest, Series, newest_of
from api.readmodel.newest import newest
from api.readmodel.plot import Buckets, PlotRequest, buckets, rows_in_window
from api.readmodel.selection import Wanted
from api.readmodel.series import MESSAGE_FIELD
from api.readmodel.view import View
from api.routes.plot_explained import explained
from api.services import Home, services_of
from api.settings import ApiSettings
from api.times import UNITS_NS, one_time
from api.web.answer import Standing, body, respond
from api.web.openapi import answers
from api.web.params import AtText, By, Selecting, TimeText
from api.web.positions import ending_of, home_of, now_of, reach, read_window
from api.web.problem import Problem, bad_parameter
from api.web.schemas import Plot

NS_PER_MS = UNITS_NS["ms"]
QUICK_SERIES_MAX = 64
Groups = list[tuple[Series, list[int]]]
router = APIRouter()


class PlotQuery(Selecting):
    """Parameters of `plot`."""

    start: str = Field("-24h", description="First time: RFC 3339, -6h, now, or a position. Included.")
    end: str = Field("now", description="Time at which to end. Not included.")
    width: int = Field(600, ge=1, description="Buckets: pixels across. The maximum is a setting.")
    by: By = Field("device", description="Clock that selects and sorts: device time where there is one, or logged.")
    at: AtText = None
    time: TimeText = "rfc3339"
    explain: bool = Field(
        False, description="Texts too, the last value of each bucket and before the window, gaps, and what came late."
    )


@router.get("/plot", responses=answers(Plot, 409, 413, 429, 503))
async def plot(request: Request, query: Annotated[PlotQuery, Query()]) -> Response:
    """Numbers and booleans (0 and 1) of each series; empty arrays where the window has none."""
    services = services_of(request)
    home = home_of(services)
    if query.width > services.settings.plot_width_max:
        raise bad_parameter("width", f"{query.width} is more than {services.settings.plot_width_max}")
    at = await reach(request, services, query.at)
    view = home.model.view.pinned(at)
    now = now_of(services, home) if at is None else at
    start, end = read_window(home, query.start, query.end, now, ending=ending_of(services, home, at))
    selection = home.model.selector.select(Wanted(tuple(query.filter), tuple(query.field), caller_of(request).within))
    groups = [(series, numbers) for series, numbers in selection.groups if series.field != MESSAGE_FIELD]
    window = PlotRequest(query.by, start, end, query.width)
    draw = functools.partial(_draw, services.settings, view, groups, window)
    if query.explain:
        asked = asked_of(services, view, by=query.by, start=start, end=end, present=at is None)
        draw = functools.partial(_explain, services.settings, home, asked, groups, window, style=query.time)
    drawn = await services.pools.run(draw, heavy=query.explain or len(groups) > QUICK_SERIES_MAX)
    standing = Standing.of(home, view)
    entries = {"start": one_time(start, query.time), "end": one_time(end, query.time), **drawn}
    return respond(standing, body(standing, entries))


def _lines(view: View, groups: Groups) -> list[tuple[Newest, list[int]]]:
    """The series that have a value at the view's position, each with its stored series."""
    ids = np.array(sorted(number for _, numbers in groups for number in numbers), np.int32)
    known = {row.series: row for row in newest(view, ids, "logged").unpack()}
    numbers = dict(groups)
    return [(line, numbers[line.series]) for line in newest_of(groups, view.keys, "logged", known.get)]


def _explain(
    settings: ApiSettings, home: Home, asked: Asked, groups: Groups, window: PlotRequest, *, style: str
) -> dict[str, Any]:
    lines = _lines(asked.view, groups)
    _check_points(settings, len(lines), window)
    return explained(home, asked, lines, window, rows_max=settings.plot_rows_max, style=style)


def _draw(settings: ApiSettings, view: View, groups: Groups, window: PlotRequest) -> dict[str, Any]:
    lines = _lines(view, groups)
    ids = np.array(sorted(number for _, numbers in groups for number in numbers), np.int32)
    _check_points(settings, len(lines), window)
    _check_rows(settings, view, ids, window)
    found = buckets(view, [numbers for _, numbers in lines], window)
    edges = np.searchsorted(found.cell, np.arange(len(lines) + 1) * window.width).tolist()
    series = [
        _line(line, found.take(slice(first, last)))
        for (line, _), first, last in zip(lines, edges[:-1], edges[1:], strict=True)
    ]
    return {"series": series}


def _check_points(settings: ApiSettings, lines: int, window: PlotRequest) -> None:
    if lines * window.width > settings.plot_points_max:
        detail = f"{lines} series times width {window.width} is more than {settings.plot_points_max}: narrow both"
        raise Problem(413, "too-much", detail, parameter="width")


def _check_rows(settings: ApiSettings, view: View, ids: NDArray[np.int32], window: PlotRequest) -> None:
    rows = rows_in_window(view, ids, window)
    if rows > settings.plot_rows_max:
        detail = f"{rows} rows are in the window, {settings.plot_rows_max} may be: ask for less time or fewer series"
        raise Problem(413, "too-much", detail, parameter="start")


def _line(line: Newest, found: Buckets) -> dict[str, Any]:
    return {
        "topic": line.series.topic,
        "field": line.series.field,
        "unit": line.key.unit,
        "x": (found.first / NS_PER_MS).tolist(),
        "min": found.least.tolist(),
        "max": found.greatest.tolist(),
        "count": found.rows.tolist(),
    }
