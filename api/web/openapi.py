"""How a route says in the documentation what it answers, while its code answers bytes."""

from types import UnionType
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from api.accounts.guard import is_guarded
from api.web.formats import MEDIA_TYPES
from api.web.problem import MEDIA_TYPE as PROBLEM_MEDIA_TYPE
from api.web.problem import ProblemBody

POSITION_HEADER = {"Hearthlog-Position": {"description": "Where the answer stands.", "schema": {"type": "string"}}}
PROBLEM = {
    "description": "A problem.",
    "content": {PROBLEM_MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}},
}
NOT_MODIFIED = {"description": "Nothing newer than what `If-None-Match` names; no body."}
GUARDED_STATUSES = ["401", "413", "429"]
"""What the guard and the limits before every route may answer."""
BYTES = {"type": "string", "format": "binary"}
TABLE_MEDIA_TYPES = [media.partition(";")[0] for name, media in MEDIA_TYPES.items() if name != "json"]


def declare_common(app: FastAPI) -> None:
    """Say in the documentation of `app` what holds for many routes: accounts, limits, and how mistakes are answered."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        schema = make()
        schema["components"]["securitySchemes"] = {"account": {"type": "http", "scheme": "bearer"}}
        for path, methods in schema["paths"].items():
            for call in methods.values():
                # FastAPI's own way to refuse parameters; ours is a problem with status 400.
                mistaken = call["responses"].pop("422", None) is not None
                statuses = ["400"] if mistaken else []
                if is_guarded(path):
                    call["security"] = [{"account": []}]
                    statuses += GUARDED_STATUSES
                for status in statuses:
                    call["responses"].setdefault(status, PROBLEM)
        for unused in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(unused, None)
        return schema

    # FastAPI documents this as the way to extend what it says.
    app.openapi = openapi  # type: ignore[method-assign]


def answers(
    model: type[BaseModel] | UnionType | None, *statuses: int, description: str = "The answer."
) -> dict[int | str, Any]:
    """The `responses` of a route: its answer, and the problems it may have beside 400 and 401."""
    responses: dict[int | str, Any] = {200: {"description": description, "headers": POSITION_HEADER}}
    if model is not None:
        responses[200]["model"] = model
    if 406 in statuses:
        # Beside JSON, what else can be accepted.
        responses[200]["content"] = {media: {"schema": BYTES} for media in TABLE_MEDIA_TYPES}
    for status in (400, 401, *statuses):
        responses[status] = NOT_MODIFIED if status == 304 else PROBLEM
    return responses
