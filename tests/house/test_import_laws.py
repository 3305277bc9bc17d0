"""Who may import whom: the table of CONTRIBUTING.md, checked on the code as it is."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_import_laws_hold():
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(tool)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_package_of_the_house_is_under_the_laws_the_type_checker_and_in_the_wheel():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    packages = {path.parent.name for path in ROOT.glob("*/py.typed")}
    assert packages == set(project["importlinter"]["root_packages"])
    assert packages == set(project["mypy"]["packages"])
    assert packages == set(project["hatch"]["build"]["targets"]["wheel"]["packages"])
