"""Small reads are answered at once, in the same words as on the long way; and a connection stays in step with them."""

import asyncio
import json
import re
from hashlib import sha256

import httpx
import pytest

from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG_WAY = {"Content-Length": "0"}
"""Nothing that is sent may have a body, or say that it has none, to be answered at once."""
START = 1_795_500_000
POSITION = re.compile(rb"[A-Za-z0-9_-]{8}\.[0-9]{15,}|cursor=[A-Za-z0-9_-]+")
ADDRESSES = [
    "/v1/latest?filter=o/%23",
    "/v1/latest?filter=o/%23&layout=columns&time=ns&by=device",
    "/v1/latest?filter=o/%23&limit=1",
    "/v1/latest?filter=nothing",
    "/v1/history?filter=o/1",
    "/v1/history?filter=o/1&layout=columns",
    "/v1/history?filter=o/%23&field=v&layout=columns&time=ns",
    "/v1/history?filter=o/1&field=v&layout=columns&time=ns&limit=3",
    "/v1/history?filter=o/1&field=v&order=desc&limit=3&by=logged",
    "/v1/history?filter=o/%23&field=v&start=2026-11-24T13:21:00Z&state_at_start=true",
    "/v1/history?filter=o/2&field=text",
    "/v1/history?filter=o/1&field=v&layout=columns&time=ns&columns=value&columns=device_time",
    "/v1/history?filter=o/%23&columns=value&limit=2",
    "/v1/history?filter=o/1&columns=payload",
    "/v1/history?filter=o/1&columns=nonsense",
    "/v1/history?filter=o/%23&limit=0",
    "/v1/history?filter=a%2Bb",
    "/v1/history?nonsense=1",
    "/v1/aggregate?filter=o/1&field=v&start=2026-11-24T00:00:00Z&end=2026-11-25T00:00:00Z&every=5m",
    "/v1/aggregate?filter=o/%23&start=2026-11-24T00:00:00Z&end=2026-11-25T00:00:00Z&every=1h&tz=Europe/Berlin&layout=columns&fn=first&fn=delta",
    "/v1/aggregate?filter=o/1&start=2026-11-24T00:00:00Z&end=2026-11-25T00:00:00Z&every=1d&fn=count&fn=last&fn=min&fn=sum&fn=time_weighted_mean",
    "/v1/aggregate?filter=o/1&field=v&start=2026-11-24T00:00:00Z&end=2026-11-25T00:00:00Z&every=5m&limit=1",
    "/v1/aggregate?filter=o/1&field=v&start=2026-11-24T00:00:00Z&end=2026-11-25T00:00:00Z&every=1s&tz=Europe/Berlin",
    "/v1/aggregate?filter=o/1&field=v&start=2026-11-25T00:00:00Z&end=2026-11-24T00:00:00Z",
]


async def at_once_requests(api: Api) -> int:
    lines = (await api.get("/metrics")).text.splitlines()
    return next(int(float(line.split()[1])) for line in lines if line.startswith("hearthlog_api_at_once_requests"))


async def test_an_answer_at_once_is_the_one_of_the_long_way(recorder: Recorder, api: Api):
    said = [(f"o/{number % 2}", b'{"v": %d, "time": %d}' % (number, START + 15 * number)) for number in range(9)]
    late, other = (
        ("o/1", b'{"v": -0.0, "time": %d}' % (START - 30)),
        ("o/2", b'{"v": "ON", "text": "a \\"b\\"", "n": 1}'),
    )
    await api.reached(await recorder.say(*said, late, other))
    before, quick = await at_once_requests(api), 0
    for address in ADDRESSES:
        expected = await api.client.get(address, headers=LONG_WAY)
        quick += 2 * (expected.status_code == 200 and not re.search("every=5m&limit|every=1s", address))
        for _ in range(2):
            assert told_by(await api.client.get(address)) == told_by(expected), address
        if "etag" in expected.headers:
            same = {"If-None-Match": expected.headers["etag"]}
            found = await api.client.get(address, headers=same)
            assert found.status_code == 304
            assert told_by(found) == told_by(await api.client.get(address, headers=same | LONG_WAY))
            quick += 1
    assert await at_once_requests(api) - before == quick


@pytest.mark.parametrize("wanted", ["filter=o/1&field=v", "filter=o/%23", "filter=o/%23&field=", "filter=nobody"])
@pytest.mark.parametrize("style", ["ns", "rfc3339"])
async def test_columns_say_what_rows_say(api: Api, wanted: str, style: str):
    address = f"/v1/history?{wanted}&time={style}"
    rows = (await api.json(address))["observations"]
    columns = (await api.json(f"{address}&layout=columns"))["columns"]
    assert [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)] == rows
    assert bool(rows) == ("nobody" not in wanted)


def told_by(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """The answer, but for the hour and for the position, which moves also where nothing is said."""
    headers = {name: POSITION.sub(b"", value.encode()) for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, POSITION.sub(b"", answer.content), headers


async def test_what_came_before_word_for_word_is_not_taken_for_a_request_inside_another(api: Api):
    head = f"GET /v1/latest?filter=none HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)

    async def statuses(count: int) -> list[bytes]:
        found = []
        for _ in range(count):
            first = await reader.readuntil(b"\r\n\r\n")
            size = int(first.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(size)
            found.append(first.split()[1])
        return found

    try:
        async with asyncio.timeout(60):
            for _ in range(2):
                writer.write(head)
                assert await statuses(1) == [b"200"]
            writer.write(head + head + head.replace(TOKEN.encode(), b"wrong"))
            assert await statuses(3) == [b"200", b"200", b"401"]
            # The first request is answered when its last line is there; what looks like another one is a header of it.
            writer.write(head + b"GET /v1/nothing HTTP/1.1\r\nX: ")
            assert await statuses(1) == [b"200"]
            writer.write(head)
            assert await statuses(1) == [b"404"]
            writer.write(head)
            assert await statuses(1) == [b"200"]
    finally:
        writer.close()


async def test_of_many_requests_in_one_read_not_all_are_answered_before_others_have_their_turn(api: Api):
    heads = [
        f"GET /v1/latest?filter=none&limit={number} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        for number in (*range(1, 100), 0)
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    before, found = await at_once_requests(api), []
    try:
        async with asyncio.timeout(60):
            writer.write("".join(heads).encode())
            for _ in heads:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
                found.append(head.split()[1])
    finally:
        writer.close()
    assert found == [b"200"] * 99 + [b"400"]
    assert await at_once_requests(api) - before < 99


async def test_a_request_that_was_remembered_reads_what_its_account_may_read_now(recorder: Recorder, api: Api):
    await api.reached(await recorder.say(("rights/a", b'{"v": 1}'), ("rights/b", b'{"v": 2}')))
    secret, accounts = "s" * 43, api.data / "secrets" / "accounts.json"
    addresses = (
        "/v1/latest?filter=rights/%23&field=v",
        "/v1/history?filter=rights/%23&field=v",
        "/v1/aggregate?filter=rights/%23&field=v&start=-1h&every=1d",
    )

    async def said(read: list[str]) -> list[set[str]]:
        entry = {"name": "some", "sha256": sha256(secret.encode()).hexdigest(), "read": read, "publish": []}
        accounts.write_text(json.dumps({"format": 1, "accounts": [entry]}))
        headers, found = {"Authorization": f"Bearer {secret}"}, []
        for address in addresses:
            answers = [await api.client.get(address, headers=headers) for _ in range(2)]
            assert [each.headers["hearthlog-narrowed"] for each in answers] == [" ".join(read)] * 2
            found += [set(re.findall("rights/.", each.text)) for each in answers]
        return found

    try:
        assert await said(["rights/a"]) == [{"rights/a"}] * 6
        assert await said(["rights/b"]) == [{"rights/b"}] * 6
    finally:
        accounts.unlink(missing_ok=True)
