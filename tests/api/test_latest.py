"""`latest`: one call from memory, not modified while nothing is new, and a long poll."""

import asyncio
from contextlib import closing

import pytest

from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api
from tests.support.waiting import poll

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ask(api: Api, tag: str, wait_s: int = 0, **parameters: object):
    headers = {"If-None-Match": tag} | ({"Prefer": f"wait={wait_s}"} if wait_s else {})
    return await api.client.get("/v1/latest", params=parameters, headers=headers)


async def test_not_modified_has_no_body_until_something_that_matches_is_new(recorder: Recorder, api: Api):
    await api.reached(await recorder.say(("n/1", b"1")))
    tag = (await api.get("/v1/latest", filter="n/#")).headers["etag"]
    await api.reached(await recorder.say(("other", b"1")))
    answer = await ask(api, tag, filter="n/#")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert "Accept" in answer.headers["vary"].split(", "), "a cache keeps each format apart"
    assert (await ask(api, f'"x", {tag}', filter="n/#")).status_code == 304
    assert (await ask(api, tag, filter="other")).status_code == 200
    await api.reached(await recorder.say(("n/1", b"1")))
    fresh = await ask(api, tag, filter="n/#")
    assert fresh.status_code == 200
    assert fresh.json()["observations"][0]["recno"] == 2


async def test_a_long_poll_answers_when_something_that_matches_is_said(recorder: Recorder, api: Api):
    await api.reached(await recorder.say(("p/1", b"1")))
    tag = (await api.get("/v1/latest", filter="p/#")).headers["etag"]
    waiting = asyncio.create_task(ask(api, tag, 30, filter="p/#"))
    for _ in range(3):
        await api.reached(await recorder.say(("q", b"1")))
    assert not waiting.done()
    await recorder.say(("p/1", b"2"))
    answer = await waiting
    assert answer.status_code == 200
    assert answer.json()["observations"][0]["value"] == 2.0


async def test_a_long_poll_for_nothing_ends_as_not_modified(recorder: Recorder, api: Api):
    await api.reached(await recorder.say(("r/1", b"1")))
    tag = (await api.get("/v1/latest", filter="r/#")).headers["etag"]
    assert (await ask(api, tag, 1, filter="r/#")).status_code == 304


async def test_a_phone_whose_clock_is_ahead_does_not_pin_an_old_value(recorder: Recorder, api: Api):
    ahead, now = b'{"v": 1, "time": 1795600000}', b'{"v": 2, "time": 1795500000}'
    await api.reached(await recorder.say(("phone", ahead), ("phone", now)))
    by_logged = await api.json("/v1/latest", filter="phone")
    by_device = await api.json("/v1/latest", filter="phone", by="device")
    assert [each["value"] for each in by_logged["observations"]] == [2.0]
    assert [each["value"] for each in by_device["observations"]] == [1.0]


async def test_pages_of_latest_are_pinned_too(recorder: Recorder, api: Api):
    await api.reached(await recorder.say(*[(f"s/{number}", b"1") for number in range(5)]))
    whole = await api.json("/v1/latest", filter="s/#")
    first = await api.json("/v1/latest", filter="s/#", limit=2)
    await api.reached(await recorder.say(*[(f"s/{number}", b"2") for number in range(7)]))
    found, url = first["observations"], first["next"]
    while url:
        page = await api.json(url)
        found, url = found + page["observations"], page["next"]
    assert found == whole["observations"]
    pinned = await api.json("/v1/latest", filter="s/#", at=whole["position"])
    assert pinned["observations"] == whole["observations"]


@pytest.mark.parametrize("pollers", [400, pytest.param(1_000, marks=pytest.mark.soak)])
async def test_pollers_of_one_value_cost_an_answer_without_a_body_and_nothing_of_the_store(tmp_path, pollers: int):
    async with Recorder(tmp_path) as recorder, Api(tmp_path, recorder.port) as api:
        await poll(lambda: api.get("/v1/store"), until=lambda answer: answer.status_code == 200)
        await api.reached(await recorder.say(("door", b"open")))
        tag = (await api.get("/v1/latest", filter="door")).headers["etag"]
        # Nobody can ask a log server that is not there.
        await recorder.stop()
        statuses = await asyncio.gather(*(poll_often(api.port, tag) for _ in range(pollers)))
        assert {status for each in statuses for status in each} == {b"304"}


async def poll_often(port: int, tag: str, times: int = 5) -> list[bytes]:
    """Ask over one connection, as a dashboard does; returns the statuses of the answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = f"GET /v1/latest?filter=door HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {TOKEN}\r\nIf-None-Match: {tag}\r\n\r\n"
    found = []
    with closing(writer):
        for _ in range(times):
            writer.write(asked.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            found.append(head.split(b" ", 2)[1])
    return found
