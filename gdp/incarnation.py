"""Which history of a store is meant: its first, or one that began when a backup was restored (docs/formats.md). Pure.

A restored copy and the store that it was copied from may both go on to write. They share logs and key up to the copy,
and nothing after it: so each restore begins an incarnation, whose mark is random, for one backup can be restored twice.
"""

import hashlib
import re
from typing import NamedTuple

from gdp.metadata import HINC, Metadata
from gdp.names import GdpName, server_name

MARK_BYTES = 8
_TEXT = re.compile(r"([1-9][0-9]{0,8})-([0-9a-f]{16})", re.ASCII)


class Incarnation(NamedTuple):
    """A history of a store: its number, and a mark (hex) that no other one of this number has."""

    number: int
    mark: str

    @property
    def text(self) -> str:
        """As files and metadata have it: `1`, or number and mark."""
        return f"{self.number}-{self.mark}" if self.mark else str(self.number)

    def next(self, mark: bytes) -> "Incarnation":
        """Return the one that a restore begins; `mark` is random."""
        assert len(mark) == MARK_BYTES
        return Incarnation(self.number + 1, mark.hex())

    def server(self, catalogue: GdpName) -> GdpName:
        """Return the server's name in the store with this catalogue, and so what positions begin with (§17)."""
        if self == FIRST:
            return server_name(catalogue)
        return GdpName(hashlib.sha256(b"hearthlog store" + catalogue + self.text.encode()).digest())


FIRST = Incarnation(1, "")


class Ancestor(NamedTuple):
    """An earlier incarnation, and the position (ns) up to which its history is also that of its successor."""

    incarnation: Incarnation
    until: int


def parse_incarnation(text: str) -> Incarnation:
    """Read what `Incarnation.text` gives.

    Raises:
        ValueError: anything else.
    """
    if text == FIRST.text:
        return FIRST
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no incarnation")
    return Incarnation(int(match[1]), match[2])


def incarnation_of(metadata: Metadata) -> Incarnation:
    """Return the incarnation that a log was created in; the first where its metadata names none that is known."""
    try:
        return parse_incarnation((metadata.get(HINC) or b"1").decode("ascii"))
    except ValueError:
        return FIRST
