"""Where the recorded data lie that the repository may not hold; a test that needs them skips where they are absent.

The folder is `HEARTHLOG_SHARED_DATA`, or `../shared/data` beside the repository.
"""

import os
from pathlib import Path

import pytest

ENVIRONMENT = "HEARTHLOG_SHARED_DATA"


def shared_data_root() -> Path | None:
    """The folder of all recorded sets, or None."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    root = Path(os.environ.get(ENVIRONMENT) or beside)
    return root if root.is_dir() else None


def shared_data(name: str) -> Path:
    """The folder (or file) `name` of the recorded data; skips the test if it is not there."""
    root = shared_data_root()
    if root is None or not (root / name).exists():
        pytest.skip(f"recorded data {name!r} is not here; set {ENVIRONMENT} to the folder that holds it")
    return root / name
