"""History into a file as it comes, in constant memory."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hearthlog.client.errors import Refused
from hearthlog.client.fetch import fetch
from hearthlog.client.policy import Policy
from hearthlog.client.query import pairs, waiting
from hearthlog.client.steps import Ask, Steps

FORMATS: Mapping[str, str] = {".parquet": "parquet", ".arrow": "arrow", ".csv": "csv", ".ndjson": "ndjson"}
PART_SUFFIX = ".part"
"""Of the file until it is whole."""


class Saved(NamedTuple):
    """A file that was written.

    Attributes:
        position: where in the logs its rows stand.
        sha256: of its bytes, hexadecimal.
    """

    path: Path
    bytes: int
    sha256: str
    position: str
    decoder_set: str | None
    kernel: str | None


class _File:
    """Takes a body; begins anew where the home has to send it again."""

    def __init__(self, file: BinaryIO, told: Callable[[int], None]) -> None:
        self._file = file
        self._told = told
        self._hash = hashlib.sha256()

    def begin(self) -> None:
        """See `Sink`."""
        self._file.seek(0)
        self._file.truncate()
        self._hash = hashlib.sha256()

    def feed(self, chunk: bytes) -> None:
        """See `Sink`."""
        self._file.write(chunk)
        self._hash.update(chunk)
        self._told(self._file.tell())

    @property
    def sha256(self) -> str:
        """Of what was written."""
        return self._hash.hexdigest()


def save(
    policy: Policy,
    path: Path,
    filters: Sequence[str],
    options: Mapping[str, object],
    told: Callable[[int], None],
) -> Steps[Saved]:
    """Write what `history` answers; the file is there when it is whole and durable, never before.

    Args:
        policy: how often to try.
        path: its suffix says the format.
        filters: as of `history`.
        options: as of `history`.
        told: called with the bytes that are written so far.

    Raises:
        Refused: no format has this suffix.
        OSError: the file cannot be written.
    """
    if path.suffix not in FORMATS:
        raise Refused(f"{path.name}: a file of history ends in {', '.join(FORMATS)}", parameter="path")
    params = (*pairs(filters, options), ("format", FORMATS[path.suffix]))
    part = path.with_name(path.name + PART_SUFFIX)
    with part.open("wb") as file:
        sink = _File(file, told)
        ask = Ask("/v1/history", params, waiting({}, options, policy.wait_s), sink=sink)
        answer = yield from fetch(policy, ask)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    part.replace(path)
    return _saved(path, size, sink.sha256, answer.headers)


def _saved(path: Path, size: int, sha256: str, headers: Mapping[str, str]) -> Saved:
    made_by = (headers.get(f"hearthlog-{name}") for name in ("decoder-set", "kernel"))
    return Saved(path, size, sha256, headers.get("hearthlog-position", ""), *made_by)
