"""The ways in: a code, a ticket, pages of other origins."""

import httpx

from api.accounts.door import Door
from api.accounts.known import Accounts
from api.accounts.signed import Signer
from tests.accounts.conftest import CHARTS, HIDDEN, SEEN, add, hearthlog
from tests.support.home import Home


def test_a_code_logs_a_browser_in_once_and_leaves_no_secret_in_address_or_cookie(filled: Home):
    secret = add(filled, "kitchen", read=("lab/#",))
    address = hearthlog(filled, "account", "login", "kitchen").stdout.strip()
    with httpx.Client(trust_env=False, timeout=60) as browser:
        answer = browser.get(address)
        assert answer.status_code == 303
        assert "token" not in answer.headers["location"]
        assert secret not in answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict"} <= set(answer.headers["set-cookie"].split("; "))
        assert browser.get(f"{filled.http}/v1/latest").headers["hearthlog-narrowed"] == "lab/#"
        assert httpx.get(address, trust_env=False, timeout=60).status_code == 401, "the code is used up"
        unused = hearthlog(filled, "account", "login", "kitchen").stdout.strip()
        hearthlog(filled, "account", "rotate", "kitchen")
        assert browser.get(f"{filled.http}/v1/latest").status_code == 401, "the cookie was of the old secret"
        assert httpx.get(unused, trust_env=False, timeout=60).status_code == 401, "so was the code"


def test_a_page_of_another_origin_changes_nothing(filled: Home):
    for origin in ("http://elsewhere.example", "null", "http://["):
        headers = {"Authorization": f"Bearer {filled.token}", "Origin": origin}
        answer = httpx.post(f"{filled.http}/v1/tickets", json={}, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code == 403, origin
        assert "access-control-allow-origin" not in answer.headers


def test_a_ticket_reads_what_it_is_for_and_nothing_else(filled: Home, narrow: str):
    def ticket(secret: str, **body: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.post(f"{filled.http}/v1/tickets", json=body, headers=headers, trust_env=False, timeout=60)

    made = ticket(filled.token, filter=[SEEN], seconds=60).json()["ticket"]
    assert [each["topic"] for each in filled.ask("/v1/latest", None, ticket=made).json()["observations"]] == [SEEN]
    assert filled.ask("/v1/latest", None, ticket=made, filter=HIDDEN).json()["observations"] == []
    assert filled.ask("/metrics", None, ticket=made).status_code == 403
    assert filled.ask("/v1/latest", None, ticket=made[:-1]).status_code == 401
    refused = httpx.post(f"{filled.http}/v1/tickets?ticket={made}", json={}, trust_env=False, timeout=60)
    assert refused.status_code == 401, "a ticket makes no ticket"
    wider = ticket(narrow, filter=["#"]).json()["ticket"]
    assert HIDDEN not in filled.ask("/v1/latest", None, ticket=wider).text
    assert ticket(filled.token, seconds=10**9).status_code == 400
    assert ticket(filled.token, filter=["a/#/b"]).status_code == 400
    assert filled.get("/v1/latest", filter="ticket=5").status_code == 200, "a filter is no ticket"


def test_what_a_ticket_opened_ends_with_it_and_does_not_count_as_the_accounts_own(tmp_path):
    token = tmp_path / "admin.token"
    token.write_text("secret")
    now_s = 1_000
    door = Door(Accounts(token, tmp_path / "none"), Signer(b"k" * 32), tmp_path, clock=lambda: now_s * 1_000_000_000)
    admin = door.by_login("secret")
    ticket, until = door.ticket_for(admin, (SEEN,), seconds=60)
    embedded = door.by_ticket(ticket)
    assert embedded.budget not in {admin.budget, ""}
    now_s = until - 1
    assert door.still(embedded), "a stream goes on"
    now_s = until
    assert not door.still(embedded)
    assert door.still(admin)
    assert door.by_ticket(ticket) is None
    assert door.by_ticket(door.cookie_for(admin)) is None, "a cookie is no ticket"


def test_only_the_origins_of_the_settings_may_read_answers_and_never_by_the_cookie(lan: Home):
    there, other = CHARTS, "https://elsewhere.example"
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    allowed, refused = (
        httpx.options(f"{lan.http}/v1/latest", headers=asked | {"Origin": origin}, trust_env=False, timeout=60)
        for origin in (there, other)
    )
    assert allowed.headers["access-control-allow-origin"] == there
    assert "access-control-allow-credentials" not in allowed.headers
    assert "access-control-allow-origin" not in refused.headers
    headers = {"Origin": there, "Authorization": f"Bearer {lan.token}"}
    answer = httpx.post(f"{lan.http}/v1/tickets", json={"filter": ["#"]}, headers=headers, trust_env=False, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == there
    headers = {"Origin": other, "Authorization": f"Bearer {lan.token}"}
    assert (
        httpx.post(f"{lan.http}/v1/tickets", json={}, headers=headers, trust_env=False, timeout=60).status_code == 403
    )
