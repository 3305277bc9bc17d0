"""Which records of own logs are signed: bounded cost however fast logs grow, and however many do. Pure."""

from dataclasses import dataclass

from gdp.datum import NS_PER_S


@dataclass(frozen=True, slots=True)
class SigningPolicy:
    """A record is due when its log's last signature is `interval_ns` old, or it is the `unsigned_max`th since.

    Of those that are due for their age `per_s_max` a second are signed, so that 50,000 slow logs do not cost a
    processor. The seal log covers the others, as it does the end of a burst.
    """

    interval_ns: int
    unsigned_max: int
    per_s_max: int

    @classmethod
    def every(cls, interval_s: float, unsigned_max: int, per_s_max: int) -> "SigningPolicy":
        """Return the policy with these bounds."""
        return cls(int(interval_s * NS_PER_S), unsigned_max, per_s_max)
