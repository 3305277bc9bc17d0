"""What the routes work with: one object per process, found at `request.app.state.services`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Request

from api.accounts.door import Door
from api.datasets.allowance import Allowance
from api.datasets.files import DatasetFiles
from api.datasets.shelf import Shelf
from api.follow.progress import Progress
from api.follow.sink_state import SinkState
from api.follow.upkeep import Upkeep
from api.gaps.lines import Lines
from api.live.hub import Hub
from api.readmodel.model import ReadModel
from api.settings import ApiSettings
from api.store_reader import StoreReader
from api.web.board import Boards
from api.web.budgets import Budgets
from api.web.fragments import Fragments
from api.web.metrics import Metrics
from api.web.pools import Pools
from gdp.names import GdpName

if TYPE_CHECKING:
    from api.health.look import Look


@dataclass(slots=True)
class Home:
    """The store that is followed. It exists once the store's catalogue is known."""

    catalogue: GdpName
    server: GdpName
    model: ReadModel
    ancestors: tuple[tuple[str, int], ...] = ()
    """What positions of earlier incarnations of the store begin with, and up to which logged time (ns) they hold."""


@dataclass(slots=True)
class Services:
    """Everything that lives as long as the process."""

    settings: ApiSettings
    door: Door
    metrics: Metrics
    pools: Pools
    hub: Hub
    reader: StoreReader
    progress: Progress
    sink: SinkState
    clock: Callable[[], int] = time.time_ns
    began: float = field(default_factory=time.monotonic)
    home: Home | None = None
    look: "Look | None" = None
    """What was seen at the last look at the home; None before the first."""
    upkeep: Upkeep = field(default_factory=Upkeep)
    lines: Lines = field(default_factory=Lines)
    fragments: Fragments = field(default_factory=Fragments)
    boards: Boards = field(init=False)
    tunnels: int = 0
    """MQTT connections over WebSocket, now."""
    shelf: Shelf = field(init=False)
    budgets: Budgets = field(init=False)

    def __post_init__(self) -> None:
        """What only the settings say."""
        settings = self.settings
        self.boards = Boards(self.fragments)
        allowance = Allowance(settings.dataset_pins_per_hour_max, time.monotonic)
        self.shelf = Shelf(DatasetFiles(settings.datasets_path), allowance)
        self.budgets = Budgets(
            per_s=settings.requests_per_s_max, burst=settings.requests_burst_max, clock=time.monotonic_ns
        )


def services_of(request: Request) -> Services:
    """The services of the application that got this request."""
    services: Services = request.app.state.services
    return services
