"""Arrow tables as tests compare them."""

import pyarrow as pa


def is_few(column: pa.ChunkedArray) -> bool:
    """Whether it has its texts in a dictionary."""
    return pa.types.is_dictionary(column.type)


def written_out(table: pa.Table) -> pa.Table:
    """The same with plain texts, as Parquet's readers and datasets have them."""
    columns = {name: table[name] for name in table.column_names}
    return pa.table({name: each.cast(pa.string()) if is_few(each) else each for name, each in columns.items()})
