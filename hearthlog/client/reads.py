"""The reads as calls: each request, and what its answer becomes. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any

from hearthlog.client.fetch import fetch, fetch_json, next_of
from hearthlog.client.policy import Policy
from hearthlog.client.query import HEADERS_ARROW, HEADERS_JSON, pairs, waiting
from hearthlog.client.steps import Ask, Pairs, Steps
from hearthlog.client.table import Table, rows_table, table_of

NS_PER_MS = 1_000_000
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
    answer = yield from fetch(policy, Ask(path, params, headers))
    pages, first = [answer.content], answer.headers
    while options.get("limit") is None and (rest := next_of(answer.headers)) is not None:
        answer = yield from fetch(policy, Ask(rest, (), HEADERS_ARROW))
        pages.append(answer.content)
    return table_of(pages, first)


def read_rows(
    policy: Policy, path: str, name: str, filters: Sequence[str], options: Mapping[str, object]
) -> Steps[list[dict[str, Any]]]:
    """A read that answers JSON only: its rows, of all pages."""
    headers = waiting(HEADERS_JSON, options, policy.wait_s)
    body, answer = yield from fetch_json(policy, Ask(path, pairs(filters, options), headers))
    rows = list(body[name])
    while options.get("limit") is None and (rest := next_of(answer.headers)) is not None:
        body, answer = yield from fetch_json(policy, Ask(rest, (), HEADERS_JSON))
        rows += body[name]
    return rows


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
