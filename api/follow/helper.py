"""Helpers: processes that do the api's long work at a low priority. They read one job, say lines, and end.

A helper ends with its parent: the parent holds a pipe open that ends when it dies, however it dies.
"""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import orjson

from api.errors import ApiError

FAILED = 1


class HelperFailed(ApiError):
    """A helper did not end well; what it had to say is in the log."""


async def run_helper(module: str, job: dict[str, Any], hear: Callable[[dict[str, Any]], None]) -> None:
    """Run `python -m module` with this job until it ends; `hear` gets each line that it says. Cancelled, it is killed.

    Raises:
        HelperFailed: it did not end well.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, stdin=pipe, stdout=pipe)
    assert process.stdin is not None, "asked for"
    assert process.stdout is not None, "asked for"
    try:
        process.stdin.write(orjson.dumps(job) + b"\n")
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        async for line in process.stdout:
            hear(orjson.loads(line))
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process.stdin.close()
    if code:
        raise HelperFailed(f"{module} ended with status {code}")


def job_of_parent() -> dict[str, Any]:
    """In the helper: the job. From now on this process ends when its parent does."""
    job: dict[str, Any] = orjson.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, name="end with the parent", daemon=True).start()
    return job


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(FAILED)
