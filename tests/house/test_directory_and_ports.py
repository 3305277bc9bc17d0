"""Sentences for a person: a directory or an address that cannot be used, and what to do about it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose.addresses import Address, check_free, parse_address
from compose.datadir import VERSION, inspect_directory, open_directory, write_private
from compose.errors import DirectoryError, PortTaken, SettingsError
from compose.leftovers import wait_for_leftovers
from tests.support.broker import free_port


@given(
    st.one_of(st.ip_addresses().map(str), st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True)),
    st.integers(1, 65_535),
)
def test_every_address_reads_back_as_it_was_written(host: str, port: int):
    address = Address(host, port)
    assert parse_address(str(address), option="--http") == address


@pytest.mark.parametrize(
    "text", ["", ":", "8080", "127.0.0.1", "127.0.0.1:", ":8080", "::1:8080", "h:0", "h:65536", "h:-1", "h:٣"]
)
def test_an_address_of_the_wrong_form_names_its_option_and_what_would_do(text: str):
    with pytest.raises(SettingsError, match=r"--mqtt is .*HOST:PORT \(like"):
        parse_address(text, option="--mqtt")


def test_a_taken_port_is_named_with_its_option_and_another_that_is_free():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = Address("127.0.0.1", other.getsockname()[1])
        with pytest.raises(PortTaken, match=rf"{taken} \(--mqtt\) is taken .*--mqtt 127\.0\.0\.1:(\d+)") as caught:
            check_free({"--http": Address("127.0.0.1", free_port()), "--mqtt": taken})
    suggested = parse_address(str(caught.value).rpartition(" ")[2], option="--mqtt")
    check_free({"--mqtt": suggested})


def test_two_services_cannot_have_one_address():
    address = Address("127.0.0.1", free_port())
    with pytest.raises(PortTaken, match=r"--gdp is .* but --http has the same one"):
        check_free({"--http": address, "--gdp": address})


def test_an_address_of_another_machine_is_told_from_a_taken_one():
    with pytest.raises(PortTaken, match=r"which this machine cannot listen on .*--http 127\.0\.0\.1:8080"):
        check_free({"--http": Address("192.0.2.1", 8080)})


def test_a_directory_is_made_with_version_and_secrets_for_its_owner_alone(tmp_path: Path):
    with open_directory(tmp_path / "a" / "data") as directory:
        assert (directory.root / "VERSION").read_text() == VERSION
        token = directory.token("admin")
        for path in [directory.root, *directory.root.rglob("*")]:
            assert path.stat().st_mode & 0o077 == 0, path
    with open_directory(tmp_path / "a" / "data") as again:
        assert again.token("admin") == token


def test_a_second_instance_is_told_who_holds_the_directory(tmp_path: Path):
    with open_directory(tmp_path / "data"):
        with (
            pytest.raises(DirectoryError, match=rf"in use by another `hearthlog up` \(process {os.getpid()}\)"),
            open_directory(tmp_path / "data"),
        ):
            pass
        assert inspect_directory(tmp_path / "data").holder == str(os.getpid())
    assert inspect_directory(tmp_path / "data") == (None, None)


def test_a_directory_of_another_version_is_left_alone(tmp_path: Path):
    (tmp_path / "VERSION").write_text("hearthlog data 2\n")
    with (
        pytest.raises(DirectoryError, match=r"'hearthlog data 2', this one reads 'hearthlog data 1'"),
        open_directory(tmp_path),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["VERSION"]


def test_somebody_elses_directory_is_left_alone(tmp_path: Path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(DirectoryError, match=r"not empty and no data directory"), open_directory(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]
    assert "not empty" in (inspect_directory(tmp_path).trouble or "")


def test_a_file_is_no_directory(tmp_path: Path):
    (tmp_path / "data").touch()
    with (
        pytest.raises(DirectoryError, match=r"is not a directory\. Choose another: --data DIR"),
        open_directory(tmp_path / "data"),
    ):
        pass


def test_a_directory_that_cannot_be_written_is_named():
    # Root may write everywhere but here.
    with (
        pytest.raises(DirectoryError, match=r"/proc.*Choose another: --data DIR"),
        open_directory(Path("/proc/hearthlog")),
    ):
        pass


async def test_a_new_start_waits_for_what_a_killed_one_left_and_not_for_strangers(tmp_path: Path):
    (tmp_path / "gone.pid").write_text("4194304999")
    (tmp_path / "empty.pid").write_text("")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        (tmp_path / "sink.pid").write_text(f"{child.pid}\n")
        await wait_for_leftovers(tmp_path, timeout_s=0.1)
        assert child.poll() is None
        child.communicate(b"\n")
    await wait_for_leftovers(tmp_path, timeout_s=60)


def test_a_new_home_is_durable_by_name_up_to_what_was_there_before(tmp_path, monkeypatch):
    """Else a power cut could take the whole directory, with everything that was acknowledged in it."""
    synced = []
    real = os.fsync

    def fsync(descriptor):
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    root = tmp_path / "a" / "b" / "data"
    with open_directory(root):
        assert {tmp_path, tmp_path / "a", tmp_path / "a" / "b", root} <= set(synced)


def test_a_private_file_is_not_written_through_a_link_that_somebody_has_laid(tmp_path: Path):
    other = tmp_path / "other"
    other.write_text("theirs")
    (tmp_path / "starts.json.new").symlink_to(other)
    write_private(tmp_path / "starts.json", "ours")
    assert (tmp_path / "starts.json").read_text() == "ours"
    assert other.read_text() == "theirs"
