"""GDPnames: the 32-byte flat names of logs, servers and clients (gdp-protocol §6)."""

import base64
import hashlib
import re
from typing import NewType

from gdp.errors import GdpNameError

GdpName = NewType("GdpName", bytes)

NAME_BYTES = 32
PRINTABLE_CHARACTERS = 43

_PRINTABLE = re.compile(rf"[A-Za-z0-9_-]{{{PRINTABLE_CHARACTERS}}}")


def as_name(raw: bytes) -> GdpName:
    """Return the bytes as a name.

    Raises:
        GdpNameError: not 32 bytes, or all zero.
    """
    if len(raw) != NAME_BYTES:
        raise GdpNameError(f"a GDPname has {NAME_BYTES} bytes, not {len(raw)}")
    if not any(raw):
        raise GdpNameError("the all-zero GDPname is invalid")
    return GdpName(bytes(raw))


def printable(name: bytes) -> str:
    """Return the name's 43 characters of base64url."""
    return base64.urlsafe_b64encode(name).rstrip(b"=").decode("ascii")


def parse_name(text: str) -> GdpName:
    """Return the name that the text means: 43 base64url characters are a name, anything else a human name (hashed).

    Raises:
        GdpNameError: empty text, or the all-zero name.
    """
    if not text:
        raise GdpNameError("an empty text names no log")
    if _PRINTABLE.fullmatch(text):
        return as_name(base64.urlsafe_b64decode(text + "="))
    return human_name(text)


def human_name(text: str) -> GdpName:
    """Return SHA-256 of the human name, as the C programs do without a name directory."""
    return GdpName(hashlib.sha256(text.encode()).digest())


def server_name(catalogue: GdpName) -> GdpName:
    """Return the name of the server of the store with this catalogue: feed, PING and CREATE go there (§17)."""
    return GdpName(hashlib.sha256(b"hearthlog store" + catalogue).digest())
