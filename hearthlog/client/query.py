"""From arguments to a request's parameters."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from hearthlog.client.moments import length_text, moment_text
from hearthlog.client.steps import Pairs

ARROW = "application/vnd.apache.arrow.stream"
HEADERS_ARROW: Mapping[str, str] = {"Accept": ARROW}
HEADERS_JSON: Mapping[str, str] = {"Accept": "application/json"}


def pairs(filters: Sequence[str], options: Mapping[str, object]) -> Pairs:
    """`filter` for each filter, then the options in their order; what is None is left out.

    Raises:
        Refused: a time without a zone, or a length that is none.
    """
    return (*(("filter", each) for each in filters), *_options(options))


def _options(options: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in options.items():
        if value is None:
            continue
        if isinstance(value, Sequence) and not isinstance(value, str):
            yield from ((name, str(each)) for each in value)
        else:
            yield name, _text(name, value)


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment_text(value, name)
    if isinstance(value, timedelta):
        return length_text(value, name)
    return str(value)


def waiting(headers: Mapping[str, str], options: Mapping[str, object], wait_s: int) -> Mapping[str, str]:
    """The headers; with `at`, the home may wait until it has reached that position."""
    return {**headers, "Prefer": f"wait={wait_s}"} if options.get("at") is not None else headers
