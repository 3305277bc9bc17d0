"""The copy of a store that is being written: consistent, whatever the writer does meanwhile."""

import threading

from gdp.store import ReadableStore, Write
from gdp.store.checking import check_store
from gdp.store.copying import copy_store
from tests.operations.homes import open_store, silent, values_of
from tests.support.waiting import poll

COPIES = 6


class Storm:
    """Writes as fast as it can, with segments so small that they are made, filed and deleted all the time."""

    def __init__(self, data):
        self._store = open_store(
            data, segment_bytes=8_192, commit_log_bytes=30_000, commit_log_keep_bytes=0, glog_pending_max=16
        )
        self.stored = [0, 0, 0, 0]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write), threading.Thread(target=self._file)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._store.close()

    def _write(self):
        number = 0
        while not self._over.is_set():
            for topic in range(len(self.stored)):
                self._store.commit([Write(f"t/{topic}", (str(number + each).encode(),)) for each in range(4)])
                self.stored[topic] = number + 4
            number += 4

    def _file(self):
        while not self._over.is_set():
            self._store.flush_due()


async def test_copies_made_in_a_storm_are_whole_and_hold_all_that_was_stored_before_them(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    oldest = set()
    with Storm(data) as storm:
        for copy in range(COPIES):
            await poll(lambda: min(storm.stored), until=lambda least: least >= 100 * (copy + 1))  # noqa: B023
            before = tuple(storm.stored)
            target = tmp_path / f"copy{copy}"
            copy_store(data / "store", target, silent)
            check_store(target, silent)
            store = ReadableStore.open_readonly(target)
            for topic, count in enumerate(before):
                values = values_of(store, f"t/{topic}")
                assert values == list(map(str, range(len(values))))
                assert len(values) >= count
            oldest.add(min(path.name for path in (target / "commit").iterdir()))
    assert len(oldest) > 1, "segments were deleted between the copies"
