"""The recipe: a query with every default filled in and every time absolute, in the spelling that a pin has."""

from collections.abc import Mapping
from typing import Any, NamedTuple, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.accounts.caller import Within
from api.datasets.pin import Query
from api.routes.asof import AsofQuery
from api.routes.history import HistoryQuery
from api.routes.matrix import ADDING, MatrixQuery
from api.services import Home
from api.times import format_time
from api.web.history_table import choice_of
from api.web.params import Parameters
from api.web.positions import read_moment
from api.web.problem import bad_parameter

MODELS: dict[Query, type[Parameters]] = {"matrix": MatrixQuery, "history": HistoryQuery, "asof": AsofQuery}
SHAPE = frozenset({"limit", "cursor", "at", "raw", "time", "layout", "format", "dry_run"})
"""Parameters of how an answer looks, which say nothing of what is in it."""
SETS = ("filter", "field", "left", "left_field", "right", "right_field")
"""Lists whose order means nothing."""


class Asked(BaseModel):
    """The body of `POST datasets`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: Query = Field(description="The call whose answer is pinned.")
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="Its parameters by name, lists or single values; those of an answer's look (limit, cursor, raw, "
        "time, layout, format) left out. Times that are relative count from the position.",
        examples=[{"filter": ["homes/h1/#"], "every": "5m", "start": "-30d"}],
    )
    at: str | None = Field(None, description="Position or logged time; none: the present position.")


class Recipe(NamedTuple):
    """What a dataset is made by. `parameters` are those of the pin."""

    query: Query
    parameters: Mapping[str, Any]
    within: Within

    @property
    def filters(self) -> list[list[str]]:
        """The sets of filters whose topics are read."""
        names = ("left", "right") if self.query == "asof" else ("filter",)
        return [self.parameters[name] for name in names]

    def asked(self) -> Parameters:
        """The parameters as the call itself takes them."""
        return MODELS[self.query].model_validate(dict(self.parameters))


def recipe_of(home: Home, asked: Asked, within: Within, position: int) -> Recipe:
    """Fill in what was not said, and make times absolute, counted from the position (ns).

    Raises:
        Problem: 400; names the parameter.
    """
    parameters = _checked(asked).model_dump(exclude=set(SHAPE))
    for name in SETS:
        if name in parameters:
            parameters[name] = sorted(set(parameters[name]))
    # The record at the position itself is before the end that `now` means.
    start, end = _moment(home, parameters, "start", position), _moment(home, parameters, "end", position + 1)
    if start is not None and end is not None and start >= end:
        raise bad_parameter("start", f"{parameters['start']} is not before end, {parameters['end']}")
    parameters["start"], parameters["end"] = (None if at is None else format_time(at) for at in (start, end))
    if asked.query == "matrix" and parameters["fill"] is None:
        parameters["fill"] = "none" if parameters["fn"] in ADDING else "hold"
    if parameters.get("state_at_start") and (start is None or parameters["order"] == "desc"):
        raise bad_parameter("state_at_start", "needs a start, and order=asc")
    if asked.query == "history":
        _choose(parameters)
    return Recipe(asked.query, dict(sorted(parameters.items())), within)


def _choose(parameters: dict[str, Any]) -> None:
    """Name the columns that are asked for, in their order; say nothing where that is all: pins were so before."""
    asked = parameters.pop("columns")
    names = choice_of(asked, "arrow", raw=False, state=parameters["state_at_start"]).names
    if asked:
        parameters["columns"] = list(names)


def _moment(home: Home, parameters: Mapping[str, Any], name: str, now: int) -> int | None:
    text = parameters[name]
    return None if text is None else read_moment(home, text, name, now)


def _checked(asked: Asked) -> Parameters:
    model = MODELS[asked.query]
    takes = [name for name in model.model_fields if name not in SHAPE]
    given = {}
    for name, value in asked.parameters.items():
        if name not in takes:
            raise bad_parameter(name, f"is not a parameter of a pinned {asked.query}; these are: {', '.join(takes)}")
        single = get_origin(model.model_fields[name].annotation) is list and not isinstance(value, list)
        given[name] = [value] if single else value
    try:
        return model.model_validate(given)
    except ValidationError as fault:
        error = fault.errors()[0]
        name = str(error["loc"][0]) if error["loc"] else "parameters"
        said = str(error["msg"]).removeprefix("Value error, ")
        if error["type"] == "literal_error":
            said = f"{error['input']!r} will not do: {said[:1].lower()}{said[1:]}"
        raise bad_parameter(name, said) from fault
