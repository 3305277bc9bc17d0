"""Bench (h): reads over HTTP beside InfluxDB, VictoriaMetrics and PostgreSQL with the same homes."""

from collections.abc import Iterator

from bench.options import Options
from bench.table import Table


def peers(options: Options) -> Iterator[Table]:
    """The tables of every set."""
    # Not before: modules of this package are started as processes, which need no more than themselves.
    from bench.peers.run import compare  # noqa: PLC0415

    return compare(options)
