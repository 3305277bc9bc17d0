"""A client as a process of its own (`python -m bench.peers.asking`): told by lines of JSON what to ask and how long."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.peers.http import Client, Request
from bench.peers.postgres import connect
from bench.peers.program import Ask, Place, Sql

LEAST = 3
PATIENCE = 4
"""So many times at least, unless that takes so much longer than it should."""


class Asker:
    """One connection to a program."""

    def __init__(self, place: Place, *, sql: bool) -> None:
        self._http = None if sql else Client(place.port, place.token)
        self._sql = connect(place.port) if sql else None

    def ask(self, ask: Ask) -> Any:
        """The parsed answer."""
        if isinstance(ask, Request):
            assert self._http is not None
            return self._http.ask(ask)
        assert self._sql is not None
        with self._sql.cursor(binary=True) as cursor:
            return cursor.execute(ask.text, ask.parameters).fetchall()

    def close(self) -> None:
        """Close the connection."""
        for each in (self._http, self._sql):
            if each is not None:
                each.close()


def timed(ask: Callable[[Ask], Any], asks: Sequence[Ask], seconds: float) -> list[float]:
    """Ask one after another, again and again; how long each took, ms. The first of all counts only if it took long."""
    start = time.perf_counter()
    ask(asks[0])
    if (first := time.perf_counter() - start) > seconds * PATIENCE:
        return [first * 1e3]
    times: list[float] = []
    start = time.perf_counter()
    while not _is_enough(len(times), (before := time.perf_counter()) - start, seconds):
        ask(asks[len(times) % len(asks)])
        times.append((time.perf_counter() - before) * 1e3)
    return times


def _is_enough(count: int, passed: float, seconds: float) -> bool:
    return passed >= seconds and count > 0 and (count >= LEAST or passed >= seconds * PATIENCE)


def main() -> None:
    """First line: the place. Then per line asks and seconds; the answer is a line with the times in ms."""
    place, sql = json.loads(sys.stdin.readline())
    asker = Asker(Place(**place), sql=sql)
    for line in sys.stdin:
        asks, seconds = json.loads(line)
        print(json.dumps(timed(asker.ask, [_ask_of(ask, sql=sql) for ask in asks], seconds)), flush=True)


def _ask_of(said: list[Any], *, sql: bool) -> Ask:
    if sql:
        return Sql(said[0], tuple(said[1]))
    target, parse, method, body, accept = said
    return Request(target, parse, method, body.encode(), accept)


if __name__ == "__main__":
    main()
