"""Datasets: from filters to rows that can be seen, to an id, to code that fetches the very same."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.page.axe import look
from tests.support.home import WAIT_S_MAX, Home

Visit = Callable[..., Page]
POLL_S = 0.3
RECIPE = "/datasets/new?filter=homes/h1/%2B/temperature&start=-12s&every=1s"
SHOWN = """() => [...document.querySelectorAll('.matrix tbody tr')].map((row) => [
    row.querySelector('time').getAttribute('datetime'),
    ...[...row.querySelectorAll('td')].map((cell) => cell.querySelector('a')?.title.replace(', held', '') ?? null),
])"""
# Appended to the copied code: what it fetched, in the order of the page's columns.
TELL = """
import json, sys
names = json.loads(sys.argv[1])
print("ROWS", json.dumps([[row["time"].isoformat(), *(row[name] for name in names)] for row in table.arrow.to_pylist()]))
"""


@pytest.fixture(autouse=True)
def spoken(house: Home) -> None:
    """What was said is older than the newest two rows of a preview, so that it is held there."""
    house.wait_for(lambda: _newest_rows_are_full(house), "what was said to be older than the newest rows")


@pytest.fixture
def pinned(visit: Visit) -> tuple[Page, list[list[str | None]], list[str], str]:
    """A dataset that was pinned by hand; what its preview showed, its columns, and the id that was foretold."""
    page = visit(RECIPE)
    expect(page.locator(".matrix tbody tr")).to_have_count(12)
    shown = page.evaluate(SHOWN)
    columns = page.locator(".matrix thead th[title]").evaluate_all("cells => cells.map((cell) => cell.title)")
    foretold = page.locator(".ready dd.mono").get_attribute("title")
    assert foretold
    page.get_by_role("button", name="Pin this dataset").click()
    expect(page).to_have_url(re.compile(r"/datasets/[\w-]{43}\?"))
    return page, shown, columns, foretold


def test_the_copied_code_fetches_the_rows_of_the_preview(
    house: Home, pinned: tuple[Page, list[list[str | None]], list[str], str], tmp_path: Path
) -> None:
    page, shown, columns, foretold = pinned
    assert f"/datasets/{foretold}?" in page.url
    codes = {language: _code(page, language) for language in ("Python", "pandas", "polars", "curl")}
    script = "\n".join(codes[language] for language in ("Python", "pandas", "polars")) + TELL
    done = _run(house, tmp_path, sys.executable, "-c", script, json.dumps(columns))
    rows = json.loads(done.split("ROWS ")[1])
    assert [[time[:19], *values] for time, *values in rows] == [
        [str(time)[:19], *(None if value is None else float(value) for value in values)] for time, *values in shown
    ]
    assert len(columns) == 2
    assert None not in rows[-1]
    _run(house, tmp_path, "sh", "-c", codes["curl"])
    digest = hashlib.sha256((tmp_path / "dataset.arrow").read_bytes()).hexdigest()
    expect(_fact(page, "SHA-256")).to_have_text(digest)
    page.reload()
    expect(_fact(page, "Fetched")).to_have_text(re.compile("^[4-9] times"))
    _serve(house, _code(page, "live"), columns)


def test_pinned_twice_it_has_the_same_id_and_it_holds(
    visit: Visit, pinned: tuple[Page, list[list[str | None]], list[str], str]
) -> None:
    page, shown, _, foretold = pinned
    page.get_by_role("link", name="Build on this recipe").click()
    expect(page.locator(".ready dd.mono")).to_have_attribute("title", foretold)
    expect(page.locator(".matrix tbody tr")).to_have_count(12)
    assert page.evaluate(SHOWN) == shown
    page.get_by_role("button", name="Pin this dataset").click()
    expect(page).to_have_url(re.compile(f"/datasets/{foretold}\\?"))
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status").filter(has_text="It holds")).to_contain_text("are those that were pinned")
    page.get_by_role("navigation").get_by_role("link", name="Datasets").click()
    expect(page.locator(".pinned li", has_text=foretold[:12])).to_have_count(1)


def test_a_recipe_is_changed_by_hand_and_is_in_the_address(visit: Visit) -> None:
    page = visit(RECIPE)
    expect(page.locator(".held").first).to_be_visible()
    expect(page.locator(".chosen li")).to_have_text(re.compile(r"homes/h1/\+/temperature\s*2"))
    page.get_by_label("Then").select_option("none")
    expect(page.locator(".matrix .empty").first).to_be_visible()
    expect(page).to_have_url(re.compile("fill=none"))
    page.get_by_label("Then").select_option("linear")
    expect(page.locator(".checks")).to_contain_text("not for features")
    page.go_back()
    expect(page.locator(".checks")).to_contain_text("nothing leaks from the future")
    page.get_by_label("Every").fill("a fortnight")
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_role("alert")).to_contain_text("every")
    page.go_back()
    expect(page.get_by_role("button", name="Pin this dataset")).to_be_enabled()


def test_a_cell_opens_the_messages_that_it_came_from(house: Home, visit: Visit) -> None:
    page = visit("/datasets/new?filter=homes/h1/kitchen/temperature&start=-12s&every=1s")
    page.locator(".matrix a").last.click()
    expect(page).to_have_url(re.compile("/history\\?filter=homes/h1/kitchen/temperature.*view=messages"))


def test_what_is_not_there_is_said(visit: Visit) -> None:
    page = visit("/datasets/new?filter=nobody/%23")
    expect(page.get_by_role("heading", name="No column")).to_be_visible()
    expect(page.get_by_role("button", name="Pin this dataset")).to_be_disabled()
    page.goto(f"/datasets/{'A' * 43}")
    expect(page.locator("main").get_by_role("alert")).to_contain_text("there is no dataset")
    page = visit("/datasets", logged_in=False)
    expect(page.get_by_role("heading", name="This home is locked")).to_be_visible()


def test_axe_finds_nothing_serious_on_datasets(pinned: tuple[Page, list[list[str | None]], list[str], str]) -> None:
    page = pinned[0]
    page.get_by_role("button", name="Verify").click()
    expect(page.locator(".verdict")).to_be_visible()
    for address, seen in ((None, ".verdict"), ("/datasets", ".pinned"), (RECIPE, ".matrix td")):
        if address:
            page.goto(address)
        expect(page.locator(seen).first).to_be_visible()
        if address == RECIPE:
            before = page.get_by_role("region", name="Pinned before").locator("li", has_text="same columns")
            expect(before.first.get_by_role("link")).to_have_attribute("href", re.compile(r"/datasets/[\w-]{43}"))
        look(page, themes=("light", "dark") if address == RECIPE else ("dark",))


def _newest_rows_are_full(house: Home) -> bool:
    asked = {"filter": "homes/h1/+/temperature", "start": "-3s", "every": "1s", "fn": "last", "fill": "hold"}
    newest = house.get("/v1/matrix", **asked).json()["matrix"][-2:]
    return len(newest) == 2 and not any(None in row.values() for row in newest)


def _serve(house: Home, text: str, columns: list[str]) -> None:
    """The code for serving wakes with what is said, and gives the dataset's columns, in their order, as they are now."""
    printed: list[str] = []
    command = [sys.executable, "-c", text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment(house)) as serving:
        assert serving.stdout
        reader = threading.Thread(target=lambda out: printed.append(out.readline()), args=(serving.stdout,))
        reader.start()
        try:
            # What is said before it listens does not wake it, so it is said again until it does.
            deadline = time.monotonic() + WAIT_S_MAX
            while reader.is_alive():
                assert time.monotonic() < deadline
                house.publish([("homes/h1/kitchen/temperature", "24.75")])
                reader.join(POLL_S)
        finally:
            serving.kill()
            reader.join()
    names = re.findall(r'^    "([^"]+#[^"]+)",$', text, re.MULTILINE)
    assert sorted(names) == sorted(columns)
    values = dict(zip(names, json.loads(printed[0][printed[0].index("[") :]), strict=True))
    assert values["homes/h1/bathroom/temperature#value"] == 22.25
    assert isinstance(values["homes/h1/kitchen/temperature#value"], float)


def _code(page: Page, language: str) -> str:
    page.get_by_role("group", name="Language").get_by_role("button", name=language).click()
    return page.locator("section pre code").inner_text()


def _fact(page: Page, name: str) -> Locator:
    return page.locator("dl div").filter(has=page.locator("dt", has_text=re.compile(f"^{name}$"))).locator("dd")


def _run(house: Home, folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, env=_environment(house), cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment(house: Home) -> dict[str, str]:
    return {**os.environ, "HEARTHLOG_TOKEN": house.token, "no_proxy": "*"}
