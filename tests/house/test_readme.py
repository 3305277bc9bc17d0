"""README.md tells the truth: its lines are run, in a directory that holds a home, and what it points at exists."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import Home

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
ENDLESS = "curl -sN"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def shell_lines() -> list[str]:
    """What stands in the shell blocks, but for setting up and for what never ends."""
    return [block for block in blocks("bash") if "make " not in block and ENDLESS not in block]


@pytest.fixture(scope="module")
def home(running: Home) -> Home:
    """One that already has something to ask for."""
    running.publish([("homes/me/hall/temperature", "20.5"), ("homes/me/hall/text", "hello")])
    return running


def here(home: Home, text: str) -> str:
    """The same lines for a home on other ports."""
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{home.http_port}")
    text = text.replace("-p 1883", f"-p {home.mqtt_port}").replace("port=1883", f"port={home.mqtt_port}")
    return text.replace(".venv/bin/python", sys.executable)


@pytest.mark.parametrize("block", shell_lines())
def test_the_shell_lines_work(home: Home, block: str):
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here(home, block)],
        cwd=home.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # curl ends with 0 whatever it was answered.
    assert '"status":4' not in done.stdout.replace(" ", "")


def test_the_python_lines_publish_what_is_then_served_field_by_field(home: Home):
    (block,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", here(home, block)], cwd=home.directory, check=True, capture_output=True, text=True
    )
    assert done.stderr == "", "success must not look like a failure"

    def fields() -> dict[str, object]:
        answer = home.get("/v1/latest", filter="homes/me/desk/climate").json()
        return {each["field"]: each["value"] for each in answer["observations"]}

    assert home.wait_for(fields, "the message to be served") == {"temperature": 21.5, "humidity": 40}


def test_the_live_line_shows_history_first(home: Home):
    (block,) = [block for block in blocks("bash") if ENDLESS in block]
    with subprocess.Popen(
        ["bash", "-c", f"exec {here(home, block).splitlines()[-1]}"],
        cwd=home.directory,
        stdout=subprocess.PIPE,
        text=True,
    ) as curl:
        data = next(line for line in curl.stdout if line.startswith("data:"))
        curl.kill()
    assert json.loads(data.removeprefix("data:"))["topic"].startswith("homes/me/")


def test_the_javascript_lines_publish_over_websocket(home: Home):
    node = shutil.which("node")
    packages = next((each for each in (ROOT, *ROOT.parents) if (each / "node_modules" / "mqtt").exists()), None)
    if node is None or packages is None:
        pytest.skip("Node.js with the package mqtt is not installed beside the project")
    (block,) = blocks("javascript")
    (home.directory / "node_modules").symlink_to(packages / "node_modules")
    (home.directory / "publish.mjs").write_text(here(home, block))
    subprocess.run([node, "publish.mjs"], cwd=home.directory, check=True)
    home.wait_for(
        lambda: home.get("/v1/latest", filter="homes/me/desk/light").json()["observations"], "the message to be served"
    )


def test_what_it_points_at_exists():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_contributing_and_changelog_point_at_what_exists():
    for page in ("CONTRIBUTING.md", "CHANGELOG.md"):
        for target in re.findall(r"`((?:docs|tests|tools|gdp|\.ci)/[\w./-]+)`", (ROOT / page).read_text()):
            assert (ROOT / target).exists(), f"{page}: {target}"
