"""Where the home is, and the secret that opens it, when a caller names neither."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gdp.address import is_loopback
from hearthlog.client.errors import NoSecret, Refused

DEFAULT_HTTP = "127.0.0.1:8080"
DEFAULT_DATA = "data"


@dataclass(frozen=True, slots=True)
class Where:
    """A home's address and secret.

    Attributes:
        url: without a slash at its end.
        token: the account's secret; never shown.
        local: whether the home is on this machine.
    """

    url: str
    token: str
    local: bool

    def __repr__(self) -> str:
        return f"Where({self.url!r})"


def find_home(url: str | None, token: str | None, environment: Mapping[str, str] = os.environ) -> Where:
    """The home that is meant.

    The address is HEARTHLOG_URL, else HEARTHLOG_HTTP, else the default port here. The secret is HEARTHLOG_TOKEN, else,
    for a home on this machine, that of `secrets/admin.token` in HEARTHLOG_DATA or ./data. It goes nowhere else.

    Raises:
        Refused: not an address.
        NoSecret: no secret anywhere.
    """
    address = url or environment.get("HEARTHLOG_URL") or f"http://{environment.get('HEARTHLOG_HTTP') or DEFAULT_HTTP}"
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"{address!r} is not the address of a home: http://host:port or https://host")
    local = is_loopback(parts.hostname)
    secret = token or environment.get("HEARTHLOG_TOKEN")
    if not secret:
        secret = _local_secret(address, environment, local=local)
    return Where(address.rstrip("/"), secret.strip(), local)


def _local_secret(address: str, environment: Mapping[str, str], *, local: bool) -> str:
    if not local:
        raise NoSecret(f"no secret for {address}: give token=…, or set HEARTHLOG_TOKEN")
    path = Path(environment.get("HEARTHLOG_DATA") or DEFAULT_DATA) / "secrets" / "admin.token"
    try:
        return path.read_text("utf-8")
    except OSError as error:
        detail = (
            f"no secret for {address}: give token=…, set HEARTHLOG_TOKEN, or HEARTHLOG_DATA to the home's directory"
        )
        raise NoSecret(f"{detail} ({path} cannot be read: {error.strerror})") from error
