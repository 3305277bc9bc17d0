"""What the page costs in Debian's Chromium against a real home, beside the budgets of the design (page.md §12)."""

from collections.abc import Iterator

from playwright.sync_api import Browser

from bench import page_flow, page_paint, page_year
from bench.budgeted import Row
from bench.chromium import chromium
from bench.home import Home
from bench.options import Options
from bench.page_flow import say
from bench.table import Table, number, ratio
from bench.year import home_of_a_year

COLUMNS = ("what", "measured to budget", "measured", "budget", "unit")


def page(options: Options) -> Iterator[Table]:
    """One table a chapter of the budgets, from one home and one browser."""
    with options.directory() as directory, home_of_a_year(directory) as there, chromium() as browser:
        say(there, rate=100, seconds=2)
        for title, rows in chapters(browser, there, options):
            table = Table(title, COLUMNS)
            for row in rows:
                table.add(row.what, ratio(row.ratio), number(row.measured), row.budget_text, row.unit)
            yield table


def chapters(browser: Browser, there: Home, options: Options) -> Iterator[tuple[str, Iterator[Row]]]:
    """Each chapter's title and rows; a row is measured when it is asked for."""
    yield "Opening, with nothing in the browser's cache", page_paint.rows(browser, there, options)
    yield "A year of one series, a million observations", page_year.rows(browser, there, options)
    yield "100 live series at 1,000 messages/s", page_flow.frames(browser, there, options)
    yield "An hour of 100 series, said in a minute", page_flow.hour(browser, there)
