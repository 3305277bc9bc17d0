"""What of the broker can be chosen."""

from dataclasses import dataclass
from pathlib import Path

ADMIN = "admin"
SINK = "sink"
API = "api"
DATABASE = "mosquitto.db"
ALIVE = "mosquitto.pid"
"""Mosquitto makes this file, and removes it when it stops in order, after it has saved."""
STARTS = "starts.json"
"""What is noted of its starts, for the sink."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerOptions:
    """Everything that Mosquitto's configuration depends on.

    Attributes:
        host: Address to listen on, a name or an IP without brackets.
        port: TCP port to listen on.
        directory: Absolute path of the folder for configuration, accounts and database.
        lan: Address to listen on with TLS as well; the certificate lies in `certificates`.
        certificates: Absolute path of the folder with server.pem and server.key.
        owner: User to become when started as root; None where the broker does not start as root.
        save_interval_s: Seconds between two saves of the database: what a crash of the broker can cost.
        inflight_messages_max: Messages on their way to one client, unacknowledged.
        queued_messages_max: Messages that wait for one client.
        queued_bytes_max: Bytes that wait for one client.
        packet_bytes_max: Largest MQTT packet; a larger one ends its connection with a reason.
    """

    host: str
    port: int
    directory: Path
    owner: str | None = None
    lan: tuple[str, int] | None = None
    certificates: Path | None = None
    save_interval_s: int = 1
    inflight_messages_max: int = 5_000
    queued_messages_max: int = 1_000_000
    queued_bytes_max: int = 268_435_456
    packet_bytes_max: int = 4_194_304
