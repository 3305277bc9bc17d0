"""Versions: statements in order of logged time, as an immutable value that is cheap to extend at its end."""

from bisect import bisect_right
from typing import NamedTuple

CHUNK_MAX = 512
"""Versions in one chunk; adding one copies one chunk and the list of chunks, however many there are."""


class Version(NamedTuple):
    """One statement, from the moment it was logged, and the message that it comes from."""

    logged_time: int
    statement: object
    topic: str
    payload: bytes


Versions = tuple[tuple[Version, ...], ...]
"""Chunks, none of them empty; times rise strictly through all of them."""


def newest(versions: Versions, logged_time: int) -> object:
    """The statement of the newest version at or before `logged_time`; None before the first."""
    last = versions[-1][-1] if versions else None
    if last is not None and last.logged_time <= logged_time:
        return last.statement
    chunk = _chunk(versions, logged_time)
    if chunk < 0:
        return None
    return versions[chunk][_place(versions[chunk], logged_time) - 1].statement


def insert(versions: Versions, version: Version) -> Versions:
    """The same and one more, in its place by time; one with the same time is replaced."""
    if not versions:
        return ((version,),)
    number = max(_chunk(versions, version.logged_time), 0)
    chunk = versions[number]
    place = _place(chunk, version.logged_time)
    kept = place - (place > 0 and chunk[place - 1].logged_time == version.logged_time)
    grown = (*chunk[:kept], version, *chunk[place:])
    half = len(grown) if len(grown) <= CHUNK_MAX else _split(place)
    pieces = (grown,) if half == len(grown) else (grown[:half], grown[half:])
    return (*versions[:number], *pieces, *versions[number + 1 :])


def since(versions: Versions, logged_time: int) -> Versions:
    """The newest version at or before `logged_time`, and all later ones."""
    number = _chunk(versions, logged_time)
    if number < 0:
        return versions
    chunk = versions[number]
    return (chunk[_place(chunk, logged_time) - 1 :], *versions[number + 1 :])


def changes(versions: Versions, logged_time: int) -> Versions:
    """All versions but those until `logged_time` that say again what the one before them said."""
    kept: list[Version] = []
    for version in (each for chunk in versions for each in chunk):
        again = kept and version[2:] == kept[-1][2:]
        if not again or version.logged_time > logged_time:
            kept.append(version)
    return tuple(tuple(kept[first : first + CHUNK_MAX]) for first in range(0, len(kept), CHUNK_MAX))


def _split(place: int) -> int:
    """Where a full chunk is cut: at its end if it grows there, so that chunks in order are full; else in the middle."""
    return CHUNK_MAX if place == CHUNK_MAX else CHUNK_MAX // 2


def _chunk(versions: Versions, logged_time: int) -> int:
    """The last chunk that begins at or before `logged_time`; -1 if none does."""
    return bisect_right(versions, logged_time, key=lambda chunk: chunk[0].logged_time) - 1


def _place(chunk: tuple[Version, ...], logged_time: int) -> int:
    return bisect_right(chunk, logged_time, key=lambda version: version.logged_time)
