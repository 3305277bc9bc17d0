"""A measured figure beside its budget."""

import math
from dataclasses import dataclass

from bench.table import number


@dataclass(frozen=True, slots=True)
class Row:
    """`measured` and `budget` in `unit`, less being better; nan where the design sets no budget."""

    what: str
    measured: float
    unit: str
    budget: float = math.nan

    @property
    def ratio(self) -> float:
        """Measured to budget: over 1 is over the budget."""
        return self.measured / self.budget

    @property
    def budget_text(self) -> str:
        """The budget as a cell."""
        return "" if math.isnan(self.budget) else number(self.budget)
