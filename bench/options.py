"""How long and how often a bench measures."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds`: length of one measurement; `rounds`: how often each is repeated, after one warm-up that is dropped.

    `scale`: of the bench that loads much, `full`, `small`, or `tiny`. `sets`: which of its sets; none means all.
    """

    seconds: float = 3.0
    rounds: int = 3
    scale: str = "small"
    sets: tuple[str, ...] = ()
    scratch: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))

    @contextmanager
    def directory(self) -> Iterator[Path]:
        """A new empty directory on the disk that is measured, gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="hearthlog-bench-", dir=self.scratch) as name:
            yield Path(name)
