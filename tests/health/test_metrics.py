"""Every metric is in docs/metrics.md with its meaning, and dashboard and alerts name only what there is."""

import json
import re
from pathlib import Path

import httpx
import pytest

from api.words.templates import FAULTS
from hearthlog.metrics_page import HEAD, Metric, metrics_of, metrics_page

DOCS = Path(__file__).parents[2] / "docs"
NAME = re.compile(r"hearthlog_[a-z]+_[a-z0-9_]+")
SUFFIXES = ("_bucket", "_count", "_sum")


@pytest.fixture(scope="module")
def scraped(home) -> dict[str, str]:
    """What both processes say, once the sink has told its numbers."""
    home.publish([("homes/h1/scraped", "1")])
    home.wait_for(lambda: "reported_fsync_ms_max" in home.get("/metrics").text, "the sink to report")
    sink = httpx.get(f"http://127.0.0.1:{home.metrics_port}/metrics", trust_env=False, timeout=60).text
    return {"sink": sink, "api": home.get("/metrics").text}


def test_the_page_about_metrics_is_what_the_processes_say(scraped, tmp_path):
    for name, text in scraped.items():
        (tmp_path / name).write_text(text)
    command = f"python -m hearthlog.metrics_page {tmp_path}/sink {tmp_path}/api > docs/metrics.md"
    assert (DOCS / "metrics.md").read_text() == metrics_page(scraped), f"after a change of metrics: {command}"


STAGES = {
    "sink": {
        "in": "hearthlog_sink_received_messages",
        "stored": "hearthlog_sink_stored_messages",
        "refused and why": "hearthlog_sink_refused_messages",
        "backlog": "hearthlog_sink_backlog_messages",
        "age of the oldest unacknowledged message": "hearthlog_sink_oldest_unacknowledged_seconds",
        "fsync time": "hearthlog_sink_fsync_seconds",
        "write-behind lag": "hearthlog_sink_unfiled_seconds",
        "clock offset": "hearthlog_sink_clock_offset_seconds",
        "readers": "hearthlog_sink_clients",
        "readers turned away": "hearthlog_sink_turned_away_clients",
        "room": "hearthlog_sink_disk_free_bytes",
    },
    "api": {
        "in": "hearthlog_api_feed_records",
        "stored": "hearthlog_api_segment_rows",
        "not understood": "hearthlog_api_undecoded_messages",
        "backlog": "hearthlog_api_tail_rows",
        "feed lag": "hearthlog_api_feed_lag_seconds",
        "readers": "hearthlog_api_live_readers",
        "rejected requests": "hearthlog_api_rejected_requests",
        "disk forecast": "hearthlog_api_disk_full_seconds",
    },
}


@pytest.mark.parametrize("process", STAGES)
def test_there_is_a_metric_for_each_stage(scraped, process):
    there = {each.name.removesuffix("_total") for each in metrics_of(scraped[process])}
    assert set(STAGES[process].values()) <= there


def test_metrics_are_named_by_stage_noun_and_unit(scraped):
    for each in metrics_of(scraped["sink"]) + metrics_of(scraped["api"]):
        assert NAME.fullmatch(each.name), each
        assert each.meaning.endswith("."), each


def test_the_dashboard_names_only_metrics_that_there_are(scraped):
    dashboard = json.loads((DOCS / "monitoring" / "grafana-dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    check(queries, scraped)


def test_the_alerts_name_only_metrics_and_faults_that_there_are(scraped):
    rules = json.loads((DOCS / "monitoring" / "alerts.json").read_text())["groups"][0]["rules"]
    check([rule["expr"] for rule in rules], scraped)
    for rule in rules:
        fault = FAULTS[rule["annotations"]["fault"]]
        assert rule["labels"]["severity"] == fault.severity.name, rule["alert"]
        assert rule["annotations"]["summary"].endswith(".")
    silent = {"unknown.unobserved", "unknown.clock", "store.restored", "home.unencrypted"}
    stops = {"broker.stopped", "broker.restarted", "sink.stopped", "sink.died", "sink.stood_still"}
    stops |= {"sink.stopped_and_broker"}
    assert {rule["annotations"]["fault"] for rule in rules} | silent | stops == set(FAULTS)


def check(queries: list[str], scraped: dict[str, str]) -> None:
    there: set[str] = set()
    for name, kind, _ in metrics_of(scraped["sink"]) + metrics_of(scraped["api"]):
        there |= {name + suffix for suffix in SUFFIXES} if kind == "histogram" else {name}
    named = {name for query in queries for name in NAME.findall(query)}
    assert named <= there
    assert named


def test_the_page_says_where_metrics_are():
    assert metrics_of("# HELP a_b A.\n# TYPE a_b gauge\na_b 1\n") == [Metric("a_b", "gauge", "A.")]
    assert "sink_metrics" in HEAD
