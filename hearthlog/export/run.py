"""Exporting: month after month at one position, each file whole or absent; goes on where it was broken off."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from gdp.position import parse_position
from hearthlog.client import Home
from hearthlog.client.options import HistoryOptions
from hearthlog.export.errors import ExportError
from hearthlog.export.manifest import NAME, OBSERVATIONS, TOPICS, File, Manifest, Request
from hearthlog.export.months import Month, Window, moment, text_of


class Report(Protocol):
    """Hears how far an export is."""

    def begun(self, rows: int, at: str) -> None:
        """So many rows are to come, at this position."""

    def writing(self, month: str, size: int) -> None:
        """The month's file has so many bytes so far."""

    def wrote(self, file: File) -> None:
        """A file is whole, or was already."""


def export(home: Home, directory: Path, request: Request, report: Report) -> Manifest:
    """Export what is asked for into a directory; one that was broken off goes on at the position where it began.

    Raises:
        ExportError: the directory holds something else.
        HomeError: the home says so.
        OSError: a file cannot be written.
    """
    manifest = _begin(home, directory, request)
    cost = home.cost(*request.filters, **_options(manifest, manifest.window))
    report.begun(cost["rows"], manifest.position)
    for file in manifest.files:
        report.wrote(file)
    while not manifest.finished:
        month = _next_month(home, manifest)
        if month is None:
            manifest = replace(manifest, finished=True)
        else:
            manifest = _export_month(home, directory, manifest, month, report)
        manifest.write(directory)
    return manifest


def _begin(home: Home, directory: Path, request: Request) -> Manifest:
    directory.mkdir(parents=True, exist_ok=True)
    manifest = Manifest.read(directory)
    store = home.store()
    if manifest is None:
        if any(directory.iterdir()):
            raise ExportError(f"{directory} is not empty, and holds no export: choose another directory")
        manifest = Manifest(store["catalogue"], store["position"], request, _window(request, store["position"]))
        pq.write_table(home.topics(*request.filters, at=manifest.position).arrow, directory / TOPICS)
        manifest.write(directory)
    elif manifest.request != request:
        raise ExportError(f"{directory} holds another export, of {_words(manifest.request)}: choose another directory")
    elif manifest.catalogue != store["catalogue"]:
        raise ExportError(f"{directory} holds an export of another home: choose another directory")
    for file in manifest.files:
        path = directory / file.path
        if not path.is_file() or path.stat().st_size != file.bytes:
            raise ExportError(f"{path} is not as {NAME} says: delete {directory}, and export again")
    return manifest


def _window(request: Request, position: str) -> Window:
    now = sum(parse_position(position).values())
    start = None if request.start is None else moment(request.start, now, "--start")
    end = None if request.end is None else moment(request.end, now, "--end")
    if start is not None and end is not None and start >= end:
        raise ExportError(f"--start {request.start} is not before --end {request.end}")
    return Window(start, end)


def _words(request: Request) -> str:
    filters = " ".join(request.filters) or "every topic"
    return f"{filters} from {request.start or 'the beginning'} to {request.end or 'its position'}"


def _options(manifest: Manifest, window: Window) -> HistoryOptions:
    options = HistoryOptions(at=manifest.position)
    if window.start is not None:
        options["start"] = text_of(window.start)
    if window.end is not None:
        options["end"] = text_of(window.end)
    return options


def _next_month(home: Home, manifest: Manifest) -> Month | None:
    """The first month after those that are exported that has a row."""
    window = manifest.to_come
    if window is None:
        return None
    options = _options(manifest, window)
    options["limit"] = 1
    first = home.history(*manifest.request.filters, **options).arrow
    if not len(first):
        return None
    device, logged = (first[name].cast(pa.int64())[0].as_py() for name in ("device_time", "logged_time"))
    return Month.of(logged if device is None else device)


def _export_month(home: Home, directory: Path, manifest: Manifest, month: Month, report: Report) -> Manifest:
    place = f"month={month}/{OBSERVATIONS}"
    (directory / place).parent.mkdir(exist_ok=True)
    saved = home.save(
        directory / place,
        *manifest.request.filters,
        told=lambda size: report.writing(str(month), size),
        **_options(manifest, manifest.window.within(month)),
    )
    rows = pq.ParquetFile(saved.path).metadata.num_rows
    file = File(place, rows, saved.bytes, saved.sha256)
    report.wrote(file)
    return manifest.with_file(file, saved.decoder_set, saved.kernel)
