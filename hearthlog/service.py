"""`hearthlog service`: the systemd units for this installation, on standard output or as files."""

import sys
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from compose.errors import ComposeError, SettingsError
from compose.settings import config_path
from compose.units import units
from hearthlog.configuration import load_settings

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the home. Default: ./data")]
User = Annotated[str | None, typer.Option(metavar="NAME", help="Who runs it. Default: you; hearthlog if you are root")]
Into = Annotated[Path | None, typer.Option("--write", metavar="DIR", help="Write them there: /etc/systemd/system")]


def service(data: Data = None, user: User = None, write: Into = None) -> None:
    """Print the systemd units for this installation."""
    try:
        rendered = _units(data, user)
        if write is not None:
            for name, text in rendered.items():
                (write / name).write_text(text, "utf-8")
                typer.echo(f"wrote {write / name}")
            return
    except (ComposeError, OSError) as error:
        typer.secho(f"hearthlog: {error}", err=True)
        raise typer.Exit(1) from None
    for name, text in rendered.items():
        typer.echo(f"# ===== {name}\n{text}")


def _units(data: Path | None, user: str | None) -> dict[str, str]:
    settings = load_settings({"data": data})
    runner = user or getuser()
    try:
        return units(
            installed=Path(sys.prefix).parent,
            data=settings.data.absolute(),
            config=config_path().absolute(),
            user="hearthlog" if runner == "root" else runner,
        )
    except ValueError as error:
        raise SettingsError(f"{error}. Choose other places.") from error
