"""The page's files: nothing foreign, nothing inline, small, and never changed under one address."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

import api.page_files
from tests.page.looking import row
from tests.support.home import Home

Visit = Callable[..., Page]
PAGE = Path(api.page_files.__file__).with_name("page")
SCRIPT_BYTES_MAX = 40_000
STYLE_BYTES_MAX = 10_000
PACKS_MAX = 4
OTHER_SCREENS = [("history", 65_000), ("datasets", 25_000), ("health", 32_000)]
"""Each with the bytes of script until its first values."""
REQUESTS_MAX = 40
"""With what of the last day is on its way by then."""
LINES_MAX = 200


def test_vendored_files_are_what_their_list_says() -> None:
    listed = dict(
        re.findall(r"^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$", (PAGE / "vendor/README.md").read_text(), re.MULTILINE)
    )
    here = {path.name for path in (PAGE / "vendor").iterdir()} - {"README.md", "refresh.sh"}
    assert here == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((PAGE / "vendor" / name).read_bytes()).hexdigest() == digest, name


def test_our_files_are_short_and_pure_ones_import_nothing_that_draws() -> None:
    for path in PAGE.rglob("*.js"):
        text = path.read_text()
        if path.parent.name == "vendor":
            continue
        assert len(text.splitlines()) <= LINES_MAX, path
        if path.parent.name == "lib":
            assert not re.search(r"^import .*'\.\./", text, re.MULTILINE), path


def test_everything_is_served_strictly_and_for_ever_under_its_hash(house: Home) -> None:
    shell = httpx.get(f"{house.http}/now", trust_env=False, timeout=60)
    policy = shell.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self' 'sha256-" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert shell.headers["x-content-type-options"] == "nosniff"
    assert shell.headers["referrer-policy"] == "same-origin"
    assert shell.headers["cache-control"] == "no-cache"
    addresses = re.findall(r'(?:href|src)="(/page/[0-9a-f]{16}/[^"]+)"', shell.text)
    assert len(addresses) == len(set(addresses)) > 2
    for address in [*addresses, re.sub(r"[^/]+$", "lib/time.js", addresses[0])]:
        answer = httpx.get(house.http + address, trust_env=False, timeout=60)
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "script-src 'self'; style-src 'self';" in answer.headers["content-security-policy"]
        if "/packs/" not in address:
            assert answer.content == (PAGE / address.split("/", 3)[3]).read_bytes()
    assert httpx.get(f"{house.http}/page/0000000000000000/app.js", trust_env=False, timeout=60).status_code == 404


def test_a_query_cannot_put_markup_into_the_shell(house: Home) -> None:
    shell = httpx.get(
        f"{house.http}/now", params={"filter": '"><script>alert(1)</script>'}, trust_env=False, timeout=60
    )
    assert "<script>alert" not in shell.text


def test_now_is_light_and_asks_nobody_else(house: Home, visit: Visit) -> None:
    _check_weight(house, "now", SCRIPT_BYTES_MAX)
    page = visit("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/now")
    expect(row(page, "Kitchen", "Temperature")).to_be_visible()
    expect(page.locator("hearth-said li").first).to_be_visible()
    assert all(url.startswith(house.http) for url in asked)
    assert len(asked) <= REQUESTS_MAX
    assert sum("/v1/live" in url for url in asked) == 1
    # What the shell asks for ahead is what the page would have asked for.
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("screen", ["now", "history", "datasets", "health"])
def test_what_the_shell_asks_for_ahead_is_what_the_screen_asks_for(screen: str, visit: Visit) -> None:
    page = visit("/docs")
    page.add_init_script(
        "window.asked = []; const ask = fetch; window.fetch = (...a) => (asked.push(a[0]), ask(...a));"
    )
    page.goto(f"/{screen}?filter=homes/h1/%2B/temperature&filter=$hearthlog/~%20x:%C3%BC/%23")
    ahead = page.locator("link[rel=preload][as=fetch]").evaluate_all(
        "links => links.map((one) => one.getAttribute('href'))"
    )
    assert ahead
    page.wait_for_function("(ahead) => ahead.every((one) => asked.includes(one))", arg=ahead)


@pytest.mark.parametrize(("screen", "script_bytes_max"), OTHER_SCREENS)
def test_the_other_screens_are_light_until_their_first_values(house: Home, screen: str, script_bytes_max: int) -> None:
    _check_weight(house, screen, script_bytes_max)


def _check_weight(house: Home, screen: str, script_bytes_max: int) -> None:
    """The shell announces what the first values need; the rest is loaded after them."""
    shell = httpx.get(f"{house.http}/{screen}", trust_env=False, timeout=60).text
    scripts = re.findall(r'modulepreload" href="([^"]+)"', shell)
    assert len(scripts) <= PACKS_MAX
    assert sum(_bytes_sent(house, address) for address in scripts) <= script_bytes_max
    # Its style is in the document.
    assert "stylesheet" not in shell
    assert _bytes_sent(house, f"/{screen}") <= STYLE_BYTES_MAX


def _bytes_sent(house: Home, address: str) -> int:
    with httpx.stream(
        "GET", house.http + address, headers={"Accept-Encoding": "gzip"}, trust_env=False, timeout=60
    ) as answer:
        return sum(len(chunk) for chunk in answer.iter_raw())


def test_a_pack_is_its_modules_as_they_are_and_a_map_leads_to_their_lines() -> None:
    folder = api.page_files.read_folder()
    packs = {path: file for path, file in folder.files.items() if re.fullmatch(r"packs/.*\.js", path)}
    where: dict[str, str] = {}
    for path, file in packs.items():
        lines = file.plain.decode().split("\n")
        for section in json.loads(folder.files[f"{path}.map"].plain)["sections"]:
            [source] = section["map"]["sources"]
            assert where.setdefault(source, path) == path
            own = (PAGE / "packs" / source).resolve().read_text().rstrip().split("\n")
            packed = lines[section["offset"]["line"] :][: len(own)]
            changed = [line for line, here in zip(own, packed, strict=True) if line != here]
            assert all(re.search(r"import|export|\} from|^  \w+,$", line) for line in changed), source
    assert {path.parent.name for path in PAGE.rglob("*.js")} >= {"lib", "parts", "screens"}
    assert {"../app.js", "../lib/proof.js", "../parts/trying.js"} <= set(where)


def test_the_snippets_are_run_as_they_are_copied(house: Home, visit: Visit) -> None:
    page = visit("/now?filter=homes/h1/phone")
    row(page, "Phone", "Battery").locator(".name").click()
    expect(page.locator(".fields")).to_be_visible()
    code = page.locator(".sheet hearth-code")
    answers = []
    for language, command in (("Python", [sys.executable, "-c"]), ("curl", ["sh", "-c"])):
        code.get_by_role("button", name=language).click()
        text = code.locator("code").inner_text()
        environment = {**os.environ, "HEARTHLOG_TOKEN": house.token, "no_proxy": "*"}
        done = subprocess.run([*command, text], capture_output=True, check=True, timeout=60, env=environment)
        answers.append(json.loads(done.stdout)["observations"])
    assert answers[0] == answers[1]
    assert {one["field"]: one["value"] for one in answers[0]} == {
        "battery": 64,
        "steps": 1204,
        "activity": "walking",
        "place": "home",
    }
