"""Which query parameters a route declares, for telling a caller what would have done."""

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel


def declared_parameters(request: Request) -> list[str]:
    """The names that the route of this request takes, in the order of its documentation."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return []
    names: list[str] = []
    for parameter in route.dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            names += model.model_fields
        else:
            names.append(parameter.alias)
    return names
