"""One running sink on an open store: its parts joined, from the first record of its own log to the last."""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from gdp.committer import Committer
from gdp.server import GdpServer
from gdp_sink.broker_life import BrokerLife, read_starts
from gdp_sink.broker_says import DROPPED, BrokerSays
from gdp_sink.counters import Counters
from gdp_sink.errors import StoppedEarly
from gdp_sink.intake import Intake
from gdp_sink.lookback import Delivered, last_deliveries, last_repeats, last_session
from gdp_sink.metrics import Metrics
from gdp_sink.own_log import OwnLog
from gdp_sink.pulse import Pulse
from gdp_sink.redelivery import WINDOW_MESSAGES
from gdp_sink.refusal import RefusalReport
from gdp_sink.retained import copies_by
from gdp_sink.rises import RiseReport
from gdp_sink.session import Session
from gdp_sink.settings import SinkSettings
from gdp_sink.source import Source
from gdp_sink.vitals import TimedDisk, Vitals
from gdp_sink.writer import Writer
from ingest.filters import FilterSet

NS = 1_000_000_000
FINISH_SHARE = 0.6
"""Of the time to stop, for what is in hand; the rest is for closing the store."""
TURNED_AWAY = (
    "the log server has as many clients as it may have, and refused more: close readers that are not needed, or raise "
    "the limit of open files of the sink"
)


class MeasuredSource(Source, AbstractAsyncContextManager["MeasuredSource"], Protocol):
    """A source with a lifetime, and a backlog for the metrics."""

    @property
    def backlog(self) -> int:
        """Deliveries received and not yet taken."""


class Sink:
    """Joins source and store. `clock` is monotonic, ns; `disk` is what the store writes to, if it is to be measured."""

    def __init__(
        self,
        settings: SinkSettings,
        committer: Committer,
        source: MeasuredSource,
        *,
        clock: Callable[[], int],
        disk: TimedDisk | None = None,
    ) -> None:
        self._finish_s_max = settings.stop_s_max * FINISH_SHARE
        self._clock = clock
        self._paused_at = clock()
        self._committer = committer
        self._source = source
        self._counters = Counters()
        self._report = RefusalReport(int(settings.refused_interval_s * NS), clock)
        self._rises = RiseReport(int(settings.refused_interval_s * NS), clock)
        self._own_log = OwnLog(committer.submit, replaying=lambda: self._intake.replay.active)
        starts = settings.broker_starts_path
        self._life = BrokerLife(self._counters, self._own_log, clock, lambda: read_starts(starts))
        self._filters = FilterSet.parse(settings.log_filter)
        self._intake = Intake(
            self._filters,
            self._counters,
            self._report,
            topic_bytes_max=settings.topic_bytes_max,
            payload_bytes_max=settings.payload_bytes_max,
            broker_says=BrokerSays(self._counters, self._own_log, self._life).hear,
        )
        self._rises.watch("broker_dropped", lambda: self._counters.broker_dropped, advice=DROPPED)
        self.metrics = Metrics(self._counters)
        self._writer = self._make_writer(settings.retained_lookback_records, clock)
        self._vitals = self._make_vitals(settings, disk or TimedDisk(), clock)
        self._pulse = self._make_pulse(settings, clock)
        committer.on_pause(self._on_pause)
        self._add_gauges()

    def _make_writer(self, lookback: int, clock: Callable[[], int]) -> Writer:
        return Writer(
            committer=self._committer,
            source=self._source,
            session=Session(
                self._source, self._own_log, self._filters, self._intake.replay, self._counters, self._life
            ),
            intake=self._intake,
            own_log=self._own_log,
            report=self._report,
            counters=self._counters,
            metrics=self.metrics,
            clock=clock,
            retained_lookback_records=lookback,
        )

    def _make_pulse(self, settings: SinkSettings, clock: Callable[[], int]) -> Pulse:
        self._own_log.state.watched = settings.broker_database_path is not None
        return Pulse(
            self._own_log,
            self._counters,
            self._report,
            self._intake.replay,
            self._rises,
            vitals=self._vitals,
            clock=clock,
            clock_offset_ns=self._clock_offset_ns,
            clock_step_s=settings.clock_step_s,
            heartbeat_s=settings.heartbeat_s,
            broker_database=settings.broker_database_path,
            saving_lag_max_s=settings.broker_saving_lag_max_s,
        )

    def _make_vitals(self, settings: SinkSettings, disk: TimedDisk, clock: Callable[[], int]) -> Vitals:
        disk.tell = self.metrics.fsync_seconds.observe
        root, source = settings.data / "store", self._source
        return Vitals(self._committer, disk, self._writer, lambda: source.backlog, root=root, clock=clock)

    def recover(self) -> None:
        """Remember from the store what the earlier run knew. Blocks; to be called once, before `run`."""
        store = self._committer.store
        window = last_deliveries(store, WINDOW_MESSAGES)
        self._intake.window.fill(window)
        session = last_session(store)
        self._own_log.broker_dropped = session.broker_dropped
        self._own_log.marked = session.marked
        self._life.recover(session.broker)
        self._own_log.epoch = max(session.epoch, window[-1][0] if window else 0)
        self._own_log.filters = tuple(dict.fromkeys(session.filters + self._filters.texts))
        self._recover_replay(window, going_on=session.replaying)

    def _recover_replay(self, window: Sequence[Delivered], *, going_on: bool) -> None:
        epoch, replay = self._own_log.epoch, self._intake.replay
        stored = [each for each in window if each[0] == epoch]
        repeats = last_repeats(self._committer.store, epoch)
        given_anew = {packet_id for _, packet_id, _, _ in stored}
        replay.recall(each for each in repeats if each.packet_id not in given_anew)
        if going_on:
            retained = [topic for _, _, topic, message in stored if message.retain]
            replay.begin(copies_by(self._filters), taken=[*retained, *(each.topic for each in repeats)])

    async def run(self, stopping: asyncio.Event) -> None:
        """Receive and store until `stopping` is set, then finish what is in hand.

        Raises:
            GdpError: in an exception group; the store failed.
            StoppedEarly: in an exception group; the store did not take what was in hand in time.
        """
        self._own_log.say("started")  # not awaited: with a full disk it would not hear that it is to stop
        async with self._source, asyncio.TaskGroup() as group:
            pulse = group.create_task(self._pulse.run(), name="sink-pulse")
            size = group.create_task(self._vitals.measure_for_ever(), name="sink-size")
            stop = group.create_task(self._stop_when(stopping), name="sink-stop")
            await self._writer.run()
            pulse.cancel()
            stop.cancel()
            size.cancel()
            await self._say_stopped()

    async def _stop_when(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._source.stop_receiving()
        await asyncio.sleep(self._finish_s_max)
        raise StoppedEarly("stopped before the store took what was in hand; the broker will deliver it again")

    async def _say_stopped(self) -> None:
        state = self._own_log.state
        state.session = state.subscribed = False
        state.saving = None
        for fields in self._report.due(final=True):
            self._own_log.say("refused", **fields)
        for event, more, advice in self._rises.due(final=True):
            self._own_log.say(event, count=more, advice=advice)
        said = self._own_log.say("stopped", reason="told to stop", counters=self._counters.as_json())
        await asyncio.wait((said,), timeout=self._finish_s_max)  # with a full disk it stays unsaid

    def watch_readers(self, server: GdpServer) -> None:
        """Measure who reads from the log server, and say so when it has to turn clients away."""
        counters = server.counters
        self.metrics.add_reader_gauges(server)
        self._rises.watch("clients_turned_away", lambda: counters.turned_away, advice=TURNED_AWAY)

    def _on_pause(self, reason: str | None) -> None:
        if reason is not None:
            self._paused_at = self._clock()
            self._own_log.say("paused", reason=reason)
        else:
            # Both records are written when there is room again, so only this says how long there was none.
            self._own_log.say("resumed", paused_s=round((self._clock() - self._paused_at) / NS, 3))

    def _clock_offset_ns(self) -> int:
        return self._committer.store.clock.offset_ns

    def _add_gauges(self) -> None:
        self.metrics.gauges.update({name: (meaning, value) for name, meaning, value in self._vitals.gauges()})
        state = self._own_log.state
        self.metrics.gauges.update(
            {
                "hearthlog_sink_connected": ("1 while the broker accepts the sink.", lambda: float(state.session)),
                "hearthlog_sink_subscribed": ("1 while all filters are subscribed.", lambda: float(state.subscribed)),
                "hearthlog_sink_broker_saving": (
                    "1 while the broker saves its database, 0 if it does not, NaN if that is not known.",
                    lambda: math.nan if state.saving is None else float(state.saving),
                ),
                "hearthlog_sink_clock_offset_seconds": (
                    "How far the wall clock is ahead of logged time.",
                    lambda: self._clock_offset_ns() / NS,
                ),
                "hearthlog_sink_backlog_messages": (
                    "Messages received and not yet acknowledged.",
                    lambda: self._source.backlog + self._writer.unacknowledged,
                ),
                "hearthlog_sink_paused": (
                    "1 while nothing can be stored, for the disk is full.",
                    lambda: float(self._committer.paused is not None),
                ),
                "hearthlog_sink_unfiled_logs": (
                    "Logs with records that are in the commit log only, not in their files yet.",
                    lambda: self._committer.store.unfiled_logs,
                ),
                "hearthlog_sink_commit_log_bytes": (
                    "Size of the commit log on disk.",
                    lambda: self._committer.store.commit_log_bytes,
                ),
                "hearthlog_sink_oldest_unacknowledged_seconds": (
                    "Age of the oldest message that waits for its commit.",
                    lambda: self._writer.oldest_age_s,
                ),
            }
        )
