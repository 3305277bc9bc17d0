"""Reading the files of recorded sets: lines, packed or not."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import RecordingError
from ingest.replay import SECOND


def lines(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file without their ends; unpacked if its name ends in `.gz`.

    Raises:
        RecordingError: the file cannot be read.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    except (OSError, EOFError, UnicodeDecodeError) as fault:
        raise RecordingError(f"{path} cannot be read: {fault}") from fault
    return (line.removesuffix("\r") for line in text.removesuffix("\n").split("\n"))


def moment(text: str) -> int:
    """An ISO date and time in ns since 1970; what names no zone is read as UTC, for the order of sending only."""
    parsed = datetime.fromisoformat(text)
    zoned = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return round(zoned.timestamp() * 1000) * (SECOND // 1000)
