"""Everything that can go wrong between an analyst and a home, as one hierarchy."""

import json
from collections.abc import Mapping
from typing import Any


class HomeError(Exception):
    """The root: a sentence that says what is wrong and what would do.

    Attributes:
        detail: the sentence.
        status: the HTTP status, where the home answered.
        kind: the last part of the problem's `type`, such as `bad-parameter`.
        parameter: the parameter that is at fault, where one is.
    """

    def __init__(
        self, detail: str, *, status: int | None = None, kind: str | None = None, parameter: str | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.kind = kind
        self.parameter = parameter


class Refused(HomeError):
    """The home does not answer this request as it is (400 and its like)."""


class NoSecret(Refused):
    """There is no secret, or one that the home does not know (401)."""


class NotPermitted(Refused):
    """The account may not do this (403)."""


class NotThere(Refused):
    """What was asked for does not exist, or not for this account (404)."""


class NotReached(Refused):
    """The home has not reached the position that `at` names (409)."""


class TooMuch(Refused):
    """The answer would be larger than the home allows (413)."""


class Unavailable(HomeError):
    """The home cannot be reached, or cannot answer now, also after several tries."""


class MissingExtra(HomeError):
    """A package that is an optional extra is not installed."""


class CannotVerify(HomeError):
    """This answer is made of values in a way that `verify=True` does not cover."""


class NotProven(HomeError):
    """What the home said is not what its log proves.

    Attributes:
        log: name of the log, 43 characters.
        topic: its topic, where known.
        recno: number of the record.
        field: what does not fit: a field of the record (`contents`, `sig`, `prevhash`, …) or of the observation.
    """

    def __init__(
        self, detail: str, *, log: str, recno: int | None = None, field: str | None = None, topic: str | None = None
    ) -> None:
        where = f"log {log}" + (f" ({topic})" if topic else "") + (f", record {recno}" if recno is not None else "")
        super().__init__(f"{where}: {detail}")
        self.log = log
        self.topic = topic
        self.recno = recno
        self.field = field


_BY_STATUS: Mapping[int, type[HomeError]] = {
    401: NoSecret,
    403: NotPermitted,
    404: NotThere,
    413: TooMuch,
}
_BY_KIND: Mapping[str, type[HomeError]] = {"position-not-reached": NotReached}
TEXT_CHARS_MAX = 300
"""Of an answer that is no problem+json, this much is shown."""


def error_of(status: int, content: bytes) -> HomeError:
    """The error that an answer means, whether or not its body is problem+json."""
    problem = _problem(content)
    kind = str(problem.get("type", "")).rpartition(":")[2] or None
    detail = problem.get("detail")
    if not isinstance(detail, str):
        text = content[:TEXT_CHARS_MAX].decode(errors="replace").strip()
        detail = f"the answer is {status}" + (f": {text}" if text else "")
    parameter = problem.get("parameter")
    found = _BY_KIND.get(kind or "") or _BY_STATUS.get(status) or (Unavailable if status >= 500 else Refused)
    return found(detail, status=status, kind=kind, parameter=parameter if isinstance(parameter, str) else None)


def _problem(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
