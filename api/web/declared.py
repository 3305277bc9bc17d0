"""Which query parameters a route declares, for telling a caller what would have done."""

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel


def declared_parameters(request: Request) -> list[str]:
    """The names that the route of this request takes, in the order of its documentation."""
    return list(declared_fields(request))


def declared_fields(request: Request) -> dict[str, object]:
    """The same names, each with its type."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return {}
    fields: dict[str, object] = {}
    for parameter in route.dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            fields |= {name: each.annotation for name, each in model.model_fields.items()}
        else:
            fields[parameter.alias] = model
    return fields
