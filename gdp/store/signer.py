"""Signing records as they are planned, by the policy and within its bound (store.md, "Signatures")."""

from gdp.datum import NS_PER_S
from gdp.keys import WriterKey
from gdp.store.logstate import LogState
from gdp.store.plan import Plan
from gdp.store.signing import SigningPolicy


class Signer:
    """Signs what the policy wants signed. A record is due from `LogState.sign_at` or from `sign_recno` on."""

    def __init__(self, key: WriterKey, policy: SigningPolicy) -> None:
        self._key = key
        self._policy = policy
        self._left = float(policy.per_s_max)
        self._counted_at = 0
        self._none_before = 0

    def sign_due(self, plan: Plan, state: LogState, recno: int, ts: int, record_hash: bytes) -> bytes | None:
        """Sign a record that is due, unless it is so for its age alone and there were too many within a second.

        Then the next seal covers it, and its log is not due again before the interval is over.
        """
        if recno < state.sign_recno and not self._has_room(ts):
            state.sign_at = ts + self._policy.interval_ns
            return None
        return self.sign(plan, state, recno, ts, record_hash)

    def sign(self, plan: Plan, state: LogState, recno: int, ts: int, record_hash: bytes) -> bytes:
        """Sign a record in any case."""
        state.sign_at = ts + self._policy.interval_ns
        state.sign_recno = recno + self._policy.unsigned_max
        plan.signed.append((state, recno))
        return self._key.sign(record_hash)

    def first_due(self, state: LogState) -> int:
        """Return the record number from which a log's next record is due by number, as its last signature has it."""
        return state.signed_recno + self._policy.unsigned_max

    def _has_room(self, ts: int) -> bool:
        if ts < self._none_before:
            return False
        rate = self._policy.per_s_max
        self._left = min(rate, self._left + (ts - self._counted_at) * rate / NS_PER_S)
        self._counted_at = ts
        if self._left < 1:
            self._none_before = ts + NS_PER_S // rate
            return False
        self._left -= 1
        return True
