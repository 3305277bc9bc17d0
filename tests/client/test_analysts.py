"""The examples of docs/analysts.md, in small; and the datasets that they pin."""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hearthlog
from hearthlog import NotProven
from hearthlog.client import pinned
from tests.accounts.conftest import add
from tests.support.home import Home
from tests.support.shared_data import shared_data

ROOT = Path(__file__).parents[2]
EVERY = 60
"""Of the minutes of the office room, one in so many."""
DAYS_UNTIL = 1_204_250_000
"""Seconds until which the first of the two homes is told: four days."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folders = [few_minutes(tmp_path_factory.mktemp("office")), few_days(tmp_path_factory.mktemp("homes"))]
    with Home(tmp_path_factory.mktemp("home") / "home") as running:
        run(running, "-m", "ingest", "replay", "--mqtt", f"127.0.0.1:{running.mqtt_port}", "--user", "admin",
            "--password-file", str(running.data / "secrets" / "admin.token"), "--device-times", *map(str, folders))  # fmt: skip
        yield running


def few_minutes(folder: Path) -> Path:
    for name in ("datatraining", "datatest", "datatest2"):
        head, *rows = gzip.decompress(shared_data(f"occupancy-room/{name}.txt.gz").read_bytes()).splitlines(
            keepends=True
        )
        (folder / f"{name}.txt.gz").write_bytes(gzip.compress(b"".join([head, *rows[::EVERY]]), 1))
    return folder


def few_days(folder: Path) -> Path:
    for path in shared_data("kasteren").glob("house*"):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if not path.stem.endswith("_names") and "_names" not in path.name:
            early = [line for line in content.splitlines() if int(line.split(b"\t")[0]) < DAYS_UNTIL]
            # Of the other home, which begins later, one line, so that its file is one.
            content = b"\r\n".join(early or content.splitlines()[:1])
        (folder / path.name).write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return folder


def run(home: Home, *arguments: str) -> str:
    environment = {**os.environ, "HEARTHLOG_URL": home.http, "HEARTHLOG_DATA": str(home.data)}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_occupancy_is_learned_from_climate_as_well_as_its_authors_did(home: Home):
    told = run(home, "examples/analysts/occupancy.py")
    accuracy = {
        line[:26].strip(): re.findall(r"([0-9.]+)%", line) for line in told.splitlines() if line[26:29] == "LDA"
    }
    assert all(95 < float(each) <= 100 for what in ("light", "all five") for each in accuracy[what])
    assert all(75 < float(each) < 95 for each in accuracy["temperature"])
    assert float(re.findall(r"read back .* ([0-9.]+)% as", told)[0]) > 95


def test_activities_are_learned_from_motion_and_come_back_as_history(home: Home):
    told = run(home, "examples/analysts/activities.py", "--home", "kA")
    alone, sequence = (float(re.findall(r"([0-9.]+)% of", line)[0]) for line in told.splitlines()[1:3])
    assert min(alone, sequence) > 60
    changes = int(re.findall(r"([0-9,]+) changes", told)[0].replace(",", ""))
    with hearthlog.Home(home.http, home.token) as mine:
        said = mine.history("homes/kA/predicted/activity", field="value")
        assert len(said) == changes > 10
        assert said["device_time"].null_count == 0


def test_a_pinned_dataset_is_the_same_for_ever_and_proven_by_its_manifest(home: Home):
    window = {"start": "2015-02-02T00:00:00Z", "end": "2015-02-19T00:00:00Z"}
    with hearthlog.Home(home.http, home.token) as mine:
        first = mine.pin("matrix", "office/room1/+", every="1h", **window)
        table = mine.dataset(first)
        home.publish([("office/room1/co2", b'{"value": 1, "time": "2015-02-05T00:00:00Z"}')])
        assert mine.pin("matrix", "office/room1/+", every="1h", at=first.position, **window).id == first.id
        assert mine.dataset(first.id).arrow.equals(table.arrow)
        assert (mine.described(first.id).sha256, table.position, len(table)) == (
            first.sha256,
            first.position,
            first.rows,
        )
        joined = mine.pin(
            "asof", left="homes/kA/labels/activity", right="homes/kA/+/state", start="2008-01-01T00:00:00Z"
        )
        assert mine.dataset(joined).column_names[0] == "topic"
    with hearthlog.Home(home.http, home.token, verify=True) as doubting:
        assert doubting.dataset(first).arrow.equals(table.arrow)


def test_a_description_that_does_not_fit_its_id_is_not_believed(home: Home):
    with hearthlog.Home(home.http, home.token) as mine:
        known = mine.pin("history", "office/room1/co2", start="2015-02-02T00:00:00Z", end="2015-02-03T00:00:00Z")
        other = {**known.described, "pin": {**known.pin, "kernel": "0"}}
        with pytest.raises(NotProven, match="not the SHA-256"):
            pinned.pinned_of(other)
        with pytest.raises(hearthlog.HomeError):
            mine.dataset("B" * 42 + "A")
        with pytest.raises(hearthlog.client.Refused, match="not the id"):
            mine.dataset("../store")


def test_an_account_with_few_rights_proves_what_it_may_read_and_is_told_that_it_is_not_all(home: Home):
    secret = add(home, "lab", read=("office/room1/co2",))
    with hearthlog.Home(home.http, secret, verify=True) as narrow:
        table = narrow.history("office/#", limit=20)
        assert set(table["topic"].to_pylist()) == {"office/room1/co2"}
        assert table.narrowed is not None
        assert len(narrow.history("homes/#")) == 0
