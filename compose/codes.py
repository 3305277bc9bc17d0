"""Codes that log a browser in once: a file each, named by the code's hash, which the api uses up."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable

from compose.datadir import PRIVATE_DIRECTORY, SECRET_BYTES, DataDirectory, write_private
from compose.owner import give_to_owner

CODE_S = 600
"""How long a code works, in seconds."""


def make_code(directory: DataDirectory, account: str, *, clock: Callable[[], float] = time.time) -> str:
    """A new code for an account; codes that nobody used in time are swept away. `clock` is wall time, s.

    Raises:
        OSError: it cannot be written.
    """
    folder = directory.root / "secrets" / "codes"
    folder.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    now = int(clock())
    for old in folder.glob("*.json"):
        if old.stat().st_mtime < now - CODE_S:
            old.unlink(missing_ok=True)
    code = secrets.token_urlsafe(SECRET_BYTES)
    path = folder / f"{hashlib.sha256(code.encode()).hexdigest()}.json"
    write_private(path, json.dumps({"account": account, "until": now + CODE_S}) + "\n")
    give_to_owner(directory.root, folder, path)
    return code
