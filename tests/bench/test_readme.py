"""Figures in the benches' page come from the benches."""

from bench.readme import README, put


def test_a_report_takes_the_place_of_the_one_before_and_touches_nothing_else(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- live -->\nold\n<!-- end of live -->\nafter\n")
    for figures in ("| 1 |", "| 2 |"):
        assert put("live", f"## live\n\n{figures}\n", page)
        assert page.read_text() == f"before\n<!-- live -->\n{figures}\n<!-- end of live -->\nafter\n"
    assert not put("reads", "## reads\n\n| 3 |\n", page)


def test_the_page_has_a_place_for_what_the_design_sets_bounds_to():
    for name in ("budget", "stages", "ingest", "live", "sustain", "peers-medium", "peers-small", "peers-wide"):
        assert f"<!-- {name} -->" in README.read_text()
