"""The accounts of a home on disk, and what makes the running broker heed them."""

import fcntl
import os
import secrets
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import broker_config
from broker_config import Account
from compose.datadir import PRIVATE_FILE, SECRET_BYTES, DataDirectory, write_private
from compose.errors import DirectoryError
from compose.owner import give_to_owner

BUILT_IN = (broker_config.ADMIN, broker_config.SINK, broker_config.API)


def read_accounts(directory: DataDirectory) -> dict[str, Account]:
    """The accounts that were added, by name.

    Raises:
        DirectoryError: the file cannot be read, and what to do.
    """
    path = directory.accounts
    try:
        return broker_config.decode_accounts(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise DirectoryError(f"{path} cannot be used: {error}. Restore it from a backup, or delete it") from error


@contextmanager
def changing_accounts(directory: DataDirectory) -> Iterator[dict[str, Account]]:
    """Hands out the accounts to be changed; then writes them down and tells the broker, if it runs.

    One change at a time: another process waits. Nothing is written where the block raises.

    Raises:
        DirectoryError: see `read_accounts`.
    """
    with _turn(directory):
        accounts = read_accounts(directory)
        yield accounts
        # The accounts last: until they are written, the same command can be given again.
        _write_broker_files(directory, accounts.values())
        write_private(directory.accounts, broker_config.encode_accounts(accounts.values()))
        give_to_owner(directory.root, directory.accounts)
        tell_broker(directory)


def write_broker_files(directory: DataDirectory) -> None:
    """Writes the broker's password file and its rules, of the accounts that every home has and of those added.

    Raises:
        DirectoryError: see `read_accounts`.
    """
    with _turn(directory):
        _write_broker_files(directory, read_accounts(directory).values())


@contextmanager
def _turn(directory: DataDirectory) -> Iterator[None]:
    path = directory.accounts.with_suffix(".lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        give_to_owner(directory.root, path)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def make_secret() -> tuple[str, bytes]:
    """A secret, URL-safe text of 256 random bits, and the salt for its hash."""
    return secrets.token_urlsafe(SECRET_BYTES), secrets.token_bytes(broker_config.SALT_BYTES)


def _write_broker_files(directory: DataDirectory, accounts: Iterable[Account]) -> None:
    added = list(accounts)
    tokens = {name: directory.token(name) for name in BUILT_IN}
    salts = {name: secrets.token_bytes(broker_config.SALT_BYTES) for name in BUILT_IN}
    passwords = broker_config.password_file(tokens, salts=salts) + "".join(f"{each.password}\n" for each in added)
    for name, text in (("passwd", passwords), ("acl", broker_config.access_rules(added))):
        write_private(directory.broker / name, text)
    give_to_owner(directory.root, directory.broker / "passwd", directory.broker / "acl")


def tell_broker(directory: DataDirectory) -> bool:
    """Makes the running broker read its files again, live connections included; False where none runs."""
    path = directory.run / "mosquitto.pid"
    try:
        pid = int(path.read_text("ascii"))
        # A number that was left behind may be another's by now, an editor's of that very file.
        program, *arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        ours = [b"-c", str(directory.broker / "mosquitto.conf").encode(), b""]
        if not program.endswith(b"mosquitto") or arguments != ours:
            return False
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError):
        return False
    return True
