"""Queries that wait for a thread are bounded, and quick ones do not wait for heavy ones."""

import asyncio
import threading

import pytest

from api.accounts.caller import ACCOUNT
from api.web.pools import Pools
from api.web.problem import Problem


async def test_quick_queries_pass_heavy_ones_and_too_many_are_sent_away():
    pools = Pools(heavy_threads=1, waiting_max=2, account_max=10)
    go_on = threading.Event()
    heavy = [asyncio.create_task(pools.run(go_on.wait, heavy=True)) for _ in range(3)]
    assert await pools.run(lambda: "quick", heavy=False) == "quick"
    heavy.append(asyncio.create_task(pools.run(go_on.wait, heavy=True)))
    await asyncio.sleep(0)
    with pytest.raises(Problem) as refused:
        await pools.run(lambda: "one more", heavy=False)
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "2")
    go_on.set()
    assert await asyncio.gather(*heavy) == [True] * 4
    assert pools.waiting == 0
    pools.close()


async def test_one_account_cannot_take_every_thread_from_the_others():
    pools = Pools(heavy_threads=1, waiting_max=100, account_max=3)
    go_on = threading.Event()
    ACCOUNT.set("greedy")
    heavy = [asyncio.create_task(pools.run(go_on.wait, heavy=True)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Problem, match="3 queries of this account") as refused:
        await pools.run(lambda: "one more", heavy=False)
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "2")
    ACCOUNT.set("modest")
    assert await pools.run(lambda: "quick", heavy=False) == "quick"
    go_on.set()
    await asyncio.gather(*heavy)
    ACCOUNT.set("greedy")
    assert await pools.run(lambda: "again", heavy=False) == "again"
    pools.close()
