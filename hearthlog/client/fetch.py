"""One request until its answer is good: tries again where that is harmless, raises what the home says otherwise."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hearthlog.client.errors import HomeError, Unavailable, error_of
from hearthlog.client.policy import Policy
from hearthlog.client.steps import Answer, Ask, Broken, Pause, Steps

TRY_AGAIN = frozenset({429, 502, 503, 504})
ALWAYS_HARMLESS = frozenset({429, 503})
"""With one of these the home did nothing, so that even a POST may come again."""


def fetch(policy: Policy, ask: Ask) -> Steps[Answer]:
    """The answer to a request, with a status below 400.

    Raises:
        HomeError: as the home's problem says; `Unavailable` where it cannot be reached.
    """
    for failures in range(1, policy.tries_max + 1):
        reply = yield ask
        assert reply is not None
        if isinstance(reply, Answer) and reply.status < 400:
            return reply
        error, harmless = _judge(ask, reply)
        pause_s = _pause_s(policy, reply, failures)
        if not harmless or failures == policy.tries_max or pause_s is None:
            raise error
        yield Pause(pause_s, error.detail)
    raise AssertionError("the last failure was raised")


def fetch_json(policy: Policy, ask: Ask) -> Steps[tuple[dict[str, Any], Answer]]:
    """The one JSON object of an answer."""
    answer = yield from fetch(policy, ask)
    return json_of(answer), answer


def json_of(answer: Answer) -> dict[str, Any]:
    """The object in an answer's body.

    Raises:
        HomeError: it is something else: this is no home, or a newer one.
    """
    try:
        found = json.loads(answer.content)
    except ValueError as error:
        raise HomeError("the answer is no JSON: is this the address of a home?", status=answer.status) from error
    if not isinstance(found, dict):
        raise HomeError("the answer is no JSON object: is this the address of a home?", status=answer.status)
    return found


def next_of(headers: Mapping[str, str]) -> str | None:
    """Path and query of the rest of a cut answer; never another host."""
    for target, relation in _links(headers.get("link", "")):
        if relation == "next" and target.startswith("/") and not target.startswith("//"):
            return target
    return None


def _links(header: str) -> Iterator[tuple[str, str]]:
    for part in header.split(", <"):
        target, _, attributes = part.removeprefix("<").partition(">")
        _, _, relation = attributes.partition('rel="')
        yield target, relation.partition('"')[0]


def _judge(ask: Ask, reply: Answer | Broken) -> tuple[HomeError, bool]:
    """The error, and whether the request may be sent again."""
    if isinstance(reply, Broken):
        return Unavailable(f"the home cannot be reached: {reply.why}"), ask.method == "GET"
    harmless = reply.status in (TRY_AGAIN if ask.method == "GET" else ALWAYS_HARMLESS)
    return error_of(reply.status, reply.content), harmless


def _pause_s(policy: Policy, reply: Answer | Broken, failures: int) -> float | None:
    """How long to wait; None if the home wants more patience than the policy has."""
    usual = policy.pause_s(failures)
    after = reply.headers.get("retry-after", "") if isinstance(reply, Answer) else ""
    if not after.isdecimal():
        return usual
    return None if int(after) > policy.retry_after_s_max else max(float(after), usual)
