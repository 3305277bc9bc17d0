"""The recorder's own outages, read from the sink's own log: when something was away, what, how that is known. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from api.gaps.cadence import Ints
from api.gaps.outages import ANEW, ANEW_MEANWHILE, CRASHED, RESTORED, Entry, Outage, disjoint
from api.gaps.rules import AFTERWARDS_NS, HEARTBEAT_NS, NS_PER_S, SIGNS_MISSED_MAX, STAND_STILL_MIN_NS

SHUTTING_DOWN = "shutting down"
KEEPALIVE = "eep alive"


@dataclass(slots=True)
class _Open:
    start: int
    id: str
    evidence: list[Entry]
    at_risk_ns: int = 0


@dataclass(slots=True)
class Story:
    """Reads the log from its beginning. `beats` are the logged times of all records, ascending.

    `save_interval_ns` is how often the broker saves: what a crash of it can cost.
    """

    beats: Ints
    save_interval_ns: int
    _away: list[Outage] = field(default_factory=list)
    """Ended, but not yet known whether the session was kept."""
    _done: list[Outage] = field(default_factory=list)
    _open: _Open | None = None
    _lost: bool = False
    _taken_over: Entry | None = None
    _left: _Open | None = None
    """What ended the time in which all was well last."""
    _came: int = 0
    """When the broker took the sink, while it is not known whether in its session."""
    _returned: int = 0
    """When messages came again last."""

    def read(self, entries: Sequence[Entry], *, until: int) -> list[Outage]:
        """All outages up to `until`, ascending, none overlapping another.

        Args:
            entries: every record but heartbeats, ascending.
            until: logged time up to which all is known.
        """
        handlers: dict[str, Callable[[Entry], None]] = {
            "started": self._started,
            "stopped": lambda entry: self._begin(entry.logged, "sink.stopped", entry),
            "disconnected": self._disconnected,
            "unreachable": self._unreachable,
            "not_subscribed": self._not_subscribed,
            "session_lost": self._session_lost,
            "taken_over": self._take_over,
            "probing": self._probing,
            "connected": self._connected,
            "broker_restarted": self._broker_restarted,
            "subscribed": self._back,
            "resumed": self._resumed,
            "restored": self._restored,
        }
        for entry in entries:
            if entry.event in handlers:
                handlers[entry.event](entry)
        self._done += _stand_stills(self.beats, entries, until, stopped=self._is("sink.stopped"))
        self._still_away(until)
        return disjoint(self._done)

    def _is(self, fault: str) -> bool:
        return self._open is not None and self._open.id == fault

    def _note(self, entry: Entry) -> None:
        if self._open is not None:
            self._open.evidence.append(entry)
        elif self._away:
            last = self._away[-1]
            self._away[-1] = last._replace(evidence=(*last.evidence, entry))

    def _begin(self, start: int, fault: str, *evidence: Entry, at_risk_ns: int = 0) -> None:
        well = self._open is None and not self._away
        self._close(start)
        self._open = _Open(start, fault, list(evidence), at_risk_ns)
        self._left, self._came = self._open if well else self._left, 0

    def _close(self, end: int) -> None:
        if self._open is not None:
            start, fault, evidence = self._open.start, self._open.id, self._open.evidence
            if end > start:
                self._away.append(Outage(start, end, fault, tuple(evidence), at_risk_ns=self._open.at_risk_ns))
            self._open = None

    def _started(self, entry: Entry) -> None:
        place = int(np.searchsorted(self.beats, entry.logged)) - 1
        if place >= 0 and not (self._is("sink.stopped") or self._is(RESTORED)):
            last = int(self.beats[place])
            self._begin(last, "sink.died", Entry(last, "heartbeat"))
        self._note(entry)

    def _restored(self, entry: Entry) -> None:
        """What was logged after the backup and before the restore is in another history."""
        position = str(entry.facts.get("position"))
        place = int(np.searchsorted(self.beats, entry.logged)) - 1
        last = int(self.beats[place]) if place >= 0 else entry.logged
        self._begin(int(position) if position.isdecimal() else last, RESTORED, entry)

    def _disconnected(self, entry: Entry) -> None:
        if self._is("broker.refuses"):
            self._note(entry)
            return
        taken_over, self._taken_over = self._taken_over, None
        if taken_over is not None:
            self._begin(entry.logged, "broker.taken_over", taken_over, entry)
            return
        reason = str(entry.facts.get("reason"))
        silent = entry.facts.get("silent_s")
        silent_ns = int(silent * NS_PER_S) if isinstance(silent, int | float) and KEEPALIVE in reason else 0
        if SHUTTING_DOWN in reason:
            self._begin(entry.logged, "broker.stopped", entry)
        else:
            early = entry.logged - silent_ns - self.save_interval_ns
            self._begin(early, "broker.lost", entry, at_risk_ns=self.save_interval_ns)

    def _unreachable(self, entry: Entry) -> None:
        started = None if self._open is None else next((e for e in self._open.evidence if e.event == "started"), None)
        if self._open is None:
            self._begin(entry.logged, "broker.lost", entry)
        elif started is not None and self._open.id.startswith("sink."):
            # The sink was there again and found no broker: from then on it is the broker's.
            self._begin(started.logged, "broker.lost", entry)
        else:
            self._note(entry)

    def _not_subscribed(self, entry: Entry) -> None:
        if self._is("broker.refuses"):
            self._note(entry)
        else:
            self._begin(entry.logged, "broker.refuses", entry)

    def _session_lost(self, entry: Entry) -> None:
        self._lost = True
        self._note(entry)

    def _take_over(self, entry: Entry) -> None:
        """The broker's word on the disconnection that follows."""
        self._taken_over = entry

    def _probing(self, entry: Entry) -> None:
        """What waited in a session that is still there comes from now on, before it is known to be the same one."""
        if self._open is not None and not self._is("broker.refuses"):
            self._close(entry.logged)
            self._came = entry.logged

    def _connected(self, entry: Entry) -> None:
        """A session that was kept is subscribed already."""
        if entry.facts.get("session_present") and not self._is("broker.refuses"):
            self._back(entry)
        else:
            self._note(entry)

    def _resumed(self, entry: Entry) -> None:
        paused = entry.facts.get("paused_s")
        if isinstance(paused, int | float):
            start = entry.logged - int(paused * NS_PER_S)
            self._done.append(Outage(start, entry.logged, "sink.paused", (entry,), back=entry.logged, kept=True))

    def _back(self, entry: Entry) -> None:
        """Messages come again: now it is known of everything since they did not, whether they were kept."""
        self._note(entry)
        self._close(entry.logged)
        away, self._away = self._away, []
        back = entry.logged if self._lost else self._came or entry.logged
        if self._lost and away and all(each.id != RESTORED for each in away):
            evidence = tuple(each for outage in away for each in outage.evidence)
            away = [Outage(away[0].start, back, "broker.session_lost", evidence)]
        kept, self._lost, self._came = not self._lost, False, 0
        self._done += [each._replace(back=back, kept=kept) for each in away]
        if away:
            self._returned = back

    def _broker_restarted(self, entry: Entry) -> None:
        """The sink was away meanwhile, so that nothing else tells of it; that comes after the broker has taken it."""
        in_order, up_s, left = entry.facts.get("in_order"), entry.facts.get("up_s"), self._left
        if in_order is True or left is None:
            return  # in order it saves what it has
        if in_order is None and left.id == "sink.stopped":
            self._done = [self._with_broker(each, entry) if each.start >= left.start else each for each in self._done]
            return
        up_ns = int(up_s * NS_PER_S) if isinstance(up_s, int | float) else 0
        end = max(min(entry.logged - up_ns, self._returned), left.start)
        fault = ANEW if in_order is None else CRASHED
        at_risk_ns, evidence = self.save_interval_ns, (*left.evidence[:1], entry)
        start = left.start - at_risk_ns
        self._done.append(Outage(start, end, fault, evidence, back=self._returned, kept=True, at_risk_ns=at_risk_ns))

    def _with_broker(self, outage: Outage, entry: Entry) -> Outage:
        if outage.id != "sink.stopped":
            return outage
        evidence = (*outage.evidence, entry)
        return outage._replace(id=ANEW_MEANWHILE, evidence=evidence, kept=False, at_risk_ns=self.save_interval_ns)

    def _still_away(self, until: int) -> None:
        if self._open is not None:
            self._close(until)
            self._away[-1:] = [each._replace(standing=True) for each in self._away[-1:]]
        self._done += [each._replace(back=until, kept=not self._lost) for each in self._away]


def _stand_stills(beats: Ints, entries: Sequence[Entry], until: int, *, stopped: bool) -> list[Outage]:
    """Silences of the sink within one run, and the present one."""
    if not len(beats):
        return []
    times = np.array([each.logged for each in entries], np.int64)
    heartbeats = np.diff(np.setdiff1d(beats, times)[-1_000:])
    usual = int(np.median(heartbeats)) if len(heartbeats) else HEARTBEAT_NS
    longest = max(SIGNS_MISSED_MAX * max(usual, HEARTBEAT_NS), STAND_STILL_MIN_NS)
    intervals = np.diff(beats)
    found = []
    for place in np.flatnonzero(intervals > longest).tolist():
        last, again = int(beats[place]), int(beats[place + 1])
        first = int(np.searchsorted(times, again))
        after = entries[first : int(np.searchsorted(times, again + AFTERWARDS_NS, side="right"))]
        events = [each.event for each in after]
        explained = after and after[0].event in {"started", "restored"} and after[0].logged == again
        if "resumed" in events or explained:
            continue
        fault = "unknown.clock" if "clock" in events else "sink.stood_still"
        evidence = (Entry(last, "heartbeat"), *(after[:1] or (Entry(again, "heartbeat"),)))
        found.append(Outage(last, again, fault, evidence, back=again, kept=True))
    if until - int(beats[-1]) > longest and not stopped:
        last = int(beats[-1])
        evidence = (Entry(last, "heartbeat"),)
        found.append(Outage(last, until, "sink.stood_still", evidence, back=until, kept=True, standing=True))
    return found
