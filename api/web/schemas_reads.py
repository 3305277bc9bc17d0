"""What the answers of reads over windows look like, for the documentation."""

from typing import Any

from pydantic import BaseModel, Field

from api.web.schemas import RFC3339, Answer, Cost


class Bucket(BaseModel):
    """One series in one bucket that has an observation; only the functions that were asked for."""

    topic: str
    field: str
    unit: str | None = Field(description="Of the bucket's last observation.")
    start: str = Field(description=f"Where the bucket begins on the calendar. {RFC3339}")
    end: str = Field(description="Where the next one begins.")
    count: int | None = Field(None, description="Observations of any kind.")
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    sum: float | None = None
    first: float | bool | str | None = Field(None, description="Value of the first observation, of any kind.")
    last: float | bool | str | None = Field(None, description="Value of the last observation, of any kind.")
    delta: float | None = Field(
        None, description="Last number less the last one before the bucket; if there is none, less the first."
    )
    time_weighted_mean: float | None = Field(None, description="Each number weighs as long as it stood.")


class Buckets(Answer):
    """`aggregate`; with layout=columns `columns` instead of `buckets`."""

    buckets: list[Bucket]
    columns: dict[str, list[Any]] | None = None


class MatrixSeries(BaseModel):
    """One column of a matrix."""

    column: str = Field(description="Name of the column: topic, # and field.")
    topic: str
    field: str
    unit: str | None


class Matrix(Answer):
    """`matrix`; with layout=columns `columns` instead of `matrix`, with dry_run=true `cost` alone."""

    series: list[MatrixSeries] | None = None
    matrix: list[dict[str, Any]] | None = Field(None, description="`time`, and a value per column; null for none.")
    columns: dict[str, list[Any]] | None = None
    cost: Cost | None = None


class Events(Answer):
    """`asof`; with layout=columns `columns` instead of `events`."""

    events: list[dict[str, Any]] = Field(
        description="What `history` shows of the event, and per series of `right` a column `topic#field`."
    )
    columns: dict[str, list[Any]] | None = None
