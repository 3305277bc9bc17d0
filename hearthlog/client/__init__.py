"""The analysts' client: a home's reads as Arrow tables, live messages, and proofs of both."""

from hearthlog.client.aio import AsyncHome
from hearthlog.client.errors import (
    CannotVerify,
    HomeError,
    MissingExtra,
    NoSecret,
    NotPermitted,
    NotProven,
    NotReached,
    NotThere,
    Refused,
    TooMuch,
    Unavailable,
)
from hearthlog.client.home import Home
from hearthlog.client.live import LiveMessage, Observed
from hearthlog.client.policy import Policy
from hearthlog.client.progress import Progress
from hearthlog.client.table import Table

__all__ = [
    "AsyncHome",
    "CannotVerify",
    "Home",
    "HomeError",
    "LiveMessage",
    "MissingExtra",
    "NoSecret",
    "NotPermitted",
    "NotProven",
    "NotReached",
    "NotThere",
    "Observed",
    "Policy",
    "Progress",
    "Refused",
    "Table",
    "TooMuch",
    "Unavailable",
]
