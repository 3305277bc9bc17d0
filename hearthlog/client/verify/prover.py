"""Proving answers: every message behind one is fetched with its proof, decoded anew and compared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gdp.datum import Datum
from gdp.position import parse_position
from hearthlog.client.errors import CannotVerify, NotProven, NotThere
from hearthlog.client.live import LiveMessage
from hearthlog.client.policy import Policy
from hearthlog.client.steps import Steps
from hearthlog.client.table import Table
from hearthlog.client.verify.asked import asked_for
from hearthlog.client.verify.cells import Moments, Stood, asof_moments, columns_of, matrix_moments, must_stand
from hearthlog.client.verify.compare import must_match, said_by_message, said_by_table
from hearthlog.client.verify.complete import Completeness
from hearthlog.client.verify.logs import ProvenLogs
from hearthlog.client.verify.messages import Decoder, Said, Value, is_last, parts_before
from hearthlog.client.verify.wide import must_have_cells, must_have_rows

DAY: Mapping[str, str] = {"start": "-24h", "end": "now"}
"""The window of `matrix` and `asof` where none is named."""


class Prover:
    """Proves what one home says; what it has learned of logs and contexts is kept between answers."""

    def __init__(self, policy: Policy, catalogue: str | None) -> None:
        self.logs = ProvenLogs(policy, catalogue)
        self._decoder = Decoder(self.logs)
        self._completeness = Completeness(self.logs, self._decoder)
        self._primed = False

    def table(self, table: Table) -> Steps[None]:
        """Prove every row of `history` or `latest`.

        Raises:
            NotProven: the first row that its record does not bear out.
        """
        yield from self._prove(said_by_table(table), whole=False)

    def whole(self, table: Table, filters: Sequence[str], options: Mapping[str, Any]) -> Steps[None]:
        """Prove that the rows of `history` are those that the logs have, all of them, in their order.

        Raises:
            NotProven: the first row that is left out, added, changed or out of its order.
            CannotVerify: a question whose whole answer cannot be worked out here.
        """
        yield from self._completeness.check(table, asked_for(table, filters, options))

    def whole_latest(self, table: Table, filters: Sequence[str], options: Mapping[str, Any]) -> Steps[None]:
        """Prove that the rows of `latest` are the newest of each series, and that none is missing.

        Raises:
            NotProven: the first row that is not.
        """
        yield from self._completeness.newest(table, asked_for(table, filters, {"by": "logged", **options}))

    def whole_matrix(self, table: Table, filters: Sequence[str], options: Mapping[str, Any]) -> Steps[None]:
        """Prove that a matrix of last values has all its rows and columns, and what stood in each cell.

        Raises:
            NotProven: the first row, column or cell that does not fit the records.
            CannotVerify: a matrix of another function, or of a calendar.
        """
        _must_be_of_last_values(options)
        asked = asked_for(table, filters, {**DAY, **options})
        must_have_rows(table, asked, options)
        yield from must_have_cells(self._completeness, table, asked, matrix_moments(table, options))

    def whole_asof(
        self, table: Table, left: Sequence[str], right: Sequence[str], options: Mapping[str, Any]
    ) -> Steps[None]:
        """Prove that an asof has all its events and columns, and what stood before each event.

        Raises:
            NotProven: the first event, column or cell that does not fit the records.
        """
        events = asked_for(table, left, {**DAY, **options, "field": options.get("left_field")})
        yield from self._completeness.check(table, events)
        joined = asked_for(table, right, {**DAY, **options, "field": options.get("right_field")})
        yield from must_have_cells(self._completeness, table, joined, asof_moments(table, options))

    def matrix(self, table: Table, options: Mapping[str, Any]) -> Steps[None]:
        """Prove every cell of a matrix of last values, by reading every record of its topics.

        Raises:
            CannotVerify: a matrix of another function.
            NotProven: the first cell that the records do not bear out.
        """
        _must_be_of_last_values(options)
        yield from self._cells(table, matrix_moments(table, options), str(options.get("by", "device")))

    def asof(self, table: Table, options: Mapping[str, Any]) -> Steps[None]:
        """Prove the events of an asof, and every cell joined to them.

        Raises:
            NotProven: the first event or cell that the records do not bear out.
        """
        yield from self.table(table)
        yield from self._cells(table, asof_moments(table, options), str(options.get("by", "device")))

    def _cells(self, table: Table, moments: Moments, by: str) -> Steps[None]:
        fields: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for name, topic, field in columns_of(table):
            fields[topic][field] = name
        position = sum(parse_position(table.position).values())
        yield from self._decoder.learn()
        listed = yield from self.logs.listed()
        for topic, columns in fields.items():
            stood: dict[str, list[Stood]] = {field: [] for field in columns}
            for log in sorted(listed.get(topic, ()), key=lambda each: each.generation):
                yield from self._read(log.name, topic, by, position, stood)
            for field, name in columns.items():
                # Stable: what has the same time stays in the order of the logs.
                must_stand(table, name, sorted(stood[field], key=lambda each: each.time), moments)

    def _read(self, log: str, topic: str, by: str, position: int, stood: dict[str, list[Stood]]) -> Steps[None]:
        """Add all observations of a log up to a position to the series that are wanted."""
        records = yield from self.logs.records(log, topic, range(1, (yield from self.logs.tip(log)) + 1))
        for recno in sorted(records):
            logged = records[recno].ts
            if logged > position or not is_last(records[recno].data):
                continue
            for value in self._decoder.decode(log, topic, recno, records):
                if value.field in stood:
                    device = value.device_time_ns if by == "device" else None
                    stood[value.field].append(Stood(logged if device is None else device, log, recno, value))

    def message(self, message: LiveMessage, *, whole: bool) -> Steps[None]:
        """Prove a live message; waits until its record is signed or sealed. `whole`: all its fields were asked for.

        Raises:
            NotProven: its record does not bear it out.
        """
        said = said_by_message(message)
        if said.values:
            yield from self._prove([said], whole=whole)

    def _prove(self, messages: Iterable[Said], *, whole: bool) -> Steps[None]:
        if not self._primed:
            yield from self._decoder.learn()
            self._primed = True
        by_log: defaultdict[tuple[str, str], list[Said]] = defaultdict(list)
        for said in messages:
            try:
                log = yield from self.logs.log_of(said.topic, said.logged_ns)
            except NotThere as error:
                raise NotProven(error.detail, log="?", topic=said.topic, recno=said.recno, field="log") from error
            by_log[log, said.topic].append(said)
        for (log, topic), group in by_log.items():
            records = yield from self.logs.records(log, topic, [said.recno for said in group])
            before = {part for said in group for part in parts_before(said.recno, records[said.recno].data)}
            records |= yield from self.logs.records(log, topic, before - records.keys())
            for said in group:
                yield from self._one(log, said, records, whole=whole)

    def _one(self, log: str, said: Said, records: dict[int, Datum], *, whole: bool) -> Steps[None]:
        try:
            self._compare(log, said, records, whole=whole)
        except NotProven:
            # What other topics said of this one may have come since they were read.
            if not (yield from self._decoder.learn()):
                raise
            self._compare(log, said, records, whole=whole)

    def _compare(self, log: str, said: Said, records: dict[int, Datum], *, whole: bool) -> None:
        proven: list[Value] = self._decoder.decode(log, said.topic, said.recno, records)
        must_match(log, said, records[said.recno].ts, proven, whole=whole)


def _must_be_of_last_values(options: Mapping[str, Any]) -> None:
    if options.get("fn", "last") != "last" or options.get("fill") == "linear":
        raise CannotVerify("verify=True proves a matrix of last values (fn='last', fill='hold' or 'none') only")
