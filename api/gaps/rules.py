"""When a silence counts: every bound of the gap kernel, in one place (docs/gaps.md says the same in words).

A *hole* is the time between two neighbouring records of a topic, or from its last one to the end of what is known.

- A topic has a *usual interval* (the median) only if its rhythm is steady. One that reports changes, as a door does,
  or one that speaks now and then, has none, and its silence is never called the device's.
- Of a topic with a usual interval a hole is the device's if, without the time in which broker or sink were away, it is
  longer than `SILENT_INTERVALS` usual intervals and than `SILENT_MIN_NS`.
- Time in which broker or sink were away is a gap of such a topic if the hole is longer than `LATE_INTERVALS` usual
  intervals: at least one message is missing. Of a topic without, it is a gap unless the broker kept what was said
  (QoS 1, sink away, session kept), and nothing was.
- What neither explains is no gap: ordinary time between two messages.
"""

NS_PER_S = 1_000_000_000

LATE_INTERVALS = 2
SILENT_INTERVALS = 10
SILENT_MIN_NS = 300 * NS_PER_S
"""Unless the setting `silent_min_s` says otherwise."""

RHYTHM_INTERVALS_MAX = 256
"""The last so many intervals tell the rhythm."""
RHYTHM_INTERVALS_MIN = 12
"""Fewer tell nothing."""
BURST_SHARE = 1 / 20
"""Messages closer together than this share of the long (90th percentile) interval are one utterance."""
STEADY_RATIO_MAX = 2.0
"""Steady: the upper quartile of the intervals is at most this many times the lower one; by chance it is 3 to 5."""
CHANGES_SHARE_MIN = 0.5
"""Reports changes: in at least this share of its values a switch differs from the one before."""
CHANGES_ROWS_MAX = 64

HEARTBEAT_NS = 10 * NS_PER_S
"""The sink's own interval, until its log shows another."""
SIGNS_MISSED_MAX = 3
"""Heartbeats that may be late before the sink counts as standing still."""
STAND_STILL_MIN_NS = 15 * NS_PER_S
AFTERWARDS_NS = 2 * NS_PER_S
"""How soon after a silence the sink says what it was."""

CATCH_UP_NS = 2 * NS_PER_S
"""What is logged so soon after the sink is back had waited in the broker, but for what is usual in that time."""
EVIDENCE_MAX = 6
