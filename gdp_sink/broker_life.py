"""Whether the broker was started anew while the sink was away, and with it forgot what it had not saved.

Two things tell, and neither asks a clock what time it is:

- `hearthlog up` notes each start of its broker, and how many of the lives before did not end in order. A stop in order
  costs nothing, for the broker saves; an end that was none may.
- Any broker that has `$SYS/broker/uptime` says how long it has been up. That only grows within one life, so that less
  than an earlier run of the sink has heard is another life. How the one before ended it does not say. Nothing is
  concluded from more, for that would need a clock. And only the answer to a subscription is judged, which has the
  retain flag: what comes without may have waited in the session, and be of an earlier time, or of an earlier life.

While the sink is connected an end of the broker is the end of the connection, and is told as that.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from gdp_sink.counters import Counters
from gdp_sink.own_log import BrokerKnown, OwnLog

UPTIME_TOPIC = "$SYS/broker/uptime"
NS = 1_000_000_000
AGE_S_MAX = 75
"""How old an answer may be: Mosquitto lets it expire after 60 s, and says it anew every `sys_interval`, 10 s."""


DIGITS_MAX = 18
"""So many digits has a number of a broker's at most; Python refuses to read 4,301, which must not end the sink."""


def number_in(text: bytes) -> int | None:
    """The number that this is; None if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else None


class Starts(NamedTuple):
    """What is noted at each start of the broker: docs/formats.md, `starts.json`."""

    starts: int
    crashes: int
    """Lives before this one that did not end in order."""
    began_ns: int
    """When this life began, by the machine's monotonic clock."""


def read_starts(path: Path | None) -> Starts | None:
    """What was noted last; None if nobody notes it, or it cannot be read."""
    if path is None:
        return None
    try:
        entry = json.loads(path.read_bytes())
        return Starts(int(entry["starts"]), int(entry["crashes"]), int(entry["began_ns"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(slots=True)
class BrokerLife:
    """Compares what an earlier run of the sink knew of the broker with what the first connection of this one finds.

    `clock` is the machine's monotonic clock, ns; `read` gives what is noted of the broker's starts now.
    """

    counters: Counters
    own_log: OwnLog
    clock: Callable[[], int]
    read: Callable[[], Starts | None]
    _before: BrokerKnown = field(default_factory=BrokerKnown)
    """Of the earlier run, until the first connection of this one."""
    _up_s_before: int | None = None
    """The longest that the earlier run had heard, as long as it may tell something."""
    _heard: tuple[int, int] | None = None
    """How long it had been up on this connection, as it said last, and when that was."""

    def recover(self, known: BrokerKnown) -> None:
        """Take what the own log's last record says of the broker; it stays in the records until there is news."""
        self._before = self.own_log.broker = known

    def connected(self, *, present: bool, opened_ns: int) -> None:
        """The broker took the sink, with its session or without: in that case more is lost, and told elsewhere.

        `opened_ns` is when the connection was opened, by the clock.
        """
        before, self._before, self._heard = self._before, BrokerKnown(), None
        found = self.read()
        if found is not None and found.began_ns > opened_ns:
            found = None  # of a later life: this connection has ended, as will be told
        noted = BrokerKnown() if found is None else BrokerKnown(starts=found.starts, crashes=found.crashes)
        self.own_log.broker = noted
        if not present:
            return
        if found is not None and before.starts is not None and found.starts > before.starts:
            up_s = max(self.clock() - found.began_ns, 0) / NS
            self._tell(up_s=round(up_s, 3), in_order=found.crashes == before.crashes)
        else:
            self._up_s_before = before.up_s
            self.own_log.broker = noted._replace(up_s=before.up_s)

    def hear(self, payload: bytes, *, retained: bool) -> None:
        """Take the broker's word on how long it has been up: `4711 seconds`."""
        up_s = number_in(payload.removesuffix(b" seconds"))
        if up_s is None:
            return
        if not retained and not self._goes_on(up_s):
            return
        self._heard = up_s, self.clock()
        self.own_log.broker = self.own_log.broker._replace(up_s=up_s)
        before, self._up_s_before = self._up_s_before, None
        if before is not None and up_s < before:
            self._tell(up_s=up_s)

    def _goes_on(self, up_s: int) -> bool:
        """Whether this may be what follows what was heard on this connection, and has not waited since before it."""
        if self._heard is None:
            return False
        last, at = self._heard
        return last < up_s <= last + (self.clock() - at) / NS + AGE_S_MAX

    def disconnected(self) -> None:
        """What the broker does from now on is told by how the connection ended."""
        self._before, self._up_s_before, self.own_log.broker = BrokerKnown(), None, BrokerKnown()

    def _tell(self, **facts: float) -> None:
        if not facts.get("in_order"):
            self.counters.broker_restarts += 1
        self.own_log.say("broker_restarted", **facts)
