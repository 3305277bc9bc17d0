"""`GET /authority.pem`: the certificate that devices of the network have to trust, open to everybody."""

from pathlib import Path

from fastapi import APIRouter, Request, Response

from api.services import services_of
from api.web.openapi import PROBLEM
from api.web.problem import not_found

MEDIA_TYPE = "application/x-pem-file"
router = APIRouter()


@router.get(
    "/authority.pem",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "The certificate, PEM."},
        404: PROBLEM,
    },
)
def authority(request: Request) -> Response:
    """The certificate of the home's own authority. Compare its fingerprint with what `account qr` prints."""
    file = services_of(request).settings.tls_authority
    try:
        content = Path(file).read_bytes() if file else None
    except OSError:
        content = None
    if content is None:
        raise not_found("this home has no certificate authority of its own: hearthlog up --lan makes one")
    return Response(content, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-cache"})
