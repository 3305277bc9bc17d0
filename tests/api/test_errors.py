"""Every refusal is problem+json that names the fault and what would do."""

import asyncio
import contextlib

import orjson
import pytest
import uvicorn

from api.web import malformed
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api
from tests.support.waiting import poll

BAD = [
    ("/v1/history", {"fitler": "a"}, "fitler", "filter, field, limit"),
    ("/v1/store", {"x": "1"}, "x", "none"),
    ("/v1/history", {"filter": "a/#/b"}, "filter", "must be the last level"),
    ("/v1/history", {"filter": "a+"}, "filter", "whole level"),
    ("/v1/latest", {"filter": ""}, "filter", "write #"),
    ("/v1/history", {"start": "yesterday"}, "start", "RFC 3339"),
    ("/v1/history", {"start": "2026-13-01T00:00:00Z"}, "start", "month"),
    ("/v1/history", {"start": "now", "end": "-1h"}, "start", "not before end"),
    ("/v1/history", {"limit": "0"}, "limit", "greater"),
    ("/v1/history", {"limit": "9999999"}, "limit", "50000"),
    ("/v1/history", {"order": "up"}, "order", "'asc' or 'desc'"),
    ("/v1/history", {"cursor": "xyz"}, "cursor", "`next`"),
    ("/v1/topics", {"cursor": "WzEsImxhdGVzdCJd"}, "cursor", "`next`"),
    ("/v1/latest", {"at": "AAAAAAAA.5"}, "at", "another store"),
    ("/v1/plot", {"width": "100000"}, "width", "4000"),
    ("/v1/live", {"since": "soon"}, "since", "RFC 3339"),
    ("/v1/live", {"latest_every_ms": "1"}, "latest_every_ms", "20"),
    ("/v1/history", {"limit": ["1", "2"]}, "limit", "one value"),
    ("/v1/history", {"field": "a*b"}, "field", "last part"),
    ("/v1/history", {"start": "-99999999999d"}, "start", "outside the years"),
    ("/v1/logs/short", {}, "name", "43 characters"),
]


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_wrong_parameter_is_named_with_what_would_do(api: Api):
    for path, parameters, name, remedy in BAD:
        answer = await api.get(path, **parameters)
        body = answer.json()
        assert answer.status_code == 400, (path, parameters)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "hearthlog-position" in answer.headers
        assert body["status"] == 400
        assert body["parameter"] == name, body
        assert remedy in body["detail"], body
        assert name in body["detail"]


async def test_what_is_not_there_is_404(api: Api):
    for path in ("/v1/nothing", "/nothing", f"/v1/logs/{'B' * 43}"):
        answer = await api.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert (await api.client.post("/v1/latest")).status_code == 405


async def test_a_position_not_reached_is_409_with_the_present_one_or_waits(api: Api, recorder: Recorder):
    present = await api.reached(await recorder.say(("a", b"1")))
    store, _, ns = present.partition(".")
    far = f"{store}.{int(ns) + 10**12}"
    answer = await api.get("/v1/history", at=far)
    assert answer.status_code == 409
    assert answer.headers["retry-after"]
    assert answer.headers["hearthlog-position"] in answer.json()["detail"]
    near = f"{store}.{await recorder.say(('a', b'2'))}"
    waited = await api.client.get("/v1/history", params={"at": near, "filter": "a"}, headers={"Prefer": "wait=30"})
    assert waited.status_code == 200
    assert waited.json()["position"] == near
    assert [each["value"] for each in waited.json()["observations"]] == [1.0, 2.0]


@pytest.mark.parametrize("target", ["/v1/latest?filter=wärme/%23".encode(), b"/v1/latest?filter=a b", b"\xff"])
async def test_an_address_that_is_none_is_a_problem_too(api: Api, target: bytes):
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    try:
        async with asyncio.timeout(60):
            writer.write(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\n\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert "%XX" in orjson.loads(body)["detail"]


@pytest.mark.parametrize(
    "begin",
    [
        b"GET /healthz?",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ",
        b"POST /v1/tickets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: ",
    ],
    ids=["address", "header", "trailer"],
)
async def test_nobody_fills_the_memory_with_a_request_that_never_ends(api: Api, begin: bytes):
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    sent = 0
    try:
        async with asyncio.timeout(60):
            writer.write(begin)
            with contextlib.suppress(ConnectionError):
                while sent < 64 << 20:
                    writer.write(b"a" * 65_536)
                    await writer.drain()
                    sent += 65_536
    finally:
        writer.close()
    # What it reads, and what sockets on both sides hold.
    assert sent < 32 << 20
    assert (await api.get("/healthz")).status_code == 200


async def test_a_client_that_never_says_what_it_wants_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(malformed, "HEAD_S_MAX", 0.01)
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(None, lifespan="off", log_config=None)
    config.load()
    state = uvicorn.server.ServerState()
    server = await loop.create_server(lambda: malformed.Http(config, state, {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            async with asyncio.timeout(60):
                writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
                assert await reader.read() == b""
        finally:
            writer.close()


async def test_a_client_that_says_an_empty_line_after_its_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    async def answers(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    config = uvicorn.Config(answers, lifespan="off", log_config=None, timeout_keep_alive=600)
    config.load()
    state = uvicorn.server.ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: malformed.Http(config, state, {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            async with asyncio.timeout(60):
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
                monkeypatch.setattr(malformed, "HEAD_S_MAX", 0.01)
                writer.write(b"\r\n")
                assert await reader.read() == b""
        finally:
            writer.close()


async def test_nobody_gets_in_without_the_secret_and_the_secret_is_never_written_down(recorder: Recorder, tmp_path):
    async with Api(recorder.data, recorder.port, read_model=tmp_path) as api:
        await assert_guarded(api)
        await api.stop()
        assert TOKEN not in await api.said()


async def assert_guarded(api: Api):
    await poll(lambda: api.get("/v1/store"), until=lambda answer: answer.status_code == 200)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Cookie": "hearthlog=wrong"}):
        for path in ("/v1/latest", "/v1/live", "/metrics", "/v1/nothing"):
            api.client.headers.pop("Authorization", None)
            answer = await api.client.get(path, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer")
    for path in ("/healthz", "/readyz", "/now", "/docs", "/openapi.json"):
        assert (await api.client.get(path)).status_code in (200, 503)
    assert (await api.client.get("/", params={"token": "wrong"})).status_code == 401
    person = await api.client.get("/", params={"token": "wrong"}, headers={"Accept": "text/html"})
    assert (person.headers["location"], "set-cookie" in person.headers) == ("/now", False)
    answer = await api.client.get("/", params={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/now")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    # The client keeps the cookie, as a browser does.
    assert (await api.client.get("/v1/latest")).status_code == 200


@pytest.mark.parametrize("streams", ["live_readers_max", "live_readers_account_max"])
async def test_limits_answer_with_when_to_come_back(recorder: Recorder, tmp_path, streams: str):
    settings = {"requests_per_s_max": 1, "requests_burst_max": 200, "request_bytes_max": 1024, streams: 1}
    async with Api(recorder.data, recorder.port, read_model=tmp_path, **settings) as api:
        await poll(lambda: api.get("/v1/store"), until=lambda answer: answer.status_code == 200)
        large = await api.client.request("GET", "/v1/latest", content=b"x" * 2048)
        assert large.status_code == 413
        async with api.live() as first:
            await first.next()
            second = await api.get("/v1/live")
            assert second.status_code == 429
            assert int(second.headers["retry-after"]) >= 1
        # Asked faster than one a second, the burst is used up sooner or later, on a slow machine too.
        last = await api.get("/v1/store")
        while last.status_code == 200:
            last = await api.get("/v1/store")
        assert last.status_code == 429
        assert int(last.headers["retry-after"]) >= 1
        assert (await api.get("/healthz")).status_code == 200
