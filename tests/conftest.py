"""What holds for every test: hypothesis' bounds, and a whole home on request."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.home import Home

# No deadlines: a busy machine is no fault of the code.
settings.register_profile("hearthlog", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("hearthlog")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home of its own, ready, started by `hearthlog up`."""
    with Home(tmp_path / "home") as running:
        yield running
