"""A home, asked by a program that does other things meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from gdp.proof import Proof
from hearthlog.client import calls
from hearthlog.client.live import Follower, LiveMessage
from hearthlog.client.moments import Moment
from hearthlog.client.options import (
    AggregateOptions,
    AsofOptions,
    GapOptions,
    HistoryOptions,
    MatrixOptions,
    Newest,
    NotableOptions,
    PlotOptions,
    Texts,
    TopicOptions,
)
from hearthlog.client.pinned import Pinned, Query
from hearthlog.client.policy import Policy
from hearthlog.client.progress import Meter, Told, metered
from hearthlog.client.saving import Saved
from hearthlog.client.steps import Answer, Ask, Broken, Note, Reply, Steps
from hearthlog.client.table import Table
from hearthlog.client.where import find_home
from hearthlog.client.wire import answer_of, client_options, request_options, why

T = TypeVar("T")


class AsyncHome:
    """`Home`, awaited: the same calls, options and errors.

    async with AsyncHome() as home:
        async for message in home.live("homes/#"):
            print(message.topic, message.value)
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        verify: calls.Verify = False,
        catalogue: str | None = None,
        certificate: Path | None = None,
        progress: Told = None,
        policy: Policy | None = None,
    ) -> None:
        """Opens nothing yet; see `Home`."""
        self._where = find_home(url, token)
        self._policy = policy or Policy()
        self._progress = progress
        self._calls = calls.Calls(self._policy, verify=verify, catalogue=catalogue)
        self._client = httpx.AsyncClient(**client_options(self._where, self._policy, certificate))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def topics(self, *filters: str, **options: Unpack[TopicOptions]) -> Table:
        """See `Home.topics`."""
        return await self._run("topics", self._calls.topics(filters, options))

    async def latest(self, *filters: str, **options: Unpack[Newest]) -> Table:
        """See `Home.latest`."""
        return await self._run("latest", self._calls.latest(filters, options))

    async def history(self, *filters: str, **options: Unpack[HistoryOptions]) -> Table:
        """See `Home.history`."""
        return await self._run("history", self._calls.history(filters, options))

    async def save(
        self,
        path: Path,
        *filters: str,
        told: Callable[[int], None] = lambda _: None,
        **options: Unpack[HistoryOptions],
    ) -> Saved:
        """See `Home.save`."""
        return await self._run("history", self._calls.save(path, filters, options, told))

    async def cost(self, *filters: str, **options: Unpack[HistoryOptions]) -> dict[str, int]:
        """See `Home.cost`."""
        return await self._run("cost", self._calls.cost(filters, options))

    async def aggregate(self, *filters: str, **options: Unpack[AggregateOptions]) -> Table:
        """See `Home.aggregate`."""
        return await self._run("aggregate", self._calls.aggregate(filters, options))

    async def plot(self, *filters: str, **options: Unpack[PlotOptions]) -> Table:
        """See `Home.plot`."""
        return await self._run("plot", self._calls.plot(filters, options))

    async def matrix(self, *filters: str, **options: Unpack[MatrixOptions]) -> Table:
        """See `Home.matrix`."""
        return await self._run("matrix", self._calls.matrix(filters, options))

    async def asof(self, left: Texts, right: Texts, **options: Unpack[AsofOptions]) -> Table:
        """See `Home.asof`."""
        return await self._run("asof", self._calls.asof(left, right, options))

    async def gaps(self, *filters: str, **options: Unpack[GapOptions]) -> list[dict[str, Any]]:
        """See `Home.gaps`."""
        return await self._run("gaps", self._calls.gaps(filters, options))

    async def notable(self, **options: Unpack[NotableOptions]) -> list[dict[str, Any]]:
        """See `Home.notable`."""
        return await self._run("notable", self._calls.notable(options))

    async def store(self) -> dict[str, Any]:
        """See `Home.store`."""
        return await self._run("store", self._calls.store())

    async def position(self) -> str:
        """See `Home.position`."""
        return str((await self.store())["position"])

    async def pin(self, query: Query, *filters: str, **options: object) -> Pinned:
        """See `Home.pin`."""
        return await self._run("pin", self._calls.pin(query, filters, options))

    async def dataset(self, dataset: str | Pinned) -> Table:
        """See `Home.dataset`."""
        return await self._run("dataset", self._calls.dataset(dataset))

    async def described(self, dataset: str) -> Pinned:
        """See `Home.described`."""
        return await self._run("dataset", self._calls.described(dataset))

    async def proof(self, log: str, recno: int, last: int | None = None) -> Proof:
        """See `Home.proof`."""
        return await self._run("proof", self._calls.proof(log, recno, last))

    async def live(self, *filters: str, field: Texts = (), since: Moment | None = None) -> AsyncIterator[LiveMessage]:
        """See `Home.live`."""
        follower = self._calls.follower(filters, field, since)
        while True:
            try:
                async with self._client.stream(**request_options(follower.ask())) as response:
                    good = response.status_code < 400
                    pause_s = follower.opened(answer_of(response, b"" if good else await response.aread()))
                    if pause_s is None:
                        async for message in self._messages(follower, response, field):
                            yield message
                        pause_s = follower.broken()
            except httpx.TransportError:
                pause_s = follower.broken()
            await asyncio.sleep(pause_s)

    async def _messages(self, follower: Follower, response: httpx.Response, field: Texts) -> AsyncIterator[LiveMessage]:
        async for chunk in response.aiter_bytes():
            for message in follower.feed(chunk):
                if self._calls.verifies:
                    await self._run("proof", self._calls.prove_message(message, field))
                yield message

    async def _run(self, what: str, steps: Steps[T]) -> T:
        """Do what a call wants until it has what it is for."""
        reply: Reply = None
        with metered(what, wanted=self._progress) as meter:
            while True:
                try:
                    effect = steps.send(reply)
                except StopIteration as done:
                    return done.value  # type: ignore[no-any-return]  # the generator's own type
                if isinstance(effect, Ask):
                    reply = await self._send(effect, meter)
                elif isinstance(effect, Note):
                    meter.note(effect)
                    reply = None
                else:
                    meter.wait(effect.seconds, effect.why)
                    await asyncio.sleep(effect.seconds)
                    reply = None

    async def _send(self, ask: Ask, meter: Meter) -> Answer | Broken:
        meter.ask()
        try:
            async with self._client.stream(**request_options(ask)) as response:
                meter.answer(response.headers.get("content-type", ""))
                sink = ask.sink if response.status_code == 200 else None
                if sink is not None:
                    sink.begin()
                kept = []
                async for chunk in response.aiter_bytes():
                    meter.add(chunk)
                    if sink is None:
                        kept.append(chunk)
                    else:
                        sink.feed(chunk)
                return answer_of(response, b"".join(kept))
        except (httpx.TransportError, httpx.DecodingError) as error:
            meter.broken()
            return Broken(why(error))
