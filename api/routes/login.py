"""`GET /`: the address that the terminal prints logs in once; without a secret it leads to the page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from api.services import services_of
from api.web.accounts import COOKIE, COOKIE_AGE_S, TOKEN_BYTES_MAX
from api.web.params import Parameters
from api.web.problem import Problem

FIRST_SCREEN = "/now"
router = APIRouter()


class LoginQuery(Parameters):
    """Parameters of `/`."""

    token: str | None = Field(None, max_length=TOKEN_BYTES_MAX, description="The secret; moved into a cookie at once.")


@router.get("/", response_class=RedirectResponse, status_code=303)
async def login(request: Request, query: Annotated[LoginQuery, Query()]) -> Response:
    """Leads to the page, logged in if the secret is right; a wrong one is an error for programs."""
    response = RedirectResponse(FIRST_SCREEN, 303, {"Cache-Control": "no-store"})
    if query.token is None:
        return response
    accounts = services_of(request).accounts
    if accounts.account_of(query.token) is None:
        if "text/html" in request.headers.get("accept", ""):
            return response  # a person with an old address: the page says how to get in
        detail = (
            accounts.missing or "token: this is not the secret of any account; the terminal prints the right address"
        )
        raise Problem(401, "wrong-token", detail, parameter="token")
    response.set_cookie(
        COOKIE,
        query.token,
        max_age=COOKIE_AGE_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response
