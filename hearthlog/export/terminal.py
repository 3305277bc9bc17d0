"""What a person sees of an export: a moving bar on a terminal, a line a month elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hearthlog.client import Home, HomeError
from hearthlog.export.errors import ExportError
from hearthlog.export.manifest import File, Request
from hearthlog.export.run import export

BYTES_PER_MB = 1_000_000


def run(url: str | None, directory: Path, request: Request) -> None:
    """Export, and say how it went.

    Raises:
        typer.Exit: it did not; why is said.
    """
    console = Console()
    try:
        with Home(url, progress=False) as home, _shown(console) as shown:
            manifest = export(home, directory, request, shown)
    except (ExportError, HomeError, OSError) as error:
        typer.secho(f"hearthlog: {error}", err=True)
        raise typer.Exit(1) from None
    months, size = len(manifest.files), sum(each.bytes for each in manifest.files)
    typer.echo(
        f"{directory}: {manifest.rows:,} rows in {months} {'month' if months == 1 else 'months'}, "
        f"{size / BYTES_PER_MB:,.1f} MB, complete at {manifest.position}"
    )


class _Shown:
    """A reporter (`hearthlog.export.run.Report`)."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console = console
        self._progress = progress
        self._task = progress.add_task("asking", total=None)

    def begun(self, rows: int, at: str) -> None:
        """See `Report`."""
        self._progress.update(self._task, total=rows, description=f"at {at}")

    def writing(self, month: str, size: int) -> None:
        """See `Report`."""
        self._progress.update(self._task, description=f"{month}, {size / BYTES_PER_MB:,.1f} MB")

    def wrote(self, file: File) -> None:
        """See `Report`."""
        self._progress.advance(self._task, file.rows)
        self._console.print(f"{file.path}: {file.rows:,} rows", highlight=False, soft_wrap=True)


@contextmanager
def _shown(console: Console) -> Iterator[_Shown]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield _Shown(console, progress)
