"""Scratch: big arrays in a file without a name, which the kernel may write out, where a process's memory would stay."""

import mmap
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNED = 64


def arrays(directory: Path, rows: int, types: Sequence[type[np.generic]]) -> list[NDArray[Any]]:
    """Undefined arrays of `rows` cells, one a type; their file is gone with the last of them.

    Raises:
        OSError: the disk has no room for them, or no file can be made there.
    """
    sizes = [-(-rows * np.dtype(each).itemsize // ALIGNED) * ALIGNED for each in types]
    if not rows:
        return [np.empty(0, each) for each in types]
    with tempfile.TemporaryFile(dir=directory) as file:
        # Without room reserved, a full disk would be a signal in the middle of a write.
        os.posix_fallocate(file.fileno(), 0, sum(sizes))
        mapped = mmap.mmap(file.fileno(), sum(sizes))
    places = np.cumsum([0, *sizes[:-1]]).tolist()
    return [np.frombuffer(mapped, each, rows, place) for each, place in zip(types, places, strict=True)]
