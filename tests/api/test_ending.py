"""What cannot be read is refused in its turn: answers come in the order of the requests, and the connection ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st

from api.web.hosts import is_host
from api.web.malformed import HEAD_BYTES_MAX, WAITING_MAX, Http
from tests.api.served import TOKEN, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
GOOD = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /%d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
MALFORMED = {
    "address": (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "host": (b"GET / HTTP/1.1\r\nHost: [\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "no http": (b"\x16\x03\x01\x02\x00", 400),
    "body": (POST % 9 + b"x\r\n", 400),
    "long head": (b"GET / HTTP/1.1\r\nX: " + b"a" * (2 * HEAD_BYTES_MAX), 431),
}
BAD_HOSTS = [b"[", b"]", b"a[", b"[]", b"[::1", b"[::1]x", b"[::1]:x", b"[g::1]", b"a:65536", b"a:-1", b"a:b", b"a/b"]
BAD_HOSTS += [b"a?b", b"a#b", b"a@b", b"a b", b"a\\b", b"%", b"%zz", b'"', b"[1.2.3.4]", b"\xc2\xbc", b"\x85", b"a\tb"]
WELL_HOSTS = [
    b"",
    b"x",
    b"a_b.local:8080",
    b"127.0.0.1",
    b"[::1]:80",
    b"[fe80::1%25eth0]",
    b"a:",
    b"x%C3%A4",
    b"a:0080",
]
ENDPOINTS = [
    "/v1/latest?limit=1",
    "/v1/history?limit=1",
    "/v1/topics",
    "/v1/logs/short",
    "/now",
    "/?token=x",
    "/nothing",
]
HEADS = {
    "at once": b"GET %b HTTP/1.1\r\nHost: %b\r\nAuthorization: Bearer %b\r\n\r\n",
    "long way": b"GET %b HTTP/1.1\r\nHost: %b\r\nContent-Length: 0\r\nAuthorization: Bearer %b\r\n\r\n",
    "WebSocket": b"GET %b HTTP/1.1\r\nHost: %b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: %b\r\n\r\n",
}


class Slow:
    """An application that answers with its path when it is told to, having read the body."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        self.asked.set()
        await self.may_answer.wait()
        message = await receive()
        while message.get("more_body"):
            message = await receive()
        if message["type"] == "http.request":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": scope["path"].encode()})


@asynccontextmanager
async def connected(app) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server of this application."""
    config = uvicorn.Config(app, lifespan="off", log_config=None)
    config.load()
    state = uvicorn.server.ServerState()
    server = await asyncio.get_running_loop().create_server(lambda: Http(config, state, {}), "127.0.0.1", 0)
    async with server, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            yield reader, writer
        finally:
            writer.close()


async def answers(reader: asyncio.StreamReader) -> list[tuple[int, bytes]]:
    """All answers until the connection ends, each status with its body."""
    found = []
    while head := (await reader.read(1)):
        head += await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        found.append((int(head.split()[1]), await reader.readexactly(size)))
        if found[-1][0] >= 400:
            assert b"connection: close" in head.lower()
    return found


@pytest.mark.parametrize("is_apart", [False, True], ids=["in one read", "in two reads"])
@pytest.mark.parametrize("before", [1, 3])
@pytest.mark.parametrize("kind", MALFORMED)
async def test_what_is_under_way_is_answered_before_what_cannot_be_read(kind: str, before: int, is_apart: bool):
    malformed, status = MALFORMED[kind]
    app, good = Slow(), b"".join(GOOD % number for number in range(before))
    async with connected(app) as (reader, writer):
        if is_apart:
            writer.write(good)
            await app.asked.wait()
            writer.write(malformed + GOOD % 8)
        else:
            writer.write(good + malformed + GOOD % 8)
        await app.asked.wait()
        app.may_answer.set()
        *well, last = await answers(reader)
    assert well == [(200, b"/%d" % number) for number in range(before)]
    assert last[0] == orjson.loads(last[1])["status"] == status


async def test_nobody_changes_to_a_websocket_before_what_was_asked_first_is_answered():
    app = Slow()

    async def accepting(scope, receive, send) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)
        else:
            await send({"type": "websocket.accept"})

    async with connected(accepting) as (reader, writer):
        key = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        writer.write(GOOD % 1 + HEADS["WebSocket"] % (b"/2", b"x", b"c\r\n" + key[:-2]))
        await app.asked.wait()
        app.may_answer.set()
        assert [status for status, _ in await answers(reader)] == [200, 400]


async def test_only_so_many_requests_wait_for_their_turn_on_one_connection():
    app = Slow()
    async with connected(app) as (reader, writer):
        writer.write(GOOD % 1 * (2 * WAITING_MAX))
        await app.asked.wait()
        app.may_answer.set()
        *well, (status, body) = await answers(reader)
    assert well == [(200, b"/1")] * (1 + WAITING_MAX)
    assert (status, orjson.loads(body)["type"][-16:]) == (429, "too-many-waiting")


async def test_a_body_that_cannot_be_read_is_refused_in_place_of_its_requests_answer():
    app = Slow()
    async with connected(app) as (reader, writer):
        writer.write(POST % 1 + b"1\r\na\r\n")
        await app.asked.wait()
        app.may_answer.set()
        writer.write(b"x\r\n")
        ((status, body),) = await answers(reader)
    assert status == orjson.loads(body)["status"] == 400


async def test_a_host_that_is_none_is_400_whatever_is_asked_and_however(api: Api):
    for path in ENDPOINTS:
        for head in HEADS.values():
            for host in BAD_HOSTS[:: 1 if path == ENDPOINTS[0] else 7]:
                status, body = await ask(api, head % (path.encode(), host, TOKEN.encode()))
                assert (status, orjson.loads(body)["type"][-8:]) == (400, "bad-host"), (path, host, body)
                assert "one host" in orjson.loads(body)["detail"]


async def test_a_host_that_could_be_one_is_no_reason_to_refuse(api: Api):
    for path in ENDPOINTS[:3]:
        for kind in ("at once", "long way"):
            for host in WELL_HOSTS:
                status, _ = await ask(api, HEADS[kind] % (path.encode(), host, TOKEN.encode()))
                assert status == 200, (path, host)


@settings(max_examples=60, deadline=None)
@given(
    host=st.binary(max_size=12).map(lambda text: text.strip(b" \t"))
    | st.from_regex(rb"\[?[0-9a-f:.%\]]*", fullmatch=True)
)
async def test_no_host_whatever_is_a_mistake_of_ours(api: Api, host: bytes):
    status, _ = await ask(api, HEADS["long way"] % (b"/v1/latest?limit=1", host, TOKEN.encode()))
    assert status == (200 if is_host(host) else 400), host


async def ask(api: Api, request: bytes) -> tuple[int, bytes]:
    """The first answer on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    try:
        async with asyncio.timeout(60):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            return int(head.split()[1]), await reader.readexactly(size)
    finally:
        writer.close()
