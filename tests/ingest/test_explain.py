"""`hearthlog explain` shows a person which decoder took a message, why, and under what was declared."""

import asyncio
import sys

from ingest.envelope import Message
from tests.api.recorder import Recorder

CONFIG = b'{"name":"Warmth","state_topic":"home/x","unit_of_measurement":"\xc2\xb0C","device":{"name":"Box"}}'


async def run(data, *arguments, given=b""):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from hearthlog.command import main; main()", "explain", *arguments),
        *("--data", str(data)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate(given)
    return process.returncode, out.decode(), err.decode()


async def test_the_last_message_of_a_topic_is_explained_while_the_home_runs(tmp_path):
    async with Recorder(tmp_path) as recorder:
        await recorder.say(("homeassistant/sensor/x/config", Message(CONFIG, retain=True)), ("home/x", b"21.5"))
        await recorder.say(("home/long", b'{"text":"' + b"x" * 150_000 + b'"}'))
        known, long, nothing = await asyncio.gather(
            run(tmp_path, "home/x"), run(tmp_path, "home/long"), run(tmp_path, "home/y")
        )
    assert known[0] == 0
    assert "home/x: 4 bytes, record 1, logged 20" in known[1]
    assert "yes number 1" in known[1]
    assert "no  sparkplug 1" in known[1]
    assert "declared of value: Warmth, Box, °C" in known[1]
    assert "value  number  21.5  °C" in known[1]
    assert "home/long: 150011 bytes" in long[1]
    assert (nothing[0], nothing[1]) == (1, "")
    assert "home/y has no message here" in nothing[2]


async def test_a_home_that_stopped_explains_itself_from_its_directory(tmp_path):
    async with Recorder(tmp_path) as recorder:
        await recorder.say(("home/x", b'{"t0": 1700000000, "dt": 1, "acc": [1, 2]}'), ("home/bad", b'{"t":'))
    there, bad = await asyncio.gather(run(tmp_path, "home/x"), run(tmp_path, "home/bad"))
    assert there[0] == 0, there[2]
    assert "yes samples 1" in there[1]
    assert "acc  number  2.0  at 2023-11-14T22:13:21" in there[1]
    assert bad[0] == 0, bad[2]
    assert "not understood: kept as it is, and counted" in bad[1]


async def test_a_payload_of_ones_own_is_explained_without_a_home(tmp_path):
    code, out, _ = await run(
        tmp_path / "none", "a/b", "--payload", "-", "--content-type", "application/cbor", given=b"\x35"
    )
    assert code == 0
    assert "yes cbor 1         by the content type" in out
    assert "value  number  -22.0" in out
    code, _, err = await run(tmp_path / "none", "a/#", "--payload", "-")
    assert (code, err.count("\n")) == (1, 1)
    assert "wildcard" in err
