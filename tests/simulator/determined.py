"""A writer key that is the same in every run and signs the same way each time, so that a seed repeats a whole life."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from gdp.keys import WriterKey

_SCALAR = 0xC0FFEE


class DeterminedKey(WriterKey):
    @classmethod
    def generate(cls) -> "DeterminedKey":
        return cls.from_scalar(_SCALAR, deterministic=True)

    @classmethod
    def load(cls, path: Path, *, deterministic: bool = True) -> "DeterminedKey":
        return super().load(path, deterministic=deterministic)


@contextmanager
def determined_keys() -> Iterator[None]:
    """New stores get this key, and stores that open use it so."""
    with patch("gdp.store.create.WriterKey", DeterminedKey), patch("gdp.store.store.WriterKey", DeterminedKey):
        yield
