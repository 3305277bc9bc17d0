"""A client's connection, renewed for as long as the client lives, and the requests that wait on it."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeVar

from gdp.backoff import Backoff
from gdp.client.calls import Call, Calls
from gdp.client.link import Link
from gdp.errors import ConnectionLost, GdpError, ProtocolError, TimedOut
from gdp.names import GdpName, printable
from gdp.settings import ClientSettings

T = TypeVar("T")


class Session:
    """Connects, dispatches answers, and connects again; `run` is its life."""

    def __init__(self, host: str, port: int, settings: ClientSettings, chance: Callable[[], float]) -> None:
        self.host = host
        self.port = port
        self.settings = settings
        self.calls = Calls()
        self._chance = chance
        self._name = secrets.token_bytes(32)
        self._link: Link | None = None
        self._linked = asyncio.Event()
        self._trouble: GdpError = ConnectionLost(f"no connection to {host}:{port} yet")

    def backoff(self) -> Backoff:
        """Return pauses between attempts by the settings."""
        return Backoff(self.settings.reconnect_first_s, self.settings.reconnect_max_s, self._chance)

    async def run(self) -> None:
        """Keep a connection until cancelled."""
        backoff = self.backoff()
        while True:
            try:
                await self._one_connection(backoff)
            except (ConnectionLost, ProtocolError) as error:
                self._trouble = error
                self.calls.fail_all(ConnectionLost(str(error)))
            await asyncio.sleep(backoff.next_s())

    async def _one_connection(self, backoff: Backoff) -> None:
        timeout_s = self.settings.request_timeout_s
        link = await Link.open(self.host, self.port, name=self._name, timeout_s=timeout_s)
        self._link = link
        self._linked.set()
        try:
            while True:
                for pdu in await link.receive():
                    self.calls.dispatch(pdu)
                    backoff.reset()
        finally:
            self._linked.clear()
            self._link = None
            link.close()

    async def link(self) -> Link:
        """Wait for a connection, within the request's timeout.

        Raises:
            ConnectionLost: there was none in time; the text says why.
        """
        try:
            async with asyncio.timeout(self.settings.request_timeout_s):
                while self._link is None:
                    await self._linked.wait()
        except TimeoutError as error:
            raise ConnectionLost(str(self._trouble)) from error
        return self._link

    async def send(self, name: GdpName, call: Call, encode: Callable[[int], bytes]) -> int:
        """Send a request to a name, encoded for its fresh id, and return the id; answers go to `call`."""
        link = await self.link()
        await link.drained()
        rid = self.calls.new(name, call)
        link.send_payload(name, encode(rid))
        return rid

    def send_if_linked(self, name: GdpName, payload: bytes) -> None:
        """Send what needs no answer; without a connection there is nobody to tell."""
        if self._link is not None:
            self._link.send_payload(name, payload)

    async def answered(self, name: GdpName, rid: int, answer: "asyncio.Future[T]") -> T:
        """Wait for an answer, within the request's timeout.

        Raises:
            TimedOut: there was none.
            GdpError: what the server refused with, or what happened to the connection.
        """
        try:
            async with asyncio.timeout(self.settings.request_timeout_s):
                return await answer
        except TimeoutError as error:
            raise TimedOut(f"no answer from {printable(name)} within {self.settings.request_timeout_s} s") from error
        finally:
            self.calls.end(name, rid)
