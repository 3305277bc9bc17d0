"""The reads as calls: each request, and what its answer becomes. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hearthlog.client.errors import Refused, Unavailable
from hearthlog.client.fetch import fetch, fetch_json, json_of, next_of
from hearthlog.client.policy import Policy
from hearthlog.client.query import HEADERS_ARROW, HEADERS_JSON, pairs, waiting
from hearthlog.client.steps import Answer, Ask, Pairs, Steps
from hearthlog.client.table import Table, rows_table, table_of

NS_PER_MS = 1_000_000
MADE_BY = ("decoder-set", "kernel")
GONE = "gone"
"""The kind of the problem that refuses a page which other decoders would make than those of the page before."""
PLOT_COLUMNS = {
    "topic": "string",
    "field": "string",
    "unit": "string",
    "time": "time",
    "min": "double",
    "max": "double",
    "count": "int64",
}


def read_table(policy: Policy, path: str, filters: Sequence[str], options: Mapping[str, object]) -> Steps[Table]:
    """A read that answers Arrow, with all its pages; `limit` is of rows in all."""
    return _tables(policy, path, pairs(filters, options), options)


def read_asof(policy: Policy, left: Sequence[str], right: Sequence[str], options: Mapping[str, object]) -> Steps[Table]:
    """`asof`: its two filters are not called `filter`."""
    sides = (*(("left", each) for each in left), *(("right", each) for each in right))
    return _tables(policy, "/v1/asof", (*sides, *pairs((), options)), options)


def _tables(policy: Policy, path: str, params: Pairs, options: Mapping[str, object]) -> Steps[Table]:
    headers = waiting(HEADERS_ARROW, options, policy.wait_s)
    answers = yield from _pages(policy, Ask(path, params, headers), _made_by_headers, options)
    return table_of([each.content for each in answers], answers[0].headers)


def _pages(
    policy: Policy, ask: Ask, made_by: Callable[[Answer], object], options: Mapping[str, object]
) -> Steps[list[Answer]]:
    """All pages of an answer; from the first on again if other decoders made the later ones.

    Raises:
        Unavailable: that went on and on.
    """
    for _ in range(policy.tries_max):
        answers = [(yield from fetch(policy, ask))]
        while options.get("limit") is None and (rest := next_of(answers[-1].headers)) is not None:
            try:
                answers.append((yield from fetch(policy, Ask(rest, (), {"Accept": ask.headers["Accept"]}))))
            except Refused as fault:
                if fault.kind != GONE:
                    raise
                break
            if made_by(answers[-1]) != made_by(answers[0]):
                break
        else:
            return answers
    raise Unavailable("the home changed its decoders between the pages of each answer")


def _made_by_headers(answer: Answer) -> object:
    return [answer.headers.get(f"hearthlog-{name}") for name in MADE_BY]


def _made_by_body(answer: Answer) -> object:
    return [json_of(answer).get(name.replace("-", "_")) for name in MADE_BY]


def read_rows(
    policy: Policy, path: str, name: str, filters: Sequence[str], options: Mapping[str, object]
) -> Steps[list[dict[str, Any]]]:
    """A read that answers JSON only: its rows, of all pages."""
    headers = waiting(HEADERS_JSON, options, policy.wait_s)
    answers = yield from _pages(policy, Ask(path, pairs(filters, options), headers), _made_by_body, options)
    return [row for each in answers for row in json_of(each)[name]]


def read_plot(policy: Policy, filters: Sequence[str], options: Mapping[str, object]) -> Steps[Table]:
    """`plot`: the lines of all series, one under the other."""
    headers = waiting(HEADERS_JSON, options, policy.wait_s)
    body, answer = yield from fetch_json(policy, Ask("/v1/plot", pairs(filters, options), headers))
    rows = [
        {
            **{name: line[name] for name in ("topic", "field", "unit")},
            "time": round(at * 1000) * (NS_PER_MS // 1000),
            "min": least,
            "max": greatest,
            "count": count,
        }
        for line in body["series"]
        for at, least, greatest, count in zip(line["x"], line["min"], line["max"], line["count"], strict=True)
    ]
    return rows_table(rows, PLOT_COLUMNS, answer.headers.get("hearthlog-position", ""))


def read_object(policy: Policy, path: str, params: Pairs = ()) -> Steps[dict[str, Any]]:
    """A read whose answer is one thing."""
    body, _ = yield from fetch_json(policy, Ask(path, params, HEADERS_JSON))
    return body
