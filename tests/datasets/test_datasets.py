"""A dataset is pinned once and stays what it is: fetched again, from anywhere, whatever is written and lost meanwhile."""

import asyncio
import hashlib
import io
import json
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from api.datasets.pin import read_pin
from gdp.names import parse_name
from gdp.proof import decode, verify
from ingest.envelope import unpack
from tests.accounts.conftest import add
from tests.api.served import Api
from tests.datasets.asking import AskedHome
from tests.datasets.pasting import run_pasted

BEGIN = int(time.time()) - 3 * 3_600
CONFIG = "homeassistant/sensor/hall/config"
MATRIX = {"filter": "homes/h1/#", "every": "1m", "start": "-4h", "fn": "mean"}
HISTORY = {"filter": ["homes/h1/#"], "start": "-4h", "state_at_start": True}
ASOF = {"left": "homes/h1/activity", "right": ["homes/h1/watch"], "start": "-4h"}


def watch(value: float, at: int) -> tuple[str, str]:
    """What a watch says, with the time at which it measured."""
    return "homes/h1/watch", f'{{"v": {value}, "time": {at}}}'


def label(value: str, at: int) -> tuple[str, str]:
    return "homes/h1/activity", f'{{"label": "{value}", "time": {at}}}'


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    settings = {"signature_interval_s": 0.5, "dataset_logged_s": 60, "dataset_publish_s": 60}
    with AskedHome(tmp_path_factory.mktemp("datasets") / "home", settings=settings) as running:
        said = [watch(60 + number % 7 / 3, BEGIN + 30 * number) for number in range(200)]
        said += [label(("sleeping", "eating")[number % 2], BEGIN + 600 * number) for number in range(10)]
        running.publish([(CONFIG, '{"state_topic": "ha/hall", "unit_of_measurement": "°C"}')], retain=True)
        running.publish(
            [*said, ("ha/hall", "20.5"), ("homes/h1/desk", "21.5"), ("homes/h1/desk", "22.25"), ("homes/h2/other", "1")]
        )
        logged(running, "homes/h1/desk", 2)
        yield running


def logged(home: AskedHome, topic: str, count: int) -> str:
    """Wait until so many messages of a topic are in the read model; the position then."""

    def look() -> str | None:
        answer = home.get("/v1/topics", filter=topic)
        found = answer.json().get("topics")
        return answer.headers["hearthlog-position"] if found and found[0]["count"] >= count else None

    return home.wait_for(look, f"{count} messages of {topic}")


def pin(
    home: AskedHome, query: str, parameters: dict, *, status: int = 201, dry_run: bool = False, **body: object
) -> dict:
    answer = home.post("/v1/datasets", {"query": query, "parameters": parameters, **body}, dry_run=dry_run)
    assert answer.status_code == status, answer.text
    return answer.json()


def data(home: AskedHome, id_: str, **query: object) -> bytes:
    answer = home.get(f"/v1/datasets/{id_}/data", **query)
    assert answer.status_code == 200, answer.text
    return answer.content


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def position(home: AskedHome) -> str:
    return logged(home, "homes/h1/watch", 200)


@pytest.fixture(scope="module")
def pinned(home: AskedHome, position: str) -> dict[str, dict]:
    asked = {"matrix": MATRIX, "history": HISTORY, "asof": ASOF}
    return {query: pin(home, query, parameters, at=position) for query, parameters in asked.items()}


def test_a_dataset_holds_what_the_call_itself_answers(home, pinned, position):
    for query, parameters in (("matrix", MATRIX), ("history", HISTORY), ("asof", ASOF)):
        made = pinned[query]
        content = data(home, made["id"])
        assert (sha256(content), len(content)) == (made["sha256"], made["bytes"])
        table = pa.ipc.open_stream(content).read_all()
        assert table.num_rows == made["rows"] > 0
        assert [{"name": each.name, "type": str(each.type)} for each in table.schema] == made["columns"]
        times = {name: made["pin"]["parameters"][name] for name in ("start", "end")}
        absolute = {**parameters, **{name: text for name, text in times.items() if text is not None}}
        live = home.get(f"/v1/{query}", **absolute, at=position, format="arrow")
        assert live.status_code == 200, live.text
        assert pa.ipc.open_stream(live.content).read_all().equals(table)


def test_the_same_request_at_the_same_position_is_the_same_dataset(home, pinned, position):
    again = pin(home, "matrix", MATRIX, at=position, status=200)
    assert again["id"] == pinned["matrix"]["id"]
    assert again["logged"] == pinned["matrix"]["logged"]
    shuffled = dict(reversed([("fill", "hold"), *MATRIX.items()]))
    assert pin(home, "matrix", shuffled, at=position, status=200)["id"] == again["id"]
    would = pin(home, "matrix", MATRIX, at=position, dry_run=True, status=200)
    assert (would["id"], would["cost"]["rows"]) == (again["id"], again["rows"])
    other = pin(home, "matrix", {**MATRIX, "every": "2m"}, at=position, dry_run=True, status=200)
    assert other["id"] != again["id"]
    assert home.get(f"/v1/datasets/{other['id']}").status_code == 404


def test_the_id_is_the_hash_of_the_pin_which_names_every_log_with_its_last_record(home, pinned):
    for made in pinned.values():
        topics = {tip["topic"] for tip in made["pin"]["logs"]}
        desk = set() if made is pinned["asof"] else {"homes/h1/desk"}
        assert topics == {"homes/h1/watch", "homes/h1/activity"} | desk
        for tip in made["pin"]["logs"]:
            record = home.get(f"/v1/logs/{tip['log']}/records", first=tip["recno"], limit=1).json()["records"][0]
            assert record["hash"] == tip["hash"]


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


def test_other_formats_say_the_same_and_ranges_and_tags_work(home, pinned):
    made = pinned["history"]
    table = pa.ipc.open_stream(data(home, made["id"])).read_all()
    parquet = pq.read_table(io.BytesIO(data(home, made["id"], format="parquet")))
    assert parquet.equals(table)
    rows = home.get(f"/v1/datasets/{made['id']}/data", format="json").json()["observations"]
    assert [row["recno"] for row in rows] == table["recno"].to_pylist()
    assert data(home, made["id"], format="csv").count(b"\n") == made["rows"] + 1
    assert data(home, made["id"], format="ndjson").count(b"\n") == made["rows"]
    whole = home.get(f"/v1/datasets/{made['id']}/data", headers={"Accept-Encoding": "identity"})
    tag = whole.headers["etag"]
    packed = home.get(f"/v1/datasets/{made['id']}/data", headers={"Accept-Encoding": "zstd"})
    assert (packed.headers["content-encoding"], packed.headers["etag"]) == ("zstd", f"W/{tag}")
    assert tag == f'"{made["sha256"]}"'
    assert "immutable" in whole.headers["cache-control"]
    assert "Accept" in whole.headers["vary"].split(", "), "a cache keeps each format apart"
    part = home.get(f"/v1/datasets/{made['id']}/data", headers={"Range": "bytes=100-299", "If-Range": tag})
    assert (part.status_code, part.content) == (206, whole.content[100:300])
    assert home.get(f"/v1/datasets/{made['id']}/data", headers={"If-None-Match": tag}).status_code == 304
    before = home.get(f"/v1/datasets/{made['id']}").json()["fetched"]
    data(home, made["id"])
    assert home.get(f"/v1/datasets/{made['id']}").json()["fetched"] == before + 1


def test_datasets_are_listed_newest_first_page_by_page(home, pinned):
    ids = [made["id"] for made in reversed(pinned.values())]
    first = home.get("/v1/datasets", limit=2).json()
    assert first["truncated"]
    assert [each["id"] for each in first["datasets"]] == ids[:2]
    assert first["datasets"][0]["pin"]["log_count"] == 2
    assert [each["id"] for each in home.get(first["next"]).json()["datasets"]] == ids[2:]


@pytest.mark.parametrize(
    ("query", "parameters", "said"),
    [
        ("matrix", {"limit": 5}, "limit"),
        ("matrix", {"every": "7q"}, "every"),
        ("matrix", {"start": "now", "end": "-1h"}, "start"),
        ("history", {"filter": "a/#/b"}, "filter"),
        ("asof", {"right": "a"}, "left"),
        ("latest", {}, "query"),
    ],
)
def test_what_cannot_be_pinned_is_refused_by_name(home, query, parameters, said):
    answer = home.post("/v1/datasets", {"query": query, "parameters": parameters})
    assert answer.status_code == 400, answer.text
    assert answer.json()["parameter"] == said


def test_an_honest_dataset_is_verified_against_its_logs(home, pinned):
    for made in pinned.values():
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


def test_an_account_pins_and_fetches_what_it_may_read_and_no_more(home, pinned, position):
    secret = add(home, "desk", read=("homes/h1/desk",))
    answer = home.post("/v1/datasets", {"query": "history", "parameters": HISTORY, "at": position}, secret=secret)
    assert answer.status_code == 201, answer.text
    narrow = answer.json()
    assert [tip["topic"] for tip in narrow["pin"]["logs"]] == ["homes/h1/desk"]
    content = home.ask(f"/v1/datasets/{narrow['id']}/data", secret).content
    assert set(pa.ipc.open_stream(content).read_all()["topic"].to_pylist()) == {"homes/h1/desk"}
    assert sha256(data(home, narrow["id"], verify=True)) == narrow["sha256"]
    for path in ("", "/data"):
        assert home.ask(f"/v1/datasets/{pinned['history']['id']}{path}", secret).status_code == 404
    assert [each["id"] for each in home.ask("/v1/datasets", secret).json()["datasets"]] == [narrow["id"]]
    # Where its rights leave nothing out it is the dataset that anybody else would have pinned.
    own = {"query": "history", "parameters": {"filter": "homes/h1/desk"}, "at": position}
    ids = [home.post("/v1/datasets", own, secret=each, dry_run=True).json()["id"] for each in (secret, home.token)]
    assert ids[0] == ids[1]


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
