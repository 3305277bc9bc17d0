"""The ways in: a secret, the page's cookie, a ticket, a code that works once."""

import hashlib
import json
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.datastructures import Headers

from api.accounts.caller import Caller
from api.accounts.known import Accounts
from api.accounts.signed import Claims, Signer

COOKIE = "hearthlog"
COOKIE_AGE_S = 30 * 86_400
NS_PER_S = 1_000_000_000


class Door:
    """Knows every way in. `clock` is wall time, ns; `codes` is the directory of codes that work once."""

    def __init__(self, accounts: Accounts, signer: Signer, codes: Path, *, clock: Callable[[], int]) -> None:
        self.accounts = accounts
        self._signer = signer
        self._codes = codes
        self._clock = clock

    def by_headers(self, headers: Headers) -> Caller | None:
        """Who calls, by `Authorization: Bearer`, else by the page's cookie."""
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.accounts.caller_of(bearer.strip())
        cookie = _cookie(headers.get("cookie", ""))
        return self._signed(cookie, "cookie") if cookie else None

    def by_ticket(self, text: str) -> Caller | None:
        """Who calls, by a ticket; reads no more than the ticket is for."""
        return self._signed(text, "ticket")

    def by_login(self, text: str) -> Caller | None:
        """Who logs in, with a secret or with a code, which is used up."""
        return self.accounts.caller_of(text) or self._by_code(text)

    def cookie_for(self, caller: Caller) -> str:
        """The value of the page's cookie; it holds no secret."""
        return self._signer.sign(Claims("cookie", caller.name, caller.stamp, self._now_s + COOKIE_AGE_S))

    def ticket_for(self, caller: Caller, filters: tuple[str, ...], *, seconds: int) -> tuple[str, int]:
        """A ticket that reads what the caller may and these filters match, and when it ends, s since 1970."""
        until = self._now_s + seconds
        return self._signer.sign(Claims("ticket", caller.name, caller.stamp, until, filters)), until

    def still(self, caller: Caller) -> bool:
        """Whether who came in before may stay: not removed, not given another secret, and no ticket that has ended."""
        over = caller.until is not None and self._now_s >= caller.until
        return not over and self.accounts.named(caller.name, caller.stamp) is not None

    @property
    def _now_s(self) -> int:
        return self._clock() // NS_PER_S

    def _signed(self, text: str, kind: str) -> Caller | None:
        claims = self._signer.read(text, kind, self._now_s)
        caller = None if claims is None else self.accounts.named(claims.name, claims.stamp)
        return caller.by_ticket(claims.filters, claims.until) if caller and claims and claims.filters else caller

    def _by_code(self, code: str) -> Caller | None:
        path = self._codes / f"{hashlib.sha256(code.encode()).hexdigest()}.json"
        try:
            entry = json.loads(path.read_bytes())
            path.unlink()  # of several that come at once one succeeds
            name, stamp, until = str(entry["account"]), str(entry["stamp"]), int(entry["until"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return self.accounts.named(name, stamp) if self._now_s < until else None


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None else None
