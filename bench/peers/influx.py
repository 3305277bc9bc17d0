"""InfluxDB 1.6 of Debian: loaded in its line protocol, asked in InfluxQL over HTTP."""

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
from bench.peers.homes import FIELDS, Floats, Homes, line, topic_of
from bench.peers.http import Client, Request
from bench.peers.loading import loading
from bench.peers.program import Loaded, Place, bytes_below
from bench.peers.questions import ZONE, Question
from bench.peers.truth import Answer, series_name

DATABASE = "bench"
START_S = 120.0
SETTLE_S = 12.0
CONFIG = """reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{directory}/meta"
[data]
dir = "{directory}/data"
wal-dir = "{directory}/wal"
index-version = "inmem"
query-log-enabled = false
cache-snapshot-write-cold-duration = "5s"
max-series-per-database = 0
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
[monitor]
store-enabled = false
[logging]
level = "error"
"""


class InfluxDB:
    """A peer that overwrites what has an equal time."""

    name = "InfluxDB"
    # Several functions `last` in one answer have one time, which is none of theirs.
    timeless = frozenset({"latest"})

    def missing(self) -> str | None:
        """See `Program`."""
        return None if shutil.which("influxd") else "influxdb"

    def load(self, directory: Path, homes: Homes) -> Loaded:
        """See `Program`."""
        with self.running(directory) as place:
            client = Client(place.port)
            client.send(Request(f"/query?{urlencode({'q': f'CREATE DATABASE {DATABASE}'})}", method="POST"))
            before = time.monotonic()
            write_lines(client, f"/write?db={DATABASE}&precision=ms", homes, self.name)
            seconds = time.monotonic() - before
            client.close()
            time.sleep(SETTLE_S)  # until what is only in its write-ahead log is in its files: it says so nowhere
        return Loaded(seconds)

    @contextmanager
    def running(self, directory: Path) -> Iterator[Place]:
        """See `Program`."""
        directory.mkdir(parents=True, exist_ok=True)
        port = process.free_port()
        config, log = directory / "influxdb.conf", directory / "influxdb.log"
        config.write_text(CONFIG.format(directory=directory, port=port, rpc=process.free_port()))
        with process.running(["influxd", "-config", str(config)], log) as child:
            process.wait_until(
                lambda: child.poll() is not None or process.listening(port), "influxd listening", seconds=START_S
            )
            process.still_running(child, log)
            yield Place(port, (child.pid,))

    def ask(self, homes: Homes, question: Question) -> Request:
        """See `Program`."""
        if question.kind == "export":
            text = f"SELECT {_list(question.fields)} FROM sensor WHERE {_where(homes, question)} GROUP BY topic"
            return _request(text, "csv")
        return _request(_SAY[question.kind](homes, question))

    def answer(self, question: Question, parsed: Any) -> Answer:
        """See `Program`."""
        if question.kind == "export":
            return _sums(parsed, question)
        found: dict[str, Floats] = {}
        for each in (each for result in parsed["results"] for each in result.get("series", ())):
            rows = np.array(each["values"], np.float64)
            for field, own in _own_columns(each["columns"], rows, question):
                known = ~np.isnan(own[:, -1])
                if known.any():
                    found[series_name(each["tags"]["topic"], field)] = own[known]
        return found

    def newest(self, topic: str) -> Request:
        """See `Program`."""
        return _request(f"SELECT last(temperature) FROM sensor WHERE topic = '{topic}'")

    def newest_value(self, parsed: Any) -> float | None:
        """See `Program`."""
        series = parsed["results"][0].get("series")
        return float(series[0]["values"][0][1]) if series else None

    def disk(self, directory: Path) -> Mapping[str, int]:
        """See `Program`."""
        return {"data": bytes_below(directory / "data"), "write-ahead log": bytes_below(directory / "wal")}


def write_lines(client: Client, target: str, homes: Homes, name: str) -> None:
    """Write all homes in the line protocol, so many messages a request."""
    topics = homes.topics
    for messages in loading(homes, name, 20_000):
        rows = zip(messages.sensors.tolist(), messages.times.tolist(), messages.texts(), strict=True)
        body = "\n".join(line(topics[sensor], at, texts) for sensor, at, texts in rows)
        client.send(Request(target, "none", "POST", body.encode()))


def _request(text: str, parse: str = "json") -> Request:
    target = f"/query?{urlencode({'db': DATABASE, 'epoch': 'ms', 'q': text})}"
    return Request(target, parse, accept="application/csv" if parse == "csv" else "")


def topics_pattern(question: Question) -> str:
    """A regular expression that only these sensors' topics match."""
    return "|".join(map(topic_of, question.sensors))


def _where(homes: Homes, question: Question, first: int = 0) -> str:
    parts = []
    if len(question.sensors) == 1:
        parts.append(f"topic = '{topic_of(question.sensors[0])}'")
    elif len(question.sensors) < homes.sensors:
        pattern = topics_pattern(question).replace("/", r"\/")
        parts.append(f"topic =~ /^({pattern})$/")
    if question.end:
        parts.append(f"time >= {question.start + first}ms AND time < {question.end + (1 if first else 0)}ms")
    return " AND ".join(parts) or "time > 0"


def _list(fields: tuple[str, ...], *functions: str) -> str:
    if not functions:
        return ", ".join(fields)
    return ", ".join(f"{function}({field})" for field in fields for function in functions)


def _latest(homes: Homes, question: Question) -> str:
    return f"SELECT {_list(question.fields, 'last')} FROM sensor WHERE {_where(homes, question)} GROUP BY topic"


def _raw(homes: Homes, question: Question) -> str:
    return f"SELECT {_list(question.fields)} FROM sensor WHERE {_where(homes, question)} GROUP BY topic"


def _buckets(homes: Homes, question: Question) -> str:
    functions = ("mean",) if question.kind == "hours" else ("min", "max", "mean")
    return (
        f"SELECT {_list(question.fields, *functions)} FROM sensor WHERE {_where(homes, question)} "
        f"GROUP BY time({question.every}ms), topic fill(none)"
    )


def _days(homes: Homes, question: Question) -> str:
    return (
        f"SELECT {_list(question.fields, 'min', 'max', 'mean')} FROM sensor WHERE {_where(homes, question)} "
        f"GROUP BY time(1d), topic fill(none) tz('{ZONE}')"
    )


def _count(homes: Homes, question: Question) -> str:
    return f"SELECT {_list(question.fields, 'count')} FROM sensor WHERE {_where(homes, question)} GROUP BY topic"


def _matrix(homes: Homes, question: Question) -> str:
    """Windows (a, b] at the resolution of a millisecond; what is held begins before the window."""
    if question.kind == "mean":
        inside = question._replace(start=question.start - question.every, end=question.end - question.every)
        where, function, fill = _where(homes, inside, 1), "mean", "none"
    else:
        inside = question._replace(start=question.start - 86_400_000, end=question.end - question.every)
        where, function, fill = _where(homes, inside, 1), "last", "previous"
    return (
        f"SELECT {_list(question.fields, function)} FROM sensor WHERE {where} "
        f"GROUP BY time({question.every}ms, 1ms), topic fill({fill})"
    )


_SAY = {
    "latest": _latest,
    "raw": _raw,
    "buckets": _buckets,
    "hours": _buckets,
    "days": _days,
    "count": _count,
    "mean": _matrix,
    "hold": _matrix,
}


def _own_columns(names: list[str], rows: Floats, question: Question) -> Iterator[tuple[str, Floats]]:
    """Each field's columns, in the order in which they were asked for."""
    each = (len(names) - 1) // len(question.fields)
    times = rows[:, :1]
    if question.kind in ("mean", "hold"):
        times = times - 1 + question.every
        kept = times[:, 0] >= question.start
        rows, times = rows[kept], times[kept]
    for place, field in enumerate(question.fields):
        own = rows[:, 1 + place * each : 1 + (place + 1) * each]
        yield field, own if question.kind in ("latest", "count") else np.hstack((times, own))


def _sums(table: pa.Table, question: Question) -> Answer:
    plain = table.set_column(2, "time", pc.cast(table["time"], pa.int64())).combine_chunks()
    found: dict[str, Floats] = {}
    for field in question.fields:
        wanted = [("time", "count"), ("time", "sum"), (field, "sum")]
        grouped = plain.group_by("tags").aggregate(wanted)
        for place, tags in enumerate(grouped["tags"].to_pylist()):
            row = [grouped[f"{name}_{what}"][place].as_py() for name, what in wanted]
            row[1] %= 86_400_000
            found[series_name(tags.removeprefix("topic="), field)] = np.array([row], np.float64)
    return found


assert len(FIELDS) == 4, "the statements name every field"
