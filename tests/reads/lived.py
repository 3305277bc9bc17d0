"""One store that has lived through all recorded homes, and the api over it: what is asked, and what must come."""

import itertools
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import httpx
import orjson

from gdp.store import Store, Write
from tests.reads.by_hand import Row, Told
from tests.reads.homes import HOMES, Message, Recorded
from tests.support.shared_data import shared_data_root

S = 10**9


class Lived(NamedTuple):
    """What every home told, and where it can be asked. `rows` has all homes' rows, by home."""

    client: httpx.Client
    homes: dict[str, Told]
    position: str
    """As text, after the last home."""

    def told(self, home: str) -> Told:
        """The rows of a home; the test has to skip where they are not here."""
        return self.homes[home]

    def ask(self, path: str, **parameters: object) -> dict:
        """An answer, as of the last home unless another position is asked for."""
        query = {"at": self.position, **{name: value for name, value in parameters.items() if value is not None}}
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return orjson.loads(answer.content)


class Writing:
    """A store whose clock is that of whatever is being recorded."""

    def __init__(self, data: Path) -> None:
        self._now = 0
        self._store = Store.open(
            data / "store", keys=data / "keys", wall=lambda: self._now, monotonic=lambda: self._now
        )
        self._recnos: dict[str, int] = defaultdict(int)
        self._ranks: dict[str, int] = {}
        self.position = 0

    def write(self, home: Recorded, messages: tuple[Message, ...]) -> list[Row]:
        """Store a home's messages, those of one granule together, each logged when the last of them is received."""
        rows: list[Row] = []
        for _, together in itertools.groupby(messages, key=lambda each: each.received // home.granule):
            batch = list(together)
            self._now = max(self._now, batch[-1].received)
            results = self._store.commit([Write(each.topic, (each.payload,)) for each in batch]).results
            for each, result in zip(batch, results, strict=True):
                rows += self._rows(each, result.ts)
                self.position = result.ts
        return rows

    def _rows(self, message: Message, logged: int) -> list[Row]:
        topic = message.topic
        rank = self._ranks.setdefault(topic, len(self._ranks))
        self._recnos[topic] += 1
        head = (logged, rank, self._recnos[topic])
        if not message.says:
            return [Row(topic, "", None, *head, 0, None)]
        return [
            Row(topic, each.field, each.device, *head, ordinal, each.value)
            for ordinal, each in enumerate(message.says, start=1)
        ]

    def close(self) -> None:
        """Everything is on disk."""
        self._store.close()


def write_homes(data: Path, *, whole: bool = False) -> tuple[dict[str, Told], int]:
    """Every home that is here, one after another in one store; and the logged time of the last message."""
    root = shared_data_root()
    writing = Writing(data)
    told = {}
    try:
        for home in HOMES:
            folder = None if root is None else root / (home.folder or "")
            if home.folder is None or (folder is not None and folder.is_dir()):
                told[home.name] = Told(writing.write(home, tuple(home.read(folder or data, whole))))
    finally:
        writing.close()
    return told, writing.position
