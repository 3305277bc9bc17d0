"""Codes that log a browser in once: a file each, named by the code's hash, which the api uses up."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable

from broker_config import ADMIN
from compose.accounts import read_accounts
from compose.datadir import PRIVATE_DIRECTORY, SECRET_BYTES, DataDirectory, write_private
from compose.owner import give_to_owner

CODE_S = 600
"""How long a code works, in seconds."""
STAMP_CHARACTERS = 16
"""Of the hash of the account's secret: with another secret the code is worth nothing (docs/formats.md, "accounts")."""


def make_code(directory: DataDirectory, account: str, *, clock: Callable[[], float] = time.time) -> str:
    """A new code for an account; codes that nobody used in time are swept away. `clock` is wall time, s.

    Raises:
        KeyError: there is no such account.
        DirectoryError: see `read_accounts`.
        OSError: it cannot be written.
    """
    stamp = _stamp(directory, account)
    folder = directory.root / "secrets" / "codes"
    folder.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    now = int(clock())
    for old in folder.glob("*.json"):
        if old.stat().st_mtime < now - CODE_S:
            old.unlink(missing_ok=True)
    code = secrets.token_urlsafe(SECRET_BYTES)
    path = folder / f"{hashlib.sha256(code.encode()).hexdigest()}.json"
    write_private(path, json.dumps({"account": account, "stamp": stamp, "until": now + CODE_S}) + "\n")
    give_to_owner(directory.root, folder, path)
    return code


def _stamp(directory: DataDirectory, account: str) -> str:
    if account == ADMIN:
        secret_hash = hashlib.sha256(directory.token(ADMIN).encode()).hexdigest()
    else:
        secret_hash = read_accounts(directory)[account].sha256
    return secret_hash[:STAMP_CHARACTERS]
