"""When a record of an own log is signed: bounded cost however fast logs grow (store.md, "Signatures"). Pure."""

from dataclasses import dataclass

from gdp.datum import NS_PER_S


@dataclass(frozen=True, slots=True)
class SigningPolicy:
    """A record is signed when its log's last signature is `interval_ns` old, or it is the `unsigned_max`th since."""

    interval_ns: int
    unsigned_max: int

    @classmethod
    def every(cls, interval_s: float, unsigned_max: int) -> "SigningPolicy":
        """Return the policy with these bounds."""
        return cls(int(interval_s * NS_PER_S), unsigned_max)

    def is_due(self, recno: int, ts: int, signed_recno: int, signed_at: int) -> bool:
        """Tell whether record `recno` of time `ts` is to be signed; the last signed one is given (0, 0: none)."""
        return ts - signed_at >= self.interval_ns or recno - signed_recno >= self.unsigned_max
