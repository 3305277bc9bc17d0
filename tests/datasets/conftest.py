"""A recorder without a broker, and an api that follows it, one of each for the tests of the package."""

import pytest
import pytest_asyncio

from gdp.settings import StoreSettings
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.datasets.asking import AskedHome
from tests.datasets.pinned import ASOF, HISTORY, MATRIX, logged, pin, spoken

BOUNDS = {"dataset_rows_max": 20, "dataset_bytes_max": 3_000, "dataset_logs_max": 3}
NOBODY = {"mqtt": "127.0.0.1:1", "dataset_publish_s": 0.5}
SIGNED_SOON = StoreSettings(signature_interval_s=0.3, signature_unsigned_max=16)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def recorder(tmp_path_factory):
    async with Recorder(tmp_path_factory.mktemp("home"), SIGNED_SOON) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def api(recorder: Recorder):
    async with Api(recorder.data, recorder.port, **BOUNDS, **NOBODY) as running:
        await running.reached(0)
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    settings = {"signature_interval_s": 0.5, "dataset_logged_s": 60, "dataset_publish_s": 60}
    with AskedHome(tmp_path_factory.mktemp("datasets") / "home", settings=settings) as running:
        spoken(running)
        yield running


@pytest.fixture(scope="module")
def position(home: AskedHome) -> str:
    return logged(home, "homes/h1/watch", 200)


@pytest.fixture(scope="module")
def pinned(home: AskedHome, position: str) -> dict[str, dict]:
    asked = {"matrix": MATRIX, "history": HISTORY, "asof": ASOF}
    return {query: pin(home, query, parameters, at=position) for query, parameters in asked.items()}
