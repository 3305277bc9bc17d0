"""`hearthlog sql`: SQL over an export, by DuckDB."""

import csv
import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as Drawn

from hearthlog.export.manifest import NAME, OBSERVATIONS, TOPICS

ROWS_DRAWN_MAX = 1_000
BATCH_ROWS = 10_000
FAILED = 1
NO_ROWS = (
    "topic VARCHAR, field VARCHAR, device_time TIMESTAMPTZ, logged_time TIMESTAMPTZ, recno BIGINT, value DOUBLE, "
    "text VARCHAR, kind VARCHAR, unit VARCHAR, month VARCHAR"
)
"""The columns of `observations`, for an export that has none."""
DUCKDB = ("duckdb", "_duckdb")


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


Statement = Annotated[str, typer.Argument(metavar="SQL", help="Views: observations (with month) and topics.")]
Data = Annotated[
    Path, typer.Option(metavar="EXPORT", envvar="HEARTHLOG_EXPORT", help="Directory that `hearthlog export` wrote.")
]
Shape = Annotated[Format, typer.Option("--format", help="json: an object a line.")]


def sql_command(statement: Statement, data: Data = Path("export"), format: Shape = Format.table) -> None:  # noqa: A002  # the option's name
    """Ask an export in SQL: hearthlog sql --data export "select month, count(*) from observations group by month"."""
    from hearthlog.client import MissingExtra  # noqa: PLC0415  # a quarter of a second that no other command should pay

    if not (data / NAME).is_file():
        typer.secho(f"hearthlog: {data} holds no export: hearthlog export --out {data}", err=True)
        raise typer.Exit(FAILED)
    try:
        names, batches = ask(data, statement)
        {Format.table: _draw, Format.csv: _write_csv, Format.json: _write_json}[format](names, batches)
    except Exception as error:
        # DuckDB's own errors have a root that is there only where DuckDB is.
        if not isinstance(error, MissingExtra) and type(error).__module__.partition(".")[0] not in DUCKDB:
            raise
        typer.secho(f"hearthlog: {error}", err=True)
        raise typer.Exit(FAILED) from None


def ask(data: Path, statement: str) -> tuple[list[str], Iterator[list[tuple[Any, ...]]]]:
    """The names of the columns, and the rows, some at a time. Times are in UTC.

    Raises:
        MissingExtra: DuckDB is not installed.
    """
    from hearthlog.client.table import needed  # noqa: PLC0415  # as above

    connection = needed("duckdb", "sql").connect()
    connection.execute("SET TimeZone = 'UTC'")
    for view, files in (("observations", f"month=*/{OBSERVATIONS}"), ("topics", TOPICS)):
        place = str(data / files).replace("'", "''")
        kinds = ", hive_partitioning = true, hive_types = {'month': VARCHAR}" if "=" in files else ""
        if list(data.glob(files)):
            connection.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet('{place}'{kinds})")  # noqa: S608  # a path cannot be a parameter here
        else:
            connection.execute(f"CREATE TABLE {view} ({NO_ROWS})")
    found = connection.sql(statement)
    if found is None:
        return [], iter(())
    reader = found.to_arrow_reader(BATCH_ROWS)
    return list(reader.schema.names), _rows(reader)


def _rows(reader: Any) -> Iterator[list[tuple[Any, ...]]]:
    import pyarrow as pa  # noqa: PLC0415  # loaded by now

    for batch in reader:
        columns = [
            # A moment is printed in UTC with all the digits that it has, which no Python datetime could hold.
            batch.column(place).cast(pa.timestamp(field.type.unit)).cast(pa.string()).to_pylist()
            if pa.types.is_timestamp(field.type)
            else batch.column(place).to_pylist()
            for place, field in enumerate(batch.schema)
        ]
        yield list(zip(*columns, strict=True))


def _write_csv(names: list[str], batches: Iterator[list[tuple[Any, ...]]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for rows in batches:
        writer.writerows(rows)


def _write_json(names: list[str], batches: Iterator[list[tuple[Any, ...]]]) -> None:
    for rows in batches:
        for row in rows:
            sys.stdout.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str) + "\n")


def _draw(names: list[str], batches: Iterator[list[tuple[Any, ...]]]) -> None:
    drawn, count = Drawn(*names), 0
    for rows in batches:
        for row in rows[: max(ROWS_DRAWN_MAX - count, 0)]:
            drawn.add_row(*("" if cell is None else str(cell) for cell in row))
        count += len(rows)
    console = Console(width=None if sys.stdout.isatty() else 1_000)
    console.print(drawn, markup=False)
    if count > ROWS_DRAWN_MAX:
        console.print(f"{count:,} rows, the first {ROWS_DRAWN_MAX:,} shown; --format csv prints all", highlight=False)
