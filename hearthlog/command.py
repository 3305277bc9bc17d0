"""The `hearthlog` command."""

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from compose.errors import ComposeError
from hearthlog.account import account
from hearthlog.backup.commands import backup, restore_command
from hearthlog.configuration import load_settings
from hearthlog.doctor import examine
from hearthlog.explain import explain_command
from hearthlog.export.commands import export_command
from hearthlog.service import service
from hearthlog.sql import sql_command
from hearthlog.up import up as run_home

EXIT_TROUBLE = 1

main = typer.Typer(
    name="hearthlog",
    help="The flight recorder of a smart home: every MQTT message kept, provable, queryable.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Directory that holds everything. Default: ./data")]
Http = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Page and API. Default: 127.0.0.1:8080")]
Mqtt = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="MQTT broker. Default: 127.0.0.1:1883")]
Gdp = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Log server. Default: 127.0.0.1:8009")]
Demo = Annotated[bool | None, typer.Option("--demo", help="Replay the sample home as live messages.")]


Network = Annotated[bool | None, typer.Option("--lan", help="Serve the network as well, with TLS.")]
Insecure = Annotated[bool | None, typer.Option("--insecure", help="Let other machines in without TLS. Not advised.")]


@main.callback()
def about() -> None:
    """Every option is also HEARTHLOG_… in the environment and a key of hearthlog.toml."""


@main.command()
def up(
    *,
    data: Data = None,
    http: Http = None,
    mqtt: Mqtt = None,
    gdp: Gdp = None,
    demo: Demo = None,
    lan: Network = None,
    insecure: Insecure = None,
) -> None:
    """Start everything on this machine, and keep it running until Ctrl-C."""
    try:
        places = {"data": data, "http": http, "mqtt": mqtt, "gdp": gdp}
        settings = load_settings({**places, "demo": demo, "lan": lan, "insecure": insecure})
        asyncio.run(run_home(settings, Console()))
    except ComposeError as error:
        raise _trouble(error) from None


@main.command()
def doctor(data: Data = None, http: Http = None, mqtt: Mqtt = None, gdp: Gdp = None) -> None:
    """Say what is missing, what is taken, and what to do."""
    healthy = True
    try:
        settings = load_settings({"data": data, "http": http, "mqtt": mqtt, "gdp": gdp})
    except ComposeError as error:
        raise _trouble(error) from None
    for finding in examine(settings):
        mark = "ok" if finding.trouble is None else "PROBLEM" if finding.needed else "note"
        typer.echo(f"{mark:8}{finding.what}")
        if finding.trouble is not None:
            typer.echo("".join(f"        {line}\n" for line in finding.trouble.splitlines()), nl=False)
            healthy = healthy and not finding.needed
    typer.echo("\nAll is well: hearthlog up" if healthy else "\nHearthlog cannot start like this.")
    raise typer.Exit(0 if healthy else EXIT_TROUBLE)


main.add_typer(account, name="account")
main.command("backup")(backup)
main.command("restore")(restore_command)
main.command("explain")(explain_command)
main.command("export")(export_command)
main.command("sql")(sql_command)
main.command("service")(service)


@main.command("version")
def show_version() -> None:
    """Say which version this is."""
    typer.echo(f"hearthlog {version('hearthlog')}")


def _trouble(error: ComposeError) -> typer.Exit:
    typer.secho(f"hearthlog: {error}", err=True)
    return typer.Exit(EXIT_TROUBLE)
