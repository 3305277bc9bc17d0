"""What has arrived for one subscription and was not taken yet, bounded.

Nothing here ever stops reading the connection: a consumer of log A that waits for an answer about log B would wait for
ever. What a slow consumer does not take is dropped, and asked for again when it has caught up.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from gdp.client.calls import refusal
from gdp.codes import NAK_FIRST, Cmd
from gdp.datum import Datum
from gdp.errors import ConnectionLost, GdpError
from gdp.messages import Content, Message


class Stream:
    """What has arrived for one subscription, and where the next request must begin.

    Attributes:
        next: number of the first record that has not arrived.
        left: how many more are wanted, None = no limit.
        subscribed: the server has the subscription, as far as is known.
        error: why there will never be one, None while there may.
        on_overflow: called when the consumer is too slow; the stream is unsubscribed then.
    """

    def __init__(self, *, start: int, left: int | None, buffer_bytes_max: int, on_overflow: Callable[[], None]) -> None:
        self.next = start
        self.left = left
        self.subscribed = False
        self.error: GdpError | None = None
        self.on_overflow = on_overflow
        self._worked = False
        self._arrived: deque[Datum] = deque()
        self._bytes = 0
        self._bytes_max = buffer_bytes_max
        self._news = asyncio.Event()

    def take(self, message: Message) -> None:
        """Take an answer of the server."""
        if isinstance(message.body, Content):
            for record in message.body.records:
                self._keep(record.datum)
        elif message.cmd in (Cmd.ACK_END_OF_RESULTS, Cmd.NAK_SUBSCRIPTION_LOST):
            self.subscribed = False
        elif message.cmd >= NAK_FIRST:
            self.fail(refusal(message))
        else:
            self._worked = True
        self._news.set()

    def fail(self, error: GdpError) -> None:
        """Learn that the server does not have the subscription; if it ever had it, that is waited out."""
        self.subscribed = False
        if not self._worked and not isinstance(error, ConnectionLost):
            self.error = error
        self._news.set()

    def _keep(self, datum: Datum) -> None:
        if not self.subscribed or datum.recno < self.next or self.left == 0:
            return  # dropped on purpose, or seen before
        self._arrived.append(datum)
        self._bytes += len(datum.data)
        self.next = datum.recno + 1
        if self.left is not None:
            self.left -= 1
        if self._bytes > self._bytes_max:
            self.subscribed = False
            self.on_overflow()

    @property
    def finished(self) -> bool:
        """True when all that was wanted has arrived and was taken."""
        return self.left == 0 and not self._arrived

    def pop(self) -> Datum | None:
        """Return the next record that arrived, or None."""
        if not self._arrived:
            return None
        datum = self._arrived.popleft()
        self._bytes -= len(datum.data)
        return datum

    async def news(self, timeout_s: float) -> None:
        """Wait until something arrived or changed, at most so long."""
        if not self._arrived:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
