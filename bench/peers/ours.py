"""Our side of the comparison: the whole home, asked over HTTP."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench import process
from bench.home import Home, home
from bench.peers.fill import fill
from bench.peers.homes import SENSORS_OF_HOME, Floats, Homes, topic_of
from bench.peers.http import Client, Request
from bench.peers.program import Loaded, Place, bytes_below
from bench.peers.questions import GRID_MS, ZONE, Question
from bench.peers.truth import Answer, series_name
from bench.progress import Seldom

REBUILD_S = 3_600.0
NS_PER_MS = 1_000_000
DURATIONS = {GRID_MS: "5m", 45 * 60_000: "45m", 3_600_000: "1h"}
EXTREMES = (("fn", "min"), ("fn", "max"), ("fn", "mean"))


class Hearthlog:
    """The program under test."""

    name = "hearthlog"
    timeless: frozenset[str] = frozenset()

    def missing(self) -> str | None:
        """See `Program`."""
        return None if shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") else "mosquitto"

    def load(self, directory: Path, homes: Homes) -> Loaded:
        """See `Program`. The store is filled first; then the api makes its read model from it, which is measured."""
        directory.mkdir()
        with home(directory):
            pass
        shutil.rmtree(directory / "data" / "read-model")
        before = time.monotonic()
        fill(directory / "data", homes)
        filled = time.monotonic() - before
        told = Seldom(f"{homes.name}, {self.name}: making the read model")
        with home(directory, ready_s=REBUILD_S, heard=told.tell) as there:
            process.wait_until(lambda: held(there) >= homes.observations, "the rebuild", seconds=REBUILD_S, poll_s=0.5)
            cpu = process.cpu_s(there.pids["api"])
            seconds = time.monotonic() - before - filled
        return Loaded(filled, {"rebuild_s": seconds, "rebuild_cpu_s": cpu})

    @contextmanager
    def running(self, directory: Path) -> Iterator[Place]:
        """See `Program`."""
        with home(directory) as there:
            others = there.pids["mosquitto"], there.pids["sink"]
            yield Place(there.http, (there.pids["api"],), there.token, there.mqtt, others)

    def ask(self, homes: Homes, question: Question) -> Request:
        """See `Program`."""
        kind = question.kind
        wanted = [*_filters(homes, question), *(("field", field) for field in _fields(question))]
        times = [("start", _time(question.start)), ("end", _time(question.end))]
        if kind == "latest":
            return _request("latest", wanted)
        if kind == "raw":
            how = [*_needed(question), ("limit", "1000"), ("layout", "columns"), ("time", "ns")]
            return _request("history", [*wanted, *times, *how])
        if kind == "export":
            return _request("history", [*wanted, *times, *_needed(question), ("format", "arrow")], "arrow")
        if kind in ("mean", "hold"):
            how = [("fn", "mean"), ("fill", "none")] if kind == "mean" else [("fn", "last"), ("hold_for", "1d")]
            every = ("every", DURATIONS[question.every])
            return _request("matrix", [*wanted, *times, every, *how, ("format", "arrow")], "arrow")
        how = [*_buckets(question), *_told_apart(question), ("layout", "columns"), ("time", "ns")]
        return _request("aggregate", [*wanted, *times, *how])

    def answer(self, question: Question, parsed: Any) -> Answer:
        """See `Program`."""
        if question.kind in ("mean", "hold"):
            return _matrix(parsed)
        if question.kind == "export":
            return _sums(parsed, question)
        if question.kind == "latest":
            columns = _columns(parsed["observations"], "topic", "field", "device_time", "value")
            times = [text.removesuffix("Z") for text in columns.pop("device_time")]
            columns["time"] = np.array(times, "datetime64[ns]").astype(np.int64)
        else:
            columns = dict(parsed["columns"])
            name = "device_time" if question.kind == "raw" else "start"
            columns["time"] = np.array(columns[name], np.int64) if name in columns else np.zeros(len(columns["count"]))
        return _by_series(columns, question)

    def newest(self, topic: str) -> Request:
        """See `Program`."""
        return _request("latest", [("filter", topic), ("field", "temperature")])

    def newest_value(self, parsed: Any) -> float | None:
        """See `Program`."""
        return parsed["observations"][0]["value"] if parsed["observations"] else None

    def disk(self, directory: Path) -> Mapping[str, int]:
        """See `Program`."""
        data = directory / "data"
        return {"read model": bytes_below(data / "read-model"), "signed logs": bytes_below(data / "store")}


def held(there: Home) -> int:
    """How many observations of the bench the api holds."""
    client = Client(there.http, there.token)
    found = client.ask(_request("history", [("filter", "bench/#"), ("field", "*"), ("dry_run", "true")]))
    client.close()
    return int(found["cost"]["rows"])


def _request(call: str, parameters: list[tuple[str, str]], parse: str = "json") -> Request:
    return Request(f"/v1/{call}?{urlencode(parameters)}", parse)


def _filters(homes: Homes, question: Question) -> list[tuple[str, str]]:
    """As few filters as mean these sensors: one for a whole home, one for all of them."""
    if len(question.sensors) == homes.sensors:
        return [("filter", "bench/#")]
    chosen, found = set(question.sensors), []
    for first in sorted({sensor // SENSORS_OF_HOME * SENSORS_OF_HOME for sensor in chosen}):
        whole = range(first, first + SENSORS_OF_HOME)
        if chosen.issuperset(whole):
            found.append(("filter", f"bench/home{first // SENSORS_OF_HOME}/+"))
        else:
            found += [("filter", topic_of(sensor)) for sensor in whole if sensor in chosen]
    return found


def _fields(question: Question) -> tuple[str, ...]:
    return question.fields if len(question.fields) == 1 else ("*",) if len(question.fields) == 4 else question.fields


def _buckets(question: Question) -> list[tuple[str, str]]:
    if question.kind == "count":
        return [("fn", "count")]
    if question.kind == "days":
        return [("every", "1d"), ("tz", ZONE), *EXTREMES]
    every = ("every", DURATIONS[question.every])
    return [every, ("fn", "mean")] if question.kind == "hours" else [every, *EXTREMES]


def _needed(question: Question) -> list[tuple[str, str]]:
    """Times and values; of several series also what tells them apart."""
    return _columns_named(question, "device_time", "value")


def _told_apart(question: Question) -> list[tuple[str, str]]:
    """The same of buckets: beside the functions when they begin, unless there is one for all time."""
    return _columns_named(question, *(() if question.kind == "count" else ("start",)))


def _columns_named(question: Question, *names: str) -> list[tuple[str, str]]:
    apart = {"topic": len(question.sensors) > 1, "field": len(question.fields) > 1}
    return [("columns", name) for name in (*(name for name, is_needed in apart.items() if is_needed), *names)]


def _time(ms: int) -> str:
    return f"{np.datetime64(ms, 'ms')}Z"


def _columns(rows: list[dict[str, Any]], *names: str) -> dict[str, Any]:
    return {name: [row[name] for row in rows] for name in names}


_SAID = {"latest": ("value",), "raw": ("value",), "count": ("count",), "hours": ("mean",)}


def _names(columns: Mapping[str, Any], question: Question) -> list[str]:
    """The series of each row; what the answer does not say is the question's only one."""
    rows = len(columns["time"])
    topics = columns.get("topic") or [topic_of(question.sensors[0])] * rows
    fields = columns.get("field") or [question.fields[0]] * rows
    return list(map(series_name, topics, fields))


def _by_series(columns: dict[str, Any], question: Question) -> Answer:
    names = _names(columns, question)
    said = [columns[name] for name in _SAID.get(question.kind, ("min", "max", "mean"))]
    times = columns["time"] // NS_PER_MS if question.kind != "count" else np.zeros(len(names))
    lines = np.column_stack((times, *said)).astype(np.float64)
    if question.kind == "count":
        lines = lines[:, 1:]
    order = np.argsort(np.array(names), kind="stable")
    found, first = np.unique(np.array(names)[order], return_index=True)
    return dict(zip(found.tolist(), np.split(lines[order], first[1:]), strict=True)) if len(found) else {}


def _matrix(table: pa.Table) -> Answer:
    times = table["time"].cast(pa.int64()).to_numpy() // NS_PER_MS
    found: dict[str, Floats] = {}
    for name in table.column_names[1:]:
        values = table[name].to_numpy()
        known = ~np.isnan(values)
        if known.any():
            found[name] = np.column_stack((times[known], values[known]))
    return found


def _sums(table: pa.Table, question: Question) -> Answer:
    times = pc.divide(table["device_time"].cast(pa.int64()), NS_PER_MS)
    only = {"topic": topic_of(question.sensors[0]), "field": question.fields[0]}
    names = {
        name: table[name].cast(pa.string()) if name in table.column_names else pa.repeat(text, len(times))
        for name, text in only.items()
    }
    plain = pa.table({**names, "time": times, "value": table["value"]}).combine_chunks()
    grouped = plain.group_by(list(names)).aggregate([("time", "count"), ("time", "sum"), ("value", "sum")])
    lines = np.column_stack(
        [grouped[name].to_numpy().astype(np.float64) for name in ("time_count", "time_sum", "value_sum")]
    )
    lines[:, 1] = grouped["time_sum"].to_numpy() % 86_400_000
    series = map(series_name, grouped["topic"].to_pylist(), grouped["field"].to_pylist())
    return {name: lines[place : place + 1] for place, name in enumerate(series)}
