"""The page's bench is found by its name, with all that it needs."""

from bench.__main__ import NAMES, load


def test_the_bench_of_the_page_can_be_asked_for():
    assert "page" in NAMES
    assert callable(load("page"))
