"""A next page is of the same make as the page before, or it is refused."""

import base64
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
import pytest_asyncio

from tests.api.recorder import Recorder
from tests.api.served import Api

pytestmark = pytest.mark.asyncio(loop_scope="package")
BEGIN = 1_763_900_000
HOURS = {"start": "2025-11-23T12:00:00Z", "end": "2025-11-24T12:00:00Z"}
CALLS = {
    "history": {"filter": "cut/#"},
    "topics": {"filter": "cut/#"},
    "latest": {"filter": "cut/#"},
    "aggregate": {"filter": "cut/#", "every": "1h", **HOURS},
    "matrix": {"filter": "cut/#", "every": "1h", **HOURS},
    "asof": {"left": "cut/a", "right": "cut/b", **HOURS},
    "gaps": {"filter": "cut/#", **HOURS},
}


@pytest_asyncio.fixture(scope="module", loop_scope="package", autouse=True)
async def said(recorder: Recorder, api: Api) -> AsyncIterator[None]:
    """Two topics that speak each minute, and fall silent for hours, twice."""
    minutes = [minute for minute in range(900) if minute % 300 < 60]
    messages = [
        (topic, b'{"t": 1, "time": %d}' % (BEGIN + 60 * minute)) for minute in minutes for topic in ("cut/a", "cut/b")
    ]
    await api.reached(await recorder.say(*messages))
    yield


@pytest.mark.parametrize("call", CALLS)
async def test_a_page_that_another_release_would_make_is_refused_not_mixed_in(api: Api, call: str):
    page = await api.json(f"/v1/{call}", **CALLS[call], limit=1)
    address = urlsplit(page["next"])
    assert (await api.get(page["next"])).status_code == 200
    (cursor,) = parse_qs(address.query)["cursor"]
    read = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    read[2] = "0" * len(read[2])
    other = base64.urlsafe_b64encode(orjson.dumps(read)).rstrip(b"=").decode()
    answer = await api.get(page["next"].replace(cursor, other))
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "gone"), answer.text
    assert "begin again" in answer.json()["detail"]
