"""`GET /`: an address with a secret or a code logs in; without one it leads to the page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from api.accounts.door import COOKIE, COOKIE_AGE_S
from api.accounts.known import TOKEN_BYTES_MAX
from api.services import services_of
from api.web.openapi import PROBLEM
from api.web.params import Parameters
from api.web.problem import Problem

FIRST_SCREEN = "/now"
router = APIRouter()


class LoginQuery(Parameters):
    """Parameters of `/`."""

    token: str | None = Field(
        None, max_length=TOKEN_BYTES_MAX, description="A secret, or a code that works once; a cookie takes its place."
    )


@router.get("/", response_class=RedirectResponse, status_code=303, responses={401: PROBLEM})
async def login(request: Request, query: Annotated[LoginQuery, Query()]) -> Response:
    """Leads to the page, logged in if the secret is right; a wrong one is an error for programs."""
    response = RedirectResponse(FIRST_SCREEN, 303, {"Cache-Control": "no-store"})
    if query.token is None:
        return response
    door = services_of(request).door
    caller = door.by_login(query.token)
    if caller is None:
        if "text/html" in request.headers.get("accept", ""):
            return response  # a person with an old address: the page says how to get in
        detail = (
            door.accounts.missing
            or "token: this is neither the secret of an account nor a code that still works; `hearthlog account login` "
            "prints an address with a new code"
        )
        raise Problem(401, "wrong-token", detail, parameter="token")
    response.set_cookie(
        COOKIE,
        door.cookie_for(caller),
        max_age=COOKIE_AGE_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response
