"""Setting a machine up: what is there is left alone, what is missing is asked for once, in a line that can be pasted."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "compose" / "install-packages"
NOBODY = 65_534


def machine(directory: Path, *programs: str) -> dict[str, str]:
    """A PATH with nothing on it but what is named."""
    for program in programs:
        found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        if found is None:
            pytest.skip(f"this machine has no {program}")
        (directory / program).symlink_to(found)
    return {"PATH": str(directory)}


def install_packages(
    path: dict[str, str], *abilities: str, user: int | None = None
) -> subprocess.CompletedProcess[str]:
    # A copy that anybody may read, and a PATH that the script cannot widen beyond sbin.
    script = SCRIPT.read_text().replace("PATH=$PATH:/usr/sbin:/sbin\n", "")
    return subprocess.run(
        ["/bin/sh", "-s", "python3", *abilities],
        input=script,
        env=path,
        user=user,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_that_has_everything_is_left_alone(tmp_path: Path):
    done = install_packages(machine(tmp_path, "mosquitto", "mosquitto_pub", "curl"), "broker", "broker-clients", "curl")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_without_root_the_line_to_run_is_printed_and_leaves_no_broker_running(tmp_path: Path):
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(0o755)
    done = install_packages(machine(tmp_path, "apt-get", "id"), "broker", "curl", user=NOBODY)
    assert done.returncode == 1
    assert (
        "    apt-get update && apt-get install --yes --no-install-recommends mosquitto curl "
        "&& systemctl disable --now mosquitto\n"
    ) in done.stderr


def test_a_machine_that_is_no_debian_is_told_what_it_lacks(tmp_path: Path):
    done = install_packages(machine(tmp_path), "broker")
    assert done.returncode == 1
    assert "its own way: mosquitto" in done.stderr


@pytest.fixture
def after_setup(tmp_path: Path) -> Callable[..., str]:
    """Says what `make` would run, were everything set up a moment ago."""
    stamps = [tmp_path / "product", tmp_path / "dev"]
    for stamp in stamps:
        stamp.touch()

    def would_run(*arguments: str) -> str:
        return subprocess.run(
            ["make", "--dry-run", "--no-print-directory", f"PRODUCT={stamps[0]}", f"DEV={stamps[1]}", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    return would_run


@pytest.mark.parametrize("target", ["setup", "run", "test", "check"])
def test_the_second_time_nothing_is_installed(after_setup: Callable[..., str], target: str):
    wanted = after_setup(target)
    assert "install-packages" in wanted
    assert "-m pip" not in wanted
    assert "-m venv" not in wanted


def test_a_changed_requirement_is_installed(after_setup: Callable[..., str]):
    assert "--require-hashes -r requirements.txt" in after_setup("setup", "--what-if=requirements.txt")
    assert "--require-hashes -r requirements-dev.txt" in after_setup("test", "--what-if=requirements-dev.txt")
