"""A parameter that takes one value and is given twice: refused, for either value might be the one that was meant."""

from collections import Counter
from typing import get_origin

from fastapi import Request

from api.web.declared import declared_fields
from api.web.problem import bad_parameter


async def refuse_repeated(request: Request) -> None:
    """A route's dependency.

    Raises:
        Problem: names the parameter.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, kind in declared_fields(request).items():
        if given[name] > 1 and get_origin(kind) is not list:
            raise bad_parameter(name, f"is given {given[name]} times, and takes one value")
