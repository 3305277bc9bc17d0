"""The questions of the comparison in PostgreSQL's SQL."""

from bench.peers.homes import FIELDS
from bench.peers.program import Sql
from bench.peers.questions import HOLD_MS, ZONE, Question


def ids_of(question: Question) -> list[int]:
    """The numbers of the series that a question is about."""
    return [sensor * len(FIELDS) + FIELDS.index(field) for sensor in question.sensors for field in question.fields]


_MS = "date_part('epoch', {0}) * 1000"
_INSIDE = "at >= to_timestamp(%s::float8 / 1000) AND at < to_timestamp(%s::float8 / 1000)"
_BUCKET = "date_bin(make_interval(secs => %s::float8 / 1000), at, to_timestamp(%s::float8 / 1000))"


def _latest(question: Question) -> Sql:
    return Sql(
        f"SELECT s.id, {_MS.format('at')}, value FROM series s, LATERAL (SELECT at, value FROM observations "
        "WHERE series = s.id ORDER BY at DESC LIMIT 1) newest WHERE s.id = ANY(%s)",
        (ids_of(question),),
    )


def _raw(question: Question) -> Sql:
    return Sql(
        f"SELECT series, {_MS.format('at')}, value FROM observations WHERE series = %s AND {_INSIDE} ORDER BY at",
        (ids_of(question)[0], question.start, question.end),
    )


def _buckets(question: Question) -> Sql:
    said = "avg(value)" if question.kind == "hours" else "min(value), max(value), avg(value)"
    return Sql(
        f"SELECT series, {_MS.format('bucket')}, {said} FROM (SELECT series, {_BUCKET} AS bucket, value "
        f"FROM observations WHERE series = %s AND {_INSIDE}) o GROUP BY series, bucket ORDER BY series, bucket",
        (question.every, question.start, ids_of(question)[0], question.start, question.end),
    )


def _days(question: Question) -> Sql:
    day = f"date_trunc('day', at, '{ZONE}')"
    return Sql(
        f"SELECT series, {_MS.format('bucket')}, min(value), max(value), avg(value) FROM (SELECT series, "
        f"{day} AS bucket, value FROM observations WHERE series = ANY(%s) AND {_INSIDE}) o GROUP BY series, bucket "
        "ORDER BY series, bucket",
        (ids_of(question), question.start, question.end),
    )


def _count(question: Question) -> Sql:
    return Sql(
        f"SELECT series, count(*) FROM observations WHERE series = ANY(%s) AND {_INSIDE} GROUP BY series",
        (ids_of(question), question.start, question.end),
    )


def _export(question: Question) -> Sql:
    # Fetched in its binary protocol: as COPY, text or binary, the client takes longer over it.
    return Sql(
        f"SELECT series, at, value FROM observations WHERE series = ANY(%s) AND {_INSIDE} ORDER BY at",
        (ids_of(question), question.start, question.end),
    )


def _mean(question: Question) -> Sql:
    """Windows (a, b] at the resolution of a millisecond, each named by its end."""
    first = question.start - question.every + 1
    return Sql(
        f"SELECT series, {_MS.format('bucket')} + %s, avg(value) FROM (SELECT series, {_BUCKET} AS bucket, value "
        f"FROM observations WHERE series = ANY(%s) AND {_INSIDE}) o GROUP BY series, bucket ORDER BY series, bucket",
        (question.every - 1, question.every, first, ids_of(question), first, question.end - question.every + 1),
    )


def _hold(question: Question) -> Sql:
    """The last value of each interval, joined to the grid and carried on where there is none."""
    first = question.start - HOLD_MS - question.every + 1
    first -= (first - 1 - question.start) % question.every
    return Sql(
        f"""
        WITH lasts AS (
            SELECT DISTINCT ON (series, bucket) series, bucket, at, value FROM (
                SELECT series, {_BUCKET} AS bucket, at, value FROM observations WHERE series = ANY(%s) AND {_INSIDE}) o
            ORDER BY series, bucket, at DESC),
        grid AS (
            SELECT s.series, bucket FROM unnest(%s::int[]) AS s(series), generate_series(
                to_timestamp(%s::float8 / 1000), to_timestamp(%s::float8 / 1000),
                make_interval(secs => %s::float8 / 1000)) AS bucket),
        numbered AS (
            SELECT series, bucket, at, value, count(value) OVER (PARTITION BY series ORDER BY bucket) AS known
            FROM grid LEFT JOIN lasts USING (series, bucket)),
        held AS (
            SELECT series, {_MS.format("bucket")} + %s AS stands, first_value(at) OVER own AS since,
                first_value(value) OVER own AS value
            FROM numbered WINDOW own AS (PARTITION BY series, known ORDER BY bucket))
        SELECT series, stands, value FROM held
        WHERE stands >= %s AND stands - {_MS.format("since")} <= %s ORDER BY series, stands
        """,
        (
            *(question.every, first, ids_of(question), first, question.end - question.every + 1),
            *(ids_of(question), first, question.end - 2 * question.every + 1, question.every),
            *(question.every - 1, question.start, HOLD_MS),
        ),
    )


_SAY = {
    "latest": _latest,
    "raw": _raw,
    "buckets": _buckets,
    "hours": _buckets,
    "days": _days,
    "count": _count,
    "export": _export,
    "mean": _mean,
    "hold": _hold,
}


def sql_of(question: Question) -> Sql:
    """The statement that asks a question."""
    return _SAY[question.kind](question)
