"""Results as markdown: a table with ratios first, medians over rounds, percentiles."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Table:
    """One table of a bench; cells are text already."""

    title: str
    columns: Sequence[str]
    note: str = ""
    part: str = ""
    """What of its bench it belongs to, where that is kept by itself as soon as it is measured."""
    lines: list[Sequence[str]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Append one line; its cells in the order of the columns."""
        assert len(cells) == len(self.columns), (cells, self.columns)
        self.lines.append(cells)

    def markdown(self) -> str:
        """The table with its title and note, cells padded so that it reads well as plain text too."""
        widths = [max(map(len, column)) for column in zip(self.columns, *self.lines, strict=True)]

        def line(cells: Iterable[str]) -> str:
            padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
            return "| " + " | ".join(padded) + " |"

        rule = "| " + " | ".join("-" * width for width in widths) + " |"
        out = [f"### {self.title}", "", line(self.columns), rule, *(line(cells) for cells in self.lines)]
        return "\n".join([*out, "", self.note, ""] if self.note else [*out, ""])


def median(values: Iterable[float]) -> float:
    """Median; nan of nothing."""
    found = [value for value in values if not math.isnan(value)]
    return statistics.median(found) if found else math.nan


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed; nan of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def number(value: float, digits: int = 3) -> str:
    """`value` with about `digits` significant digits, thousands separated; a dash for nan."""
    if math.isnan(value):
        return "-"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def ratio(value: float) -> str:
    """A ratio as `1.23x`."""
    return "-" if math.isnan(value) else f"{number(value)}x"
