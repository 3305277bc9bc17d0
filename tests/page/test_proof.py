"""A value is proven in the browser, or the record that was changed is named: with the browser's cryptography, in script, and offline."""

import base64
import json
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from gdp.glog import path_of
from gdp.names import parse_name
from gdp.proof import Verdict, decode, verify
from ingest.envelope import Message, pack, unpack
from tests.page.axe import look
from tests.page.looking import row
from tests.page.visitor import Visitor
from tests.support.broker import free_port
from tests.support.home import Home

TOPIC, OTHER = "homes/h1/kitchen/temperature", "homes/h1/bathroom/temperature"
PAYLOADS = """async (messages) => {
    const base = document.querySelector('link[rel=icon]').href;
    const {payloadOf} = await import(new URL('lib/envelope.js', base));
    const {fromBase64, toBase64} = await import(new URL('lib/bytes.js', base));
    return messages.map((records) => payloadOf(records.map(fromBase64))).map(toBase64);
}"""
TAMPERED = 7
NAMED = re.compile(rf"record {TAMPERED}, (contents|sig)")


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that the whole network may visit, in the clear."""
    port = free_port()
    settings = {"http": f"0.0.0.0:{port}", "signature_interval_s": 1}
    with Home(tmp_path_factory.mktemp("open"), settings=settings, options=["--insecure"]) as home:
        home.http_port = port
        home.publish([(TOPIC, f"{20 + n}.5") for n in range(12)] + [(OTHER, "22.25")])
        home.wait_for(lambda: proof_of(home, OTHER, 1)["covered"], "the records to be sealed")
        yield home


def proof_of(home: Home, topic: str, recno: int) -> dict:
    """The proof as the API gives it; before there is one, one that covers nothing."""
    topics = home.get("/v1/topics", filter=topic).json()["topics"]
    if not topics:
        return {"covered": False}
    return home.get(f"/v1/logs/{topics[0]['log']}/proof", recno=recno).json()


def log_of(home: Home, topic: str) -> str:
    log: str = home.get("/v1/topics", filter=topic).json()["topics"][0]["log"]
    return log


def pin(home: Home) -> str:
    """Pins what the tampered topic said so far; gives the dataset's id."""
    made = httpx.post(
        f"{home.http}/v1/datasets",
        json={"query": "history", "parameters": {"filter": [TOPIC]}},
        headers={"Authorization": f"Bearer {home.token}"},
        trust_env=False,
        timeout=60,
    ).json()
    return str(made["id"])


@pytest.fixture
def visit(browser: Browser, open_house: Home, picture: Path) -> Iterator[Callable[..., Page]]:
    somebody = Visitor(browser, open_house, picture)
    yield somebody.visit
    somebody.leave()


def proven(page: Page, topic: str, home: Home, recno: int = 1) -> Page:
    """Opens the message that the address names, and presses Verify."""
    time = home.get(f"/v1/logs/{log_of(home, topic)}/records", first=recno, limit=1).json()["records"][0]["time"]
    page.goto(f"{re.match('https?://[^/]+', page.url)[0]}/now?proof={log_of(home, topic)}:{recno}&cursor={time}")
    page.get_by_role("button", name="Verify").click()
    expect(page.locator(".verdict")).to_be_visible()
    return page


def lines(page: Page) -> list[tuple[str, str]]:
    """How each check ended, and its whole text."""
    found = page.locator(".checks li")
    return [(each.get_attribute("class"), each.locator("span").get_attribute("title")) for each in found.all()]


def python_lines(verdict: Verdict) -> list[tuple[str, str]]:
    return [(check.state.value, check.text) for check in verdict.checks]


def own_address() -> str:
    """An address of this machine that is not the loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but the loopback's")
        address: str = probe.getsockname()[0]
    if address.startswith("127."):
        pytest.skip("this machine has no address but the loopback's")
    return address


def test_an_honest_record_is_proven_alike_on_localhost_in_script_and_by_the_program(
    open_house: Home, visit: Callable[..., Page]
) -> None:
    far = f"http://{own_address()}:{open_house.http_port}"
    verdicts = []
    for base, how in ((open_house.http, "the browser’s own cryptography"), (far, "in script")):
        page = visit(http=base)
        assert page.evaluate("crypto.subtle === undefined") is (base == far)
        proven(page, TOPIC, open_house, 3)
        expect(page.locator(".verdict.good")).to_contain_text(re.compile(r"Proven in this browser in [\d,]+ ms"))
        expect(page.locator(".verdict")).to_contain_text(how)
        verdicts.append(lines(page))
    assert verdicts[0] == verdicts[1]
    content = json.dumps(proof_of(open_house, TOPIC, 3)).encode()
    *checked, shown = verdicts[0]
    assert checked == python_lines(verify(parse_name(log_of(open_house, TOPIC)), decode(content)))
    assert shown == ("good", "topic, logged time and payload on the screen are the record’s")


def test_the_catalogues_name_from_elsewhere_is_all_it_takes_and_no_other_will_do(
    open_house: Home, visit: Callable[..., Page]
) -> None:
    page = proven(visit(), OTHER, open_house)
    known = page.get_by_label("The catalogue’s name, if you know it from elsewhere")
    known.fill(open_house.get("/v1/store").json()["catalogue"])
    page.get_by_role("button", name="Check from it").click()
    expect(page.locator(".checks li").first).to_contain_text("the proof begins at the catalogue that was asked for")
    expect(page.locator(".verdict.good")).to_be_visible()
    known.fill("B" * 42 + "A")
    page.get_by_role("button", name="Check from it").click()
    expect(page.locator(".verdict.bad")).to_contain_text("Not proven")
    expect(page.locator(".checks .bad")).to_contain_text("the proof is not about")
    expect(page.get_by_text("What this does not prove")).to_be_visible()


def test_the_key_v_verifies_and_the_proof_is_in_the_address(open_house: Home, visit: Callable[..., Page]) -> None:
    page = visit()
    row(page, "Bathroom", "Temperature").locator(".name").click()
    expect(page.get_by_role("button", name="Verify")).to_be_visible()
    page.keyboard.press("v")
    expect(page.locator(".verdict.good")).to_be_visible()
    assert f"proof={log_of(open_house, OTHER)}:1" in page.url


def test_the_verifier_is_one_file_that_checks_without_a_network(
    browser: Browser, open_house: Home, visit: Callable[..., Page], tmp_path: Path, picture: Path
) -> None:
    page = proven(visit(), TOPIC, open_house, 5)
    with page.expect_download() as told:
        page.get_by_role("link", name="Download proof").click()
    proof, verifier = tmp_path / told.value.suggested_filename, tmp_path / "hearthlog-verify.html"
    told.value.save_as(proof)
    answer = page.request.get("/verify")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    verifier.write_bytes(answer.body())
    context = browser.new_context(offline=True)
    offline = context.new_page()
    faults: list[str] = []
    offline.on("console", lambda message: faults.append(message.text))
    offline.on("pageerror", lambda fault: faults.append(str(fault)))
    offline.goto(verifier.as_uri())
    offline.set_input_files("#file", proof)
    expect(offline.locator("h2")).to_have_text(re.compile("^Not proven yet: record 5 of log .*no name was given"))
    offline.get_by_label("The name that you know").fill(open_house.get("/v1/store").json()["catalogue"])
    expect(offline.locator("h2")).to_have_text(re.compile(rf"^Proven: record 5 of log \S+ \({TOPIC}\)\.$"))
    expect(offline.get_by_label("The payload")).to_have_text("24.5")
    offline.screenshot(path=picture.with_stem("the-verifier"), full_page=True)
    changed = json.loads(proof.read_bytes())
    changed["records"][0]["data"] = "MTQuNQ=="
    _drop(offline, "changed.json", json.dumps(changed))
    expect(offline.locator("h2")).to_have_text(re.compile("^Not proven: record 5 .*record 5, (contents|sig)"))
    _drop(offline, "other.json", "{}")
    expect(offline.get_by_role("heading", name="This is no proof")).to_be_visible()
    assert not faults
    context.close()


def test_payloads_are_taken_out_of_records_as_the_ingest_put_them_in(visit: Callable[..., Page]) -> None:
    page = visit()
    messages = [
        Message(b"21.5"),
        Message(b"", retain=True),
        Message(bytes(range(256)) * 3, content_type="image/png", user_properties=(("a", "ü"),), expiry_s=70_000),
        Message(b"\xd9\xd9\xf7 looks like one of ours", correlation=b"\0\1", payload_format=1),
        Message(bytes(200_000), retain=True),
        Message(bytes(range(250)) * 600),
    ]
    packed = [pack(message) for message in messages]
    assert max(map(len, packed)) > 2
    damaged = [packed[4][:2], packed[4][:1], packed[4][::-1], (packed[2][0][:-8],), (packed[2][0] + b"\0",)]
    records = [[base64.b64encode(record).decode() for record in each] for each in (*packed, *damaged)]
    taken = [base64.b64decode(each) for each in page.evaluate(PAYLOADS, records)]
    assert taken == [unpack(each).payload for each in (*packed, *damaged)]


def _drop(page: Page, name: str, text: str) -> None:
    """Drops a file onto the page."""
    page.evaluate(
        """([name, text]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], name));
            dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        [name, text],
    )


def test_a_flipped_byte_in_the_stores_file_turns_verify_red_and_names_the_record(
    browser: Browser, open_house: Home, picture: Path
) -> None:
    log = log_of(open_house, TOPIC)
    path = path_of(open_house.data / "store" / "glogs", parse_name(log))
    pinned = pin(open_house)
    open_house.stop()
    with closing(sqlite3.connect(path)) as file, file:
        (stored,) = file.execute("SELECT value FROM log_entry WHERE recno = ?", (TAMPERED,)).fetchone()
        flipped = bytes([stored[0] ^ 1]) + stored[1:]
        file.execute("UPDATE log_entry SET value = ? WHERE recno = ?", (flipped, TAMPERED))
    open_house.start()
    open_house.wait_ready()
    somebody = Visitor(browser, open_house, picture)
    page = proven(somebody.visit(), TOPIC, open_house, TAMPERED)
    expect(page.locator(".verdict.bad")).to_contain_text("Not proven")
    expect(page.locator(".checks .bad").first).to_contain_text(NAMED)
    told_here = lines(page)
    page.locator(".verdict").scroll_into_view_if_needed()
    page.screenshot(path=picture.with_stem("a-flipped-byte-is-named"))
    with page.expect_download() as told:
        page.get_by_role("link", name="Download the evidence").click()
    evidence = decode(Path(told.value.path()).read_bytes())
    assert NAMED.search(verify(parse_name(log_of(open_house, TOPIC)), evidence).sentence)
    page.get_by_role("button", name="Close").click()
    page.go_back()
    expect(page.locator(".verdict.bad")).to_be_visible()
    assert "bad" not in {state for state, _ in lines(proven(page, OTHER, open_house))}
    # Alike where the page has to check in script.
    far = proven(somebody.visit(http=f"http://{own_address()}:{open_house.http_port}"), TOPIC, open_house, TAMPERED)
    assert far.evaluate("crypto.subtle === undefined")
    assert lines(far) == told_here
    # A dataset that was pinned before names the log and the record.
    page = somebody.visit(f"/datasets/{pinned}")
    page.get_by_role("button", name="Verify").click()
    verdict = page.get_by_role("alert").filter(has_text="It does not hold")
    expect(verdict).to_contain_text(f"record {TAMPERED}")
    expect(page.locator(".faults")).to_contain_text(re.compile(rf"log {log} \({TOPIC}\), record {TAMPERED}: \w+"))
    look(page)
    somebody.leave()
