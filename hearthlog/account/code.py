"""What a phone or a flashing page needs to find a home and to trust it, as a QR code in the terminal."""

import io
import json
from pathlib import Path
from typing import NamedTuple

import segno

from compose.addresses import Address
from compose.authority import fingerprint


class Invitation(NamedTuple):
    """What the code says.

    Attributes:
        http: Address of page and API on the network.
        mqtt: Address of the broker on the network.
        account: Name of the account.
        secret: Its secret; None: the person types it.
        authority: The certificate to trust, PEM; None if the home's certificate was given.
    """

    http: Address
    mqtt: Address
    account: str
    secret: str | None
    authority: Path | None

    def as_json(self) -> str:
        """The text in the code: compact JSON, without what is not known."""
        told = {
            "mqtt": f"mqtts://{self.mqtt}",
            "http": f"https://{self.http}",
            "account": self.account,
            "secret": self.secret,
            "authority": None if self.authority is None else f"https://{self.http}/authority.pem",
            "authority_sha256": None if self.authority is None else fingerprint(self.authority.read_bytes()),
        }
        return json.dumps({name: value for name, value in told.items() if value is not None}, separators=(",", ":"))


def drawn(text: str) -> str:
    """A QR code for a terminal, two modules to a character."""
    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out, compact=True)
    return out.getvalue()
