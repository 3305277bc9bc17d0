"""`hearthlog backup` and `hearthlog restore`, and the sentences that they end with."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compose.errors import ComposeError
from hearthlog.backup.make import Made, back_up
from hearthlog.backup.progress import Shown
from hearthlog.backup.restore import Restored, restore
from hearthlog.configuration import load_settings

DRAIN_S = 60.0

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the home. Default: ./data")]
Target = Annotated[Path, typer.Option("--data", metavar="DIR", help="Empty or missing directory for the home.")]
Place = Annotated[
    Path, typer.Argument(metavar="DIR_OR_FILE", help="Where to: NAME.tar for one file, else a directory.")
]
Source = Annotated[Path, typer.Argument(metavar="BACKUP", help="A backup: directory or .tar file.")]
Mqtt = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="MQTT broker. Default: 127.0.0.1:1883")]
Gdp = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Log server. Default: 127.0.0.1:8009")]
Drain = Annotated[
    float, typer.Option("--wait-s", min=0, help="Longest wait for the sink to store what the broker acknowledged.")
]


def backup(place: Place, data: Data = None, mqtt: Mqtt = None, gdp: Gdp = None, wait_s: Drain = DRAIN_S) -> None:
    """Copy a home while it runs, and check the copy: logs, keys, secrets, accounts. Keep it as safe as a key."""
    try:
        settings = load_settings({"data": data, "mqtt": mqtt, "gdp": gdp})
        with Shown(Console()) as progress:
            made = back_up(settings, place, progress, drain_s=wait_s)
    except ComposeError as error:
        raise _trouble(error) from None
    typer.echo(sentence_of_backup(made))


def restore_command(source: Source, data: Target) -> None:
    """Make a home from a backup, in an empty directory, checked before and after."""
    try:
        with Shown(Console()) as progress:
            restored = restore(source, data, progress)
    except ComposeError as error:
        raise _trouble(error) from None
    typer.echo(sentence_of_restore(restored))


def sentence_of_backup(made: Made) -> str:
    """What a backup holds."""
    found = made.manifest
    if found.renew:
        waiting = f"everything that the broker had acknowledged at {_time(found.made)} is in it"
    elif found.running:
        waiting = "what waited in the broker for the sink is in it as the broker had saved it"
    else:
        waiting = "the home was not running"
    return (
        f"Backed up {len(found.tips)} logs with {found.records} records up to {_time(found.position)} to {made.path}: "
        f"{found.bytes} bytes, every chain, signature and seal checked; {waiting}."
    )


def sentence_of_restore(restored: Restored) -> str:
    """What has been restored, and how to go on."""
    found, checked = restored.manifest, restored.checked
    return (
        f"Restored {len(found.tips)} logs with {found.records} records up to {_time(found.position)} to "
        f"{restored.path}, every chain, signature and seal checked, as incarnation "
        f"{checked.identity.incarnation.text}; start it: hearthlog up --data {shlex.quote(str(restored.path))}"
    )


def _time(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // 1_000_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _trouble(error: ComposeError) -> typer.Exit:
    typer.secho(f"hearthlog: {error}", err=True)
    return typer.Exit(1)
