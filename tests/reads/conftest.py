"""The recorder and the api of the tests of answers, one of each for all tests of a file; and of the recorded homes."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from gdp.position import format_position
from tests.api.conftest import api, recorder
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, WAIT_S_MAX, Api
from tests.reads.lived import Lived, write_homes

__all__ = ["api", "recorder"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    """A real store with all homes, and the real api over it."""
    data = tmp_path_factory.mktemp("lived")
    homes, last = write_homes(data)
    async with Recorder(data) as recorder, Api(recorder.data, recorder.port, rows_max=1_000_000) as running:
        store = (await running.reached(last)).partition(".")[0]
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=running.url, headers=headers, trust_env=False, timeout=WAIT_S_MAX) as client:
            yield Lived(client, homes, format_position({store: last}))
