"""`python -m gdp`: list, print, check and serve logs, on a directory and over the network."""

import asyncio
import io
import json
import os
import re
import signal
import sqlite3
import sys
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout

import pytest

from gdp.__main__ import main
from gdp.client import GdpClient
from gdp.names import parse_name, printable
from gdp.settings import StoreSettings
from tests.gdp.hosting import DEADLINE_S, ForeignLog, hosted, key

EVERY_RECORD_SIGNED = StoreSettings(signature_interval_s=0.0)


async def gdp(*arguments):
    """Run a command; return its status and what it printed."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        async with asyncio.timeout(DEADLINE_S):
            status = await asyncio.to_thread(main, list(map(str, arguments)))
        out.flush()
    return status, out.buffer.getvalue().decode(), err.getvalue()


@pytest.fixture
async def home(tmp_path):
    """A store with a few logs, closed: the directory to look at."""
    async with hosted(tmp_path, store_settings=EVERY_RECORD_SIGNED) as running:
        await running.write("kitchen/temperature", b"20.5", b"21", b"21.5")
        await running.write("hall/motion", b"on")
        running.names = {log.topic: log.name for log in running.store.logs()}
    running.directory = tmp_path
    return running


async def test_ls_and_cat_read_a_directory(home):
    status, out, _ = await gdp("ls", home.directory)
    assert status == 0
    lines = [line.split("\t") for line in out.splitlines()]
    assert [line[4] for line in lines][:2] == ["$hearthlog/catalogue", "$hearthlog/seal"]
    assert [printable(home.names["kitchen/temperature"]), "topic", "3", "1", "kitchen/temperature"] in lines

    status, out, _ = await gdp("cat", home.directory, "kitchen/temperature", "--topic", "--format", "raw")
    assert (status, out) == (0, "20.5\n21\n21.5\n")
    status, out, _ = await gdp("cat", home.directory, printable(home.names["hall/motion"]), "--format", "json")
    assert json.loads(out)["data"] == "on"
    status, out, _ = await gdp("cat", home.directory, "kitchen/temperature", "--topic", "--from", "-2", "--count", "1")
    assert re.fullmatch(r"2\t2\d{3}-\d\d-\d\dT[\d:]+\.\d{9}Z\tsigned\t21\n", out)


async def test_cat_shows_what_devices_say_on_one_line_and_lets_none_of_it_steer_the_terminal(tmp_path):
    async with hosted(tmp_path) as running:
        await running.write("a", b"one\ntwo\x1b[2J", b"\xff caf\xc3\xa9")
    _, out, _ = await gdp("cat", tmp_path, "a", "--topic")
    assert [line.split("\t", 3)[3] for line in out.splitlines()] == [r"one\ntwo\x1b[2J", r"\xff café"]


async def test_a_reader_who_has_seen_enough_is_no_error(home):
    reading, writing = os.pipe()
    os.close(reading)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gdp", "ls", str(home.directory)), stdout=writing, stderr=asyncio.subprocess.PIPE
    )
    os.close(writing)
    async with asyncio.timeout(DEADLINE_S):
        _, err = await process.communicate()
    assert (process.returncode, err) == (128 + signal.SIGPIPE, b"")


async def test_verify_finds_a_store_good(home):
    status, out, _ = await gdp("verify", home.directory)
    assert (status, out.splitlines()[-1]) == (0, "4 logs, all good")
    assert "kitchen/temperature: 3 records, 3 signed" in out


@pytest.mark.parametrize(
    ("change", "recno", "field"),
    [
        ("UPDATE log_entry SET value = X'3939' WHERE recno = 2", 2, "contents"),
        ("UPDATE log_entry SET timestamp = timestamp + 1 WHERE recno = 1", 1, "contents"),
        ("UPDATE log_entry SET prevhash = zeroblob(32) WHERE recno = 3", 3, "prevhash"),
        ("DELETE FROM log_entry WHERE recno = 2", 3, "recno"),
    ],
)
async def test_verify_names_the_log_and_the_record_that_was_changed(home, change, recno, field):
    text = printable(home.names["kitchen/temperature"])
    file = next((home.directory / "store").rglob(f"{text}.glog"))
    with sqlite3.connect(file) as database:
        database.execute(change)
    database.close()
    status, out, _ = await gdp("verify", home.directory)
    assert status == 1
    assert f"FAULT kitchen/temperature (log {text})" in out
    assert f"record {recno}, {field}:" in out
    assert out.splitlines()[-1] == "4 logs, 1 with faults"


async def test_verify_says_where_the_commit_log_is_damaged(home):
    segment = min((home.directory / "store" / "commit").glob("*.seg"))
    raw = bytearray(segment.read_bytes())
    raw[raw.index(b"20.5") + 1] ^= 1
    segment.write_bytes(raw)
    status, out, _ = await gdp("verify", home.directory)
    assert status == 1
    assert segment.name in out


@asynccontextmanager
async def serving(directory):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gdp", "serve", str(directory), "--gdp", "127.0.0.1:0", stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(DEADLINE_S):
        names = (await process.stdout.readline()).decode().split()
        address = (await process.stdout.readline()).decode().split()[-1]
    try:
        yield names[1], names[3], address
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            assert await process.wait() == 0


async def test_serve_hosts_a_directory_that_others_write_list_print_and_verify(tmp_path):
    log = ForeignLog(key=key())
    async with serving(tmp_path / "data") as (server, catalogue, address):
        host, port = address.split(":")
        async with GdpClient.connect(host, int(port)) as client:
            await client.create(log.metadata, server=parse_name(server))
            await client.append(log.name, [log.next(b"one"), log.next(b"two")])
        status, out, _ = await gdp("ls", address, "--catalogue", catalogue)
        assert status == 0
        assert f"{printable(log.name)}\tforeign\t2" in out
        status, out, _ = await gdp("cat", address, printable(log.name), "--format", "raw")
        assert (status, out) == (0, "one\ntwo\n")
        status, out, _ = await gdp("verify", address, "--catalogue", catalogue)
        assert (status, out.splitlines()[-1]) == (0, "3 logs, all good")
    status, out, _ = await gdp("verify", tmp_path / "data")
    assert (status, out.splitlines()[-1]) == (0, "3 logs, all good")


async def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, home):
    for arguments, words in [
        (("ls", tmp_path / "nowhere"), "neither a directory nor HOST:PORT"),
        (("ls", tmp_path / "keys"), "no store"),
        (("cat", home.directory, "no/such/topic", "--topic"), "no topic no/such/topic"),
        (("cat", home.directory, "x" * 43), "no log"),
        (("cat", home.directory, "-h" + "x" * 41), "no log"),
        (("cat", home.directory, "hall/motion", "--topic", "--follow"), "name a server"),
    ]:
        status, _, err = await gdp(*arguments)
        assert status == 2
        assert err.startswith("gdp: ")
        assert words in err
        assert "Traceback" not in err
