"""Starts parts in order, keeps them running, stops them in the reverse order."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compose.child import EXIT_A_PERSON_MUST_ACT, Child, ChildSpec
from compose.errors import ChildFailed, ComposeError
from compose.logs import set_aside
from compose.report import Reporter

# How often a part that is starting is asked whether it serves.
READY_POLL_S = 0.1
# A part that never served and died this often will not serve the next time either.
STILLBORN_MAX = 3
LOG_TENDING_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a supervisor; meanings as in `UpSettings`."""

    ready_timeout_s: float
    restart_delay_min_s: float
    restart_delay_max_s: float
    stop_timeout_s: float
    child_log_bytes_max: int


@dataclass(slots=True)
class _Kept:
    child: Child
    served: asyncio.Event = field(default_factory=asyncio.Event)
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """Runs a list of parts until it is told to stop or one of them needs a person."""

    def __init__(self, *, run: Path, limits: Limits, report: Reporter) -> None:
        """Prepares; nothing is started.

        Args:
            run: Directory for process ids and logs.
            limits: Bounds.
            report: Hears what happens.
        """
        self._run = run
        self._limits = limits
        self._report = report
        self._kept: list[_Kept] = []
        self._over = asyncio.Event()
        self._failure: ComposeError | None = None

    def stop(self) -> None:
        """Ends `run`, in order. May be called from a signal handler of the loop."""
        self._over.set()

    async def run(
        self, services: Sequence[ChildSpec], *, on_ready: Callable[[], None], extras: Sequence[ChildSpec] = ()
    ) -> None:
        """Starts the services one after the other, each when the one before serves; then the extras.

        Args:
            services: In the order of their start.
            on_ready: Called once, when all services serve.
            extras: Started after that; nothing waits for them.

        Raises:
            ComposeError: a part cannot run until a person acts; all others were stopped.
        """
        async with asyncio.TaskGroup() as group:
            jobs = [
                group.create_task(self._start(group, services, on_ready, extras), name="start in order"),
                group.create_task(self._tend_logs(), name="tend logs"),
            ]
            try:
                await self._over.wait()
            finally:
                for job in jobs:
                    job.cancel()
                await self._stop_in_order()
        if self._failure is not None:
            raise self._failure

    async def _start(
        self,
        group: asyncio.TaskGroup,
        services: Sequence[ChildSpec],
        on_ready: Callable[[], None],
        extras: Sequence[ChildSpec],
    ) -> None:
        for spec in services:
            await self._begin(group, spec).served.wait()
        on_ready()
        for spec in extras:
            self._begin(group, spec)

    def _begin(self, group: asyncio.TaskGroup, spec: ChildSpec) -> _Kept:
        kept = _Kept(Child(spec, self._run))
        self._kept.append(kept)
        self._report.starting(spec.name)
        kept.keeper = group.create_task(self._keep_or_fail(kept), name=f"keep {spec.name}")
        return kept

    async def _keep_or_fail(self, kept: _Kept) -> None:
        try:
            await self._keep(kept)
        except ComposeError as error:
            self._failure = self._failure or error
            self._over.set()

    async def _keep(self, kept: _Kept) -> None:
        spec, child = kept.child.spec, kept.child
        clock = asyncio.get_running_loop().time
        deaths = 0
        while True:
            began = clock()
            code = await self._live(kept)
            how = how_it_ended(code)
            if spec.once:
                if code == 0:
                    self._report.finished(spec.name)
                else:
                    self._report.died(spec.name, how, child.last_words(), again_in_s=None)
                return
            # Whoever lived for a while has earned a quick restart.
            deaths = 1 if clock() - began > self._limits.restart_delay_max_s else deaths + 1
            if code == EXIT_A_PERSON_MUST_ACT or (deaths >= STILLBORN_MAX and not kept.served.is_set()):
                raise ChildFailed(_last_sentence(spec.name, how, child))
            delay = min(self._limits.restart_delay_min_s * 2 ** (deaths - 1), self._limits.restart_delay_max_s)
            self._report.died(spec.name, how, child.last_words(), again_in_s=delay)
            await asyncio.sleep(delay)

    async def _live(self, kept: _Kept) -> int:
        await kept.child.start()
        async with asyncio.TaskGroup() as life:
            watch = life.create_task(self._watch(kept), name=f"watch {kept.child.spec.name}")
            code = await kept.child.wait()
            watch.cancel()
        return code

    async def _watch(self, kept: _Kept) -> None:
        spec = kept.child.spec
        clock = asyncio.get_running_loop().time
        patience = clock() + self._limits.ready_timeout_s
        while (why := await spec.missing()) is not None:
            self._report.waiting(spec.name, why, too_long=clock() > patience)
            await asyncio.sleep(READY_POLL_S)
        self._report.serves(spec.name)
        kept.served.set()

    async def _stop_in_order(self) -> None:
        now = asyncio.get_running_loop().time()
        spent = 0.0
        for kept in reversed(self._kept):
            spent += kept.child.spec.stop_share
            self._report.stopping(kept.child.spec.name)
            if kept.keeper is not None:
                kept.keeper.cancel()
                await asyncio.wait({kept.keeper})
            if not await kept.child.stop(deadline=now + spent * self._limits.stop_timeout_s):
                self._report.killed(kept.child.spec.name)

    async def _tend_logs(self) -> None:
        while True:
            await asyncio.sleep(LOG_TENDING_S)
            for kept in self._kept:
                set_aside(kept.child.log_path, bytes_max=self._limits.child_log_bytes_max)


def how_it_ended(code: int) -> str:
    """An exit code as words, as in `asyncio`: negative is the signal that ended it."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _last_sentence(name: str, how: str, child: Child) -> str:
    words = "\n".join(f"  {line}" for line in child.last_words())
    said = f" It said:\n{words}" if words else ""
    return f"The {name} cannot run ({how}).{said}\nIts whole log: {child.log_path}"
