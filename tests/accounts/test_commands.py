"""`hearthlog account`, as an operator uses it."""

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.accounts.signed import load_key
from broker_config import Account, make_account
from compose.accounts import changing_accounts, make_secret, read_accounts, write_broker_files
from compose.codes import make_code
from compose.datadir import DataDirectory, open_directory
from tests.accounts.conftest import add, hearthlog, hearthlog_process
from tests.support.home import Home


def test_an_account_is_added_listed_rotated_and_removed(home: Home):
    secret = add(home, "tablet", read=("homes/%u/#", "weather"), publish=("homes/%u/say",))
    assert len(secret) == 43
    listed = hearthlog_process(home, "account", "list").stdout
    assert "tablet may read homes/tablet/# weather and publish homes/tablet/say." in listed
    assert secret not in listed
    rotated = hearthlog(home, "account", "rotate", "tablet").stdout.strip()
    assert len(rotated) == 43
    assert rotated != secret
    assert hearthlog_process(home, "account", "remove", "tablet").stdout == "tablet is removed.\n"
    assert "tablet" not in hearthlog(home, "account", "list").stdout


def test_no_secret_lies_anywhere_but_the_administrators_and_the_homes_own(home: Home):
    secret = add(home, "phone", read=("#",))
    home.get("/v1/latest")
    files = contents(home.directory)
    assert len(files) > 10
    assert [path for path, content in files.items() if secret.encode() in content] == []
    holding = {path.name for path, content in files.items() if home.token.encode() in content}
    assert holding == {"admin.token"}, "what `up` printed, and a journal would keep, has none"
    for name in ("mosquitto", "sink", "api"):
        for what in ("cmdline", "environ"):
            shown = Path(f"/proc/{home.pid(name)}/{what}").read_bytes()
            assert home.token.encode() not in shown, (name, what)
    for path in (home.data / "secrets").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    hearthlog(home, "account", "remove", "phone")


def contents(directory: Path) -> dict[Path, bytes]:
    """What is in the files there; one that is replaced or removed meanwhile, for the home runs, is left out."""
    found = {}
    for path in directory.rglob("*"):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            found[path] = path.read_bytes()
    return found


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
    before = files_of(home)
    done = hearthlog(home, "account", *words)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert files_of(home) == before


def files_of(home: Home) -> list[bytes]:
    paths = [home.data / "secrets" / "accounts.json", *(home.data / "broker" / name for name in ("passwd", "acl"))]
    return [path.read_bytes() if path.exists() else b"" for path in paths]


def test_an_account_needs_a_home(home: Home, nowhere: Path):
    done = hearthlog(home, "account", "add", "x", "--read", "#", "--data", str(nowhere))
    assert done.returncode == 1
    assert f"{nowhere} holds no home yet" in done.stderr


@pytest.mark.parametrize(
    "damaged",
    [{"format": 99}, {"format": 1, "accounts": [{"name": "a", "sha256": "b", "read": "c"}]}, [], {"format": 1}],
    ids=["version", "entry", "list", "nothing"],
)
def test_a_damaged_file_of_accounts_lets_the_administrator_in_and_nobody_else(home: Home, wide: str, damaged: object):
    path = home.data / "secrets" / "accounts.json"
    whole = path.read_text()
    path.write_text(json.dumps(damaged))
    try:
        assert home.get("/v1/latest", limit=1).status_code == 200
        assert home.wait_for(lambda: home.ask("/v1/latest", wide).status_code == 401, "the others to be kept out")
        assert "cannot be used" in hearthlog(home, "account", "list").stderr
    finally:
        path.write_text(whole)
    assert home.ask("/v1/latest", wide).status_code == 200


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[DataDirectory]:
    with open_directory(tmp_path / "data") as opened:
        yield opened


def made(name: str) -> Account:
    secret, salt = make_secret()
    return make_account(name, read=("#",), publish=(), secret=secret, salt=salt)


def named_by_broker(directory: DataDirectory) -> set[str]:
    lines = (directory.broker / "passwd").read_text().splitlines()
    return {line.partition(":")[0] for line in lines} - {"admin", "sink", "api"}


def test_commands_that_are_given_at_once_also_with_a_home_that_starts_lose_nothing(directory: DataDirectory):
    def add_some(first: str) -> None:
        for number in range(4):
            with changing_accounts(directory) as accounts:
                accounts[f"{first}{number}"] = made(f"{first}{number}")

    def start_some() -> None:
        for _ in range(8):
            write_broker_files(directory)

    threads = [threading.Thread(target=add_some, args=(first,)) for first in "ab"]
    threads += [threading.Thread(target=start_some) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everybody = {f"{first}{number}" for first in "ab" for number in range(4)}
    assert set(read_accounts(directory)) == named_by_broker(directory) == everybody


def test_a_command_that_was_broken_off_can_be_given_again(directory: DataDirectory):
    with changing_accounts(directory) as accounts:
        accounts["guest"] = made("guest")
    (directory.broker / "acl.new").mkdir()
    with pytest.raises(OSError), changing_accounts(directory) as accounts:  # noqa: PT011  # whichever it is
        del accounts["guest"]
    (directory.broker / "acl.new").rmdir()
    with changing_accounts(directory) as accounts:
        del accounts["guest"]
    assert named_by_broker(directory) == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write in the home of another")
def test_what_root_changes_in_the_home_of_another_stays_theirs(directory: DataDirectory):
    shutil.chown(directory.root, "nobody")
    with changing_accounts(directory) as accounts:
        accounts["guest"] = made("guest")
    make_code(directory, "guest")
    owner = directory.root.stat().st_uid
    codes = directory.root / "secrets" / "codes"
    theirs = [directory.accounts, directory.accounts.with_suffix(".lock"), codes, *codes.iterdir()]
    assert {path.stat().st_uid for path in theirs} == {owner}


def test_a_key_that_was_cut_off_signs_nothing(tmp_path: Path):
    path = tmp_path / "signing.key"
    assert len(load_key(path)) == 32
    assert load_key(path) == load_key(path)
    path.write_bytes(b"")
    with pytest.raises(OSError, match="no key"):
        load_key(path)
