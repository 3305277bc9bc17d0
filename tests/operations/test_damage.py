"""A backup that is not what was written is found out and named, and nothing is written over."""

import json
import sqlite3
import tarfile
from contextlib import closing

import pytest

from hearthlog.backup.errors import BackupDamaged, PlaceUnusable, SourceUnusable
from hearthlog.backup.manifest import content_of
from tests.operations.homes import backed_up, checked, quiet_home, restored


@pytest.fixture
def home(tmp_path):
    return quiet_home(tmp_path / "home")


def flip(path, place=None):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if place is None else place] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def test_a_home_comes_back_from_a_directory_and_from_one_file(home, tmp_path):
    for place in ("backup", "backup.tar"):
        made = backed_up(home, tmp_path / place)
        target = tmp_path / f"from-{place}"
        restored(made.path, target)
        before, after = checked(home), checked(target)
        assert all(after.tips[name][0] >= recno for name, (recno, _) in before.tips.items())
        assert (target / "secrets" / "admin.token").read_text() == "a secret\n"
        assert {path.name for path in target.iterdir()} == {"VERSION", "keys", "secrets", "store"}
        (key,) = (target / "keys").iterdir()
        assert key.stat().st_mode & 0o777 == 0o400
        assert made.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["../outside", "/outside", "link"])
def test_an_archive_that_reaches_outside_or_holds_links_is_refused(home, tmp_path, name):
    made = backed_up(home, tmp_path / "backup.tar")
    with tarfile.open(made.path, "a") as tar:
        member = tarfile.TarInfo(str(tmp_path / "outside") if name == "/outside" else name)
        if name == "link":
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    with pytest.raises(BackupDamaged, match="not a file of a backup"):
        restored(made.path, tmp_path / "target")
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "target").exists()


def test_backups_into_one_place_have_names_of_their_own(home, tmp_path):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    made = backed_up(home, shelf)
    assert made.path.parent == shelf
    assert [path.name for path in shelf.iterdir()] == [made.path.name]
    with pytest.raises(PlaceUnusable, match="never written over"):
        backed_up(home, made.path)


def test_a_flipped_byte_is_found_and_its_file_is_named(home, tmp_path):
    backup = backed_up(home, tmp_path / "backup").path
    files = [
        path for path in backup.rglob("*") if path.is_file() and path.name != "BACKUP.json" and path.stat().st_size
    ]
    assert {path.suffix for path in files} >= {".seg", ".glog", ".db", ".json", ".pem"}
    for path in files:
        whole = path.read_bytes()
        flip(path)
        with pytest.raises(BackupDamaged, match=path.name):
            restored(backup, tmp_path / "never")
        assert not (tmp_path / "never").exists()
        path.write_bytes(whole)
    restored(backup, tmp_path / "after-all")


def test_a_missing_file_and_a_file_cut_short_are_named_too(home, tmp_path):
    backup = backed_up(home, tmp_path / "backup").path
    (log, *_) = backup.rglob("*.glog")
    log.write_bytes(log.read_bytes()[:-1])
    with pytest.raises(BackupDamaged, match=log.name):
        restored(backup, tmp_path / "never")
    log.unlink()
    with pytest.raises(BackupDamaged, match=log.name):
        restored(backup, tmp_path / "never")


def forge(root, value=b"forged"):
    """Change record 7 of the topic's log file below this directory; return the file."""
    log = next(path for path in root.rglob("*.glog") if b"topic1homes/h1/a" in path.read_bytes())
    with closing(sqlite3.connect(log)) as file, file:
        file.execute("UPDATE log_entry SET value = ? WHERE recno = 7", (value,))
    return log


def test_a_backup_whose_manifest_was_made_to_fit_is_found_out_by_the_chain(home, tmp_path):
    backup = backed_up(home, tmp_path / "backup").path
    log = forge(backup)
    fields = json.loads((backup / "BACKUP.json").read_text())
    fields["files"][log.relative_to(backup).as_posix()] = list(content_of(log))
    (backup / "BACKUP.json").write_text(json.dumps(fields))
    with pytest.raises(BackupDamaged, match=r"homes/h1/a.*record 7"):
        restored(backup, tmp_path / "never")


@pytest.mark.parametrize("value", [b"forged", "text where bytes should be"])
def test_a_store_that_is_damaged_is_not_backed_up_as_if_it_were_whole(home, tmp_path, value):
    forge(home, value)
    with pytest.raises(BackupDamaged, match=r"homes/h1/a.*record 7"):
        backed_up(home, tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_restore_into_a_used_directory_is_refused_and_changes_nothing(home, tmp_path):
    backup = backed_up(home, tmp_path / "backup").path
    before = checked(home)
    with pytest.raises(PlaceUnusable, match="not empty"):
        restored(backup, home)
    assert checked(home) == before


def test_what_is_no_home_and_what_is_no_backup_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceUnusable, match="holds no store"):
        backed_up(tmp_path / "empty", tmp_path / "backup")
    with pytest.raises(BackupDamaged, match="is no backup"):
        restored(tmp_path / "empty", tmp_path / "home")
