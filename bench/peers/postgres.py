"""PostgreSQL 15 of Debian: loaded by COPY, asked in SQL through its own protocol."""

import os
import pwd
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from bench import process
from bench.peers.homes import DAY_MS, FIELDS, Floats, Homes, topic_of
from bench.peers.loading import loading
from bench.peers.postgres_sql import ids_of, sql_of
from bench.peers.program import Loaded, Place, Sql, bytes_below
from bench.peers.questions import Question
from bench.peers.truth import Answer, series_name

OWNER = "postgres"
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
START_S = 120.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
}
TABLES = """
CREATE TABLE series (id int PRIMARY KEY, topic text NOT NULL, field text NOT NULL, UNIQUE (topic, field));
CREATE TABLE observations (series int NOT NULL, at timestamptz NOT NULL, value float8 NOT NULL);
"""
INDEX = "CREATE INDEX ON observations (series, at) INCLUDE (value)"


class PostgreSQL:
    """A peer that can be asked anything."""

    name = "PostgreSQL"
    timeless: frozenset[str] = frozenset()

    def missing(self) -> str | None:
        """See `Program`."""
        return None if (PROGRAMS / "postgres").exists() else "postgresql-15"

    def load(self, directory: Path, homes: Homes) -> Loaded:
        """See `Program`. The order is that of arrival; the index is made afterwards, which is quicker."""
        directory.mkdir(parents=True, exist_ok=True)
        data = directory / "data"
        data.mkdir()
        _give(directory)
        _run(["initdb", "--auth=trust", "--username=bench", "--no-instructions", f"--pgdata={data}"], directory)
        with self.running(directory) as place, connect(place.port) as connection:
            before = time.monotonic()
            connection.execute(TABLES)
            _copy(connection, homes, self.name)
            connection.execute(INDEX)
            connection.execute("VACUUM (ANALYZE, FREEZE) observations")
            connection.execute("ANALYZE series")
            connection.execute("CHECKPOINT")
            seconds = time.monotonic() - before
        return Loaded(seconds)

    @contextmanager
    def running(self, directory: Path) -> Iterator[Place]:
        """See `Program`."""
        port, log = process.free_port(), directory / "postgres.log"
        options = [word for name, value in {**SETTINGS, "port": port}.items() for word in ("-c", f"{name}={value}")]
        command = [*_as_owner(), str(PROGRAMS / "postgres"), "-D", str(directory / "data"), *options]
        with process.running(command, log, cwd=directory) as child:
            process.wait_until(
                lambda: child.poll() is not None or _answers(port), "PostgreSQL answering", seconds=START_S
            )
            process.still_running(child, log)
            yield Place(port, (child.pid,))

    def ask(self, homes: Homes, question: Question) -> Sql:  # noqa: ARG002  # series have numbers here
        """See `Program`."""
        return sql_of(question)

    def answer(self, question: Question, parsed: Any) -> Answer:
        """See `Program`."""
        names = [
            series_name(topic_of(number // len(FIELDS)), FIELDS[number % len(FIELDS)]) for number in ids_of(question)
        ]
        named = dict(zip(ids_of(question), names, strict=True))
        if question.kind == "export":
            return _sums(parsed, named)
        found: dict[str, list[tuple[float, ...]]] = {}
        for number, *cells in parsed:
            found.setdefault(named[number], []).append(tuple(map(float, cells)))
        return {name: np.array(lines) for name, lines in found.items()}

    def newest(self, topic: str) -> Sql:
        """See `Program`."""
        number = int(topic.rpartition("sensor")[2]) * len(FIELDS)
        return Sql("SELECT value FROM observations WHERE series = %s ORDER BY at DESC LIMIT 1", (number,))

    def newest_value(self, parsed: Any) -> float | None:
        """See `Program`."""
        return float(parsed[0][0]) if parsed else None

    def disk(self, directory: Path) -> Mapping[str, int]:
        """See `Program`."""
        data = directory / "data"
        return {"tables and index": bytes_below(data / "base"), "write-ahead log": bytes_below(data / "pg_wal")}


def connect(port: int) -> "psycopg.Connection[Any]":
    """A connection that commits each statement."""
    return psycopg.connect(host="127.0.0.1", port=port, user="bench", dbname="postgres", autocommit=True)


def _answers(port: int) -> bool:
    try:
        connect(port).close()
    except psycopg.OperationalError:
        return False
    return True


def _as_owner() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"] if os.geteuid() == 0 else []


def _give(directory: Path) -> None:
    """Let its own user write the directory, and reach it."""
    if os.geteuid() != 0:
        return
    owner = pwd.getpwnam(OWNER)
    for path in (directory, directory / "data"):
        os.chown(path, owner.pw_uid, owner.pw_gid)
    for path in directory.parents[:2]:
        if path.stat().st_uid == 0 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)


def _run(command: list[str], directory: Path) -> None:
    whole = [*_as_owner(), str(PROGRAMS / command[0]), *command[1:]]
    done = subprocess.run(whole, capture_output=True, cwd=directory, text=True, check=False)
    if done.returncode:
        raise process.BenchError(f"{command[0]}: {done.stderr[-500:]}")


def _copy(connection: "psycopg.Connection[Any]", homes: Homes, name: str) -> None:
    with connection.cursor() as cursor:
        named = [
            (sensor * len(FIELDS) + place, topic, field)
            for sensor, topic in enumerate(homes.topics)
            for place, field in enumerate(FIELDS)
        ]
        with cursor.copy("COPY series FROM STDIN") as copy:
            for row in named:
                copy.write_row(row)
        with cursor.copy("COPY observations FROM STDIN") as copy:
            for messages in loading(homes, name, 100_000):
                times = np.char.add(np.datetime_as_string(messages.times.astype("datetime64[ms]")), "Z").tolist()
                lines = []
                for sensor, at, texts in zip(messages.sensors.tolist(), times, messages.texts(), strict=True):
                    first = sensor * len(FIELDS)
                    lines += [f"{first + place}\t{at}\t{text}\n" for place, text in enumerate(texts)]
                copy.write("".join(lines))


def _sums(rows: list[tuple[int, datetime, float]], named: Mapping[int, str]) -> Answer:
    found: dict[str, Floats] = {}
    series, at, values = zip(*rows, strict=True)
    order = np.argsort(np.array(series), kind="stable")
    times = np.array([each.replace(tzinfo=None) for each in at], "datetime64[ms]").astype(np.int64)[order]
    said = np.array(values)[order]
    numbers, first = np.unique(np.array(series)[order], return_index=True)
    for number, own, value in zip(numbers.tolist(), np.split(times, first[1:]), np.split(said, first[1:]), strict=True):
        found[named[number]] = np.array([[len(own), own.sum() % DAY_MS, value.sum()]], np.float64)
    return found
