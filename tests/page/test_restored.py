"""A page that is open while its home is restored from a backup: it loads itself anew, and shows the new history only."""

import subprocess
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.page.looking import row
from tests.page.visitor import Visitor
from tests.support.home import COMMAND, Home

TOPIC = "homes/h1/kitchen/temperature"


def hearthlog(home: Home, *arguments: object) -> None:
    command = [*COMMAND, *map(str, arguments)]
    subprocess.run(command, env=home.environment, cwd=home.directory, capture_output=True, check=True)


def test_a_page_that_is_open_during_a_restore_loads_itself_anew_and_goes_on(
    browser: Browser, tmp_path: Path, picture: Path
) -> None:
    with Home(tmp_path / "home", settings={"heartbeat_s": 1}) as home:
        home.publish([(TOPIC, "21.5")])
        somebody = Visitor(browser, home, picture)
        page = somebody.visit("/now")
        value = row(page, "Kitchen", "Temperature").locator(".value")
        expect(value).to_have_text("21.5")
        hearthlog(home, "backup", tmp_path / "backup")
        home.publish([(TOPIC, "99")])
        expect(value).to_have_text("99")
        page.evaluate("window.loadedBefore = true")
        home.stop()
        home.data.rename(tmp_path / "before")
        hearthlog(home, "restore", tmp_path / "backup", "--data", home.data)
        home.start()
        expect(value).to_have_text("21.5")
        assert page.evaluate("window.loadedBefore") is None
        home.publish([(TOPIC, "22.5")])
        expect(value).to_have_text("22.5")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Recording well")
        somebody.leave()
