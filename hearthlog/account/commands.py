"""The commands of `hearthlog account`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

import broker_config
from broker_config import Account
from compose.accounts import changing_accounts, make_secret, read_accounts
from compose.addresses import Address, parse_address
from compose.certificates import AUTHORITY, SERVER
from compose.codes import make_code
from compose.datadir import DataDirectory, existing_directory
from compose.errors import AccountError, ComposeError
from compose.network import own_addresses
from hearthlog.account.code import Invitation, drawn
from hearthlog.configuration import load_settings
from ingest.errors import FilterError
from ingest.filters import TopicFilter

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account; at the broker it is the user name.")]
Read = Annotated[
    list[str] | None,
    typer.Option(metavar="FILTER", help="What it may subscribe to and query; %u is its name. May be repeated."),
]
Publish = Annotated[
    list[str] | None, typer.Option(metavar="FILTER", help="What it may publish to; %u is its name. May be repeated.")
]
NewSecret = Annotated[
    bool, typer.Option("--new-secret", help="Rotate the account's secret and put the new one into the code.")
]
LoginName = Annotated[str, typer.Argument(metavar="[NAME]", help="The account. Default: admin.")]
Http = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Where the page is. Default: 127.0.0.1:8080")]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Directory of the home. Default: ./data")]

account = typer.Typer(help="Who may read and publish what; effective within a second.", no_args_is_help=True)


@account.command()
def add(name: Name, read: Read = None, publish: Publish = None, data: Data = None) -> None:
    """Add an account and print its secret, which is shown this once."""
    with _in_words():
        _check("--read", read)
        _check("--publish", publish)
        if not read and not publish:
            raise AccountError("an account that may do nothing is of no use: give --read FILTER or --publish FILTER")
        with changing_accounts(_directory(data)) as accounts:
            if name in accounts:
                raise AccountError(f"there is an account {name} already: rotate its secret, or remove it first")
            accounts[name], secret = _with_new_secret(name, read or (), publish or ())
    typer.echo(f"{rights_text(accounts[name])}\n{secret}")


@account.command("list")
def show(data: Data = None) -> None:
    """List the accounts that were added, with their rights."""
    with _in_words():
        accounts = read_accounts(_directory(data))
    for each in accounts.values():
        typer.echo(rights_text(each))
    if not accounts:
        typer.echo("No account was added yet: hearthlog account add NAME --read FILTER", err=True)


@account.command()
def rotate(name: Name, data: Data = None) -> None:
    """Give an account a new secret and print it; the old one ends at once, live connections included."""
    with _in_words():
        secret = _rotate(_directory(data), name)
    typer.echo(secret)


@account.command()
def remove(name: Name, data: Data = None) -> None:
    """Remove an account; its connections end at once."""
    with _in_words(), changing_accounts(_directory(data)) as accounts:
        del accounts[_known(accounts, name).name]
    typer.echo(f"{name} is removed.")


@account.command()
def login(name: LoginName = broker_config.ADMIN, data: Data = None, http: Http = None) -> None:
    """Print an address that logs a browser in once, within ten minutes; it holds no secret."""
    with _in_words():
        settings = load_settings({"data": data, "http": http})
        directory = existing_directory(settings.data)
        if name != broker_config.ADMIN:
            _known(read_accounts(directory), name)
        address = parse_address(settings.http, option="--http").reachable
        code = make_code(directory, name)
    typer.echo(f"http://{address}/?token={code}")


@account.command()
def qr(name: Name, new_secret: NewSecret = False, data: Data = None) -> None:
    """Draw a code with address, account and authority, for a phone or a flashing page on your network."""
    with _in_words():
        settings = load_settings({"data": data})
        directory = existing_directory(settings.data)
        http = parse_address(settings.lan_http, option="HEARTHLOG_LAN_HTTP")
        mqtt = parse_address(settings.lan_mqtt, option="HEARTHLOG_LAN_MQTT")
        authority = directory.tls / AUTHORITY
        if not (directory.tls / SERVER).exists():
            raise AccountError("this home does not serve the network yet: hearthlog up --lan")
        secret = _rotate(directory, name) if new_secret else None
        _known(read_accounts(directory), name)
        host = http.host if http.reachable == http else next(iter(own_addresses()), http.host)
        places = Address(host, http.port), Address(host, mqtt.port)
        said = Invitation(*places, name, secret, authority if authority.exists() else None).as_json()
    typer.echo(f"{drawn(said)}\n{said}")


def rights_text(each: Account) -> str:
    """What an account may do, in a line."""
    read, publish = (" ".join(filters) or "nothing" for filters in (each.read, each.publish))
    return f"{each.name} may read {read} and publish {publish}."


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except ComposeError as error:
        typer.secho(f"hearthlog: {error}", err=True)
        raise typer.Exit(1) from None
    except PermissionError as error:
        typer.secho(f"hearthlog: {error.filename} is not yours: run this as the user that runs the home", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.secho(f"hearthlog: {error.strerror or error} ({error.filename}): nothing was changed", err=True)
        raise typer.Exit(1) from None


def _directory(data: Path | None) -> DataDirectory:
    return existing_directory(load_settings({"data": data}).data)


def _check(option: str, filters: list[str] | None) -> None:
    for text in filters or ():
        try:
            TopicFilter.parse(text)
        except FilterError as error:
            raise AccountError(f"{option}: {error}") from error
        if text != text.strip() or not text.isprintable():
            raise AccountError(f"{option}: {text!r} has blanks at its ends or unprintable characters; leave them out")


def _with_new_secret(name: str, read: Sequence[str], publish: Sequence[str]) -> tuple[Account, str]:
    secret, salt = make_secret()
    try:
        return broker_config.make_account(name, read=read, publish=publish, secret=secret, salt=salt), secret
    except ValueError as error:
        raise AccountError(str(error)) from error


def _rotate(directory: DataDirectory, name: str) -> str:
    with changing_accounts(directory) as accounts:
        old = _known(accounts, name)
        accounts[name], secret = _with_new_secret(name, old.read, old.publish)
    return secret


def _known(accounts: dict[str, Account], name: str) -> Account:
    if name in broker_config.RESERVED:
        raise AccountError(f"{name} is an account that every home has; its secret lies in secrets/{name}.token")
    if name not in accounts:
        raise AccountError(f"there is no account {name}; there is: {', '.join(accounts) or 'none'}")
    return accounts[name]
