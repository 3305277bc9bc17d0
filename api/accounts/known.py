"""The accounts that there are, as the files below DIR/secrets say now; read again when a file changes."""

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from api.accounts.caller import Caller
from ingest.errors import FilterError
from ingest.filters import FilterSet

ADMIN = "admin"
TOKEN_BYTES_MAX = 4_096
STAMP_CHARACTERS = 16
FORMAT = 1
T = TypeVar("T")
log = structlog.get_logger()


class Watched(Generic[T]):
    """What a file holds, parsed once for each version of it; `empty` where there is none."""

    def __init__(self, path: Path, parse: Callable[[bytes], T], empty: T) -> None:
        self._path = path
        self._parse = parse
        self._empty = self._value = empty
        self._mark: tuple[int, int, int] | None = None
        self._version = 0

    @property
    def value(self) -> T:
        """What the file holds now."""
        self._look()
        return self._value

    @property
    def version(self) -> int:
        """Grows whenever what the file holds may have changed."""
        self._look()
        return self._version

    def _look(self) -> None:
        try:
            found = os.stat(self._path)  # noqa: PTH116  # for each request: the other way takes three times as long
            mark = (found.st_mtime_ns, found.st_ino, found.st_size)
            if mark != self._mark:
                self._value = self._parse(self._path.read_bytes())
                self._mark, self._version = mark, self._version + 1
        except OSError:
            if self._mark is not None:
                self._mark, self._value, self._version = None, self._empty, self._version + 1


class Accounts:
    """Knows whose a secret is. The administrator's lies in a file in clear; of every other account only a hash does."""

    def __init__(self, admin_token: Path, added: Path) -> None:
        self._path = admin_token
        self._admin = Watched(admin_token, lambda raw: raw[:TOKEN_BYTES_MAX].strip(), b"")
        self._added: Watched[dict[str, Caller]] = Watched(added, _parse, {})

    def caller_of(self, secret: str) -> Caller | None:
        """The account whose secret this is; None if it is nobody's."""
        given, expected = secret.encode(), self._admin.value
        if expected and secrets.compare_digest(given, expected):
            return self._administrator(expected)
        # Looked up by its hash: how long that takes tells nothing of a secret.
        return self._added.value.get(hashlib.sha256(given).hexdigest())

    def named(self, name: str, stamp: str) -> Caller | None:
        """The account of that name, if its secret is still the one that `stamp` was made for."""
        found = self._current(name)
        return found if found is not None and secrets.compare_digest(found.stamp, stamp) else None

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever an account may have changed."""
        return self._admin.version, self._added.version

    @property
    def missing(self) -> str | None:
        """Why nobody can log in yet, in words."""
        if self._admin.value:
            return None
        return f"no account exists yet: {self._path.name} appears when the home is started for the first time"

    def _current(self, name: str) -> Caller | None:
        expected = self._admin.value
        if name == ADMIN:
            return self._administrator(expected) if expected else None
        return next((each for each in self._added.value.values() if each.name == name), None)

    @staticmethod
    def _administrator(token: bytes) -> Caller:
        return Caller(ADMIN, hashlib.sha256(token).hexdigest()[:STAMP_CHARACTERS])


def _parse(raw: bytes) -> dict[str, Caller]:
    """Accounts by the hash of their secret (docs/formats.md, "Accounts"); a damaged file is an account for nobody."""
    try:
        found = json.loads(raw)
        if found["format"] == FORMAT:
            return {each["sha256"]: _caller(each) for each in found["accounts"]}
        fault = f"its format is {found['format']!r}, this version reads {FORMAT}"
    except (ValueError, KeyError, TypeError, AttributeError, FilterError) as error:
        fault = str(error) or type(error).__name__
    log.error("accounts_unreadable", fault=fault, advice="only the administrator gets in until it is mended")
    return {}


def _caller(entry: dict[str, object]) -> Caller:
    read = entry["read"]
    if not isinstance(read, list):
        raise TypeError("`read` is no list of topic filters")
    FilterSet.parse(read)
    return Caller(str(entry["name"]), str(entry["sha256"])[:STAMP_CHARACTERS], (tuple(read),))
