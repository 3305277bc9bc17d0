"""The order of the comparison: one set after another, one program at a time."""

import sys
import time
from collections.abc import Iterator

from bench.options import Options
from bench.peers.homes import Homes, sets
from bench.peers.influx import InfluxDB
from bench.peers.measure import Measured, measure
from bench.peers.ours import Hearthlog
from bench.peers.postgres import PostgreSQL
from bench.peers.program import Program
from bench.peers.questions import asked_of
from bench.peers.report import OURS, tables
from bench.peers.victoria import VictoriaMetrics
from bench.process import BenchError
from bench.progress import tell
from bench.table import Table

PROGRAMS: tuple[Program, ...] = (Hearthlog(), InfluxDB(), VictoriaMetrics(), PostgreSQL())
MINUTE_MS = 60_000


def compare(options: Options) -> Iterator[Table]:
    """The tables of every set. One program runs at a time; the end of all data is the minute in which this begins."""
    missing = [package for program in PROGRAMS if (package := program.missing()) is not None]
    if missing:
        raise BenchError(
            f"make packages-bench, or as root: apt-get install --no-install-recommends {' '.join(missing)}"
        )
    end = time.time_ns() // 1_000_000 // MINUTE_MS * MINUTE_MS
    chosen = sets(options.scale, end, options.sets)
    for number, homes in enumerate(chosen, 1):
        tell(
            f"set {number} of {len(chosen)}: {homes.name}, {homes.series:,} series, {homes.observations:,} observations"
        )
        yield from one_set(homes, options)


def one_set(homes: Homes, options: Options) -> Iterator[Table]:
    """The tables of one set, which are a part of the bench that is kept by itself."""
    lines = asked_of(homes)
    found: dict[str, Measured] = {}
    for program in PROGRAMS:
        began = time.monotonic()
        try:
            with options.directory() as directory:
                found[program.name] = measure(program, homes, lines, directory / "it", options.seconds / 3)
        except Exception as fault:  # whatever goes wrong with a peer, there are the others
            if program.name == OURS:
                raise
            tell(f"{homes.name}, {program.name}: not measured: {fault!r}")
        else:
            tell(f"{homes.name}, {program.name}: done in {time.monotonic() - began:.0f} s")
    for table in tables(homes, lines, found):
        # Shown at once too: the next set takes minutes.
        print(table.markdown(), file=sys.stderr, flush=True)
        table.part = homes.name
        yield table
