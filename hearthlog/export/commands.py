"""`hearthlog export`: what a person types."""

from pathlib import Path
from typing import Annotated

import typer

from hearthlog.export.manifest import Request

Out = Annotated[Path, typer.Option(metavar="DIR", help="Directory for the files; one broken off goes on in its own.")]
Filters = Annotated[list[str] | None, typer.Option("--filter", metavar="FILTER", help="MQTT topic filter, repeatable.")]
Start = Annotated[str | None, typer.Option(metavar="TIME", help="2026-11-01, a time with offset, or -30d. Included.")]
End = Annotated[str | None, typer.Option(metavar="TIME", help="Where to end. Not included. Default: no bound.")]
Url = Annotated[str | None, typer.Option(metavar="URL", help="The home. Default: HEARTHLOG_URL, or the one here.")]


def export_command(out: Out, filter: Filters = None, start: Start = None, end: End = None, url: Url = None) -> None:  # noqa: A002  # the option's name
    """Write the whole home as Parquet files, one a month, all at one position. Ask them with `hearthlog sql`.

    The secret is HEARTHLOG_TOKEN, or the local admin's.
    """
    from hearthlog.export.terminal import run  # noqa: PLC0415  # half a second that no other command should pay

    run(url, out, Request(tuple(filter or ()), start, end))
