"""The calls that `Home` and `AsyncHome` share: what each asks, and what is proven of its answer. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from gdp.proof import Proof, decode
from hearthlog.client import pinned, reads, saving
from hearthlog.client.errors import CannotVerify
from hearthlog.client.fetch import fetch
from hearthlog.client.live import Follower, LiveMessage
from hearthlog.client.moments import Moment
from hearthlog.client.options import Texts
from hearthlog.client.policy import Policy
from hearthlog.client.query import HEADERS_JSON, pairs
from hearthlog.client.steps import Ask, Steps
from hearthlog.client.table import Table
from hearthlog.client.verify.asked import check_at
from hearthlog.client.verify.prover import Prover

T = TypeVar("T")
Verify = bool | Literal["complete"]
"""Whether what is read is proven; `complete`: also that nothing was left out."""
Options = Mapping[str, object]


class Calls:
    """Makes the steps of each call; see `Home` for what the calls mean."""

    def __init__(self, policy: Policy, *, verify: Verify, catalogue: str | None) -> None:
        self._policy = policy
        self._prover = Prover(policy, catalogue) if verify else None
        self._whole = verify == "complete"

    @property
    def verifies(self) -> bool:
        """Whether answers are to be proven."""
        return self._prover is not None

    def topics(self, filters: Sequence[str], options: Options) -> Steps[Table]:
        """See `Home.topics`."""
        return self._unproven("topics", reads.read_table(self._policy, "/v1/topics", filters, options))

    def latest(self, filters: Sequence[str], options: Options) -> Steps[Table]:
        """See `Home.latest`."""
        return self._proven(
            options,
            lambda options: reads.read_table(self._policy, "/v1/latest", filters, options),
            lambda prover, table: prover.table(table),
            lambda prover, table, options: prover.whole_latest(table, filters, options),
        )

    def history(self, filters: Sequence[str], options: Options) -> Steps[Table]:
        """See `Home.history`."""
        if self.verifies and options.get("raw"):
            raise CannotVerify("verify=True proves decoded values, not payloads: leave out raw, or ask for `proof`")
        if self.verifies and options.get("columns"):
            raise CannotVerify("verify=True proves whole rows: leave out columns, and take those of the table")
        return self._proven(
            options,
            lambda options: reads.read_table(self._policy, "/v1/history", filters, options),
            lambda prover, table: prover.table(table),
            lambda prover, table, options: prover.whole(table, filters, options),
        )

    def aggregate(self, filters: Sequence[str], options: Options) -> Steps[Table]:
        """See `Home.aggregate`."""
        return self._unproven("aggregate", reads.read_table(self._policy, "/v1/aggregate", filters, options))

    def plot(self, filters: Sequence[str], options: Options) -> Steps[Table]:
        """See `Home.plot`."""
        return self._unproven("plot", reads.read_plot(self._policy, filters, options))

    def matrix(self, filters: Sequence[str], options: Options) -> Steps[Table]:
        """See `Home.matrix`."""
        return self._proven(
            options,
            lambda options: reads.read_table(self._policy, "/v1/matrix", filters, options),
            lambda prover, table: prover.matrix(table, options),
            lambda prover, table, options: prover.whole_matrix(table, filters, options),
        )

    def asof(self, left: Texts, right: Texts, options: Options) -> Steps[Table]:
        """See `Home.asof`."""
        events, joined = _list(left), _list(right)
        return self._proven(
            options,
            lambda options: reads.read_asof(self._policy, events, joined, options),
            lambda prover, table: prover.asof(table, options),
            lambda prover, table, options: prover.whole_asof(table, events, joined, options),
        )

    def save(
        self, path: Path, filters: Sequence[str], options: Options, told: Callable[[int], None]
    ) -> Steps[saving.Saved]:
        """See `Home.save`."""
        return self._unproven("files", saving.save(self._policy, path, filters, options, told))

    def cost(self, filters: Sequence[str], options: Options) -> Steps[dict[str, int]]:
        """See `Home.cost`."""
        params = (*pairs(filters, options), ("dry_run", "true"))
        body = yield from reads.read_object(self._policy, "/v1/history", params)
        return dict(body["cost"])

    def gaps(self, filters: Sequence[str], options: Options) -> Steps[list[dict[str, Any]]]:
        """See `Home.gaps`."""
        return self._unproven("gaps", reads.read_rows(self._policy, "/v1/gaps", "gaps", filters, options))

    def notable(self, options: Options) -> Steps[list[dict[str, Any]]]:
        """See `Home.notable`."""
        return self._unproven("notable", reads.read_rows(self._policy, "/v1/notable", "notable", (), options))

    def store(self) -> Steps[dict[str, Any]]:
        """See `Home.store`."""
        return reads.read_object(self._policy, "/v1/store")

    def follower(self, filters: Sequence[str], field: Texts, since: Moment | None) -> Follower:
        """See `Home.live`."""
        if self._whole:
            raise CannotVerify(
                'verify="complete" does not cover live: a Home with verify=True proves each message that comes'
            )
        found = dict(pairs((), {"since": since}))
        return Follower(self._policy, filters, pairs((), {"field": _list(field)}), found.get("since"))

    def prove_message(self, message: LiveMessage, field: Texts) -> Steps[None]:
        """Prove a live message of a stream of these fields.

        Raises:
            NotProven: its record does not bear it out.
        """
        assert self._prover is not None
        return self._prover.message(message, whole=not _list(field))

    def pin(self, query: pinned.Query, filters: Sequence[str], options: Options) -> Steps[pinned.Pinned]:
        """See `Home.pin`."""
        return pinned.pin(self._policy, query, filters, options)

    def dataset(self, dataset: str | pinned.Pinned) -> Steps[Table]:
        """See `Home.dataset`."""
        id_ = dataset if isinstance(dataset, str) else dataset.id
        proven = None if self._prover is None else self._prover.logs
        _, table = yield from pinned.dataset(self._policy, id_, proven)
        return table

    def described(self, id_: str) -> Steps[pinned.Pinned]:
        """See `Home.described`."""
        found = yield from reads.read_object(self._policy, f"/v1/datasets/{id_}")
        return pinned.pinned_of(found)

    def proof(self, log: str, recno: int, last: int | None) -> Steps[Proof]:
        """See `Home.proof`."""
        params = pairs((), {"recno": recno, "last": last})
        answer = yield from fetch(self._policy, Ask(f"/v1/logs/{log}/proof", params, HEADERS_JSON))
        return decode(answer.content)

    def _proven(
        self,
        options: Options,
        read: Callable[[Options], Steps[Table]],
        prove: Callable[[Prover, Table], Steps[None]],
        prove_whole: Callable[[Prover, Table, Options], Steps[None]],
    ) -> Steps[Table]:
        if self._whole:
            options = yield from self._pinned(options)
        table = yield from read(options)
        if self._prover is not None:
            yield from prove_whole(self._prover, table, options) if self._whole else prove(self._prover, table)
        return table

    def _pinned(self, options: Options) -> Steps[Options]:
        """The same as of a position: what is whole as of now is whole no more when it is looked at."""
        position = str((yield from self.store())["position"])
        pinned_options = {**options, "at": options.get("at") or position}
        check_at(pinned_options)
        return pinned_options

    def _unproven(self, what: str, steps: Steps[T]) -> Steps[T]:
        if self._prover is not None:
            raise CannotVerify(
                f"verify=True does not cover {what}: it proves history, latest, live, asof, matrix of last values, and "
                "datasets. Ask a Home without verify"
            )
        return (yield from steps)


def _list(texts: Texts) -> Sequence[str]:
    return (texts,) if isinstance(texts, str) else tuple(texts)
