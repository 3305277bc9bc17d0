"""What one process keeps of datasets as long as it lives."""

import asyncio
from dataclasses import dataclass, field

from api.datasets.allowance import Allowance
from api.datasets.files import DatasetFiles
from api.datasets.find import Finder


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files, manifests, and a turn: one dataset is made or verified at a time, for each may take all there is."""

    files: DatasetFiles
    allowance: Allowance
    finder: Finder = field(default_factory=Finder)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
