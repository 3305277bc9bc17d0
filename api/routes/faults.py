"""`GET /v1/faults`: everything that the home can say is wrong, in the words of docs/faults.md."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.services import services_of
from api.web.answer import Standing, body, respond
from api.web.openapi import answers
from api.web.params import NoParameters
from api.web.positions import home_of
from api.web.schemas import Answer
from api.words.templates import FAULTS, Template

router = APIRouter()


class FaultAnswer(BaseModel):
    """One fault; names in braces stand for facts."""

    id: str
    kind: str = Field(description="Whose it is: device, broker, sink, store, home or unknown.")
    severity: str = Field(description="critical, warning or info.")
    sentence: str = Field(description="Said while it lasts.")
    over: str | None = Field(description="Said when it is over; null where that makes no difference.")
    evidence: str = Field(description="What is shown for it.")
    remedy: str = Field(description="What to do.")


class Faults(Answer):
    """`faults`."""

    faults: list[FaultAnswer]


@router.get("/faults", responses=answers(Faults, 429, 503))
async def faults(request: Request, _: Annotated[NoParameters, Query()]) -> Response:
    """What each fault means: the fixed table that health, notable, gaps and the attention messages speak from."""
    home = home_of(services_of(request))
    standing = Standing.at(home, home.model.position)
    return respond(standing, body(standing, {"faults": [_told(each) for each in FAULTS.values()]}))


def _told(fault: Template) -> dict[str, str | None]:
    return {
        "id": fault.id,
        "kind": fault.kind,
        "severity": fault.severity.name,
        "sentence": fault.now,
        "over": fault.past or None,
        "evidence": fault.evidence,
        "remedy": fault.remedy,
    }
