"""`python -m bench`: runs the benches, prints their tables and keeps them in bench/results/."""

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from bench.options import Options
from bench.process import ROOT, BenchError
from bench.readme import put
from bench.table import Table

Bench = Callable[[Options], Iterator[Table]]
RESULTS = ROOT / "bench" / "results"

SCALES = ("full", "small", "tiny")
SETS = ("medium", "small", "wide")
# Name of each bench: the module's function of the same name.
NAMES = ("budget", "stages", "ingest", "live", "reads", "seed", "sustain", "page", "peers")


def load(name: str) -> Bench:
    """The bench called `name`."""
    bench: Bench = getattr(import_module(f"bench.{name}"), name)
    return bench


def main() -> int:
    """Run what the arguments name; 1 if a bench could not run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--list", action="store_true", help="names of the benches")
    parser.add_argument("--only", action="append", choices=NAMES, help="run only this one (repeatable)")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one measurement (default 3)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds after the warm-up; medians are shown (default 3)")
    parser.add_argument("--scale", choices=SCALES, default="small", help="how much `peers` loads (default small)")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=(), help="which sets `peers` loads (default all)")
    parser.add_argument("--readme", action="store_true", help="put the tables into bench/README.md too")
    given = parser.parse_args()
    if given.list:
        for name in NAMES:
            print(f"{name:13} {(import_module(f'bench.{name}').__doc__ or '').splitlines()[0]}")
        return 0
    # So that what a bench has started ends with it, whoever ends it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = Options(given.seconds, given.rounds, given.scale, tuple(given.sets))
    failed = [name for name in given.only or NAMES if not run(name, options, into_readme=given.readme)]
    return 1 if failed else 0


def run(name: str, options: Options, *, into_readme: bool = False) -> bool:
    """Run one bench, print and keep its tables; whether it could run. What of it is a part is kept as it comes."""
    parts: dict[str, _Part] = {}
    began = time.monotonic()
    try:
        for table in load(name)(options):
            part = parts.setdefault(table.part, _Part(began))
            part.tables.append(table.markdown())
            if table.part:
                part.keep(f"{name}-{table.part}", into_readme=into_readme)
            began = time.monotonic()
    except BenchError as fault:
        print(f"## {name}\n\nnot measured: {fault}\n", file=sys.stderr)
        return False
    whole = "\n".join(part.report(name) for part in parts.values())
    print(whole, flush=True)
    if "" in parts:
        parts[""].keep(name, into_readme=into_readme)
    return True


class _Part:
    """Tables that are kept together, and when the measuring of them began."""

    def __init__(self, began: float) -> None:
        self.tables: list[str] = []
        self._began = began

    def report(self, name: str) -> str:
        """All of them under one heading, with the machine and how long it took."""
        text = "\n".join(self.tables)
        return f"## {name}\n\n{text}\n{machine()}, {time.monotonic() - self._began:.0f} s\n"

    def keep(self, name: str, *, into_readme: bool) -> None:
        """Write what there is where the last one of this name was."""
        report = self.report(name)
        keep(RESULTS, name, report)
        if into_readme:
            put(name, report)


def keep(directory: Path, name: str, report: str) -> None:
    """Write a report where the last one of its name was."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.md").write_text(report)


def machine() -> str:
    """What the figures were measured on."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, Linux {platform.release()}, load {load:.1f}"


if __name__ == "__main__":
    sys.exit(main())
