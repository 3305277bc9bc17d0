"""What an export holds and how far it is: `manifest.json` in its directory."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from hearthlog.export.errors import ExportError
from hearthlog.export.months import Month, Window

NAME = "manifest.json"
OBSERVATIONS, TOPICS = "observations.parquet", "topics.parquet"
"""The rows, in a directory a month; and what topics there were."""
FORMAT, VERSION = "hearthlog-export", 1
PARTITION = "month (UTC) of the device time where there is one, else of the logged time"


@dataclass(frozen=True, slots=True)
class File:
    """One Parquet file; `path` is relative to the directory."""

    path: str
    rows: int
    bytes: int
    sha256: str

    @property
    def month(self) -> Month:
        """The month that it holds."""
        return Month.parse(self.path.partition("/")[0].removeprefix("month="))


@dataclass(frozen=True, slots=True)
class Request:
    """What is exported, in the words in which it was asked for. `-30d` counts back from the position."""

    filters: tuple[str, ...]
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """An export.

    Attributes:
        catalogue: name of the home's catalogue.
        position: where in the logs all its files stand.
        request: what was asked for.
        window: the times that this means, in ns.
        decoder_set: what read the payloads; None before the first file.
        kernel: what selected the rows; None before the first file.
        files: those that are whole, in order of months.
        finished: whether there are no more.
    """

    catalogue: str
    position: str
    request: Request
    window: Window
    decoder_set: str | None = None
    kernel: str | None = None
    files: tuple[File, ...] = ()
    finished: bool = False

    @property
    def to_come(self) -> Window | None:
        """What of the window comes after the months that are exported, None if nothing does."""
        months = [each.month for each in self.files]
        return self.window.after(months[-1]) if months else self.window

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(each.rows for each in self.files)

    def with_file(self, file: File, decoder_set: str | None, kernel: str | None) -> "Manifest":
        """This manifest and one file more.

        Raises:
            ExportError: the home decodes otherwise than when the export began.
        """
        if self.decoder_set is not None and (decoder_set, kernel) != (self.decoder_set, self.kernel):
            raise ExportError(
                "the home was upgraded since this export began, and its files would not be of one kind "
                f"(decoders {self.decoder_set} → {decoder_set}, kernel {self.kernel} → {kernel}): begin a new one"
            )
        return replace(self, decoder_set=decoder_set, kernel=kernel, files=(*self.files, file))

    def write(self, directory: Path) -> None:
        """Replace the directory's manifest by this one, in one step."""
        described = {"format": FORMAT, "version": VERSION, **asdict(self), "rows": self.rows, "partition": PARTITION}
        part = directory / f"{NAME}.part"
        with part.open("w", encoding="utf-8") as file:
            json.dump(described, file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(directory / NAME)

    @classmethod
    def read(cls, directory: Path) -> Self | None:
        """The directory's manifest, None if it has none.

        Raises:
            ExportError: it is none of ours.
        """
        path = directory / NAME
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise ExportError(f"{path} is not JSON: {error}") from error
        if not isinstance(found, dict) or (found.get("format"), found.get("version")) != (FORMAT, VERSION):
            raise ExportError(f"{path} is not the manifest of an export that this program knows")
        request = found["request"]
        return cls(
            found["catalogue"],
            found["position"],
            Request(tuple(request["filters"]), request["start"], request["end"]),
            Window(*found["window"]),
            found["decoder_set"],
            found["kernel"],
            tuple(File(**each) for each in found["files"]),
            found["finished"],
        )
