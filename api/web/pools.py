"""Threads for queries: quick ones and heavy ones apart, so that a small query never waits behind a heavy one."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from api.accounts.caller import ACCOUNT
from api.web.problem import Problem

Answer = TypeVar("Answer")
RETRY_AFTER_S = 2


class Pools:
    """Two thread pools with a bound on what may wait for them."""

    def __init__(self, *, heavy_threads: int, waiting_max: int, account_max: int) -> None:
        self._quick = ThreadPoolExecutor(1, "quick-query")
        self._heavy = ThreadPoolExecutor(heavy_threads, "heavy-query")
        self._waiting_max = waiting_max
        self._running_max = heavy_threads + 1
        self._account_max = account_max
        self._of_account: Counter[str] = Counter()
        self.waiting = 0

    async def run(self, query: Callable[[], Answer], *, heavy: bool) -> Answer:
        """Run `query` in a thread.

        Raises:
            Problem: 429 if too many wait already, or too many of this account.
        """
        account = ACCOUNT.get()
        if self._of_account[account] >= self._account_max:
            detail = f"{self._account_max} queries of this account run or wait already; ask again in {RETRY_AFTER_S} s"
            raise Problem(429, "too-many-queries", detail, headers={"Retry-After": str(RETRY_AFTER_S)})
        if self.waiting >= self._waiting_max + self._running_max:
            detail = f"{self._waiting_max} queries wait already; ask again in {RETRY_AFTER_S} s"
            raise Problem(429, "too-many-queries", detail, headers={"Retry-After": str(RETRY_AFTER_S)})
        self.waiting += 1
        self._of_account[account] += 1
        try:
            pool = self._heavy if heavy else self._quick
            return await asyncio.get_running_loop().run_in_executor(pool, query)
        finally:
            self.waiting -= 1
            self._of_account[account] -= 1
            if not self._of_account[account]:
                del self._of_account[account]

    @property
    def has_idle(self) -> bool:
        """Whether a heavy query would begin at once, and take its thread from nobody."""
        return self.waiting < self._running_max - 1

    def close(self) -> None:
        """Take no more; what runs ends by itself."""
        self._quick.shutdown(wait=False, cancel_futures=True)
        self._heavy.shutdown(wait=False, cancel_futures=True)
