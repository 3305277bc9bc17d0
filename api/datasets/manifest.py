"""The manifest: what a dataset is and what its bytes are, as the message that is logged about it. Pure.

Its pin and its columns are JSON texts inside: so the pin stands there in the very spelling that was hashed, and a
dataset over a thousand logs is still a message of six values.
"""

from typing import Any, NamedTuple

import orjson

from api.datasets.pin import Pin, read_pin
from api.errors import DatasetError

PREFIX = "hearthlog/datasets/"
ID_CHARACTERS = 43
SHA256_DIGITS = 64


class Columned(NamedTuple):
    """A column of the bytes: its name, and its type as Arrow calls it."""

    name: str
    type: str


class Made(NamedTuple):
    """Bytes that were made: their SHA-256 in hex, how many, and the table that they hold."""

    sha256: str
    bytes: int
    rows: int
    columns: tuple[Columned, ...]


class Manifest(NamedTuple):
    """A dataset."""

    pin: Pin
    made: Made

    @property
    def topic(self) -> str:
        """Where it is published."""
        return PREFIX + self.pin.id

    def encode(self) -> bytes:
        """The message's payload."""
        made = self.made
        return orjson.dumps(
            {
                "id": self.pin.id,
                "sha256": made.sha256,
                "rows": made.rows,
                "bytes": made.bytes,
                "columns": orjson.dumps([each._asdict() for each in made.columns]).decode(),
                "pin": self.pin.text.decode(),
            }
        )


def read_manifest(payload: bytes, id_: str) -> Manifest:
    """Read the manifest of the dataset with this id.

    Raises:
        DatasetError: it is none, or another dataset's.
    """
    try:
        found: dict[str, Any] = orjson.loads(payload)
        columns = tuple(Columned(each["name"], each["type"]) for each in orjson.loads(found["columns"]))
        made = Made(found["sha256"], found["bytes"], found["rows"], columns)
        pin = read_pin(found["pin"])
        whole = type(made.bytes) is int and type(made.rows) is int
        digits = bytes.fromhex(made.sha256)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise DatasetError(f"a manifest that cannot be read: {fault!r}") from fault
    if pin.id != id_ or not whole or 2 * len(digits) != SHA256_DIGITS:
        raise DatasetError(f"the manifest is not that of dataset {id_}")
    return Manifest(pin, made)
