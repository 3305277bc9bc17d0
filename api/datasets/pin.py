"""The pin: everything that a dataset's bytes depend on, as canonical JSON whose SHA-256 is the dataset's id. Pure."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

import orjson

from api.errors import DatasetError
from gdp.errors import GdpNameError
from gdp.names import parse_name

VERSION = 1
HASH_BYTES = 32
Query = Literal["matrix", "history", "asof"]
QUERIES: tuple[Query, ...] = get_args(Query)
TRANSFORMS: dict[Query, str] = {"matrix": "matrix 1", "history": "history 1", "asof": "asof 1"}
"""What makes a table of rows, with its version: it counts up when equal rows would give another table."""


class Tip(NamedTuple):
    """How far a log went: its last record at the position. A log that only teaches decoders has no topic here."""

    log: str
    topic: str | None
    recno: int
    hash: str

    def as_json(self) -> dict[str, Any]:
        """As the pin has it."""
        return {name: value for name, value in self._asdict().items() if value is not None}


@dataclass(frozen=True)
class Pin:
    """A query at a position.

    Attributes:
        query: what is asked.
        parameters: how, by the names of the call; times absolute, filters sorted.
        within: what the account that pinned may read: sets of filters, each of which must match too.
        position: where in the store.
        catalogue: name of the store's catalogue log.
        transform: name and version of what makes the table.
        kernel: version of selection and writing.
        decoder_set: every decoder that there was.
        decoders: those that read these logs, each with its version.
        logs: the logs of the topics that the filters select, by name, with their tips.
        context: logs of messages about messages, under which the others were decoded.
    """

    query: Query
    parameters: Mapping[str, Any]
    within: tuple[tuple[str, ...], ...]
    position: str
    catalogue: str
    transform: str
    kernel: str
    decoder_set: str
    decoders: tuple[str, ...]
    logs: tuple[Tip, ...]
    context: tuple[Tip, ...]

    def as_json(self) -> dict[str, Any]:
        """As an object of texts, whole numbers, truth values, null and lists of them: nothing has two spellings."""
        return {
            "v": VERSION,
            "query": self.query,
            "parameters": dict(self.parameters),
            "within": [list(texts) for texts in self.within],
            "position": self.position,
            "catalogue": self.catalogue,
            "transform": self.transform,
            "kernel": self.kernel,
            "decoder_set": self.decoder_set,
            "decoders": list(self.decoders),
            "logs": [tip.as_json() for tip in self.logs],
            "context": [tip.as_json() for tip in self.context],
        }

    @cached_property
    def text(self) -> bytes:
        """The canonical JSON: names sorted, no blanks, UTF-8 (RFC 8785, without its numbers)."""
        return orjson.dumps(self.as_json(), option=orjson.OPT_SORT_KEYS)

    @property
    def id(self) -> str:
        """The dataset's id: SHA-256 of the text, 43 characters of base64url."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.text).digest()).rstrip(b"=").decode()


def read_pin(text: bytes | str) -> Pin:
    """Read a pin's text.

    Raises:
        DatasetError: it is none of this version, or not in its one spelling.
    """
    try:
        found = orjson.loads(text)
        pin = Pin(
            query=found["query"],
            parameters=found["parameters"],
            within=tuple(tuple(texts) for texts in found["within"]),
            decoders=tuple(found["decoders"]),
            logs=_tips(found["logs"]),
            context=_tips(found["context"]),
            **{name: found[name] for name in ("position", "catalogue", "transform", "kernel", "decoder_set")},
        )
        if pin.query in QUERIES and pin.text == (text.encode() if isinstance(text, str) else text):
            return pin
    except (ValueError, KeyError, TypeError, AttributeError, GdpNameError) as fault:
        raise DatasetError(f"a pin that cannot be read: {fault!r}") from fault
    raise DatasetError(f"a pin of another version, or not in canonical JSON; this program reads version {VERSION}")


def _tips(entries: list[dict[str, Any]]) -> tuple[Tip, ...]:
    tips = tuple(Tip(each["log"], each.get("topic"), each["recno"], each["hash"]) for each in entries)
    for tip in tips:
        # Who may publish below hearthlog/ can write anything there.
        parse_name(tip.log)
        if type(tip.recno) is not int or tip.recno < 1 or len(bytes.fromhex(tip.hash)) != HASH_BYTES:
            raise ValueError(f"record {tip.recno!r} with hash {tip.hash!r} is none")
    return tips
