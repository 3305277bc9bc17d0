"""What the sink does by the clock: look whether the broker saves, say what is due, and a heartbeat."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from gdp_sink.counters import Counters
from gdp_sink.own_log import OwnLog
from gdp_sink.refusal import RefusalReport
from gdp_sink.retained import RetainedReplay
from gdp_sink.rises import RiseReport
from gdp_sink.saving import SavingWatch, file_mark
from gdp_sink.vitals import Vitals

TICK_S = 1.0
NS = 1_000_000_000


class Pulse:
    """Ticks once a second. `clock` is monotonic, ns; `clock_offset_ns` is how far the wall clock is ahead."""

    def __init__(
        self,
        own_log: OwnLog,
        counters: Counters,
        report: RefusalReport,
        replay: RetainedReplay,
        rises: RiseReport,
        *,
        vitals: Vitals,
        clock: Callable[[], int],
        clock_offset_ns: Callable[[], int],
        clock_step_s: float,
        heartbeat_s: float,
        broker_database: Path | None,
        saving_lag_max_s: float,
    ) -> None:
        self._own_log = own_log
        self._counters = counters
        self._report = report
        self._replay = replay
        self._rises = rises
        self._vitals = vitals
        self._clock = clock
        self._clock_offset_ns = clock_offset_ns
        self._clock_step_ns = int(clock_step_s * NS)
        self._heartbeat_ns = int(heartbeat_s * NS)
        self._database = broker_database
        self._watch = SavingWatch(saving_lag_max_s)
        self._said_offset_ns = 0
        self._next_heartbeat = clock() + self._heartbeat_ns

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            await asyncio.sleep(min(TICK_S, self._heartbeat_ns / NS))
            self.tick()

    def tick(self) -> None:
        """Do what is due now."""
        self._look_at_saving()
        self._look_at_clock()
        for fields in self._report.due():
            self._own_log.say("refused", **fields)
        for event, more, advice in self._rises.due():
            self._own_log.say(event, count=more, advice=advice)
        now = self._clock()
        if now >= self._next_heartbeat:
            self._next_heartbeat = now + self._heartbeat_ns
            if self._own_log.state.subscribed and self._vitals.idle:  # else it is we who keep it waiting, or the broker
                self._replay.end_if_quiet()
            numbers = self._counters.as_json() | self._vitals.as_json()
            self._own_log.say("heartbeat", counters=numbers, clock_offset_ns=self._clock_offset_ns())

    def _look_at_saving(self) -> None:
        state = self._own_log.state
        if self._database is None or not state.session:
            self._watch.forget()
            return
        saving = self._watch.observe(file_mark(self._database), self._clock())
        if saving != state.saving:
            state.saving = saving
            if saving is not None:
                self._own_log.say("broker_saving" if saving else "broker_not_saving")

    def _look_at_clock(self) -> None:
        offset = self._clock_offset_ns()
        if abs(offset - self._said_offset_ns) >= self._clock_step_ns:
            self._said_offset_ns = offset
            self._own_log.say("clock", clock_offset_ns=offset)
