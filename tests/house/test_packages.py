"""What is installed: pinned, with hashes, from nowhere in particular; and nothing that takes our names."""

import importlib.util
import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("gdp", "ingest", "gdp_sink", "api", "broker_config", "hearthlog", "compose")
PINNED = re.compile(r"^([a-z0-9-]+)==([0-9][\w.]*)$")


def pins(name: str) -> dict[str, str]:
    found = {}
    for block in (ROOT / name).read_text().replace("\\\n", "").splitlines():
        if not block.startswith("#") and block.strip():
            requirement, *hashes = block.split()
            matched = PINNED.match(requirement)
            assert matched, requirement
            assert hashes, requirement
            assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes), requirement
            found[matched[1]] = matched[2]
    return found


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_hashes_and_no_address(name: str):
    assert len(pins(name)) > 20
    assert "://" not in (ROOT / name).read_text()


def test_both_files_agree():
    product, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: dev[name] for name in product.keys() & dev.keys()} == {
        name: product[name] for name in product.keys() & dev.keys()
    }


def test_what_is_asked_for_is_pinned_the_build_backend_too():
    for name in ("requirements", "requirements-dev"):
        asked = [line for line in (ROOT / f"{name}.in").read_text().splitlines() if line and line[0] not in "#-"]
        assert set(asked) <= pins(f"{name}.txt").keys()
    assert {"hatchling", "editables"} <= pins("requirements.txt").keys()


@pytest.mark.parametrize("name", OURS)
def test_import_means_ours(name: str):
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")


def test_nothing_that_is_installed_takes_our_names():
    for distribution in distributions():
        if distribution.metadata["Name"] != "hearthlog":
            tops = {str(file).split("/", 1)[0].removesuffix(".py") for file in distribution.files or ()}
            assert not tops & set(OURS), distribution.metadata["Name"]
    assert "gdp" not in pins("requirements.txt"), "gdp on the index is a geophysics library"
