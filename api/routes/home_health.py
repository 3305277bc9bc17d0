"""`GET /v1/health`: the path of a message in words: what is lost, where it is stuck, what is to be done."""

import functools
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.accounts.guard import caller_of
from api.gaps.tell import outage_object
from api.health.look import DAY_NS, Look, away_ns, look, question_of
from api.health.narrow import readable
from api.health.path import behind_of, path_of
from api.routes.gaps import OutageAnswer
from api.services import Home, services_of
from api.times import NS_PER_S, one_time
from api.web.answer import Standing, body, respond
from api.web.openapi import answers
from api.web.params import Parameters, TimeText
from api.web.positions import home_of, position_text
from api.web.schemas import Answer
from api.words.quantities import duration
from api.words.say import say
from api.words.templates import Severity

router = APIRouter()


class Number(BaseModel):
    """A number with its name."""

    name: str
    value: float
    unit: str


class Stage(BaseModel):
    """One part of the path."""

    stage: str = Field(description="device, broker, sink, store, read_model.")
    state: str = Field(description="well, watch, down or unknown.")
    sentence: str
    main: Number | None = Field(description="Null where it is not known.")
    facts: list[str]


class Behind(BaseModel):
    """How far behind a stage is."""

    stage: str
    seconds: float | None


class Books(BaseModel):
    """Messages since the sink started: delivered = all the others, but for the difference."""

    delivered: int
    stored: int
    in_flight: int
    duplicates: int
    repeated: int
    unwanted: int
    refused: int
    difference: int
    sentence: str


class Disk(BaseModel):
    """How long the disk lasts."""

    sentence: str
    full_in_s: float | None = Field(description="Null where it is not known, or does not fill.")


class FactAnswer(BaseModel):
    """Something that a person would want told."""

    id: str = Field(description="Names the fault; docs/faults.md lists them.")
    kind: str = Field(description="device, broker, sink, store, home or unknown.")
    subject: str = Field(description="The topic that it is about; empty for the home.")
    severity: str = Field(description="critical, warning or info.")
    since: str | None
    until: str | None = Field(description="Null while it lasts.")
    sentence: str
    evidence: list[dict[str, Any]]
    remedy: str
    link: str


class Health(Answer):
    """`health`."""

    well: bool
    sentence: str
    path: list[Stage]
    behind: list[Behind]
    books: Books | None = Field(description="Null until the sink has told its counts.")
    uncounted: str = Field(description="What cannot be counted, in words.")
    disk: Disk
    needs: list[FactAnswer] = Field(description="What stands, worst first.")
    outages: list[OutageAnswer] = Field(description="The recorder's own of the last 24 hours.")


class HealthQuery(Parameters):
    """Parameters of `health`."""

    time: TimeText = "rfc3339"


@router.get("/health", responses=answers(Health, 429, 503))
async def health(request: Request, query: Annotated[HealthQuery, Query()]) -> Response:
    """Each stage with its state, main number and facts; the books; what stands; the recorder's last day."""
    services = services_of(request)
    home = home_of(services)
    question = question_of(services, home)
    seen = await services.pools.run(functools.partial(look, question), heavy=True)
    seen = seen._replace(facts=readable(seen.facts, caller_of(request)))
    standing = Standing.at(home, seen.position)
    return respond(standing, body(standing, _told(home, seen, query.time)))


def _told(home: Home, seen: Look, style: str) -> dict[str, Any]:
    moment, position = functools.partial(one_time, style=style), functools.partial(position_text, home)
    worst = seen.facts[0] if seen.facts else None
    well = worst is None or worst.severity == Severity.info
    headline = say("health.well") if well else say("health.faults", worst=seen.facts[0].sentence)
    full = seen.foreseen.full_in_ns
    return {
        "well": well,
        "sentence": headline.sentence,
        "path": path_of(seen.vitals, seen.devices, seen.facts),
        "behind": behind_of(seen.vitals),
        "books": None if seen.books is None else seen.books.as_json(),
        "uncounted": _uncounted(seen),
        "disk": {
            "sentence": seen.foreseen.said().sentence,
            "full_in_s": None if full is None else full / NS_PER_S,
        },
        "needs": [each.as_json(moment) for each in seen.facts],
        "outages": [outage_object(each, moment, position, now=seen.vitals.now) for each in seen.outages],
    }


def _uncounted(seen: Look) -> str:
    away = away_ns(seen.outages, seen.position - DAY_NS, seen.position)
    window = duration(DAY_NS)
    if not away:
        return say("books.all_counted", window=window).sentence
    return say("books.uncounted", lasted=duration(away), window=window).sentence
