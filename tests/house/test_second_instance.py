"""Two instances on one directory: the second says who has it and goes, the first does not notice."""

import subprocess

from tests.house.conftest import CHILDREN
from tests.support.broker import free_port
from tests.support.home import COMMAND, Home


def test_a_second_home_on_one_directory_names_the_first_and_leaves_it_alone(running: Home):
    before = [running.pid(name) for name in CHILDREN]
    second = Home(running.directory)
    second.http_port, second.mqtt_port, second.gdp_port, second.metrics_port = (free_port() for _ in range(4))
    done = subprocess.run(
        [*COMMAND, "up"], env=second.environment, cwd=second.directory, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert f"in use by another `hearthlog up` (process {running.up.pid})" in said
    assert "Traceback" not in said
    assert [running.pid(name) for name in CHILDREN] == before
    running.wait_ready()
