"""`hearthlog account`, as an operator uses it."""

import json
from pathlib import Path

import pytest

from tests.accounts.conftest import add, hearthlog
from tests.support.home import Home


def test_an_account_is_added_listed_rotated_and_removed(home: Home):
    secret = add(home, "tablet", read=("homes/%u/#", "weather"), publish=("homes/%u/say",))
    assert len(secret) == 43
    listed = hearthlog(home, "account", "list").stdout
    assert "tablet may read homes/tablet/# weather and publish homes/tablet/say." in listed
    assert secret not in listed
    rotated = hearthlog(home, "account", "rotate", "tablet").stdout.strip()
    assert len(rotated) == 43
    assert rotated != secret
    assert hearthlog(home, "account", "remove", "tablet").stdout == "tablet is removed.\n"
    assert "tablet" not in hearthlog(home, "account", "list").stdout


def test_no_secret_lies_anywhere_but_the_administrators_and_the_homes_own(home: Home):
    secret = add(home, "phone", read=("#",))
    home.get("/v1/latest")
    files = [path for path in home.directory.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if secret.encode() in path.read_bytes()] == []
    holding = {path.name for path in files if home.token.encode() in path.read_bytes()}
    assert holding <= {"admin.token", "output.txt"}, "the first admin.token, and the terminal that printed the address"
    for name in ("mosquitto", "sink", "api"):
        for what in ("cmdline", "environ"):
            shown = Path(f"/proc/{home.pid(name)}/{what}").read_bytes()
            assert home.token.encode() not in shown, (name, what)
    for path in (home.data / "secrets").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    hearthlog(home, "account", "remove", "phone")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "x"), "give --read FILTER or --publish FILTER"),
        (("add", "x", "--read", "a/#/b"), "# must be the last level"),
        (("add", "x", "--publish", " a"), "blanks at its ends"),
        (("add", "x y", "--read", "a"), "is no account name"),
        (("add", "sink", "--read", "a"), "an account that every home has"),
        (("rotate", "admin"), "secrets/admin.token"),
        (("remove", "nobody"), "there is no account nobody"),
        (("login", "nobody"), "there is no account nobody"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_and_changes_nothing(home: Home, words: tuple[str, ...], told: str):
    before = hearthlog(home, "account", "list").stdout
    done = hearthlog(home, "account", *words)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert hearthlog(home, "account", "list").stdout == before


def test_an_account_needs_a_home(home: Home, nowhere: Path):
    done = hearthlog(home, "account", "add", "x", "--read", "#", "--data", str(nowhere))
    assert done.returncode == 1
    assert f"{nowhere} holds no home yet" in done.stderr


def test_a_damaged_file_of_accounts_lets_the_administrator_in_and_nobody_else(home: Home, wide: str):
    path = home.data / "secrets" / "accounts.json"
    whole = path.read_text()
    path.write_text(json.dumps({"format": 99}))
    try:
        assert home.get("/v1/latest", limit=1).status_code == 200
        assert home.wait_for(lambda: home.ask("/v1/latest", wide).status_code == 401, "the others to be kept out")
        assert "cannot be used" in hearthlog(home, "account", "list").stderr
    finally:
        path.write_text(whole)
    assert home.ask("/v1/latest", wide).status_code == 200
