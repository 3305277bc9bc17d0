"""What a seed must repeat or a schedule need not wait for: keys, signatures and threads, as the simulator has them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from gdp.keys import VerifyKey, WriterKey
from tests.simulator.virtual_time import VirtualWorker

_SCALAR = 0xC0FFEE


class DeterminedKey(WriterKey):
    """The same in every run; signs the same way each time."""

    @classmethod
    @cache
    def generate(cls) -> "DeterminedKey":
        return cls.from_scalar(_SCALAR, deterministic=True)

    @classmethod
    def load(cls, path: Path, *, deterministic: bool = True) -> "DeterminedKey":
        assert path.exists()
        return cls.generate()


class QuickKey(DeterminedKey):
    """Its signatures are no proof of anything, and cost nothing; a schedule makes and checks dozens."""

    def sign(self, digest: bytes) -> bytes:
        return _seal(digest)


class QuickVerifyKey(VerifyKey):
    """Checks them."""

    def verify(self, digest: bytes, signature: bytes) -> bool:
        return signature == _seal(digest)


def _seal(digest: bytes) -> bytes:
    return sha256(b"signed" + digest).digest() * 2


class NoThread:
    """A thread that is over at once."""

    def __init__(self, **_: object) -> None:
        pass

    def start(self) -> None:
        pass

    def join(self) -> None:
        pass


@contextmanager
def determined_keys(*, quick: bool = False) -> Iterator[None]:
    """New stores get this key, and stores that open use it so."""
    with ExitStack() as stack:
        for place in ("gdp.store.create.WriterKey", "gdp.store.store.WriterKey"):
            stack.enter_context(patch(place, QuickKey if quick else DeterminedKey))
        if quick:
            stack.enter_context(patch("gdp.chain.VerifyKey", QuickVerifyKey))
        yield


@contextmanager
def without_threads() -> Iterator[None]:
    """A committer commits on the virtual loop, files when the world says so, and needs no thread for either."""
    with patch("gdp.filing.threading.Thread", NoThread), patch("gdp.committer.Worker", VirtualWorker):
        yield
