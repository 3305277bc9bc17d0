"""How a route says in the documentation what it answers, while its code answers bytes."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from api.accounts.guard import is_guarded
from api.web.problem import MEDIA_TYPE as PROBLEM_MEDIA_TYPE
from api.web.problem import ProblemBody

POSITION_HEADER = {"Hearthlog-Position": {"description": "Where the answer stands.", "schema": {"type": "string"}}}


def declare_account(app: FastAPI) -> None:
    """Say in the documentation of `app` that what is guarded needs an account."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        schema = make()
        schema["components"]["securitySchemes"] = {"account": {"type": "http", "scheme": "bearer"}}
        for path, methods in schema["paths"].items():
            if is_guarded(path):
                for call in methods.values():
                    call["security"] = [{"account": []}]
        return schema

    # FastAPI documents this as the way to extend what it says.
    app.openapi = openapi  # type: ignore[method-assign]


def answers(model: type[BaseModel] | None, *statuses: int, description: str = "The answer.") -> dict[int | str, Any]:
    """The `responses` of a route: its answer, and the problems it may have beside 400 and 401."""
    responses: dict[int | str, Any] = {200: {"description": description, "headers": POSITION_HEADER}}
    if model is not None:
        responses[200]["model"] = model
    for status in (400, 401, *statuses):
        responses[status] = {
            "description": "A problem.",
            "content": {PROBLEM_MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}},
        }
    return responses
