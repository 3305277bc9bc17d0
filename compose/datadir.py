"""The data directory: whose it is, its version, its lock, its secrets."""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from compose.errors import DirectoryError

VERSION = "hearthlog data 1\n"
# A URL-safe text of 256 random bits.
SECRET_BYTES = 32
PRIVATE_FILE = 0o600
PRIVATE_DIRECTORY = 0o700


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The places in a data directory that belong to `up`; the parts know their own."""

    root: Path

    @property
    def broker(self) -> Path:
        """Configuration, accounts and database of the broker."""
        return self.root / "broker"

    @property
    def run(self) -> Path:
        """Process ids and logs of what runs now."""
        return self.root / "run"

    @property
    def tls(self) -> Path:
        """Certificates and keys for the network."""
        return self.root / "tls"

    @property
    def accounts(self) -> Path:
        """File of the accounts that were added."""
        return self.root / "secrets" / "accounts.json"

    @property
    def sink_session(self) -> Path:
        """File with the secret part of the name of the sink's session at the broker."""
        return self.root / "secrets" / "sink.session"

    def token_path(self, account: str) -> Path:
        """File with the secret of an account, in clear, for its owner only."""
        return self.root / "secrets" / f"{account}.token"

    def token(self, account: str) -> str:
        """The secret of an account; made on first use."""
        path = self.token_path(account)
        try:
            return path.read_text("ascii").strip()
        except FileNotFoundError:
            secret = secrets.token_urlsafe(SECRET_BYTES)
            write_private(path, secret + "\n")
            return secret


@contextmanager
def open_directory(root: Path) -> Iterator[DataDirectory]:
    """Takes the directory for this process: creates it if need be, checks its version, holds its lock.

    Raises:
        DirectoryError: not writable, not ours, of another version, in use.
    """
    root = root.absolute()
    with ExitStack() as held:
        try:
            if not root.exists():
                make_directory(root)
            _check_version(root)
            held.enter_context(_locked(root / "lock"))
            if not (root / "VERSION").exists():
                write_private(root / "VERSION", VERSION)
            for folder in ("broker", "run", "secrets"):
                (root / folder).mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
            sync_directory(root)
        except OSError as error:
            raise DirectoryError(_sentence(root, error)) from error
        yield DataDirectory(root)


def existing_directory(root: Path) -> DataDirectory:
    """The directory of a home that was started before, whether it runs now or not; nothing is locked.

    Raises:
        DirectoryError: there is none, or it is of another version.
    """
    root = root.absolute()
    try:
        if not (root / "VERSION").exists():
            raise DirectoryError(f"{root} holds no home yet. Start one there: hearthlog up --data {root}")
        _check_version(root)
    except OSError as error:
        raise DirectoryError(_sentence(root, error)) from error
    return DataDirectory(root)


class DirectoryState(NamedTuple):
    """What `inspect_directory` saw.

    Attributes:
        trouble: Why it cannot be used and what to do; None: it can, or is in use by the `up` that holds it.
        holder: Process id of the `up` that runs on it, as it wrote it down; None: nobody does.
    """

    trouble: str | None
    holder: str | None


def inspect_directory(root: Path) -> DirectoryState:
    """Looks at a data directory as `open_directory` would, changing nothing."""
    root = root.absolute()
    try:
        if not root.exists():
            parent = next(each for each in root.parents if each.exists())
            if os.access(parent, os.W_OK | os.X_OK):
                return DirectoryState(None, None)
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(parent))
        _check_version(root)
        if not os.access(root, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(root))
        return DirectoryState(None, _holder(root / "lock"))
    except DirectoryError as error:
        return DirectoryState(str(error), None)
    except OSError as error:
        return DirectoryState(_sentence(root, error), None)


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner reads, whole or not at all, and durably."""
    temporary = path.with_name(path.name + ".new")
    # Root writes into directories of others: what waits there under that name may lead anywhere.
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def make_directory(root: Path) -> None:
    """Makes a directory for its owner alone, and those above it that are missing, durably.

    A power cut could else take a whole new home, however durable its files are.
    """
    missing = [each for each in (root, *root.parents) if not each.exists()]
    root.mkdir(parents=True)
    root.chmod(PRIVATE_DIRECTORY)
    for made in missing:
        sync_directory(made.parent)


def sync_directory(path: Path) -> None:
    """Makes the names in a directory durable."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _check_version(root: Path) -> None:
    try:
        version = (root / "VERSION").read_text("utf-8", errors="replace")
    except FileNotFoundError:
        if any(entry.name != "lock" for entry in root.iterdir()):
            message = (
                f"{root} is not empty and no data directory of Hearthlog's (it has no VERSION file). "
                "Choose another: --data DIR"
            )
            raise DirectoryError(message) from None
        return
    if version != VERSION:
        message = (
            f"{root} was written by another version of Hearthlog: its VERSION says {version.strip()!r}, this one reads "
            f"{VERSION.strip()!r}. Nothing was touched. Use the version that wrote it, or choose another: --data DIR"
        )
        raise DirectoryError(message)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(descriptor, "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = file.read().strip() or "unknown"
            message = (
                f"{path.parent} is in use by another `hearthlog up` (process {holder}). "
                "Stop that one, or choose another directory: --data DIR"
            )
            raise DirectoryError(message) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _holder(path: Path) -> str | None:
    try:
        with path.open(encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip() or "unknown"
    except FileNotFoundError:
        pass
    return None


def _sentence(root: Path, error: OSError) -> str:
    where = error.filename or root
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"{where} cannot be written ({error.strerror}). "
            "Give it to the user that runs Hearthlog, or choose another: --data DIR"
        )
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return f"{where} is not a directory. Choose another: --data DIR"
    if error.errno == errno.ENOSPC:
        return f"The disk that holds {root} is full. Make room, or choose another: --data DIR"
    return f"{where} cannot be used as data directory ({error.strerror or error}). Choose another: --data DIR"
