"""What a proof looks like, for the documentation; docs/proofs.md says how to verify it."""

from pydantic import BaseModel, Field

HEX = "64 lower-case hex digits."
NAME = "43 characters."
BLOB = "Base64; its SHA-256 is the log's name."


class ProofRecord(BaseModel):
    """A record with its data."""

    recno: int
    time_ns: str = Field(description="ns since 1970, decimal.")
    accuracy: float
    prevhash: str | None = Field(description=f"Hash of the record before; null in a first record. {HEX}")
    data: str = Field(description="Base64.")
    sig: str | None = Field(description="DER signature, base64.")


class ProofLink(BaseModel):
    """A record without its data: what its hash is made of."""

    recno: int
    time_ns: str
    accuracy: float
    prevhash: str | None
    data_sha256: str = Field(description=HEX)
    sig: str | None


class ProofSeal(BaseModel):
    """The seal that lists the last record."""

    log: str = Field(description=NAME)
    metadata: str = Field(description=BLOB)
    record: ProofRecord


class ProofSpan(BaseModel):
    """Records of one log and what vouches for them."""

    log: str = Field(description=NAME)
    metadata: str = Field(description=BLOB)
    records: list[ProofRecord]
    chain: list[ProofLink] = Field(description="The records after, up to the one that is signed or sealed.")
    seal: ProofSeal | None = Field(description="If the last of records and chain has no signature of its own.")


class ProofBody(ProofSpan):
    """`logs/{name}/proof`."""

    format: str = Field(description="hearthlog-proof")
    version: int = Field(description="1")
    covered: bool = Field(description="Whether a signature or seal reaches the records; if not, ask again in 10 s.")
    catalogue: ProofSpan | None = Field(description="The catalogue's record of this log, proven likewise.")
