"""What each read can be told, as typed keyword arguments."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from hearthlog.client.moments import Length, Moment

By = Literal["device", "logged"]
Function = Literal["count", "min", "max", "mean", "sum", "first", "last", "delta", "time_weighted_mean"]
Texts = str | Sequence[str]
AggregateColumn = Literal["topic", "field", "unit", "start", "end"]
HistoryColumn = Literal[
    "topic", "field", "device_time", "logged_time", "recno", "value", "text", "kind", "unit", "state_at_start"
]


class At(TypedDict, total=False):
    """`at`: answer as of this position or logged time; what came later is absent, the bytes stay equal."""

    at: Moment


class TopicOptions(At, total=False):
    """`limit`: topics at most."""

    limit: int


class Selected(At, total=False):
    """`field`: paths inside a payload (`ENERGY.Power`, `ENERGY.*`); none: every observation."""

    field: Texts


class Newest(Selected, total=False):
    """`by`: newest by which clock; `limit`: series at most."""

    by: By
    limit: int


class Windowed(Selected, total=False):
    """`start` is included, `end` is not; `by` is the clock that selects and sorts."""

    start: Moment
    end: Moment
    by: By


class HistoryOptions(Windowed, total=False):
    """`limit`: rows at most; none: the whole window. `state_at_start`: first what stood before it, marked.

    `columns`: only these, in the order of the whole; what is left out is neither read nor sent.
    """

    order: Literal["asc", "desc"]
    limit: int
    state_at_start: bool
    columns: HistoryColumn | Sequence[HistoryColumn]


class Calendar(Windowed, total=False):
    """`every`: `15m`, `1h`, `1d`, `1w`, `1mo` of the calendar of `tz`. `hold_for`: a value stands no longer."""

    every: Length
    tz: str
    hold_for: Length


class AggregateOptions(Calendar, total=False):
    """`fn`: one function or several, each a column; `columns`: what stands before them, if not all."""

    fn: Function | Sequence[Function]
    columns: AggregateColumn | Sequence[AggregateColumn]


class MatrixOptions(Calendar, total=False):
    """`fn`: one function for all cells. `fill`: what stands where nothing was observed since the row before."""

    fn: Function
    fill: Literal["hold", "none", "linear"]


class PlotOptions(Windowed, total=False):
    """`width`: buckets, the pixels across."""

    width: int


class AsofOptions(At, total=False):
    """`equal`: whether a value at the event's own time counts. `hold_for`: how old a value may be."""

    left_field: Texts
    right_field: Texts
    start: Moment
    end: Moment
    by: By
    hold_for: Length
    equal: bool


class GapOptions(Windowed, total=False):
    """`cause`: only gaps of this cause."""

    cause: Literal["device", "broker", "sink", "store", "unknown"]


class NotableOptions(TypedDict, total=False):
    """`standing`: only what lasts. `tz`: a time zone that says when it is night."""

    filter: Texts
    start: Moment
    end: Moment
    standing: bool
    tz: str
    limit: int
