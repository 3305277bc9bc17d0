"""The units that a home is run by, as files and as `hearthlog service` prints them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compose.units import NAMES, units
from tests.support.home import COMMAND

ROOT = Path(__file__).parents[2]
INSTALLED = Path(sys.prefix).parent


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong_with_the_units_of_this_installation(tmp_path):
    rendered = units(installed=INSTALLED, data=tmp_path / "data", config=tmp_path / "hearthlog.toml", user="hearthlog")
    for name, text in rendered.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / name for name in NAMES)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr.strip()


def test_the_units_name_this_installation_and_its_data(tmp_path):
    done = subprocess.run(
        [*COMMAND, "service", "--data", tmp_path / "data", "--user", "me"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"ExecStart={INSTALLED}/.venv/bin/hearthlog up --data {tmp_path}/data\n" in done.stdout
    assert f"ReadWritePaths={tmp_path}/data /var/backups/hearthlog\n" in done.stdout
    assert "User=me\n" in done.stdout
    assert "/opt/hearthlog" not in done.stdout
    assert "/var/lib/hearthlog" not in done.stdout


def test_the_files_are_the_units_of_the_usual_places():
    usual = units(
        installed=Path("/opt/hearthlog"),
        data=Path("/var/lib/hearthlog/data"),
        config=Path("/etc/hearthlog.toml"),
        user="hearthlog",
    )
    assert usual == {name: (ROOT / "compose" / "units" / name).read_text() for name in NAMES}


def test_places_that_hold_the_names_of_the_usual_ones_are_kept_as_they_are():
    found = units(
        installed=Path("/srv/opt/hearthlog"),
        data=Path("/srv/var/lib/hearthlog/data"),
        config=Path("/srv/opt/hearthlog/hearthlog.toml"),
        user="hearthlog",
    )["hearthlog.service"]
    assert "HEARTHLOG_CONFIG=/srv/opt/hearthlog/hearthlog.toml\n" in found
    assert "ExecStart=/srv/opt/hearthlog/.venv/bin/hearthlog up --data /srv/var/lib/hearthlog/data\n" in found


def test_what_the_container_file_copies_is_there_and_this_machines_own_is_left_out():
    """No container engine runs here; its other lines were given by hand (docs/operations.md)."""
    lines = (ROOT / "compose" / "Containerfile").read_text().splitlines()
    copied = [source for line in lines if line.startswith("COPY ") for source in line.split()[1:-1]]
    assert copied
    assert all((ROOT / source).exists() for source in copied)
    assert {".venv", "data", ".git"} <= set((ROOT / ".dockerignore").read_text().splitlines())


def test_a_path_that_a_unit_cannot_carry_is_refused():
    with pytest.raises(ValueError, match="cannot carry"):
        units(installed=Path("/opt/a b"), data=Path("/d"), config=Path("/c"), user="me")
