"""`GET /v1/logs/{name}`, its records and their proofs: what is stored, as it is stored."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.accounts.guard import caller_of
from api.proving import Proven, Prover
from api.services import Home, Services, services_of
from api.times import one_time
from api.web.answer import Standing, body, respond
from api.web.keys import writer_key_of
from api.web.openapi import answers
from api.web.paging import limit_of
from api.web.params import NoParameters, Parameters, TimeText
from api.web.payload import payload_fields
from api.web.positions import home_of
from api.web.problem import Problem, bad_parameter, not_found
from api.web.schemas import Log, Records
from api.web.schemas_proof import ProofBody
from api.web.windows import too_much
from gdp.client import OpenLog
from gdp.datum import Datum, LogHash
from gdp.errors import GdpNameError
from gdp.metadata import Metadata
from gdp.names import PRINTABLE_CHARACTERS, GdpName, parse_name, printable
from gdp.proof import encode

SIGNATURE_LOOKBACK = 256
IMMUTABLE = {"Cache-Control": "private, max-age=31536000, immutable"}
LogName = Annotated[str, Path(description="The log's 43 characters, from `topics`.")]
router = APIRouter(prefix="/logs/{name}")


class RecordsQuery(Parameters):
    """Parameters of `logs/{name}/records`."""

    first: int = Field(1, ge=1, description="Number of the first record.")
    limit: int | None = Field(None, ge=1, description="Records of a page; default and maximum are settings.")
    time: TimeText = "rfc3339"


class ProofQuery(Parameters):
    """Parameters of `logs/{name}/proof`."""

    recno: int = Field(ge=1, description="Number of the record; of one that is a part of a message, all of it.")
    last: int | None = Field(None, ge=1, description="Number of the last record, to prove a range.")
    catalogue: bool = Field(True, description="Also prove that the catalogue lists the log under its topic.")


@router.get("", responses=answers(Log, 404, 429, 503))
async def log(request: Request, name: LogName, _: Annotated[NoParameters, Query()]) -> Response:
    """Metadata, writer's key, last record and how far it is signed."""
    services = services_of(request)
    home = home_of(services)
    log_name, found = await _open(request, services, name)
    last = await services.reader.range(log_name, -min(found.recno, SIGNATURE_LOOKBACK), -1) if found.recno else []
    standing = Standing.at(home, home.model.position)
    return respond(standing, body(standing, _describe(home, found.metadata, last)))


@router.get("/records", responses=answers(Records, 404, 429, 503))
async def records(request: Request, name: LogName, query: Annotated[RecordsQuery, Query()]) -> Response:
    """Datums as stored. A range that lies below the last record never changes, and says so to caches."""
    services = services_of(request)
    home = home_of(services)
    limit = limit_of(services, query.limit)
    log_name, found = await _open(request, services, name)
    bytes_max = services.settings.answer_payload_bytes_max
    here = query.first <= found.recno
    shown = await services.reader.range(log_name, query.first, limit, bytes_max=bytes_max) if here else []
    hashes = LogHash(log_name, found.metadata.blob)
    rows = [_record(datum, hashes, query.time) for datum in shown]
    next_url = None
    if shown and shown[-1].recno < found.recno:
        rest = f"first={shown[-1].recno + 1}&limit={limit}&time={query.time}"
        next_url = f"{request.url.path}?{rest}"
    standing = Standing.at(home, home.model.position)
    whole = len(shown) == limit and shown[-1].recno < found.recno
    headers = IMMUTABLE if whole else {}
    return respond(standing, body(standing, {"records": rows}, next_url), next_url, headers)


@router.get("/proof", responses=answers(ProofBody, 404, 413, 429, 503))
async def proof(request: Request, name: LogName, query: Annotated[ProofQuery, Query()]) -> Response:
    """What is needed to verify a record offline, knowing the name of its log or catalogue (docs/proofs.md).

    The answer is the file to keep. One that is covered never changes; else no signature reaches the record yet.
    """
    services = services_of(request)
    home = home_of(services)
    log_name, found = await _open(request, services, name)
    if max(query.recno, query.last or 0) > found.recno:
        raise not_found(f"the log has {found.recno} records, and not yet number {max(query.recno, query.last or 0)}")
    prover = Prover(services.reader, home.model.catalogue)
    wanted = Proven(found.metadata, await _to_prove(services, prover, log_name, found, query))
    made = await prover.prove(wanted, listed=query.catalogue)
    content = await services.pools.run(lambda: encode(made), heavy=True)
    return respond(Standing.at(home, home.model.position), content, None, IMMUTABLE if made.covered else {})


async def _to_prove(
    services: Services, prover: Prover, log_name: GdpName, found: OpenLog, query: ProofQuery
) -> list[Datum]:
    bytes_max = services.settings.answer_payload_bytes_max
    if query.last is None:
        return await prover.message(found.metadata, query.recno, bytes_max=bytes_max)
    if query.last < query.recno:
        raise bad_parameter("last", f"{query.last} is before recno, {query.recno}")
    count = query.last - query.recno + 1
    most = services.settings.rows_max
    if count > most:
        raise too_much("last", f"{count} records in one proof are more than {most}: ask for several ranges")
    records = await services.reader.range(log_name, query.recno, count, bytes_max=bytes_max)
    if len(records) < count:
        raise too_much("last", f"records {query.recno} to {query.last} are more than {bytes_max} bytes: ask for fewer")
    return records


async def _open(request: Request, services: Services, name: str) -> tuple[GdpName, OpenLog]:
    if len(name) != PRINTABLE_CHARACTERS:
        raise bad_parameter("name", f"a log's name has {PRINTABLE_CHARACTERS} characters; `topics` lists them")
    try:
        log_name = parse_name(name)
    except GdpNameError as fault:
        raise bad_parameter("name", str(fault)) from fault
    found = await services.reader.open(log_name) if _is_readable(request, home_of(services), log_name) else None
    if found is None:
        raise _missing(name)
    return log_name, found


def _is_readable(request: Request, home: Home, name: GdpName) -> bool:
    caller, entry = caller_of(request), home.model.catalogue.log(name)
    return caller.may_read_all or (entry is not None and entry.topic is not None and caller.may_read(entry.topic))


def _missing(name: str) -> Problem:
    return not_found(f"there is no log {name} here; `topics` lists the logs that there are")


def _describe(home: Home, metadata: Metadata, last: list[Datum]) -> dict[str, Any]:
    entry = home.model.catalogue.log(metadata.name)
    key = writer_key_of(metadata)
    signed = next((datum.recno for datum in reversed(last) if datum.sig is not None), None)
    tip_hash = LogHash(metadata.name, metadata.blob).hash(last[-1]).hex() if last else None
    return {
        "log": printable(metadata.name),
        "topic": entry.topic if entry else None,
        "kind": entry.kind.value if entry else None,
        "generation": entry.generation if entry else None,
        "metadata": base64.b64encode(metadata.blob).decode(),
        "entries": _texts(metadata),
        "writer_key": None if key is None else base64.b64encode(key).decode(),
        "tip": last[-1].recno if last else 0,
        "tip_hash": tip_hash,
        "last_signed": signed,
    }


def _texts(metadata: Metadata) -> dict[str, str]:
    """Entries whose id is letters and whose value is printable text."""
    texts = {}
    for number, value in metadata.entries:
        letters = number.to_bytes(4, "big").strip(b"\0").decode("latin-1")
        text = value.decode("utf-8", "replace")
        if letters.isalpha() and text.isprintable():
            texts[letters] = text
    return texts


def _record(datum: Datum, hashes: LogHash, style: str) -> dict[str, Any]:
    data = payload_fields(datum.data)
    return {
        "recno": datum.recno,
        "time": one_time(datum.ts, style),
        "accuracy": datum.accuracy,
        "prevhash": datum.prevhash.hex() if datum.prevhash else None,
        "hash": hashes.hash(datum).hex(),
        "sig": base64.b64encode(datum.sig).decode() if datum.sig else None,
        **{name.replace("payload", "data"): value for name, value in data.items()},
    }
