"""The api's proofs of what is stored: verified by somebody who knows only a name, and found out when a byte differs."""

import pytest
import pytest_asyncio

from api.proving import Proven, Prover
from api.readmodel.catalogue import Catalogue
from api.store_reader import StoreReader
from gdp.client import GdpClient
from gdp.names import GdpName, parse_name
from gdp.proof import State, decode, encode, verify
from gdp.settings import StoreSettings
from ingest.envelope import Message, unpack
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api
from tests.datasets.pasting import run_pasted
from tests.support.waiting import poll

pytestmark = pytest.mark.asyncio(loop_scope="package")
LONG = bytes(range(256)) * 700


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def catalogue(api: Api) -> GdpName:
    return parse_name((await api.json("/v1/store"))["catalogue"])


async def log_of(api: Api, topic: str) -> str:
    topics = await poll(lambda: topics_of(api, topic), until=bool)
    return topics[0]["log"]


async def topics_of(api: Api, topic: str) -> list[dict]:
    return (await api.json("/v1/topics", filter=topic))["topics"]


async def covered(api: Api, log: str, **query: object) -> bytes:
    """The proof, once a signature or seal reaches it."""

    async def ask() -> bytes:
        answer = await api.get(f"/v1/logs/{log}/proof", **query)
        assert answer.status_code == 200, answer.text
        return answer.content

    return await poll(ask, until=lambda content: decode(content).covered)


async def test_every_record_of_a_burst_is_proven_by_a_signature_or_the_seal(recorder, api, catalogue):
    said = [b"%d" % number for number in range(40)]
    await recorder.say(*(("burst", each) for each in said))
    log = await log_of(api, "burst")
    kinds = set()
    for recno in (1, 2, 17, 39, 40):
        proof = decode(await covered(api, log, recno=recno))
        kinds.add("seal" if proof.span.seal else "chain" if proof.span.chain else "own signature")
        for name in (parse_name(log), catalogue):
            verdict = verify(name, proof)
            assert verdict.proven, verdict.sentence
        assert [datum.data for datum in verdict.records] == [said[recno - 1]]
        assert verdict.topic == "burst"
    assert kinds == {"seal", "chain", "own signature"}


async def test_a_range_and_the_stores_own_logs_are_proven_too(recorder, api, catalogue):
    await recorder.say(*(("range", b"%d" % number) for number in range(9)))
    log = await log_of(api, "range")
    proof = decode(await covered(api, log, recno=3, last=7, catalogue="false"))
    assert [datum.data for datum in verify(parse_name(log), proof).records] == [b"2", b"3", b"4", b"5", b"6"]
    assert verify(parse_name(log), proof).proven
    assert proof.catalogue is None
    own = (await api.json("/v1/store"))["catalogue"]
    for name in (own, await log_of(api, "$hearthlog/sink")):
        assert verify(catalogue, decode(await covered(api, name, recno=1))).proven


async def test_all_parts_of_a_long_message_are_proven_together(recorder, api, catalogue):
    await recorder.say(("long", b"short"), ("long", Message(LONG, retain=True)), ("long", b"after"))
    log = await log_of(api, "long")
    for recno in (2, 3, 4):
        verdict = verify(catalogue, decode(await covered(api, log, recno=recno)))
        assert verdict.proven, verdict.sentence
        assert [datum.recno for datum in verdict.records] == [2, 3, 4]
        assert unpack([datum.data for datum in verdict.records]) == Message(LONG, retain=True)


async def test_a_proof_that_is_whole_is_kept_for_ever_and_the_rest_is_said(recorder, api):
    await recorder.say(("kept", b"1"))
    log = await log_of(api, "kept")
    await covered(api, log, recno=1)
    answer = await api.get(f"/v1/logs/{log}/proof", recno=1)
    assert decode(answer.content).covered
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["hearthlog-position"]
    for query, status, said in (
        ({"recno": 2}, 404, "1 records"),
        ({"recno": 1, "last": 5}, 404, "1 records"),
        ({"recno": 0}, 400, "recno"),
        ({}, 400, "recno"),
    ):
        problem = await api.get(f"/v1/logs/{log}/proof", **query)
        assert (problem.status_code, said in problem.json()["detail"]) == (status, True), problem.text


async def test_what_no_signature_reaches_yet_says_so(tmp_path):
    async with (
        Recorder(tmp_path / "home", StoreSettings(signature_interval_s=3_600)) as recorder,
        GdpClient.connect("127.0.0.1", recorder.port) as client,
    ):
        await recorder.say(("t", b"1"), ("t", b"2"))
        log = recorder.store.current("t")
        prover = Prover(StoreReader(client, reads_max=1), Catalogue(recorder.store.catalogue))
        records = await prover.message(log.metadata, 2, bytes_max=1_000)
        proof = await prover.prove(Proven(log.metadata, records), listed=True)
        assert (proof.covered, proof.catalogue) == (False, None)
        verdict = verify(log.name, decode(encode(proof)))
        assert not verdict.proven
        assert [check.state for check in verdict.checks].count(State.OPEN) == 1


async def test_records_below_the_tip_never_change_and_say_so(recorder, api):
    await recorder.say(*(("records", b"%d" % number) for number in range(5)))
    log = await log_of(api, "records")
    answer = await api.get(f"/v1/logs/{log}/records", first=2, limit=3)
    assert "immutable" in answer.headers["cache-control"]
    rows = answer.json()["records"]
    assert [row["data"] for row in rows] == ["1", "2", "3"]
    assert [row["prevhash"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    assert set(rows[0]) == {"recno", "time", "accuracy", "prevhash", "hash", "sig", "data"}
    tip = await api.get(f"/v1/logs/{log}/records", first=4, limit=3)
    assert "immutable" not in tip.headers["cache-control"]
    assert [row["recno"] for row in tip.json()["records"]] == [4, 5]


async def test_the_lines_of_the_page_fetch_a_proof_and_verify_it_offline(recorder, api, tmp_path):
    await recorder.say(("homes/h1/desk", b"21.5"))
    log = await log_of(api, "homes/h1/desk")
    await covered(api, log, recno=1)
    given = {"URL": api.url, "TOKEN": TOKEN, "CATALOGUE": (await api.json("/v1/store"))["catalogue"]}
    found = await run_pasted("proofs.md", "Fetch and verify", tmp_path, given)
    assert f"Proven: record 1 of log {log} (homes/h1/desk)." in found
