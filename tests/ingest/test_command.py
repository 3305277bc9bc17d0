"""`python -m ingest` does what it says, says what it did, and goes quietly."""

import asyncio
import json
import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from tests.support.broker import Broker
from tests.support.shared_data import shared_data

ROOT = Path(__file__).resolve().parents[2]
WAIT_S_MAX = 60


async def start(*arguments, stdout=asyncio.subprocess.PIPE):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ingest", *arguments), cwd=ROOT, stdout=stdout, stderr=asyncio.subprocess.PIPE
    )


async def run(*arguments):
    process = await start(*arguments)
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def line_with(process, words):
    async with asyncio.timeout(WAIT_S_MAX):
        while line := (await process.stdout.readline()).decode():
            if words in line:
                return line
    raise AssertionError(f"no line with {words!r}")


async def test_the_demo_catches_up_lives_and_goes_quietly_on_sigterm(tmp_path):
    async with Broker(tmp_path) as broker:
        process = await start("demo", "--mqtt", f"127.0.0.1:{broker.port}", "--speed", "1000000")
        assert "ends now, shifted by" in await line_with(process, "the sample home lives again")
        caught_up = await line_with(process, "caught up")
        assert int(caught_up.split(",", 1)[1].split()[0].replace(",", "")) > 5_000
        config = await asyncio.create_subprocess_exec(
            *("mosquitto_sub", "-p", str(broker.port), "-t", "homeassistant/sensor/osh_kitchen_temperature/config"),
            *("-C", "1", "-W", str(WAIT_S_MAX)),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await config.communicate()
        assert json.loads(out)["state_topic"] == "homes/osh/kitchen/temperature"
        process.send_signal(signal.SIGTERM)
        _, err = await process.communicate()
        assert (process.returncode, err) == (0, b"")


async def test_the_demo_waits_for_a_broker_that_is_away(tmp_path):
    async with Broker(tmp_path) as broker:
        await broker.stop()
        process = await start("demo", "--mqtt", f"127.0.0.1:{broker.port}", "--speed", "1000000")
        await line_with(process, "the sample home lives again")
        await broker.start()
        await line_with(process, "caught up")
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def test_a_terminal_gets_a_bar(tmp_path):
    async with Broker(tmp_path) as broker:
        watcher, terminal = pty.openpty()
        process = await start("demo", "--mqtt", f"127.0.0.1:{broker.port}", "--speed", "120000", stdout=terminal)
        os.close(terminal)
        seen = await asyncio.to_thread(read_until, watcher, b"caught up")
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        os.close(watcher)
        assert b"catching up" in seen
        assert "━".encode() in seen


def read_until(descriptor, words):
    seen = b""
    while words not in seen:
        seen += os.read(descriptor, 65_536)
    return seen


async def test_recorded_sets_are_replayed_whole_and_counted(tmp_path):
    folders = [str(shared_data(name)) for name in ("lab-mqtt", "device-payloads", "owntracks-demo")]
    async with Broker(tmp_path) as broker:
        code, out, err = await run("replay", *folders, "--mqtt", f"127.0.0.1:{broker.port}", "--prefix", "again/")
        assert (code, err) == (0, "")
        assert [line.split(" in ")[0] for line in out.splitlines()] == [
            "lab-mqtt: 120 messages acknowledged of 120",
            "device-payloads: 354 messages acknowledged of 354",
            "owntracks-demo: 25 messages acknowledged of 25",
        ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["replay", "/nowhere"], 1, "/nowhere is not a folder"),
        (["replay", ".", "--mqtt", "localhost"], 1, "--mqtt localhost is not HOST:PORT"),
        (["demo", "--password-file", "/nowhere"], 1, "/nowhere"),
        (["demo", "--speed", "1"], 2, "must be above 1"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_line(arguments, code, words):
    result, out, err = await run(*arguments)
    assert (result, out) == (code, "")
    assert words in err.splitlines()[-1]
    assert "Traceback" not in err


@pytest.mark.soak
async def test_all_recorded_sets_are_acknowledged(tmp_path):
    root = shared_data("README.md").parent
    folders = sorted(str(path) for path in root.iterdir() if path.is_dir())
    async with Broker(tmp_path) as broker:
        code, out, _ = await run("replay", *folders, "--mqtt", f"127.0.0.1:{broker.port}")
        assert code == 0
        total = sum(int(line.split()[1].replace(",", "")) for line in out.splitlines() if "acknowledged" in line)
        assert total == 460_090
