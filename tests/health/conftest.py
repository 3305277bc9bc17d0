"""One whole home for the tests that need real processes on the whole path."""

import pytest

from tests.support.home import Home

SETTINGS = {"silent_min_s": 1.5, "heartbeat_s": 0.5, "look_interval_s": 0.2, "attention_after_s": 0}
"""Everything sooner than in a real home."""


@pytest.fixture(scope="package")
def home(tmp_path_factory):
    with Home(tmp_path_factory.mktemp("path") / "home", settings=SETTINGS) as running:
        yield running
