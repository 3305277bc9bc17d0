"""Many slow readers of history and one poller of `latest` do not wait for each other."""

import asyncio
import json
from contextlib import closing

import pytest

from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
READERS = 64
ROWS = 6_000
CHUNK_BYTES = 4_096
POLLS = 25


async def test_a_poller_is_served_while_64_slow_readers_hold_their_answers(recorder: Recorder, api: Api):
    said = [(f"c/{number % 40}", json.dumps({"n": number, "t": "x" * 20}).encode()) for number in range(ROWS // 2)]
    at = await api.reached(await recorder.say(*said))
    polled = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(read_slowly(api.port, at, polled)) for _ in range(READERS)]
        for number in range(POLLS):
            # Each poll waits for what was just said, so nothing is held up on the way from the log either.
            await api.reached(await recorder.say(("poll", str(number).encode())))
            assert (await api.json("/v1/latest", filter="poll"))["observations"][0]["value"] == number
        assert not any(reader.done() for reader in readers)
        polled.set()
    assert {reader.result() for reader in readers} == {ROWS}


async def read_slowly(port: int, at: str, go_on: asyncio.Event) -> int:
    """Begin to take an answer, and take the rest when told; how many rows it has."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=CHUNK_BYTES)
    request = f"GET /v1/history?filter=c/%23&limit=50000&at={at} HTTP/1.1\r\nHost: t\r\n"
    with closing(writer):
        writer.write(f"{request}Authorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        content = bytearray(await reader.read(CHUNK_BYTES))
        await go_on.wait()
        while sip := await reader.read(CHUNK_BYTES):
            content += sip
    return content.count(b'"recno"')
