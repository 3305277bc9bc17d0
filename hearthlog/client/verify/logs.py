"""Records of logs that are proven from the catalogue's name: which log a topic has, and what its records are."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gdp.catalogue import CATALOGUE_TOPIC, Kind, LogEntry, decode_entry
from gdp.datum import Datum
from gdp.errors import CorruptStore, GdpError
from gdp.metadata import HCAT, HKND, Metadata
from gdp.names import GdpName, parse_name, printable
from gdp.proof import Check, Proof, State, Verdict, decode, verify
from hearthlog.client.errors import CannotVerify, NotProven, NotThere, TooMuch
from hearthlog.client.fetch import fetch, fetch_json, next_of
from hearthlog.client.policy import Policy
from hearthlog.client.query import HEADERS_JSON
from hearthlog.client.reads import read_object, read_rows
from hearthlog.client.steps import Ask, Pause, Steps

RANGE_MAX = 500
"""Records that are asked for in one proof."""
GAP_MAX = 64
"""Records nobody asked for that one proof spans rather than being cut in two."""
COVER_PAUSE_S = 1.0


class LogOf(NamedTuple):
    """One log of a topic, as the home lists it; believed only once its records prove to be that log's."""

    name: str
    generation: int
    started: int


class ProvenLogs:
    """Fetches proofs and checks them; remembers which logs were found to be of which topic."""

    def __init__(self, policy: Policy, catalogue: str | None) -> None:
        """`catalogue`: its name, 43 characters; None: what the home says when first asked."""
        self._policy = policy
        self._catalogue = None if catalogue is None else parse_name(catalogue)
        self._topics: dict[str, str] = {}
        self._logs: dict[str, list[LogOf]] = {}
        self._listed = 0
        self._entries: list[LogEntry] = []

    def catalogue(self) -> Steps[GdpName]:
        """The name that everything is checked against."""
        if self._catalogue is None:
            told = yield from read_object(self._policy, "/v1/store")
            self._catalogue = parse_name(told["catalogue"])
        return self._catalogue

    def log_of(self, topic: str, logged: int) -> Steps[str]:
        """Name of the log in which a topic's message of this logged time (ns) should be.

        Raises:
            NotThere: the catalogue lists no such log.
        """
        found = self._begun(topic, logged)
        if found is None:
            yield from self._read_catalogue()
            found = self._begun(topic, logged)
        if found is None:
            raise NotThere(f"the catalogue lists no log of {topic} that had begun by {logged} ns")
        return found

    def _begun(self, topic: str, logged: int) -> str | None:
        begun = [each for each in self._logs.get(topic, ()) if each.started <= logged]
        return max(begun, key=lambda each: each.generation).name if begun else None

    def listed(self) -> Steps[Mapping[str, list[LogOf]]]:
        """Every topic that has a log, with its logs."""
        yield from self._read_catalogue()
        return self._logs

    def proven_entries(self) -> Steps[list[LogEntry]]:
        """All that the catalogue lists, each record proven, none left out between the first and the last.

        Raises:
            CannotVerify: the account may not read it.
        """
        name = printable((yield from self.catalogue()))
        self._topics[name] = CATALOGUE_TOPIC
        try:
            tip = yield from self.tip(name)
        except NotThere as error:
            detail = "only the catalogue says which logs there are, and this account may not read it: ask as one that "
            raise CannotVerify(
                detail + "may read everything, such as the administrator, or with verify=True"
            ) from error
        for first in range(len(self._entries) + 1, tip + 1, RANGE_MAX):
            wanted = range(first, min(first + RANGE_MAX, tip + 1))
            records = yield from self.records(name, CATALOGUE_TOPIC, wanted)
            try:
                self._entries += [decode_entry(recno, records[recno].data) for recno in wanted]
            except CorruptStore as error:
                raise NotProven(f"this is no catalogue: {error}", log=name, field="catalogue") from error
        # What was only listed counts no more.
        self._logs.clear()
        self._listed = len(self._entries)
        for entry in self._entries:
            self._list(entry)
        return self._entries

    def _read_catalogue(self) -> Steps[None]:
        """Read on in the catalogue. It is only a list of where to look: a log's own proof is what counts."""
        name = printable((yield from self.catalogue()))
        path: str | None = f"/v1/logs/{name}/records?first={self._listed + 1}"
        while path is not None:
            try:
                body, answer = yield from fetch_json(self._policy, Ask(path, (), HEADERS_JSON))
                entries = [_entry(record) for record in body["records"]]
            except NotThere:
                yield from self._read_topics()
                return
            except CorruptStore as error:
                raise NotProven(f"the home has no such catalogue: {error}", log=name, field="catalogue") from error
            for entry in entries:
                self._listed = entry.id
                self._list(entry)
            path = next_of(answer.headers)

    def _list(self, entry: LogEntry) -> None:
        if entry.kind is Kind.TOPIC and entry.topic is not None:
            found = LogOf(printable(entry.name), entry.generation, entry.started)
            self._logs.setdefault(entry.topic, []).append(found)

    def _read_topics(self) -> Steps[None]:
        """For an account that may not read the catalogue: the present log of each topic that it may read."""
        rows = yield from read_rows(self._policy, "/v1/topics", "topics", (), {"time": "ns"})
        for row in rows:
            began = 0 if row["generation"] == 1 else int(row["first_logged_time"])
            self._logs[row["topic"]] = [LogOf(row["log"], row["generation"], began)]

    def records(self, log: str, topic: str, wanted: Iterable[int]) -> Steps[dict[int, Datum]]:
        """Proven records of a topic's log by number: those that are wanted, all parts of their messages among them.

        Raises:
            NotProven: one of them is not what the log's writer signed, or is not there.
        """
        found: dict[int, Datum] = {}
        waiting = list(ranges(wanted))[::-1]
        while waiting:
            first, last = waiting.pop()
            try:
                proven = yield from self._range(log, topic, first, last)
            except TooMuch:
                if first == last:
                    raise
                middle = (first + last) // 2
                waiting += [(middle + 1, last), (first, middle)]
            else:
                found.update((datum.recno, datum) for datum in proven)
        return found

    def tip(self, log: str) -> Steps[int]:
        """How many records the home says that a log has."""
        told = yield from read_object(self._policy, f"/v1/logs/{log}")
        return int(told["tip"])

    def _range(self, log: str, topic: str, first: int, last: int) -> Steps[tuple[Datum, ...]]:
        known = self._topics.get(log) == topic  # else the listing may say that what is one topic's is another's
        verdict = yield from self._proof(log, topic, first, last, with_catalogue=not known)
        self._topics[log] = topic
        lacking = set(range(first, last + 1)) - {datum.recno for datum in verdict.records}
        if lacking:
            raise NotProven("the proof lacks the record", log=log, topic=topic, recno=min(lacking), field="recno")
        return verdict.records

    def _proof(self, log: str, topic: str, first: int, last: int, *, with_catalogue: bool) -> Steps[Verdict]:
        catalogue = yield from self.catalogue()
        waited_s = 0.0
        while True:
            proof = yield from self._fetch(log, topic, first, last, with_catalogue=with_catalogue)
            if proof.covered or waited_s >= self._policy.cover_s_max:
                break
            yield Pause(COVER_PAUSE_S, "the last record is not signed yet")
            waited_s += COVER_PAUSE_S
        verdict = verify(catalogue if with_catalogue else parse_name(log), proof)
        if verdict.log != parse_name(log):
            raise NotProven(f"the proof is of log {printable(verdict.log)}", log=log, topic=topic, field="name")
        _must_hold(verdict, log, topic, first)
        if with_catalogue:
            _must_be_of(proof, catalogue, log, topic, verdict.topic)
        return verdict

    def _fetch(self, log: str, topic: str, first: int, last: int, *, with_catalogue: bool) -> Steps[Proof]:
        # Of a single record the home gives the whole message, if it is a part of one.
        rest = (("last", str(last)),) if last > first else ()
        params = (("recno", str(first)), *rest, ("catalogue", "true" if with_catalogue else "false"))
        try:
            answer = yield from fetch(self._policy, Ask(f"/v1/logs/{log}/proof", params, HEADERS_JSON))
        except NotThere as error:
            raise NotProven(error.detail, log=log, topic=topic, recno=first, field="recno") from error
        try:
            return decode(answer.content)
        except GdpError as error:
            detail = f"the proof cannot be read: {error}"
            raise NotProven(detail, log=log, topic=topic, recno=first, field="proof") from error


def _entry(record: Mapping[str, Any]) -> LogEntry:
    data = record["data"].encode() if "data" in record else base64.b64decode(record["data_base64"])
    return decode_entry(record["recno"], data)


def ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of spans that have all of these record numbers, few others, and a bounded length."""
    first = last = 0
    for number in sorted(set(numbers)):
        if first and (number - last > GAP_MAX or number - first >= RANGE_MAX):
            yield first, last
            first = 0
        first, last = first or number, number
    if first:
        yield first, last


def _must_hold(verdict: Verdict, log: str, topic: str, first: int) -> None:
    fault = _worst(verdict.checks)
    if fault is not None:
        recno = first if fault.recno is None else fault.recno
        raise NotProven(fault.text, log=log, topic=topic, recno=recno, field=fault.field or fault.id)


def _worst(checks: Iterable[Check]) -> Check | None:
    """A check that is bad, else one that is open; of several the one that names a record."""
    faults = [each for each in checks if each.state is not State.GOOD]
    return min(faults, key=lambda each: (each.state is not State.BAD, each.recno is None), default=None)


def _must_be_of(proof: Proof, catalogue: GdpName, log: str, topic: str, claimed: str | None) -> None:
    """A log of others is in the catalogue too, whatever topic its metadata names: only the home's own will do."""
    metadata = Metadata.parse(proof.span.metadata)
    if metadata.get(HCAT) != catalogue or metadata.get(HKND) != Kind.TOPIC.value.encode():
        raise NotProven("it is no topic's log of this home", log=log, topic=topic, field="metadata")
    if claimed != topic:
        raise NotProven(f"it is the log of the topic {claimed}", log=log, topic=topic, field="topic")
