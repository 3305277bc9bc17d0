"""Parameters that several calls share, each checked where it is declared."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingest.errors import FilterError
from ingest.filters import TopicFilter

FILTERS_MAX = 100
By = Literal["device", "logged"]
TimeStyle = Literal["rfc3339", "ns"]
Layout = Literal["rows", "columns"]

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


class Selecting(Filtered):
    """A call about some series."""

    field: FieldTexts = []
