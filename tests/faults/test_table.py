"""The table of faults (README.md) says what the tests do: names, metrics and sentences are compared with them."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from api.words.templates import FAULTS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LINE = re.compile(r"^\| (?!fault |---)(.*) \| (\S+\.py): (.*) \| (.*) \| (.*) \|$", re.MULTILINE)
NAME = re.compile(r"`(hearthlog_\w+)`")
FAULT = re.compile(r"`([a-z]+\.[a-z_]+)`")
SEEN = re.compile(r"\b(stands|was) `([a-z]+\.[a-z_]+)`(?:, for an hour)?(, retained)?")
ASKED = {"stands": "stands(api, ", "was": "was(api, "}
BY_HOME = {"test_killed.py"}
"""Asks the api of a whole home, in its own way."""


class Row(NamedTuple):
    """A fault. `source` is the text of its test, and of the functions of that file that it calls."""

    fault: str
    test: str
    source: str
    metrics: list[str]
    said: str


def rows():
    found = LINE.findall((HERE / "README.md").read_text())
    return [
        Row(fault, name, source_of(HERE / name, words), NAME.findall(met), said)
        for fault, name, words, met, said in found
    ]


def functions(path):
    text = path.read_text()
    tree = ast.parse(text).body
    return {
        each.name: ast.get_source_segment(text, each)
        for each in tree
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def source_of(path, words):
    """The one test of a file whose name has these words, with what it calls there."""
    there = functions(path)
    named = [name for name in there if name.startswith("test_") and words.replace(" ", "_") in name]
    assert len(named) == 1, (path.name, words, named)
    source = there[named[0]]
    return "\n".join([source, *(text for name, text in there.items() if name + "(" in source and name != named[0])])


ROWS = rows()


def test_every_test_of_a_fault_is_in_the_table():
    listed = {source.partition("(")[0] for source in (row.source for row in ROWS)}
    for path in HERE.glob("test_*.py"):
        if path != Path(__file__):
            for name, source in functions(path).items():
                assert not name.startswith("test_") or source.partition("(")[0] in listed, (path.name, name)


def test_every_line_of_the_table_was_read():
    lines = [line for line in (HERE / "README.md").read_text().splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(lines) - 2


@pytest.mark.parametrize("row", ROWS, ids=[row.fault for row in ROWS])
def test_a_row_names_metrics_that_its_test_sees_move(row):
    documented = (ROOT / "docs" / "metrics.md").read_text()
    text = row.source + ((HERE / row.test).read_text() if row.test in BY_HOME else "")
    for metric in row.metrics:
        assert f"`{metric}`" in documented, metric
        assert metric in text, f"{row.test} does not look at {metric}"


@pytest.mark.parametrize("row", ROWS, ids=[row.fault for row in ROWS])
def test_a_row_names_sentences_that_its_test_sees_where_a_person_would(row):
    assert set(FAULT.findall(row.said)) <= set(FAULTS)
    for how, fault, retained in SEEN.findall(row.said):
        text = f'"{fault}"' if row.test in BY_HOME else f'{ASKED[how]}"{fault}"'
        assert text in row.source, f"{row.test} does not ask for it: {text}"
        assert not retained or f'retained(listener, "{fault}")' in row.source, f"{row.test} does not hear {fault}"
