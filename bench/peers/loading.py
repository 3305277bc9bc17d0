"""The messages of a set on their way into a program, with how many are in told on the terminal."""

from collections.abc import Iterator

from bench.peers.homes import Homes, Messages
from bench.progress import counted


def loading(homes: Homes, into: str, rows: int) -> Iterator[Messages]:
    """All messages in the order of their times, so many at a time; `into` is the program's name."""
    total = homes.sensors * homes.messages
    return counted(homes.arriving(rows), total, lambda each: len(each.times), f"{homes.name}, {into}: loading")
