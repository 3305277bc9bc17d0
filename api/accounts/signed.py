"""Signed texts that the api hands out and recognises: the page's cookie, and tickets.

`<claims>.<HMAC-SHA-256>`, both base64url; no state is kept, so every api process on the same directory knows them.
"""

import base64
import errno
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

KEY_BYTES = 32
PRIVATE_FILE = 0o600


class Claims(NamedTuple):
    """What such a text says.

    Attributes:
        kind: What it was made for: one kind is never taken for another.
        name: The account.
        stamp: As in `Caller`.
        until: When it ends, in seconds since 1970.
        filters: What it is narrowed to; none: not narrowed.
    """

    kind: str
    name: str
    stamp: str
    until: int
    filters: tuple[str, ...] = ()


class Signer:
    """Signs with one key, and knows its own signature again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, claims: Claims) -> str:
        """The text."""
        body = _encode(json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode())
        return f"{body}.{self._signature(body)}"

    def read(self, text: str, kind: str, now_s: float) -> Claims | None:
        """What it says; None if it is not ours, of another kind, or over."""
        body, _, signature = text.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            return None
        found, name, stamp, until, filters = json.loads(_decode(body))
        claims = Claims(found, name, stamp, until, tuple(filters))
        return claims if claims.kind == kind and now_s < claims.until else None

    def _signature(self, body: str) -> str:
        return _encode(hmac.digest(self._key, body.encode(), hashlib.sha256))


def load_key(path: Path) -> bytes:
    """The key in a file, made on first use; whoever makes it first, all processes use the same.

    Raises:
        OSError: it can be neither read nor made, or is too short to be a secret.
    """
    try:
        return _checked(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not by our process id: in a container it is the same again after a crash.
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
        return _checked(path)


def _checked(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise OSError(errno.EINVAL, f"{len(key)} bytes are no key; delete the file, and everybody logs in again")
    return key


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
