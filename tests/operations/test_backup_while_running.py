"""A backup of a home under load, restored elsewhere: all that was acknowledged is there once, and life goes on."""

import shutil
import subprocess
import threading
import time
from collections import Counter

import pytest

from gdp.store import ReadableStore
from tests.operations.homes import checked, values_of
from tests.support.home import COMMAND, Home, Publisher

TOPICS = 7
SETTINGS = {"tail_rows_max": 1_000}
"""So small that the read model has files, which know more than the backup does."""


def topic(number):
    return f"homes/h1/{number % TOPICS}"


class Storm:
    """Publishes without a pause; `acknowledged` counts what the broker has taken, in order."""

    def __init__(self, home):
        self._home = home
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._publish)
        self.publisher = None
        self.started = threading.Event()

    def __enter__(self):
        self._thread.start()
        assert self.started.wait(60)
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _publish(self):
        with Publisher(self._home) as self.publisher:
            number = 0
            while not self._over.is_set():
                for _ in range(20):
                    self.publisher.send(topic(number), str(number))
                    number += 1
                self.started.set()
                time.sleep(0.01)
            self.publisher.wait_acknowledged()


def hearthlog(home, *arguments):
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=home.environment,
        cwd=home.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def stored_numbers(data):
    """The numbers that a home holds, topic by topic in order."""
    store = ReadableStore.open_readonly(data / "store")
    return {topic(number): [int(each) for each in values_of(store, topic(number))] for number in range(TOPICS)}


@pytest.fixture
def story(tmp_path):
    """The original (stopped), what the broker had acknowledged before its backup began, and the restored directory."""
    with Home(tmp_path / "original", settings=SETTINGS) as original:
        with Storm(original) as storm:
            original.wait_for(lambda: storm.publisher.acknowledged > 1_000, "messages")
            acknowledged = storm.publisher.acknowledged
            said = hearthlog(original, "backup", tmp_path / "backup")
            original.wait_for(lambda: storm.publisher.acknowledged > acknowledged + 1_500, "messages after the backup")
        sealed = original.data / "read-model" / "manifest.json"
        original.wait_for(sealed.exists, "the read model to have files")
        assert "everything that the broker had acknowledged" in said.splitlines()[-1]
        said = hearthlog(original, "restore", tmp_path / "backup", "--data", tmp_path / "restored" / "data")
        assert "every chain, signature and seal checked, as incarnation 2-" in said.splitlines()[-1]
    shutil.copytree(original.data / "read-model", tmp_path / "restored" / "data" / "read-model")
    return original, acknowledged, tmp_path / "restored"


def test_a_home_restored_from_a_backup_in_a_storm_holds_all_of_before_once_and_goes_on(story):
    original, acknowledged, directory = story
    held = stored_numbers(directory / "data")
    for numbers in held.values():
        assert numbers == sorted(set(numbers)), "each once, in order"
    before_it = {number for numbers in held.values() for number in numbers}
    assert set(range(acknowledged)) <= before_it
    new = {1_000_000 + number for number in range(TOPICS)}
    with Home(directory, settings=SETTINGS) as restored:
        restored.publish([(topic(number), str(1_000_000 + number)) for number in range(TOPICS)])
        values = Counter(served(restored, expected=before_it | new))
        assert set(values.values()) == {1}
        # What was on its way when the broker saved, later than the store was copied, comes out of its queue.
        waited = sorted(set(values) - before_it - new)
        assert all(each > max(before_it) for each in waited)
        assert "read_model_rebuild" in restored.child_log("api")
        before = positions_of(original)
        assert restored.get("/v1/history", at=before["restored from"], limit=1).status_code == 200
        refused = restored.get("/v1/history", at=before["end"], limit=1)
        assert refused.status_code == 409
        assert refused.json()["type"].endswith(":restored")
        assert "restored from a backup" in refused.json()["detail"]
    checked(directory / "data")
    after = stored_numbers(directory / "data")
    for number, name in enumerate(held):
        came = [each for each in waited if topic(each) == name]
        assert after[name] == [*held[name], *came, 1_000_000 + number]


def served(home, *, expected):
    """What the api answers for all topics, once it is complete."""

    def ask():
        answer = home.get("/v1/history", filter="homes/h1/#", start="-1d", limit=50_000).json()
        values = [int(row["value"]) for row in answer["observations"]]
        return values if expected <= set(values) else None

    return home.wait_for(ask, f"{len(expected)} messages to be served")


def positions_of(original):
    """Positions of the original: one that the backup had, and its last one, which it had not."""
    store = ReadableStore.open_readonly(original.data / "store")
    first = store.read(store.current(topic(0)).name, 1, 1)[0].ts
    return {"restored from": f"{store.prefix}.{first}", "end": f"{store.prefix}.{store.position}"}
