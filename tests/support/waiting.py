"""Waiting for what cannot be awaited: asked again until it is so, with a generous deadline."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

WAIT_S_MAX = 60.0
POLL_S = 0.01


async def poll(ask: Callable[[], T | Awaitable[T]], *, until: Callable[[T], object] = bool) -> T:
    """Asks until the answer satisfies `until`, and returns it."""
    deadline = asyncio.get_running_loop().time() + WAIT_S_MAX
    while True:
        answer = ask()
        if inspect.isawaitable(answer):
            answer = await answer
        if until(answer):
            return answer
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain; the last answer was {answer!r}"
        await asyncio.sleep(POLL_S)
