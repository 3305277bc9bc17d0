"""docs/metrics.md, made from what the two processes say at their /metrics, so that it cannot lie.

`python -m hearthlog.metrics_page SINK API > docs/metrics.md`, with two files that hold what each of them answered.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

HEAD = """# Metrics

In Prometheus' text format: the sink's at `http://127.0.0.1:8010/metrics` (setting `sink_metrics`), the api's at
`/metrics` of page and API, with the administrator's token as bearer. Names are `hearthlog_<stage>_<noun>_<unit>`;
counters end in `_total` and start at 0 with their process. Labels are few: `reason` of a refusal, `route` and `status`
of a request. [monitoring/](monitoring/README.md) has a Grafana dashboard and alert rules that use them;
[faults.md](faults.md) says what each fault means.

This page is made from the running processes, and a test compares it with them: `hearthlog/metrics_page.py`.
"""
REPORTED = "hearthlog_sink_reported_"
ALSO = {"hearthlog_sink_reported_refused_REASON": "once there was one of that reason"}


class Metric(NamedTuple):
    """One metric as it is scraped."""

    name: str
    type: str
    meaning: str


def metrics_of(text: str) -> list[Metric]:
    """The metrics of a scrape, in its order; times of birth, which nobody asks for, are left out."""
    return [
        Metric(family.name + ("_total" if family.type == "counter" else ""), family.type, family.documentation)
        for family in text_string_to_metric_families(text)
        if not family.name.endswith("_created")
    ]


def metrics_page(texts: Mapping[str, str]) -> str:
    """The page, from what was scraped from `sink` and `api`."""
    sink, api = metrics_of(texts["sink"]), metrics_of(texts["api"])
    own = [each for each in api if not each.name.startswith(REPORTED)]
    reported = [f"`{each.name}`" for each in api if each.name.startswith(REPORTED)]
    also = "".join(f", `{name}` ({when})" for name, when in ALSO.items())
    return "\n".join(
        [
            HEAD,
            "## Sink\n",
            _table(sink),
            "## Api\n",
            _table(own),
            "## What the sink last reported, at the api\n",
            "Gauges with the numbers of the sink's last heartbeat, for whoever can only reach the api.\n",
            f"{', '.join(sorted(reported))}{also}.\n",
        ]
    )


def _table(metrics: Iterable[Metric]) -> str:
    rows = [f"| `{each.name}` | {each.type} | {each.meaning} |" for each in sorted(metrics)]
    return "\n".join(["| metric | type | meaning |", "| --- | --- | --- |", *rows]) + "\n"


if __name__ == "__main__":
    scraped = dict(zip(("sink", "api"), (Path(each).read_text("utf-8") for each in sys.argv[1:3]), strict=True))
    sys.stdout.write(metrics_page(scraped))
