"""One recorder and one api for all tests of the package, each with topics of its own; and the recorded homes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from gdp.position import format_position
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, WAIT_S_MAX, Api
from tests.reads.lived import Lived, write_homes


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def recorder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Recorder]:
    """A real store."""
    async with Recorder(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def api(recorder: Recorder) -> AsyncIterator[Api]:
    """The real api over it."""
    async with Api(recorder.data, recorder.port, store_read_timeout_s=2) as running:
        await running.reached(0)
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    """A real store with weeks of all homes, and the real api over it."""
    async with living(tmp_path_factory.mktemp("lived"), whole=False) as all_homes:
        yield all_homes


@asynccontextmanager
async def living(data: Path, *, whole: bool) -> AsyncIterator[Lived]:
    """The homes, or the whole of them, written into a store and served."""
    homes, last = write_homes(data, whole=whole)
    async with Recorder(data) as recorder, Api(recorder.data, recorder.port, rows_max=1_000_000) as running:
        position = format_position({(await running.reached(0)).partition(".")[0]: last})
        await caught_up(running, position)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=running.url, headers=headers, trust_env=False, timeout=WAIT_S_MAX) as client:
            yield Lived(client, homes, position)


async def caught_up(running: Api, position: str) -> None:
    """Wait until the api is there, however long it reads; the test's own time is the bound."""
    wait = {"Prefer": "wait=30"}
    while (await running.client.get("/v1/latest", params={"at": position}, headers=wait)).status_code == 409:
        pass
