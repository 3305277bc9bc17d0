"""One life of a store on a recorded disk: commits, filing, promises, deaths, and what was told of each."""

from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from gdp.errors import NotFound
from gdp.settings import StoreSettings
from gdp.store import Item, ReadableStore, Run, Store, Write
from tests.gdp.stores import Clock, die
from tests.simulator.recorded_disk import KilledHere, RecordedDisk

TOPICS = ("a", "b/c", "d", "e")
SETTINGS = StoreSettings(
    segment_bytes=3_000,
    commit_log_bytes=9_000,
    commit_log_keep_bytes=4_000,
    glog_pending_max=8,
    glog_records_max=5,
    glog_lag_max_s=5.0,
    glog_disk_share_max=1.0,
    signature_interval_s=1.0,
)


class Tried(NamedTuple):
    """These messages are on their way into one frame, with these packet ids."""

    messages: tuple[tuple[str, bytes], ...]
    first_packet_id: int


class Told(NamedTuple):
    """What readers were told: all messages of each topic, and the last position."""

    messages: dict[str, tuple[bytes, ...]]
    position: int


class Promised(NamedTuple):
    """Nothing at or before this logged time is still to come."""

    watermark: int


@dataclass
class Facts:
    """All that was said up to some moment."""

    told: Told = field(default_factory=lambda: Told({}, 0))
    tried: Tried | None = None
    last: Tried | None = None
    watermark: int = 0

    def hear(self, what: object) -> None:
        match what:
            case Tried():
                self.tried = what
            case Told():
                if self.tried is not None and self._holds(what, self.tried):
                    self.last = self.tried
                self.told, self.tried = what, None
            case Promised(watermark):
                self.watermark = max(self.watermark, watermark)

    @staticmethod
    def _holds(told: Told, tried: Tried) -> bool:
        return all(data in told.messages.get(topic, ()) for topic, data in tried.messages)

    def possible(self) -> list[dict[str, tuple[bytes, ...]]]:
        """What a store may hold that opens now: what was told, and the frame that was on its way, or not."""
        without = dict(self.told.messages)
        if self.tried is None:
            return [without]
        with_frame = dict(without)
        for topic, data in self.tried.messages:
            with_frame[topic] = (*with_frame.get(topic, ()), data)
        return [without, with_frame]


class Life:
    """Lives by a seed, for a number of steps."""

    def __init__(self, disk: RecordedDisk, random: Random) -> None:
        self._disk = disk
        self._random = random
        self._clock = Clock()
        self._facts = Facts()
        self._number = 0
        self._packet_id = 0

    def live(self, steps: int) -> None:
        """Do as many things by chance, killed now and then."""
        store = self._open()
        for _ in range(steps):
            if self._random.random() < 0.06:
                self._disk.die_at = self._disk.done + self._random.randrange(12)
            step = self._random.choices(
                (self._commit, self._file, self._promise, self._seal, self._close, self._roll),
                (60, 20, 10, 5, 3, 2),
            )[0]
            try:
                store = step(store)
            except KilledHere:
                die(store)
                store = self._open()
        die(store)

    def through(self, steps: str) -> None:
        """Commit (c, or q: one message, at leisure), file everything (f), seal (s), up to the first death or the end.

        Then open once more, and commit.
        """
        does = {"c": self._commit, "q": self._commit_quietly, "f": self._file_all, "s": self._seal}
        store = self._open()
        try:
            for step in steps:
                store = does[step](store)
        except KilledHere:
            pass
        self._disk.die_at = None
        die(store)
        die(self._commit(self._open()))

    def _open(self) -> Store:
        """Open the store; killed at that, try again, as a supervisor does."""
        if self._random.random() < 0.3:
            self._clock.step_s(-3_600)
        try:
            store = open_on(self._disk, self._clock, self._random)
        except KilledHere:
            return self._open()
        held = messages(store)
        assert held in self._facts.possible()
        self._tell(held, store.position)
        return store

    def _commit(self, store: Store) -> Store:
        self._clock.pass_s(self._random.choice((0.01, 0.01, 0.3, 2.0)))
        return self._store(store, tuple(self._message() for _ in range(self._random.randint(1, 5))))

    def _commit_quietly(self, store: Store) -> Store:
        """So long after the last signature, a record is signed, and nothing is left to be sealed after a death."""
        self._clock.pass_s(2.0)
        return self._store(store, ((next(iter(self._facts.told.messages)), b"at leisure"),))

    def _store(self, store: Store, messages: tuple[tuple[str, bytes], ...]) -> Store:
        tried = Tried(messages, self._packet_id + 1)
        self._say(tried)
        items: list[Item] = []
        for topic, data in tried.messages:
            self._packet_id += 1
            if data.startswith(b"parts"):
                items.append(Write(topic, (data[:5], data[5:]), packet_id=self._packet_id, epoch=1))
            else:
                items.append(Run([(topic, data, 1, False, False, self._packet_id, 1)], 1, len(data)))
        commit = store.commit(items)
        assert commit.first > self._facts.watermark
        self._tell(self._facts.possible()[1], store.position)
        return store

    def _message(self) -> tuple[str, bytes]:
        self._number += 1
        random = self._random
        padding = random.choice((0, 0, 20, 300, 700, 5_000))
        beginning = random.choice(("", "", "", "parts"))
        return random.choice(TOPICS), f"{beginning} {self._number} ".encode() + random.randbytes(padding)

    def _file(self, store: Store) -> Store:
        store.flush_due()
        return store

    def _file_all(self, store: Store) -> Store:
        store.flush_all()
        return store

    def _promise(self, store: Store) -> Store:
        self._say(Promised(store.watermark()))
        store.reserve()
        self._clock.pass_s(0.5)
        self._say(Promised(store.watermark()))
        return store

    def _seal(self, store: Store) -> Store:
        store.seal()
        self._tell(dict(self._facts.told.messages), store.position)
        return store

    def _close(self, store: Store) -> Store:
        with suppress(KilledHere):
            store.close()
        return self._open()

    def _roll(self, store: Store) -> Store:
        with suppress(NotFound):
            store.roll(self._random.choice(TOPICS))
        return store

    def _tell(self, held: dict[str, tuple[bytes, ...]], position: int) -> None:
        self._say(Told(held, position))

    def _say(self, what: object) -> None:
        self._disk.say(what)
        self._facts.hear(what)


def open_on(disk: RecordedDisk, clock: Clock, random: Random) -> Store:
    return Store.open(
        disk.root / "store",
        keys=disk.root / "keys",
        settings=SETTINGS,
        wall=clock.wall,
        monotonic=clock.monotonic,
        entropy=random.randbytes,
        disk=disk,
    )


def messages(store: ReadableStore) -> dict[str, tuple[bytes, ...]]:
    """All messages of each topic, in order, through all generations of its log; parts joined."""
    found: dict[str, tuple[bytes, ...]] = {}
    for info in store.logs():
        if info.topic in TOPICS and info.tip_recno:
            records = [datum.data for datum in store.read(info.name, 1, -1)]
            joined = [
                data + (records[at + 1] if data == b"parts" else b"")
                for at, data in enumerate(records)
                if at == 0 or records[at - 1] != b"parts"
            ]
            found[info.topic] = found.get(info.topic, ()) + tuple(joined)
    return found
