"""A subscription that outlives connections: renewed in time, resumed from the next record (gdp-protocol §5)."""

import asyncio
from collections.abc import AsyncGenerator

from gdp.client.session import Session
from gdp.client.stream import Stream
from gdp.codes import Cmd
from gdp.datum import Datum
from gdp.errors import ConnectionLost
from gdp.messages import ByRecno, Message
from gdp.names import GdpName
from gdp.wire import encode


class Subscription:
    """One consumer's subscription; what it does, it does when the consumer asks for the next record."""

    def __init__(self, session: Session, log: GdpName, start: int, count: int | None) -> None:
        self._session = session
        self._log = log
        self._stream = Stream(
            start=start,
            left=count,
            buffer_bytes_max=session.settings.stream_buffer_bytes_max,
            on_overflow=self._unsubscribe,
        )
        self._rid = 0
        self._renewed = 0.0

    async def records(self) -> AsyncGenerator[Datum, None]:
        """Yield records, each once, subscribing as often as it takes.

        Raises:
            GdpError: the first subscription was refused.
        """
        backoff = self._session.backoff()
        try:
            while not self._stream.finished:
                datum = self._stream.pop()
                if datum is not None:
                    backoff.reset()
                    self._renew()
                    yield datum
                elif self._stream.error is not None:
                    raise self._stream.error
                elif self._stream.subscribed:
                    await self._stream.news(self._renew())
                else:
                    if self._rid:  # lost, not just begun or unsubscribed on purpose
                        await asyncio.sleep(backoff.next_s())
                    await self._subscribe()
        finally:
            self._unsubscribe()

    def _renew(self) -> float:
        """Renew the subscription if it is time; return the seconds until the next time."""
        now, interval = asyncio.get_running_loop().time(), self._session.settings.refresh_interval_s
        if self._stream.subscribed and now - self._renewed >= interval:
            self._session.send_if_linked(self._log, self._request(self._rid))
            self._renewed = now
        return max(0.0, self._renewed + interval - now)

    async def _subscribe(self) -> None:
        self._session.calls.end(self._log, self._rid)
        self._stream.subscribed = True
        try:
            self._rid = await self._session.send(self._log, self._stream, self._request)
        except ConnectionLost:
            self._stream.subscribed = False  # the session goes on trying, and so does the next round
            return
        self._renewed = asyncio.get_running_loop().time()

    def _unsubscribe(self) -> None:
        if self._rid:
            self._session.calls.end(self._log, self._rid)
            self._session.send_if_linked(self._log, encode(Message(Cmd.UNSUBSCRIBE, self._rid)))
            self._rid = 0

    def _request(self, rid: int) -> bytes:
        body = ByRecno(self._stream.next, self._stream.left or 0, many=True)
        return encode(Message(Cmd.SUBSCRIBE_BY_RECNO, rid, body))
