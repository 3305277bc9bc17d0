"""A query is pinned once, named by all that it depends on, and fetched in any format by who may read it."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.accounts.conftest import add
from tests.datasets.pinned import ASOF, HISTORY, MATRIX, data, pin, sha256
from tests.support.arrow import written_out


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
        assert written_out(pa.ipc.open_stream(live.content).read_all()).equals(table)


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
    whole = home.get("/v1/datasets").json()["datasets"]
    listed = {each["id"]: each for each in whole}
    ours = [made["id"] for made in reversed(pinned.values())]
    assert [id_ for id_ in listed if id_ in ours] == ours
    assert listed[pinned["asof"]["id"]]["pin"]["log_count"] == 2
    found, url = [], "/v1/datasets?limit=2"
    while url:
        page = home.get(url.removeprefix(home.http)).json()
        assert page["truncated"] == (len(found) + 2 < len(whole))
        found, url = found + page["datasets"], page["next"]
    assert found == whole


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


def test_a_history_can_be_pinned_with_the_columns_that_are_wanted(home, pinned, position):
    whole = pinned["history"]
    assert "columns" not in whole["pin"]["parameters"]
    made = pin(home, "history", {**HISTORY, "columns": ["value", "device_time", "state_at_start"]}, at=position)
    assert made["pin"]["parameters"]["columns"] == ["device_time", "value", "state_at_start"]
    assert made["id"] != whole["id"]
    table = pa.ipc.open_stream(data(home, made["id"])).read_all()
    expected = pa.ipc.open_stream(data(home, whole["id"])).read_all()
    assert table.to_pydict() == expected.select(["device_time", "value", "state_at_start"]).to_pydict()
    other_order = {**HISTORY, "columns": ["state_at_start", "device_time", "value", "value"]}
    would = pin(home, "history", other_order, at=position, dry_run=True, status=200)
    assert (would["id"], would["cost"]["columns"]) == (made["id"], 3)
    assert home.get(f"/v1/datasets/{made['id']}", verify="true").json()["verdict"]["good"]
