"""What answers look like, for the documentation. Answers themselves are made from columns, not from these."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

RFC3339 = "RFC 3339, UTC, nanoseconds; integers of ns as text with time=ns."


class Answer(BaseModel):
    """What every answer has."""

    position: str = Field(description="Where in the logs the answer stands; use it as `at`, `since` or event id.")
    decoder_set: str = Field(description="Which decoders made the rows; bytes are equal under equal ids.")
    kernel: str = Field(description="Version of selection and writing; bytes are equal under equal ids.")
    truncated: bool = Field(description="Whether rows were left out.")
    next: str | None = Field(description="URL of the rest, pinned to this position; null if this is all.")


class Observation(BaseModel):
    """One value of one series; with columns= only what that names."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.update(required=[]))

    topic: str
    field: str = Field(description="Path inside the payload; empty for a message in which nothing was observed.")
    device_time: str | None = Field(description=f"What the device claims. {RFC3339}")
    logged_time: str = Field(description=RFC3339)
    recno: int = Field(description="Record number in the topic's log.")
    value: float | bool | str | None
    kind: str = Field(description="number, text, boolean, bytes, null or none.")
    unit: str | None
    state_at_start: bool | None = Field(
        None, description="With state_at_start=true: whether this stood before the window began."
    )
    decoder: str | None = Field(None, description="With raw=true: name and version of what decoded the message.")
    payload: str | None = Field(None, description="With raw=true: the payload, where it is UTF-8.")
    payload_base64: str | None = Field(None, description="With raw=true: the payload, where it is not UTF-8.")
    properties: dict[str, Any] | None = Field(
        None, description="With raw=true: what the publisher set beside it (`retain`, `content_type`, …)."
    )


class Cost(BaseModel):
    """What an answer would be, with dry_run=true."""

    rows: int
    columns: int
    cells: int
    bytes: int = Field(description="Before compression; about.")


class Observations(Answer):
    """`history` and `latest`; with layout=columns `columns` instead, of history with dry_run=true `cost` alone."""

    observations: list[Observation] | None = None
    columns: dict[str, list[Any]] | None = None
    cost: Cost | None = None


class TopicField(BaseModel):
    """A series of a topic."""

    field: str
    kind: str
    unit: str | None
    name: str | None = Field(description="What a discovery config calls it.")
    device_class: str | None = Field(description="As declared: temperature, motion, …")
    component: str | None = Field(description="As declared: sensor, binary_sensor, …")


class Topic(BaseModel):
    """One topic."""

    topic: str
    log: str = Field(description="Name of its log; of the newest generation.")
    generation: int
    decoder: str = Field(description="What decoded its newest message.")
    name: str | None = Field(description="For people, as a discovery config declares it: of its value, or its device.")
    device: str | None = Field(description="Name of the device, as declared.")
    area: str | None = Field(description="Where the device is, as declared.")
    role: str = Field(description="value, event (it speaks when something changes), label or prediction.")
    classes: list[str] | None = Field(description="Of labels and predictions: the texts that were said, the first 64.")
    confidence: str | None = Field(description="Of predictions: the field that says how sure it is.")
    availability: str | None = Field(description="online or offline, where a discovery config says who tells so.")
    fields: list[TopicField]
    count: int = Field(description="Messages.")
    first_logged_time: str
    last_logged_time: str
    usual_interval_s: float | None = Field(
        description="Median of the last 64 intervals; null without a steady rhythm (docs/gaps.md), as of a door."
    )
    state: str | None = Field(
        description="live, late (2 usual intervals) or silent (10, and 5 minutes), by the position's time; "
        "null while nothing is usual."
    )
    kept: int = Field(description="Messages that no decoder understood; they are served as they came.")
    skew_s: float | None = Field(description="Device time less logged time: median of the last 64 claims, at least 8.")
    skew_spread_s: float | None = Field(description="Between the first and the last quarter of these.")


class Topics(Answer):
    """`topics`."""

    topics: list[Topic]


class Line(BaseModel):
    """One series of a plot, as equally long arrays; buckets without a number are absent."""

    topic: str
    field: str
    unit: str | None
    x: list[float] = Field(description="Time of the bucket's first value, ms since 1970 UTC.")
    min: list[float]
    max: list[float]
    count: list[int]
    kind: str | None = Field(None, description="Of its newest value: number, boolean, text, null. With `explain`.")
    last: list[float] | None = Field(None, description="The bucket's last value. With `explain`.")
    last_x: list[float] | None = Field(None, description="Its time, ms since 1970 UTC. With `explain`.")
    texts: dict[str, list[Any]] | None = Field(
        None, description="`x` (ms) and `text`: since when which text stood, the last of a bucket. With `explain`."
    )
    before: dict[str, Any] | None = Field(
        None, description="`time` and `value` of the last observation before `start`. With `explain`."
    )
    gaps: list[dict[str, Any]] | None = Field(None, description="As `gaps` answers them. With `explain`.")
    late: list[dict[str, Any]] | None = Field(
        None,
        description="Values that were logged more than 10 minutes after the time they carry, by spans that arrived "
        "together: `from`, `to`, `count`, `arrived_first`, `arrived_last`. With `explain` and by=device.",
    )


class Plot(Answer):
    """`plot`."""

    start: str
    end: str
    series: list[Line]
    outages: list[dict[str, Any]] | None = Field(None, description="As `gaps` answers them. With `explain`.")


class Rebuild(BaseModel):
    """A read model that is being built anew while the old one serves."""

    reason: str = Field(description="What differs, old → new: format, decoders, kernels.")
    rows: int
    of_rows: int = Field(description="Rows of the old one.")
    share: float = Field(description="How much is done, from 0 to 1.")
    seconds: float


class ReadModelState(BaseModel):
    """What this process answers from."""

    segments: int
    writes: bool = Field(description="Whether this process writes it; others on the same machine share what it writes.")
    rebuild: Rebuild | None


class Store(Answer):
    """`store`."""

    store: str = Field(description="Name of the store's server.")
    catalogue: str = Field(description="Name of the catalogue log: all one must know to find and verify the home.")
    writer_key: str | None = Field(description="The key that signs every log: DER SubjectPublicKeyInfo, base64.")
    logs: int
    rows: int
    read_model: ReadModelState
    version: str
    broker: str = Field(description="HOST:PORT of the MQTT broker.")
    secret_file: str | None = Field(
        description="The file on the server that holds the administrator's secret; told to the administrator."
    )


class Log(Answer):
    """`logs/{name}`."""

    log: str
    topic: str | None
    kind: str | None
    generation: int | None
    metadata: str = Field(description="The blob, base64; its SHA-256 is the name.")
    entries: dict[str, str] = Field(description="Metadata entries that are text.")
    writer_key: str | None
    tip: int = Field(description="Number of the last record; 0 for none.")
    tip_hash: str | None
    last_signed: int | None = Field(description="Last record with a signature of its own, among the last 256.")


class Record(BaseModel):
    """A datum as stored."""

    recno: int
    time: str
    accuracy: float
    prevhash: str | None = Field(description="Hex.")
    hash: str = Field(description="Hex.")
    sig: str | None = Field(description="DER, base64.")
    data: str | None = None
    data_base64: str | None = None


class Records(Answer):
    """`logs/{name}/records`."""

    records: list[Record]


class LiveObservation(BaseModel):
    """One value in an event."""

    field: str
    kind: str
    value: float | bool | str | None
    device_time: str | None
    unit: str | None


class LiveMessage(BaseModel):
    """The data of one event of `live`."""

    topic: str
    log: str
    recno: int
    logged_time: str
    device_time: str | None
    decoder: str
    observations: list[LiveObservation] | None = Field(None, description="Absent with payload=raw.")
    payload: str | None = None
    payload_base64: str | None = None
