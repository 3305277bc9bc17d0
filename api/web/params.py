"""Parameters that several calls share, each checked where it is declared."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.calendar import WHAT_WOULD_DO
from ingest.errors import FilterError
from ingest.filters import TopicFilter

FILTERS_MAX = 100
By = Literal["device", "logged"]
TimeStyle = Literal["rfc3339", "ns"]
Layout = Literal["rows", "columns"]
Format = Literal["json", "ndjson", "csv", "arrow", "parquet"]

FilterTexts = Annotated[
    list[str],
    Field(
        max_length=FILTERS_MAX,
        description="MQTT topic filters (`homes/h1/+/motion`, `watches/#`). None: every topic but those with `$`.",
        examples=[["homes/h1/+/motion"]],
    ),
]
FieldTexts = Annotated[
    list[str],
    Field(
        max_length=FILTERS_MAX,
        description="Paths inside a payload (`ENERGY.Power`), `*` allowed as last part; empty: the message itself. "
        "None: every observation, and messages in which nothing was observed.",
        examples=[["temperature"]],
    ),
]
AtText = Annotated[
    str | None,
    Field(description="Answer as of this position (or logged time): what came later is absent, the bytes stay equal."),
]
TimeText = Annotated[TimeStyle, Field(description="Times in answers: RFC 3339, or integers of ns as text.")]
FormatText = Annotated[
    Format | None,
    Field(description="json, ndjson, csv, arrow (IPC stream) or parquet; none: what `Accept` asks for, else json."),
]
EveryText = Annotated[
    str, Field(description=f"Length on the calendar: {WHAT_WOULD_DO}.", examples=["15m", "1h", "1d", "1w", "1mo"])
]
ZoneText = Annotated[
    str, Field(description="IANA time zone whose calendar counts, such as Europe/Berlin.", max_length=64)
]
StartText = Annotated[str, Field(description="First time: RFC 3339, -6h, now, or a position. Included.")]
EndText = Annotated[str, Field(description="Time at which to end. Not included.")]
HoldText = Annotated[
    str | None,
    Field(
        description="A value stands no longer than this: 90s, 10m, 2h, 1d. None: until the next one.",
        pattern=r"^[1-9][0-9]{0,8}(ms|s|m|h|d|w)$",
    ),
]


class Parameters(BaseModel):
    """A call's query parameters; what is not declared is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParameters(Parameters):
    """A call that takes none."""


class Filtered(Parameters):
    """A call about some topics."""

    filter: FilterTexts = []

    @field_validator("filter")
    @classmethod
    def _check_filters(cls, texts: list[str]) -> list[str]:
        for text in texts:
            try:
                TopicFilter.parse(text)
            except FilterError as fault:
                raise ValueError(str(fault)) from fault
        return texts


class Paged(Parameters):
    """A call whose answer is a table, given page by page."""

    limit: int | None = Field(None, ge=1, description="Rows of a page; default and maximum are settings.")
    cursor: str | None = Field(None, description="From `next`.")
    at: AtText = None
    time: TimeText = "rfc3339"
    layout: Layout = Field("rows", description="rows: an object a row; columns: an array a column.")
    format: FormatText = None


class OverWindow(Paged):
    """A call about a window of time, in which values stand for a while."""

    start: StartText = "-24h"
    end: EndText = "now"
    by: By = Field("device", description="Clock that selects and sorts: device time where there is one, or logged.")
    hold_for: HoldText = None


class Selecting(Filtered):
    """A call about some series."""

    field: FieldTexts = []

    @field_validator("field")
    @classmethod
    def _check_fields(cls, texts: list[str]) -> list[str]:
        for text in texts:
            if "*" in text.removesuffix(".*") and text != "*":
                raise ValueError(f"in {text!r} the * must be the whole last part: write ENERGY.* or * alone")
        return texts
