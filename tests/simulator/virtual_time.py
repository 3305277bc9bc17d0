"""An event loop whose clock jumps to the next thing that is due, so that a minute takes moments and repeats exactly."""

import asyncio
from collections.abc import Callable
from random import Random

from tests.gdp.stores import NOVEMBER, NS


class NothingWillHappen(Exception):
    """Everybody waits for somebody else."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Work for threads is done on the loop, some time after it was asked for, and told some time after it was done."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._now = 0.0
        self._selector = self
        self._random = random
        self.work_s = 0.001

    def time(self) -> float:
        return self._now

    def select(self, timeout: float | None) -> list[object]:
        if timeout is None:
            raise NothingWillHappen
        self._now += max(timeout, 0.0)
        return []

    def _process_events(self, events: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass

    def run_in_executor(self, executor: object, work: Callable[..., object], *args: object) -> asyncio.Future:
        done = self.create_future()
        self.call_later(self.work_s * self._random.random(), self._work, done, work, args)
        return done

    def _work(self, done: asyncio.Future, work: Callable[..., object], args: tuple[object, ...]) -> None:
        try:
            result = work(*args)
        except Exception as error:  # noqa: BLE001, it is whoever asked for the work who is to know
            tell, what = done.set_exception, error
        else:
            tell, what = done.set_result, result
        self.call_later(self.work_s * self._random.random(), lambda: done.cancelled() or tell(what))


class VirtualWorker:
    """In place of the store's thread, on a virtual loop."""

    def __init__(self, name: str) -> None:
        self._name = name

    def call(self, work: Callable[[], object]) -> asyncio.Future:
        return asyncio.get_running_loop().run_in_executor(self._name, work)

    def stop(self) -> None:
        pass


class VirtualClock:
    """The clocks of a machine by a loop's time; `step_s` is how far the wall clock was moved."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.step_s = 0.0

    def wall(self) -> int:
        return NOVEMBER + int((self._loop.time() + self.step_s) * NS)

    def monotonic(self) -> int:
        return int((self._loop.time() + 5) * NS)
