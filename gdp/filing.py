"""The thread that writes `.glog` files while others commit, so that commits never wait for SQLite."""

import asyncio
import logging
import threading
from collections.abc import Callable

from gdp.errors import StoreError, StoreFailed
from gdp.store import Store

_log = logging.getLogger(__name__)

_RETRY_S = 10.0
_LOOK_S = 0.05


class Filing:
    """Files what is due, from `start` to `stop`. A file that cannot be written is logged and tried again later."""

    def __init__(self, store: Store, fatal: Callable[[BaseException], None]) -> None:
        """File what `store` holds; `fatal` is called on the loop when that can never succeed again."""
        self._store = store
        self._fatal = fatal
        self._stops = threading.Event()
        self._failing = False
        self._thread: threading.Thread

    def start(self) -> None:
        """Begin; to be called on the loop."""
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, args=(loop,), name="store-glog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the round that is under way; does not wait for it."""
        self._stops.set()

    async def stopped(self) -> None:
        """Wait until it has ended."""
        await asyncio.to_thread(self._thread.join)

    @property
    def is_behind(self) -> bool:
        """Whether the store is overfull and files are being written; if they cannot be, only the disk is the bound."""
        return not self._failing and self._store.is_overfull and not self._stops.is_set()

    async def caught_up(self) -> None:
        """Wait while it is behind."""
        while self.is_behind:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        rest_s = 0.0
        while not self._stops.wait(rest_s):
            try:
                rest_s = self._store.flush_due()
                self._failing = False
            except StoreFailed as error:
                loop.call_soon_threadsafe(self._fatal, error)
                return
            except StoreError as error:
                rest_s = _RETRY_S
                self._failing = True
                _log.error("filing_failed reason=%s", error)
            except Exception as error:  # noqa: BLE001, a thread that ends unheard would let the commit log grow for ever
                loop.call_soon_threadsafe(self._fatal, error)
                return
