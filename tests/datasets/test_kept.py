"""A dataset stays what it is, whatever is written, changed and lost meanwhile, and who does not believe it can check it."""

import asyncio
import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest

from api.datasets.pin import read_pin
from gdp.names import parse_name
from gdp.proof import decode, verify
from ingest.envelope import unpack
from tests.api.served import Api
from tests.datasets.asking import AskedHome
from tests.datasets.pasting import run_pasted
from tests.datasets.pinned import BEGIN, CONFIG, MATRIX, data, logged, pin, sha256, watch


def test_the_manifest_is_a_message_that_is_proven_like_any(home, pinned):
    made = pinned["matrix"]
    catalogue = parse_name(home.get("/v1/store").json()["catalogue"])
    proof = home.wait_for(lambda: covered(home, made["proof"]), "the manifest to be signed")
    verdict = verify(catalogue, proof)
    assert verdict.proven, verdict.sentence
    assert verdict.topic == made["topic"] == f"hearthlog/datasets/{made['id']}"
    message = unpack([datum.data for datum in verdict.records])
    assert message.retain
    manifest = json.loads(message.payload)
    assert manifest["sha256"] == made["sha256"]
    assert read_pin(manifest["pin"]).id == made["id"]


def covered(home: AskedHome, address: str):
    proof = decode(home.get(address).content)
    return proof if proof.covered else None


def test_an_honest_dataset_is_verified_against_its_logs(home, pinned):
    for made in pinned.values():
        assert sha256(data(home, made["id"])) == made["sha256"]
        verdict = home.get(f"/v1/datasets/{made['id']}", verify=True).json()["verdict"]
        assert verdict["good"], verdict
        assert (verdict["stored"], verdict["derived"], verdict["faults"]) == ("same", "same", [])
    assert sha256(data(home, pinned["asof"]["id"], verify=True)) == pinned["asof"]["sha256"]


def test_what_others_said_of_a_device_is_part_of_its_dataset(home):
    """The unit stands in a message of another topic, which the dataset therefore depends on."""
    made = pin(home, "history", {"filter": "ha/#"})
    assert pa.ipc.open_stream(data(home, made["id"])).read_all()["unit"].to_pylist() == ["°C"]
    log = home.get("/v1/topics", filter=CONFIG).json()["topics"][0]["log"]
    assert [(tip["log"], tip["recno"]) for tip in made["pin"]["context"]] == [(log, 1)]
    assert home.get(f"/v1/datasets/{made['id']}", verify=True).json()["verdict"]["good"]


def test_the_lines_of_the_page_pin_fetch_and_verify(home, tmp_path):
    said = asyncio.run(
        run_pasted("datasets.md", "Pin and fetch again", tmp_path, {"URL": home.http, "TOKEN": home.token})
    )
    assert "are those that were pinned, and give the same bytes" in said


def test_a_damaged_copy_is_never_served_but_made_anew(home, pinned):
    made = pinned["matrix"]
    (path,) = (home.data / "datasets").glob(f"{made['sha256']}*")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert sha256(data(home, made["id"])) == made["sha256"]
    path.unlink()
    assert not home.get(f"/v1/datasets/{made['id']}").json()["stored"]
    assert sha256(data(home, made["id"])) == made["sha256"]


class NewerApi(Api):
    """An api of the next release, whose JSON decoder says something else."""

    command = (sys.executable, "-m", "tests.datasets.launch_newer")


def test_a_newer_decoder_serves_the_old_bytes_and_is_named_when_verified(home, pinned, tmp_path):
    asyncio.run(ask_newer(home, tmp_path / "newer", pinned["matrix"]))


async def ask_newer(home: AskedHome, directory: Path, made: dict) -> None:
    store = home.get("/v1/store")
    position = int(store.headers["hearthlog-position"].partition(".")[2])
    catalogue, bytes_here = store.json()["catalogue"], home.data / "datasets"
    async with NewerApi(directory, home.gdp_port, catalogue=catalogue, datasets=bytes_here) as api:
        await api.reached(position)
        answer = await api.get(f"/v1/datasets/{made['id']}/data")
        assert sha256(answer.content) == made["sha256"]
        verdict = (await api.json(f"/v1/datasets/{made['id']}", verify="true"))["verdict"]
        assert (verdict["good"], verdict["stored"], verdict["derived"]) == (False, "same", "differs")
        assert verdict["changes"] == [{"name": "json", "pinned": "1", "present": "2"}]
        assert "json 1 is 2 now" in verdict["sentence"]
        shutil.rmtree(bytes_here)
        problem = await api.get(f"/v1/datasets/{made['id']}/data")
        assert (problem.status_code, problem.json()["verdict"]["derived"]) == (409, "differs")
        assert problem.json()["type"].endswith(":dataset-differs")
    assert sha256(data(home, made["id"])) == made["sha256"]


class Afterwards(NamedTuple):
    """A home after the worst: its datasets, and the one whose log was tampered with, with the tip of that log."""

    datasets: list[dict]
    tampered: dict
    tip: dict


@pytest.fixture(scope="module")
def afterwards(home, pinned) -> Afterwards:
    """Data came late, read model and bytes were lost, and a byte of a log was changed.

    Backfilling is what changes answers: device times inside the window, logged after the position.
    """
    home.publish([watch(999, BEGIN + 30 * number + 7) for number in range(100)])
    home.publish([("homes/h3/lamp", f"{number}.5") for number in range(20)])
    logged(home, "homes/h1/watch", 300)
    logged(home, "homes/h3/lamp", 20)
    fresh, tampered = pin(home, "matrix", MATRIX), pin(home, "history", {"filter": "homes/h3/#"})
    assert fresh["sha256"] != pinned["matrix"]["sha256"]
    (tip,) = tampered["pin"]["logs"]
    home.stop()
    shutil.rmtree(home.data / "read-model")
    for file in (home.data / "datasets").glob("*.arrow"):
        if file.stem != tampered["sha256"]:
            file.unlink()
    (file,) = (home.data / "store" / "glogs").rglob(f"{tip['log']}.glog")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE log_entry SET value = ? WHERE recno = 17", (b"16.4",))
    home.start()
    home.wait_ready()
    return Afterwards([*pinned.values(), fresh], tampered, tip)


def test_late_data_and_a_lost_read_model_change_nothing_here_or_in_another_api(home, afterwards, tmp_path):
    for made in afterwards.datasets:
        assert sha256(data(home, made["id"])) == made["sha256"]
    asyncio.run(fetch_elsewhere(home, tmp_path, afterwards.datasets))


async def fetch_elsewhere(home: AskedHome, directory: Path, datasets: list[dict]) -> None:
    """Another api process with directories of its own, which knows the log server and the catalogue's name."""
    catalogue = home.get("/v1/store").json()["catalogue"]
    position = int(home.get("/v1/store").headers["hearthlog-position"].partition(".")[2])
    async with Api(directory / "elsewhere", home.gdp_port, catalogue=catalogue) as api:
        await api.reached(position)
        for made in datasets:
            answer = await api.get(f"/v1/datasets/{made['id']}/data")
            assert answer.status_code == 200, answer.text
            assert sha256(answer.content) == made["sha256"]
            described = await api.json(f"/v1/datasets/{made['id']}")
            assert described["logged"] == made["logged"]


def test_a_changed_byte_in_a_log_is_named_by_log_and_record(home, afterwards):
    made, log = afterwards.tampered, afterwards.tip["log"]
    verdict = home.get(f"/v1/datasets/{made['id']}", verify=True).json()["verdict"]
    assert not verdict["good"]
    faults = [(each["log"], each["topic"], each["recno"], each["field"]) for each in verdict["faults"]]
    assert faults == [(log, "homes/h3/lamp", 17, "contents")]
    assert f"log {log} (homes/h3/lamp), record 17, contents" in verdict["sentence"]
    assert (verdict["stored"], verdict["derived"]) == ("same", "differs")
    problem = home.get(f"/v1/datasets/{made['id']}/data", verify=True)
    assert (problem.status_code, problem.json()["detail"]) == (409, verdict["sentence"])
    # The pinned bytes are what they were, and are served to who does not ask for more.
    assert sha256(data(home, made["id"])) == made["sha256"]
