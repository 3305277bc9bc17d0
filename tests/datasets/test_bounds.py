"""What a dataset may cost is bounded, and what cannot be pinned now is said with what to do."""

import pytest
import pytest_asyncio

from tests.api.recorder import Recorder
from tests.api.served import Api

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest_asyncio.fixture(scope="module", loop_scope="package", autouse=True)
async def filled(recorder: Recorder, api: Api) -> None:
    await recorder.say(*((f"many/{number}", b"1") for number in range(5)))
    await recorder.say(*(("rows", b"%d" % number) for number in range(30)))
    await api.reached(await recorder.say(*(("texts", b"word " * 50 + b"%d" % n) for n in range(15))))


async def post(api: Api, filter_: str, **query: object):
    body = {"query": "history", "parameters": {"filter": filter_}}
    return await api.client.post("/v1/datasets", json=body, params=query)


@pytest.mark.parametrize(
    ("filter_", "said"), [("rows", "30 rows are more than 20"), ("texts", "more than 3000 bytes"), ("many/#", "5 logs")]
)
async def test_what_is_too_large_is_refused_before_anybody_hears_of_it(api, filter_, said):
    answer = await post(api, filter_)
    assert (answer.status_code, said in answer.json()["detail"]) == (413, True), answer.text
    assert (await api.json("/v1/datasets"))["datasets"] == []
    assert not list((api.data / "datasets").glob("*"))


async def test_without_an_account_at_the_broker_nothing_is_pinned_and_the_size_is_told_all_the_same(api):
    answer = await post(api, "many/0")
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (503, "not-published")
    assert "no account at the broker" in answer.json()["detail"]
    would = await post(api, "many/0", dry_run="true")
    assert (would.status_code, would.json()["cost"]["rows"]) == (200, 1)


async def test_a_position_still_to_come_is_a_conflict(api):
    body = {"query": "history", "parameters": {}, "at": "2200-01-01T00:00:00Z"}
    answer = await api.client.post("/v1/datasets", json=body)
    assert answer.status_code == 409


async def test_a_broker_that_is_away_is_said(api):
    (api.data / "secrets" / "api.token").write_text("a password")
    answer = await post(api, "many/0")
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["detail"]
    (api.data / "secrets" / "api.token").unlink()
