"""A home, asked by a program that waits for its answers."""

import time
from collections.abc import Callable, Iterator
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


class Home:
    """A home's history as tables, and what comes as it comes.

        with Home() as home:
            frame = home.matrix("homes/h1/#", every="5m", start="-30d").to_pandas()

    Filters are MQTT topic filters; none: everything that the account may read. Every table knows its `position`, and
    the same call with `at=position` gives the same rows for ever. `AsyncHome` has the same calls, awaited.

    Any call raises `HomeError`: `Refused` where the home says why, `Unavailable` where it cannot be reached.
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
        """Opens nothing yet.

        Args:
            url: the home's address. Default: HEARTHLOG_URL, else the home on this machine.
            token: the account's secret. Default: HEARTHLOG_TOKEN, else the local admin's, for a home on this machine.
            verify: prove what is read: `NotProven` is raised where the logs do not have it. `complete`: also that
                nothing was left out. See docs/analysts.md.
            catalogue: name of the home's catalogue, 43 characters: what proofs are checked against. Default: what the
                home says when it is first asked, which trusts it once.
            certificate: of a home with a certificate of its own making.
            progress: who is told how far a call is. A callback gets a `Progress` at each change: bytes, rows, records
                that are proven. True: a moving line on standard error. Default: that, where it is a terminal.
            policy: how often and how long to try.

        Raises:
            NoSecret: there is none.
        """
        self._where = find_home(url, token)
        self._policy = policy or Policy()
        self._progress = progress
        self._calls = calls.Calls(self._policy, verify=verify, catalogue=catalogue)
        self._client = httpx.Client(**client_options(self._where, self._policy, certificate))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def topics(self, *filters: str, **options: Unpack[TopicOptions]) -> Table:
        """One row a topic: its log, fields, times, count, usual interval and state."""
        return self._run("topics", self._calls.topics(filters, options))

    def latest(self, *filters: str, **options: Unpack[Newest]) -> Table:
        """The newest observation of each series."""
        return self._run("latest", self._calls.latest(filters, options))

    def history(self, *filters: str, **options: Unpack[HistoryOptions]) -> Table:
        """All observations of a window, in order."""
        return self._run("history", self._calls.history(filters, options))

    def save(
        self,
        path: Path,
        *filters: str,
        told: Callable[[int], None] = lambda _: None,
        **options: Unpack[HistoryOptions],
    ) -> Saved:
        """What `history` answers, as a file written while it comes: memory stays constant however much it is.

        The suffix says the format: .parquet, .arrow, .csv, .ndjson. `told` is called with the bytes so far. The file
        appears when it is whole and durable.
        """
        return self._run("history", self._calls.save(path, filters, options, told))

    def cost(self, *filters: str, **options: Unpack[HistoryOptions]) -> dict[str, int]:
        """The rows that `history` would have, and about how many bytes they would be."""
        return self._run("cost", self._calls.cost(filters, options))

    def aggregate(self, *filters: str, **options: Unpack[AggregateOptions]) -> Table:
        """A row per bucket of the calendar and series."""
        return self._run("aggregate", self._calls.aggregate(filters, options))

    def plot(self, *filters: str, **options: Unpack[PlotOptions]) -> Table:
        """Per series and pixel the least and the greatest value."""
        return self._run("plot", self._calls.plot(filters, options))

    def matrix(self, *filters: str, **options: Unpack[MatrixOptions]) -> Table:
        """A row per time of a grid, and a column `topic#field` per series; nothing later than a row's time is in it."""
        return self._run("matrix", self._calls.matrix(filters, options))

    def asof(self, left: Texts, right: Texts, **options: Unpack[AsofOptions]) -> Table:
        """Each event of `left`, with the last value of each series of `right` before it."""
        return self._run("asof", self._calls.asof(left, right, options))

    def gaps(self, *filters: str, **options: Unpack[GapOptions]) -> list[dict[str, Any]]:
        """Spans without data: from, to, topic, cause, evidence, and what was kept all the same."""
        return self._run("gaps", self._calls.gaps(filters, options))

    def notable(self, **options: Unpack[NotableOptions]) -> list[dict[str, Any]]:
        """What a person would want told of a window, worst first."""
        return self._run("notable", self._calls.notable(options))

    def store(self) -> dict[str, Any]:
        """Names, key and versions of the store behind the home."""
        return self._run("store", self._calls.store())

    def position(self) -> str:
        """Where the home stands now."""
        return str(self.store()["position"])

    def pin(self, query: Query, *filters: str, **options: object) -> Pinned:
        """Pin what `matrix`, `history` or `asof` with these options gives now, or gave `at` a position, for ever.

        `asof` has its filters in `left` and `right`. The same query at the same position gives the same id.
        """
        return self._run("pin", self._calls.pin(query, filters, options))

    def dataset(self, dataset: str | Pinned) -> Table:
        """A pinned dataset, by its id or as `pin` gave it: the same bytes as ever, checked against their SHA-256."""
        return self._run("dataset", self._calls.dataset(dataset))

    def described(self, dataset: str) -> Pinned:
        """What a dataset is, by its id."""
        return self._run("dataset", self._calls.described(dataset))

    def proof(self, log: str, recno: int, last: int | None = None) -> Proof:
        """What is needed to verify a record, or a range of them, offline: `gdp.proof.verify(name, proof)`."""
        return self._run("proof", self._calls.proof(log, recno, last))

    def live(self, *filters: str, field: Texts = (), since: Moment | None = None) -> Iterator[LiveMessage]:
        """Every message after `since`, then every message as it comes, each once; ends when you stop asking.

        Goes on by itself at its position when the connection breaks or the home restarts. To go on in another
        process, keep `message.position` and give it as `since`.
        """
        follower = self._calls.follower(filters, field, since)
        while True:
            try:
                with self._client.stream(**request_options(follower.ask())) as response:
                    good = response.status_code < 400
                    pause_s = follower.opened(answer_of(response, b"" if good else response.read()))
                    if pause_s is None:
                        yield from self._messages(follower, response, field)
                        pause_s = follower.broken()
            except httpx.TransportError:
                pause_s = follower.broken()
            time.sleep(pause_s)

    def _messages(self, follower: Follower, response: httpx.Response, field: Texts) -> Iterator[LiveMessage]:
        for chunk in response.iter_bytes():
            for message in follower.feed(chunk):
                if self._calls.verifies:
                    self._run("proof", self._calls.prove_message(message, field))
                yield message

    def _run(self, what: str, steps: Steps[T]) -> T:
        """Do what a call wants until it has what it is for."""
        reply: Reply = None
        with metered(what, wanted=self._progress) as meter:
            while True:
                try:
                    effect = steps.send(reply)
                except StopIteration as done:
                    return done.value  # type: ignore[no-any-return]  # the generator's own type
                if isinstance(effect, Ask):
                    reply = self._send(effect, meter)
                elif isinstance(effect, Note):
                    meter.note(effect)
                    reply = None
                else:
                    meter.wait(effect.seconds, effect.why)
                    time.sleep(effect.seconds)
                    reply = None

    def _send(self, ask: Ask, meter: Meter) -> Answer | Broken:
        meter.ask()
        try:
            with self._client.stream(**request_options(ask)) as response:
                meter.answer(response.headers.get("content-type", ""))
                sink = ask.sink if response.status_code == 200 else None
                if sink is not None:
                    sink.begin()
                kept = []
                for chunk in response.iter_bytes():
                    meter.add(chunk)
                    if sink is None:
                        kept.append(chunk)
                    else:
                        sink.feed(chunk)
                return answer_of(response, b"".join(kept))
        except (httpx.TransportError, httpx.DecodingError) as error:
            meter.broken()
            return Broken(why(error))
