"""Homes that several tests look at."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.support.home import Home

CHILDREN = ("mosquitto", "sink", "api")


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One home for all tests that only look at it. It notices quickly when its broker cannot save."""
    with Home(tmp_path_factory.mktemp("running") / "home", settings={"broker_saving_lag_max_s": 3}) as home:
        yield home


class Stopped(NamedTuple):
    """What is left of a home that was asked to stop while a reader followed it."""

    data: Path
    output: str
    exit_code: int
    pids: list[int]
    token: str
    messages: int


@pytest.fixture(scope="package")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """A home that kept 500 messages and was stopped by Ctrl-C. Copy its data to go on with it."""
    with Home(tmp_path_factory.mktemp("stopped") / "home") as home:
        pids = [home.pid(name) for name in CHILDREN]
        headers = {"Authorization": f"Bearer {home.token}"}
        live = f"{home.http}/v1/live?filter=%23"
        with httpx.stream("GET", live, headers=headers, trust_env=False, timeout=60) as answer:
            assert answer.status_code == 200
            for batch in range(5):
                home.publish(
                    (f"homes/h1/{number % 7}", str(number)) for number in range(batch * 100, batch * 100 + 100)
                )
            exit_code = home.stop(signal.SIGINT)
        return Stopped(home.data, home.output, exit_code, pids, home.token, messages=500)
