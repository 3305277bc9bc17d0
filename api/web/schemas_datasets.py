"""What answers about datasets look like, for the documentation; docs/datasets.md explains them."""

from typing import Any

from pydantic import BaseModel, Field

from api.web.schemas import RFC3339, Answer, Cost


class DatasetTip(BaseModel):
    """How far a log went."""

    log: str
    topic: str | None = Field(None, description="Absent for logs of messages about messages.")
    recno: int
    hash: str = Field(description="Hex.")


class DatasetPin(BaseModel):
    """Everything that the bytes depend on; the id is SHA-256 of this in canonical JSON."""

    v: int
    query: str = Field(description="matrix, history or asof.")
    parameters: dict[str, Any] = Field(description="Every parameter of the call, with absolute times.")
    within: list[list[str]] = Field(description="Filters of what the account that pinned may read; empty: all.")
    position: str
    catalogue: str
    transform: str
    kernel: str
    decoder_set: str
    decoders: list[str] = Field(description="Those that read these logs.")
    logs: list[DatasetTip] | None = Field(None, description="In a list of datasets `log_count` instead.")
    context: list[DatasetTip] | None = Field(
        None, description="Logs of messages about messages. In a list of datasets `context_count` instead."
    )


class DatasetColumn(BaseModel):
    """A column."""

    name: str
    type: str = Field(description="As Arrow calls it.")


class DatasetRecord(BaseModel):
    """The record that the manifest is."""

    log: str
    recno: int
    hash: str
    time: str = Field(description=RFC3339)


class DatasetFault(BaseModel):
    """A record that is not what was pinned."""

    log: str
    topic: str | None
    recno: int
    field: str = Field(description="contents, prevhash, sig, hash, recno, metadata or missing.")
    reason: str


class DatasetChange(BaseModel):
    """A decoder, transform or kernel whose version is another one now."""

    name: str
    pinned: str | None
    present: str | None


class DatasetVerdict(BaseModel):
    """With verify=true: what was found."""

    good: bool
    sentence: str
    stored: str = Field(description="The copy on the api's disk: same, differs (it is replaced then) or absent.")
    derived: str = Field(description="The bytes made anew from the logs: same, differs or impossible.")
    logs: int
    records: int
    faults: list[DatasetFault]
    changes: list[DatasetChange]


class DatasetDescription(BaseModel):
    """A dataset."""

    id: str
    pin: DatasetPin
    sha256: str = Field(description="Of the Arrow stream, hex.")
    rows: int
    bytes: int
    columns: list[DatasetColumn]
    topic: str = Field(description="Where the manifest was published.")
    logged: DatasetRecord | None = Field(description="Where the manifest is logged; null while it is not.")
    fetched: int = Field(description="How often the data were fetched.")
    stored: bool = Field(description="Whether the bytes lie on this disk; else they are made anew.")
    data: str
    proof: str | None
    verdict: DatasetVerdict | None = None


class Dataset(Answer, DatasetDescription):
    """`datasets/{id}`, and what `POST datasets` answers."""


class DatasetCost(Answer):
    """`POST datasets` with dry_run=true: what would be pinned."""

    cost: Cost
    id: str
    pin: DatasetPin


class Datasets(Answer):
    """`datasets`."""

    datasets: list[DatasetDescription]
