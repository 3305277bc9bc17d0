"""`/healthz`, `/readyz`, `/metrics`: for probes and for Prometheus."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.accounts.guard import caller_of
from api.readiness import missing
from api.services import services_of
from api.web.metrics import CONTENT_TYPE
from api.web.openapi import PROBLEM
from api.web.positions import HEADER, position_text
from api.web.problem import Problem

router = APIRouter()


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> Response:
    """Whether the process answers."""
    return PlainTextResponse("alive\n")


@router.get(
    "/readyz",
    response_class=PlainTextResponse,
    responses={503: {"description": "Not ready: one line for each thing that is missing."}},
)
async def readyz(request: Request) -> Response:
    """Whether what a device says now is kept and can be read within seconds; if not, what is missing, in words."""
    services = services_of(request)
    faults = missing(services)
    headers = {"Cache-Control": "no-store"}
    if services.home is not None:
        headers[HEADER] = position_text(services.home, services.home.model.position)
    text = "ready\n" if not faults else "".join(f"not ready: {fault}\n" for fault in faults)
    return PlainTextResponse(text, 503 if faults else 200, headers)


@router.get("/metrics", response_class=PlainTextResponse, responses={403: PROBLEM})
async def metrics(request: Request) -> Response:
    """Counters and gauges in Prometheus' text format, for accounts that may read every topic."""
    if not caller_of(request).may_read_every_topic:
        raise Problem(403, "not-yours", "the metrics are for accounts that may read #")
    return Response(services_of(request).metrics.text(), media_type=CONTENT_TYPE)
