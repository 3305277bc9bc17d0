"""Progress: a bar where somebody looks at a terminal, a line now and then where not."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ingest.publisher import Publisher

LINE_INTERVAL_S = 5.0
BAR_INTERVAL_S = 0.2


@asynccontextmanager
async def progress(publisher: Publisher, title: str, total: int) -> AsyncIterator[None]:
    """Show how many of `total` messages the broker has answered, while the body runs."""
    show = _bar if sys.stdout.isatty() else _lines
    shown = asyncio.create_task(show(publisher, title, publisher.sent - publisher.in_flight, total), name="progress")
    try:
        yield
    finally:
        shown.cancel()
        await asyncio.gather(shown, return_exceptions=True)


def say(sentence: str) -> None:
    """One line for whoever started this."""
    print(sentence, flush=True)  # noqa: T201  # the command's output


async def _lines(publisher: Publisher, title: str, before: int, total: int) -> None:
    while True:
        await asyncio.sleep(LINE_INTERVAL_S)
        done = publisher.sent - publisher.in_flight - before
        state = "" if publisher.connected else ", waiting for the broker"
        say(f"{title}: {done:,} of {total:,} messages ({100 * done // max(total, 1)} %){state}")


async def _bar(publisher: Publisher, title: str, before: int, total: int) -> None:
    # Only here: rich is slow to import, and a child process without a terminal does not need it.
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(transient=True) as bars:
        bar = bars.add_task(title, total=total)
        while True:
            waiting = "" if publisher.connected else " (waiting for the broker)"
            bars.update(bar, completed=publisher.sent - publisher.in_flight - before, description=title + waiting)
            await asyncio.sleep(BAR_INTERVAL_S)
