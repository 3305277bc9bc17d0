"""A recorder and an api that follows it, one of each for all tests of a file: starting takes longer than asking."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.recorder import Recorder
from tests.api.served import Api


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recorder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Recorder]:
    async with Recorder(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(recorder: Recorder) -> AsyncIterator[Api]:
    async with Api(recorder.data, recorder.port, store_read_timeout_s=2) as running:
        await running.reached(0)
        yield running
