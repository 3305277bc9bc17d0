"""Datasets: queries that were pinned, and the bytes that they are for ever."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gdp.datum import Datum
from hearthlog.client.errors import NotProven, Refused
from hearthlog.client.fetch import fetch, fetch_json, json_of
from hearthlog.client.policy import Policy
from hearthlog.client.query import ARROW, HEADERS_JSON, pairs
from hearthlog.client.steps import Ask, Steps
from hearthlog.client.table import Table, table_of
from hearthlog.client.verify.logs import ProvenLogs
from hearthlog.client.verify.messages import message_at

Query = Literal["matrix", "history", "asof"]
MANY = frozenset({"filter", "field", "columns", "left", "left_field", "right", "right_field"})
MANIFEST = ("id", "pin", "sha256", "rows", "bytes", "columns")
"""What the message under the dataset's topic says."""
IN_TEXT = ("pin", "columns")
"""Of these, what is JSON inside a text."""
TEXT_CHARS_MAX = 300


@dataclass(frozen=True, slots=True)
class Pinned:
    """A pinned dataset.

    Attributes:
        id: SHA-256 of `pin` as canonical JSON, 43 characters: the same query at the same position has the same.
        pin: all that determines it: query, parameters, position, versions, and the last record of each log.
        sha256: of the dataset's Arrow bytes, hexadecimal.
        rows: how many it has.
        position: where in the logs it stands.
        topic: where its manifest is published and logged.
        logged: log, recno, hash and time of the manifest's record; None until it is logged.
    """

    id: str
    pin: Mapping[str, Any]
    sha256: str
    rows: int
    position: str
    topic: str
    logged: Mapping[str, Any] | None
    described: Mapping[str, Any]
    """Everything that the home says of it."""


def pin(policy: Policy, query: Query, filters: Sequence[str], options: Mapping[str, object]) -> Steps[Pinned]:
    """Pin what a query gives."""
    given = dict(options)
    at = given.pop("at", None)
    parameters: dict[str, Any] = {}
    for name, value in pairs(filters, given):
        if name in MANY or name in parameters:
            parameters.setdefault(name, []).append(value)
        else:
            parameters[name] = value
    body: dict[str, Any] = {"query": query, "parameters": parameters}
    if at is not None:
        body["at"] = dict(pairs((), {"at": at}))["at"]
    headers = {**HEADERS_JSON, "Content-Type": "application/json", "Prefer": f"wait={policy.wait_s}"}
    ask = Ask("/v1/datasets", (), headers, "POST", json.dumps(body).encode())
    answer = yield from fetch(policy, ask)
    return pinned_of(json_of(answer))


def pinned_of(described: Mapping[str, Any]) -> Pinned:
    """A dataset as the home describes it.

    Raises:
        NotProven: the description is of another dataset than its id says.
    """
    found = described["pin"]
    if dataset_id(found) != described["id"]:
        raise NotProven("the id is not the SHA-256 of the pin", log="?", topic=described["topic"], field="id")
    return Pinned(
        described["id"],
        found,
        described["sha256"],
        described["rows"],
        found["position"],
        described["topic"],
        described["logged"],
        described,
    )


def dataset_id(found: Mapping[str, Any]) -> str:
    """The id that a pin has."""
    return _id_of(json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def _id_of(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def dataset(policy: Policy, id_: str, proven: ProvenLogs | None) -> Steps[tuple[Pinned, Table]]:
    """A pinned dataset by its id, or as it was pinned; its bytes are compared with its SHA-256 in any case.

    Args:
        policy: how often to try.
        id_: the dataset's.
        proven: proves that the manifest is what the home logged; None: its word is taken.

    Raises:
        NotProven: bytes, manifest and id do not belong together.
    """
    if not id_ or "/" in id_ or "?" in id_:
        raise Refused(f"{id_!r} is not the id of a dataset", parameter="id")
    described, _ = yield from fetch_json(policy, Ask(f"/v1/datasets/{id_}", (), HEADERS_JSON))
    pinned = pinned_of(described)
    if pinned.id != id_:
        raise NotProven(f"the home gave dataset {pinned.id} instead", log="?", topic=pinned.topic, field="id")
    if proven is not None:
        yield from _prove(pinned, proven)
    answer = yield from fetch(policy, Ask(f"/v1/datasets/{id_}/data", (), {"Accept": ARROW}))
    found = hashlib.sha256(answer.content).hexdigest()
    if found != pinned.sha256:
        detail = f"the bytes have SHA-256 {found}, the manifest says {pinned.sha256}"
        raise NotProven(detail, log=(pinned.logged or {}).get("log", "?"), topic=pinned.topic, field="sha256")
    headers = {**answer.headers, "hearthlog-position": pinned.position}
    headers |= {f"hearthlog-{name.replace('_', '-')}": pinned.pin[name] for name in ("decoder_set", "kernel")}
    return pinned, table_of([answer.content], headers)


def _prove(pinned: Pinned, proven: ProvenLogs) -> Steps[None]:
    """Prove that the first manifest of this dataset that the home logged says what the home says."""
    if pinned.logged is None:
        raise NotProven("its manifest is not logged", log="?", topic=pinned.topic, field="logged")
    log, last = pinned.logged["log"], pinned.logged["recno"]
    records = yield from proven.records(log, pinned.topic, range(1, last + 1))
    found = next(_manifests(pinned, log, records), None)
    if found is None:
        raise NotProven("no record up to this is its manifest", log=log, topic=pinned.topic, recno=last, field="id")
    recno, manifest = found
    for name in MANIFEST:
        told, said = pinned.described[name], manifest.get(name)
        if told != (json.loads(said) if name in IN_TEXT and isinstance(said, str) else said):
            detail = f"the home says {name} = {told!r}"[:TEXT_CHARS_MAX] + f", the record {said!r}"[:TEXT_CHARS_MAX]
            raise NotProven(detail, log=log, topic=pinned.topic, recno=recno, field=name)


def _manifests(pinned: Pinned, log: str, records: Mapping[int, Datum]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbers and contents of the messages whose pin has the dataset's id; what others published there has not."""
    for recno in sorted(records):
        message, _ = message_at(log, pinned.topic, recno, records)
        try:
            manifest: dict[str, Any] = json.loads(message.payload)
            text = manifest["pin"]
        except (ValueError, KeyError, TypeError):
            continue
        if isinstance(text, str) and _id_of(text) == pinned.id:
            yield recno, manifest
