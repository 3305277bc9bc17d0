"""VictoriaMetrics 1.79 of Debian: loaded in InfluxDB's line protocol, asked in MetricsQL over HTTP."""

import math
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from bench import process
from bench.peers.homes import FIELDS, Floats, Homes
from bench.peers.http import Client, Request
from bench.peers.influx import topics_pattern, write_lines
from bench.peers.program import Loaded, Place, bytes_below
from bench.peers.questions import HOLD_MS, WINDOW_DAYS, Question
from bench.peers.truth import Answer, series_name

START_S = 120.0
RETENTION = "100y"
MOST_SERIES = "100000"
EXTREMES = ("min_over_time", "max_over_time", "avg_over_time")


class VictoriaMetrics:
    """A peer whose windows are (a, b]; it has no calendar."""

    name = "VictoriaMetrics"
    timeless = frozenset({"latest"})

    def missing(self) -> str | None:
        """See `Program`."""
        return None if shutil.which("victoria-metrics") else "victoria-metrics"

    def load(self, directory: Path, homes: Homes) -> Loaded:
        """See `Program`."""
        with self.running(directory) as place:
            client = Client(place.port)
            before = time.monotonic()
            write_lines(client, "/write?precision=ms", homes, self.name)
            seconds = time.monotonic() - before
            client.send(Request("/internal/force_flush", "none"))
            client.close()
        return Loaded(seconds)

    @contextmanager
    def running(self, directory: Path) -> Iterator[Place]:
        """See `Program`."""
        directory.mkdir(parents=True, exist_ok=True)
        port, log = process.free_port(), directory / "victoria-metrics.log"
        command = [
            "victoria-metrics",
            f"-storageDataPath={directory}/data",
            f"-httpListenAddr=127.0.0.1:{port}",
            f"-retentionPeriod={RETENTION}",
            f"-search.maxUniqueTimeseries={MOST_SERIES}",
            "-loggerLevel=ERROR",
        ]
        with process.running(command, log) as child:
            process.wait_until(
                lambda: child.poll() is not None or process.listening(port),
                "VictoriaMetrics listening",
                seconds=START_S,
            )
            process.still_running(child, log)
            yield Place(port, (child.pid,))

    def ask(self, homes: Homes, question: Question) -> Request | None:
        """See `Program`. `nocache`: no answer comes from an earlier one, and grids lie where they were asked for."""
        said = _selector(homes, question)
        kind, start, end = question.kind, question.start, question.end
        if kind == "days":
            return None
        if kind == "latest":
            text = f"last_over_time({said}[{_lookback_days(homes)}d]) keep_metric_names"
            return Request(f"/api/v1/query?{urlencode({'query': text, 'nocache': 1})}")
        if kind in ("raw", "export"):
            wanted = {"match[]": said, "start": start / 1000, "end": (end - 1) / 1000}
            return Request(f"/api/v1/export?{urlencode(wanted)}", "jsonl")
        if kind == "count":
            text = f"count_over_time({said}[{WINDOW_DAYS}d]) keep_metric_names"
            return Request(f"/api/v1/query?{urlencode({'query': text, 'time': (end - 1) / 1000, 'nocache': 1})}")
        return _range(said, question)

    def answer(self, question: Question, parsed: Any) -> Answer:
        """See `Program`."""
        found: dict[str, Floats] = {}
        if question.kind in ("raw", "export"):
            for each in parsed:
                name, times, values = _name(each["metric"]), each["timestamps"], each["values"]
                found[name] = np.column_stack((np.array(times, np.float64), np.array(values, np.float64)))
                if question.kind == "export":
                    found[name] = np.array([[len(times), sum(times) % 86_400_000, found[name][:, 1].sum()]])
            return found
        if question.kind == "buckets":
            return _rollups(parsed["data"]["result"], question)
        for each in parsed["data"]["result"]:
            rows = np.array(each["values"] if "values" in each else [each["value"]], np.float64)
            rows[:, 0] = np.round(rows[:, 0] * 1000) - _shift(question)
            found[_name(each["metric"])] = rows[:, 1:] if question.kind in ("latest", "count") else rows
        return found

    def newest(self, topic: str) -> Request:
        """See `Program`."""
        text = f'last_over_time(sensor_temperature{{topic="{topic}"}}[{WINDOW_DAYS + 1}d])'
        return Request(f"/api/v1/query?{urlencode({'query': text, 'nocache': 1})}")

    def newest_value(self, parsed: Any) -> float | None:
        """See `Program`."""
        found = parsed["data"]["result"]
        return float(found[0]["value"][1]) if found else None

    def disk(self, directory: Path) -> Mapping[str, int]:
        """See `Program`."""
        return {"data": bytes_below(directory / "data")}


def _selector(homes: Homes, question: Question) -> str:
    name = f"sensor_{question.fields[0]}" if len(question.fields) == 1 else ""
    labels = []
    if not name:
        fields = "|".join(question.fields)
        labels.append(f'__name__=~"sensor_({fields})"')
    if len(question.sensors) == 1:
        labels.append(f'topic="{topics_pattern(question)}"')
    elif len(question.sensors) < homes.sensors:
        labels.append(f'topic=~"{topics_pattern(question)}"')
    return f"{name}{{{','.join(labels)}}}"


def _lookback_days(homes: Homes) -> int:
    """How far back the newest value may lie: a day, unless sensors speak more seldom than that."""
    return max(1, math.ceil(2 * homes.days / homes.messages))


def _shift(question: Question) -> int:
    """What is to be taken off a time so that it is the beginning of a bucket; a row of a matrix is named by its end."""
    return question.every - 1 if question.kind in ("buckets", "hours") else 0


def _range(said: str, question: Question) -> Request:
    """A bucket a ≤ time < b is asked for as the window (a - 1 ms, b - 1 ms].

    `rollup` and `default_rollup` would widen a window in which little is; the functions below do not.
    """
    window, extremes = f"{question.every}ms", ",".join(f'"{name}"' for name in EXTREMES)
    functions = {
        "mean": f"avg_over_time({said}[{window}]) keep_metric_names",
        "hold": f"last_over_time({said}[{HOLD_MS}ms]) keep_metric_names",
        "hours": f"avg_over_time({said}[{window}]) keep_metric_names",
        "buckets": f"aggr_over_time(({extremes}), {said}[{window}])",
    }
    shift = _shift(question)
    wanted = {
        "query": functions[question.kind],
        "start": (question.start + shift) / 1000,
        "end": (question.end - question.every + shift) / 1000,
        "step": question.every / 1000,
        "nocache": 1,
    }
    return Request(f"/api/v1/query_range?{urlencode(wanted)}")


def _name(metric: Mapping[str, str]) -> str:
    return series_name(metric["topic"], metric["__name__"].removeprefix("sensor_"))


def _rollups(result: list[dict[str, Any]], question: Question) -> Answer:
    """One request gives min, max and mean of one series."""
    if not result:
        return {}
    columns = {each["metric"]["rollup"]: np.array(each["values"], np.float64) for each in result}
    times = np.round(columns[EXTREMES[0]][:, 0] * 1000) - _shift(question)
    topic = result[0]["metric"]["topic"]
    lines = np.column_stack((times, *(columns[name][:, 1] for name in EXTREMES)))
    return {series_name(topic, question.fields[0]): lines}


assert FIELDS[0] == "temperature", "the newest value is asked of it"
