"""The tables of the comparison: ratios with their targets, what it cost, whether the answers agree."""

import math
from collections.abc import Iterator, Mapping, Sequence

from bench.peers.homes import Homes
from bench.peers.measure import CLIENTS, MODES, Measured
from bench.peers.questions import SMALL_REQUESTS, Asked
from bench.peers.truth import AGREES
from bench.table import Table, number, percentile

OURS = "hearthlog"
PEERS = ("InfluxDB", "VictoriaMetrics", "PostgreSQL")
TARGETS = {
    "latest of 500": (50, 50, 1.5),
    "24 h raw": (4, 1.2, 1.2),
    "30 days": (20, 3, 30),
    "mean": (30, 5, 12),
    "hold": (50, 8, 40),
    "calendar days": (40, None, 60),
    "count over 500": (50, 8, 100),
    "export": (30, 2.5, 12),
    SMALL_REQUESTS: (15, 1, None),
}
"""By what is in the name of a line: the least ratio to each peer (read-model.md of the design)."""

Found = Mapping[str, Measured]


def tables(homes: Homes, lines: Sequence[Asked], found: Found) -> Iterator[Table]:
    """The tables of one set."""
    yield _ratios(homes, lines, found)
    yield _spread(homes, found)
    yield _cpu(homes, lines, found)
    yield _costs(homes, found)
    yield _agreement(homes, lines, found)


def _ratios(homes: Homes, lines: Sequence[Asked], found: Found) -> Table:
    peers = [name for name in PEERS if name in found]
    title = f"{homes.name}: {homes.series:,} series, {homes.days} days, {homes.observations:,} observations"
    columns = ("question", "ours, ms", *(f"{name}'s time / ours" for name in peers), "below target")
    note = (
        f"Medians: {' / '.join(MODES)} clients. A target, in brackets, is for one client alone; that of "
        f"{SMALL_REQUESTS} for four while observations arrive. Above 1 we are quicker."
    )
    table = Table(title, columns, note)
    for each in lines:
        own = [found[OURS].times[each.name, mode] for mode in MODES]
        cells, missed = [], []
        for name in peers:
            cell, miss = _cell(each, name, found)
            cells.append(cell)
            missed += [name] if miss else []
        table.add(each.name, " / ".join(map(number, own)), *cells, ", ".join(missed) or "-")
    return table


def _spread(homes: Homes, found: Found) -> Table:
    several = [mode for mode in MODES if mode.endswith(f" {CLIENTS}")]
    columns = ("program", *(f"{mode}: median / mean / p99, ms" for mode in several))
    note = (
        f"Each of {CLIENTS} clients asks again when it has its answer, so the mean also says how many answers a second "
        f"there were: {CLIENTS} divided by it."
    )
    table = Table(f"{homes.name}: how long {SMALL_REQUESTS} of {CLIENTS} clients took", columns, note)
    for name, each in found.items():
        table.add(name, *(" / ".join(map(number, each.spread[SMALL_REQUESTS, mode])) for mode in several))
    return table


def _cpu(homes: Homes, lines: Sequence[Asked], found: Found) -> Table:
    peers = [name for name in PEERS if name in found]
    columns = ("question", "ours, CPU ms", *(f"{name}'s CPU / ours" for name in peers))
    note = "CPU of all threads of the program, its client's not: what the machine does besides hardly changes it."
    table = Table(f"{homes.name}: CPU a request, one client alone", columns, note)
    for each in lines:
        own = found[OURS].cpu_ms[each.name]
        cells = (number(found[name].cpu_ms.get(each.name, math.nan) / own if own else math.nan, 2) for name in peers)
        table.add(each.name, number(own), *cells)
    return table


def _cell(each: Asked, peer: str, found: Found) -> tuple[str, bool]:
    times = found[peer].times
    if (each.name, MODES[0]) not in times:
        return "cannot", False
    ratios = [times[each.name, mode] / found[OURS].times[each.name, mode] for mode in MODES]
    target = next((row[PEERS.index(peer)] for part, row in TARGETS.items() if part in each.name), None)
    text = " / ".join(number(ratio, 2) for ratio in ratios)
    if target is None:
        return text, False
    return f"{text} (≥ {target:g})", ratios[-1 if each.small else 0] < target


def _costs(homes: Homes, found: Found) -> Table:
    columns = (
        "program",
        "bytes an observation on disk",
        "memory, MiB: anonymous / file",
        "start to first answer, s",
        "loading, observations/s",
        "written to visible, ms: p50 / p99",
        "observations/s that arrived",
    )
    table = Table(f"{homes.name}: what it costs", columns)
    for name, each in found.items():
        parts = " + ".join(f"{size / homes.observations:.1f} {part}" for part, size in each.disk.items())
        delays = f"{number(percentile(each.visible_ms, 0.5))} / {number(percentile(each.visible_ms, 0.99))}"
        memory = f"{each.anon_mib:,.0f} / {each.file_mib:,.0f}"
        rate = f"{homes.observations / each.loaded.seconds:,.0f}"
        table.add(name, parts, memory, number(each.start_s), rate, delays, f"{each.arrived:,.0f}")
    notes = found[OURS].loaded.notes
    table.note = (
        f"Our read model was rebuilt from the signed logs, decoding included, in {notes['rebuild_s']:.1f} s "
        f"({notes['rebuild_cpu_s']:.1f} s of CPU): {homes.observations / notes['rebuild_s']:,.0f} observations/s. "
        "Our memory is the api's; loading is into the signed logs, without the broker."
    )
    return table


def _agreement(homes: Homes, lines: Sequence[Asked], found: Found) -> Table:
    table = Table(
        f"{homes.name}: do the answers agree with what was generated?", ("program", "agree", "do not, and why")
    )
    for name, each in found.items():
        agree = [line.name for line in lines if each.verdicts[line.name] == AGREES]
        other = [
            f"{line.name}: {each.verdicts[line.name] or 'cannot be asked'}" for line in lines if line.name not in agree
        ]
        table.add(name, f"{len(agree)} of {len(lines)}", "; ".join(other) or "-")
    return table
