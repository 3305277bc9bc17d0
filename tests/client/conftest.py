"""One recorder and one api for all tests of the package: starting takes longer than asking."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gdp.settings import StoreSettings
from tests.api.recorder import Recorder
from tests.api.served import Api

SEALED_QUICKLY = StoreSettings(signature_interval_s=0.2)
"""So that no test waits ten seconds for what covers its records."""


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def recorder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Recorder]:
    async with Recorder(tmp_path_factory.mktemp("home"), SEALED_QUICKLY) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def api(recorder: Recorder) -> AsyncIterator[Api]:
    async with Api(recorder.data, recorder.port, store_read_timeout_s=2, rows_default=5) as running:
        await running.reached(0)
        yield running
