"""Proving answers: every message behind one is fetched with its proof, decoded anew and compared."""

from collections import defaultdict
from collections.abc import Iterable

from gdp.datum import Datum
from hearthlog.client.errors import NotProven, NotThere
from hearthlog.client.live import LiveMessage
from hearthlog.client.policy import Policy
from hearthlog.client.steps import Steps
from hearthlog.client.table import Table
from hearthlog.client.verify.compare import must_match, said_by_message, said_by_table
from hearthlog.client.verify.logs import ProvenLogs
from hearthlog.client.verify.messages import Decoder, Said, Value, parts_before


class Prover:
    """Proves what one home says; what it has learned of logs and contexts is kept between answers."""

    def __init__(self, policy: Policy, catalogue: str | None) -> None:
        self.logs = ProvenLogs(policy, catalogue)
        self._decoder = Decoder(self.logs)
        self._primed = False

    def table(self, table: Table) -> Steps[None]:
        """Prove every row of `history` or `latest`.

        Raises:
            NotProven: the first row that its record does not bear out.
        """
        yield from self._prove(said_by_table(table), whole=False)

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
