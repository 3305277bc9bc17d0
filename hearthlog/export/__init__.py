"""A whole home as Parquet files that any tool reads: a file a month, all at one position."""
