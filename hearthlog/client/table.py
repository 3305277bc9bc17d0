"""Tables: what a read answered, as an Arrow table that knows its position."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hearthlog.client.errors import HomeError, MissingExtra

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

META = b"hearthlog"
_NAMED_FIELDS = ("fields",)
"""Columns that hold JSON in the home's tables, and lists here."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows as the home gave them.

    Anything that understands the Arrow C stream interface (polars, pandas, DuckDB) takes it as it is.

    Attributes:
        arrow: the `pyarrow.Table`.
        position: where in the logs the answer stands. The same call with `at=position` gives the same rows for ever.
        decoder_set: the decoders that read the payloads, None where nothing was decoded.
        kernel: version of how rows are selected and reduced.
        narrowed: the filters to which the account's rights narrowed the call; None if it saw all that it asked for.
    """

    arrow: pa.Table
    position: str
    decoder_set: str | None = None
    kernel: str | None = None
    narrowed: str | None = None

    def to_pandas(self) -> pd.DataFrame:
        """As a pandas frame.

        Raises:
            MissingExtra: pandas is not installed.
        """
        needed("pandas", "analysts")
        frame: pd.DataFrame = self.written_out().to_pandas()
        return frame

    def to_polars(self) -> pl.DataFrame:
        """As a polars frame.

        Raises:
            MissingExtra: polars is not installed.
        """
        frame: pl.DataFrame = needed("polars", "analysts").from_arrow(self.written_out())
        return frame

    def written_out(self) -> pa.Table:
        """The `pyarrow.Table` with plain texts, where `arrow` keeps each once and a number per row."""
        import pyarrow as pa  # noqa: PLC0415

        table = self.arrow
        for place, field in enumerate(table.schema):
            if pa.types.is_dictionary(field.type):
                table = table.set_column(place, field.name, table[field.name].cast(field.type.value_type))
        return table

    def to_pylist(self) -> list[dict[str, Any]]:
        """As a list of a dict per row."""
        return list(self.arrow.to_pylist())

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self.arrow.column_names)

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        return self.arrow[name]

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.arrow.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        columns = ", ".join(f"{field.name}: {field.type}" for field in self.arrow.schema)
        return f"Table of {len(self):,} rows at {self.position} ({columns})"


def needed(package: str, extra: str) -> Any:
    """A package that may be absent.

    Raises:
        MissingExtra: names the extra that has it, and how to install it.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        detail = f"{package} is not installed. It comes with the extra {extra!r}: pip install 'hearthlog[{extra}]'"
        raise MissingExtra(f"{detail}, or in a clone: .venv/bin/pip install -e '.[{extra}]'") from error


def table_of(pages: Sequence[bytes], headers: Mapping[str, str]) -> Table:
    """The table in the Arrow streams of an answer's pages; `headers` are the first page's.

    Raises:
        HomeError: a page is no Arrow stream.
    """
    import pyarrow as pa  # noqa: PLC0415  # 100 ms that a program without tables need not spend

    try:
        tables = [pa.ipc.open_stream(page).read_all() for page in pages]
    except pa.ArrowInvalid as error:
        raise HomeError(f"the answer is no Arrow stream: {error}") from error
    # Pages may lack the column of texts of one that has no text in them.
    whole = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default")
    return Table(
        _with_lists(whole),
        headers.get("hearthlog-position", ""),
        headers.get("hearthlog-decoder-set"),
        headers.get("hearthlog-kernel"),
        headers.get("hearthlog-narrowed"),
    )


def _with_lists(table: pa.Table) -> pa.Table:
    """The same with cells of JSON taken apart."""
    import json  # noqa: PLC0415  # only tables of topics need it

    import pyarrow as pa  # noqa: PLC0415

    for name in _NAMED_FIELDS:
        if name in table.column_names and pa.types.is_string(table.schema.field(name).type):
            kind = pa.list_(pa.struct([(part, pa.string()) for part in ("field", "kind", "unit")]))
            cells = [None if cell is None else json.loads(cell) for cell in table[name].to_pylist()]
            table = table.set_column(table.column_names.index(name), name, pa.array(cells, kind))
    return table


def rows_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], position: str) -> Table:
    """A table of what the home gives as JSON only.

    Args:
        rows: a mapping per row.
        columns: name and Arrow type of each; the type `time` is a moment in ns.
        position: where the answer stands.
    """
    import pyarrow as pa  # noqa: PLC0415

    types = {name: pa.timestamp("ns", tz="UTC") if alias == "time" else alias for name, alias in columns.items()}
    schema = pa.schema(list(types.items()))
    arrays = [pa.array([row.get(name) for row in rows], schema.field(name).type) for name in columns]
    return Table(pa.table(arrays, schema=schema), position)
