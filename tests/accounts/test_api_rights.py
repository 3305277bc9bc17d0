"""What each account sees over HTTP: its topics, and nothing that tells of others."""

import json
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import orjson
import pytest

from api.datasets.manifest import Made, Manifest
from api.datasets.pin import read_pin
from tests.accounts.conftest import ABSENT, HIDDEN, SEEN, add, hearthlog
from tests.support.home import Home

TABLES = {
    "/v1/topics": {},
    "/v1/latest": {},
    "/v1/history": {},
    "/v1/aggregate": {"every": "1d", "start": "-1d"},
    "/v1/plot": {"start": "-1d", "width": 10},
    "/v1/matrix": {"every": "1h", "start": "-2h"},
    "/v1/asof": {"left": "#", "right": "#", "start": "-1d"},
    "/v1/gaps": {"start": "-1d"},
    "/v1/notable": {},
    "/v1/health": {},
    "/v1/datasets": {},
}


def paths(home: Home) -> dict[str, dict]:
    return home.get("/openapi.json").json()["paths"]


def test_nothing_below_v1_is_answered_without_an_account(home: Home):
    with httpx.Client(base_url=home.http, trust_env=False, timeout=60) as nobody:
        for path, method in ((path, method) for path, calls in paths(home).items() for method in calls):
            answer = nobody.request(method, re.sub(r"\{[^}]+\}", "x", path))
            if path.startswith("/v1") or path == "/metrics":
                assert answer.status_code == 401, path
                assert answer.json()["type"] == "urn:hearthlog:problem:not-logged-in"
            else:
                assert answer.status_code in {200, 303, 307, 404}, path


def test_every_table_is_narrowed_to_what_the_account_may_read_and_says_so(filled: Home, narrow: str, wide: str):
    listed = {path for path, calls in paths(filled).items() if "get" in calls and path.startswith("/v1")}
    for path, parameters in TABLES.items():
        if path not in listed:
            continue
        answers = {
            name: filled.ask(path, secret, **parameters) for name, secret in [("narrow", narrow), ("wide", wide)]
        }
        for name, answer in answers.items():
            assert answer.status_code == 200, (path, name, answer.text)
        assert HIDDEN not in answers["narrow"].text, path
        assert "hearthlog/note" not in answers["narrow"].text, path
        assert answers["narrow"].headers["hearthlog-narrowed"] == "lab/+/temperature lab/door"
        assert answers["wide"].headers["hearthlog-narrowed"] == "#"
        assert "$hearthlog/" not in answers["narrow"].text, path
    # Every call that answers a table stands above, or below in a test of its own.
    apart = {"/v1/live", "/v1/store", "/v1/faults"} | {path for path in listed if "{" in path}
    assert listed - set(TABLES) == apart
    assert "hearthlog-narrowed" not in filled.get("/v1/latest").headers


@pytest.mark.parametrize("given", ["#", "homes/#", HIDDEN, "$hearthlog/#"])
def test_a_topic_without_the_right_looks_like_one_that_does_not_exist(filled: Home, narrow: str, given: str):
    hidden = filled.ask("/v1/latest", narrow, filter=[given, "lab/#"])
    absent = filled.ask("/v1/latest", narrow, filter=["nothing/here", "lab/#"])
    assert hidden.json()["observations"] == absent.json()["observations"]
    log = filled.get("/v1/topics", filter=HIDDEN).json()["topics"][0]["log"]
    for call in ("", "/records", "/proof?recno=1"):
        hidden, absent = (filled.ask(f"/v1/logs/{name}{call}", narrow) for name in (log, ABSENT))
        assert hidden.status_code == absent.status_code == 404, (call, hidden.text, absent.text)
        assert hidden.text.replace(log, "") == absent.text.replace(ABSENT, "")
    seen = filled.get("/v1/topics", filter=SEEN).json()["topics"][0]["log"]
    assert filled.ask(f"/v1/logs/{seen}/records", narrow).status_code == 200


def test_the_logs_of_the_home_itself_are_the_administrators(filled: Home, wide: str):
    catalogue = filled.get("/v1/store").json()["catalogue"]
    assert filled.ask(f"/v1/logs/{catalogue}", wide).status_code == 404
    assert filled.get(f"/v1/logs/{catalogue}").status_code == 200


def test_the_metrics_are_for_those_who_may_read_every_topic(filled: Home, narrow: str, wide: str):
    assert filled.ask("/metrics", narrow).status_code == 403
    assert filled.ask("/metrics", wide).status_code == filled.get("/metrics").status_code == 200


def test_an_account_that_may_only_publish_reads_nothing(filled: Home):
    secret = add(filled, "writer", publish=("homes/#",))
    assert filled.ask("/v1/latest", secret).json()["observations"] == []
    assert filled.ask("/v1/topics", secret).json()["topics"] == []


def test_a_stream_hears_no_more_than_the_right_and_ends_with_it(filled: Home):
    secret = add(filled, "screen", read=("lab/door",))
    heard, begun = [], threading.Event()

    def listen() -> None:
        headers = {"Authorization": f"Bearer {secret}"}
        with httpx.stream("GET", f"{filled.http}/v1/live", headers=headers, trust_env=False, timeout=60) as answer:
            begun.set()
            heard.extend(json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: "))

    listening = threading.Thread(target=listen)
    listening.start()
    assert begun.wait(60)
    filled.publish([(HIDDEN, b"1"), ("lab/door", b"open")])
    filled.wait_for(lambda: heard, "the message that it may hear")
    assert hearthlog(filled, "account", "remove", "screen").returncode == 0
    listening.join(60)
    assert not listening.is_alive()
    assert {message["topic"] for message in heard} == {"lab/door"}
    assert filled.ask("/v1/latest", secret).status_code == 401


def pinned(home: Home, secret: str, topic: str) -> dict:
    query = {"query": "history", "parameters": {"filter": [topic], "start": "-1d"}}
    headers = {"Authorization": f"Bearer {secret}"}
    answer = httpx.post(f"{home.http}/v1/datasets", json=query, headers=headers, trust_env=False, timeout=60)
    assert answer.status_code in {200, 201}
    return answer.json()


def test_the_list_of_datasets_does_not_tell_that_there_are_others(filled: Home, narrow: str):
    own = pinned(filled, narrow, SEEN)["id"]
    hidden = pinned(filled, filled.token, HIDDEN)["id"]
    assert [each["id"] for each in filled.get("/v1/datasets", limit=1).json()["datasets"]] == [hidden]
    seen = filled.ask("/v1/datasets", narrow, limit=1).json()
    assert ([each["id"] for each in seen["datasets"]], seen["truncated"]) == ([own], False)
    absent = filled.ask(f"/v1/datasets/{ABSENT}/data", narrow)
    kept = filled.ask(f"/v1/datasets/{hidden}/data", narrow)
    assert kept.status_code == absent.status_code == 404
    assert kept.text.replace(hidden, "") == absent.text.replace(ABSENT, "")


def test_a_forged_manifest_opens_no_log_and_a_nonsensical_one_breaks_nothing(filled: Home, narrow: str):
    true = pinned(filled, filled.token, HIDDEN)
    pin, made = read_pin(orjson.dumps(true["pin"], option=orjson.OPT_SORT_KEYS)), Made(true["sha256"], 1, 1, ())
    (tip,) = pin.logs
    forged, nonsense = (
        Manifest(replace(pin, logs=(each,)), made)
        for each in (tip._replace(topic=SEEN), tip._replace(hash="none", topic=SEEN))
    )
    filled.publish([(each.topic, each.encode()) for each in (nonsense, forged)])
    there = f"/v1/datasets/{forged.pin.id}"
    filled.wait_for(lambda: filled.get(there).status_code == 200, "the manifest")
    assert filled.ask(there, narrow, verify=True).status_code == 404
    assert filled.ask(f"{there}/data", narrow).status_code == 404
    assert filled.get(f"/v1/datasets/{nonsense.pin.id}", verify=True).status_code == 404
    assert filled.get("/v1/datasets").status_code == filled.ask("/v1/datasets", narrow).status_code == 200


def test_where_the_administrators_secret_lies_is_told_to_the_administrator(filled: Home, wide: str):
    assert filled.get("/v1/store").json()["secret_file"].endswith("admin.token")
    assert filled.ask("/v1/store", wide).json()["secret_file"] is None


def test_a_wait_ends_unanswered_when_the_account_does(filled: Home):
    secret = add(filled, "waiting", read=("lab/door",))
    headers = {"Authorization": f"Bearer {secret}", "Prefer": "wait=60"}
    answers = []

    def ask() -> None:
        far = {"at": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}
        answers.append(httpx.get(f"{filled.http}/v1/latest", params=far, headers=headers, trust_env=False, timeout=90))

    asking = threading.Thread(target=ask)
    asking.start()
    hearthlog(filled, "account", "remove", "waiting")
    filled.publish([("lab/door", b"shut")])
    asking.join(90)
    assert answers[0].status_code == 401
