"""What happens to the parts of a home when one dies, refuses, hangs, or when we do; with real processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from compose.child import ChildSpec
from compose.errors import ChildFailed
from compose.logs import last_lines, open_log, set_aside
from compose.supervisor import Limits, Supervisor
from tests.support.home import is_alive
from tests.support.waiting import poll

# Says that it lives, and takes SIGTERM as a program should.
POLITE = "trap 'echo bye; exit 0' TERM; echo hello; while :; do sleep 0.05; done"
STUBBORN = "trap '' TERM; echo hello; while :; do sleep 0.05; done"


class Heard:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.last_words: list[str] = []
        self.delays: list[float | None] = []

    def starting(self, name: str) -> None:
        self.events.append(("starting", name))

    def waiting(self, name: str, why: str, *, too_long: bool) -> None:
        if too_long:
            self.events.append(("too long", name))

    def serves(self, name: str) -> None:
        self.events.append(("serves", name))

    def died(self, name: str, how: str, last_words: Sequence[str], *, again_in_s: float | None) -> None:
        self.events.append(("died", name))
        self.last_words = list(last_words)
        self.delays.append(again_in_s)

    def finished(self, name: str) -> None:
        self.events.append(("finished", name))

    def stopping(self, name: str) -> None:
        self.events.append(("stopping", name))

    def killed(self, name: str) -> None:
        self.events.append(("killed", name))


class House:
    """A supervisor over shell scripts."""

    def __init__(self, run: Path, *, ready_timeout_s: float = 30.0) -> None:
        self.run_path = run
        self.heard = Heard()
        self.ready = asyncio.Event()
        limits = Limits(
            ready_timeout_s=ready_timeout_s,
            restart_delay_min_s=0.01,
            restart_delay_max_s=60.0,
            stop_timeout_s=60.0,
            child_log_bytes_max=65_536,
        )
        self.supervisor = Supervisor(run=run, limits=limits, report=self.heard)

    def part(self, name: str, script: str, *, stop_share: float = 0.3, once: bool = False) -> ChildSpec:
        async def missing() -> str | None:
            log = self.run_path / f"{name}.log"
            return None if log.exists() and "hello" in log.read_text() else "no hello yet"

        return ChildSpec(
            name=name,
            argv=("sh", "-c", script),
            environment={"PATH": os.environ["PATH"]},
            missing=missing,
            stop_share=stop_share,
            once=once,
        )

    async def run(self, *services: ChildSpec, extras: Sequence[ChildSpec] = ()) -> None:
        await self.supervisor.run(services, on_ready=self.ready.set, extras=extras)

    def pid(self, name: str) -> int:
        return int((self.run_path / f"{name}.pid").read_text())

    def count(self, event: str, name: str) -> int:
        return self.heard.events.count((event, name))


async def test_parts_start_one_after_the_other_and_stop_in_the_reverse_order(tmp_path: Path):
    house = House(tmp_path)
    async with asyncio.TaskGroup() as group:
        group.create_task(
            house.run(house.part("broker", POLITE), house.part("sink", POLITE), house.part("api", POLITE))
        )
        await house.ready.wait()
        house.supervisor.stop()
    order = [f"{event} {name}" for event, name in house.heard.events]
    assert order == [
        *["starting broker", "serves broker", "starting sink", "serves sink", "starting api", "serves api"],
        *["stopping api", "stopping sink", "stopping broker"],
    ]
    assert all((tmp_path / f"{name}.log").read_text() == "hello\nbye\n" for name in ("broker", "sink", "api"))
    assert not list(tmp_path.glob("*.pid"))


async def test_a_part_that_dies_is_started_again_each_time_after_a_longer_wait(tmp_path: Path):
    house, log = House(tmp_path), tmp_path / "sink.log"
    async with asyncio.TaskGroup() as group:
        group.create_task(house.run(house.part("sink", POLITE)))
        await house.ready.wait()
        for deaths in range(1, 4):
            await poll(lambda: log.read_text().count("hello") == deaths)  # noqa: B023 - awaited within the round
            os.kill(house.pid("sink"), signal.SIGKILL)
            await poll(lambda: house.count("serves", "sink") == deaths + 1)  # noqa: B023
        house.supervisor.stop()
    assert house.heard.delays == [0.01, 0.02, 0.04]
    assert house.heard.last_words == ["hello"]


async def test_a_part_that_says_a_person_must_act_ends_all_with_its_own_words(tmp_path: Path):
    house = House(tmp_path)
    sink = house.part("sink", "echo 'the commit log is damaged at byte 17: restore it'; exit 78")
    with pytest.raises(ChildFailed, match=r"sink cannot run \(exit code 78\)[\s\S]*damaged at byte 17: restore it"):
        await house.run(house.part("broker", POLITE), sink)
    assert house.count("starting", "sink") == 1
    assert (tmp_path / "broker.log").read_text() == "hello\nbye\n"


async def test_a_part_that_never_served_is_not_started_for_ever(tmp_path: Path):
    house = House(tmp_path)
    with pytest.raises(ChildFailed, match=r"exit code 3[\s\S]*no such option"):
        await house.run(house.part("broker", "echo no such option; exit 3"))
    assert house.count("died", "broker") == 2


async def test_a_part_that_does_not_stop_is_killed_and_the_others_still_stop_as_they_should(tmp_path: Path):
    house = House(tmp_path)
    async with asyncio.TaskGroup() as group:
        group.create_task(house.run(house.part("broker", POLITE), house.part("sink", STUBBORN, stop_share=0.01)))
        await house.ready.wait()
        sink = house.pid("sink")
        house.supervisor.stop()
    assert [name for event, name in house.heard.events if event == "killed"] == ["sink"]
    assert not is_alive(sink)
    assert (tmp_path / "broker.log").read_text() == "hello\nbye\n"


async def test_a_part_that_takes_too_long_is_told_and_waited_for(tmp_path: Path):
    house = House(tmp_path, ready_timeout_s=0.01)
    flag = tmp_path / "go"
    async with asyncio.TaskGroup() as group:
        script = f"while [ ! -e {flag} ]; do sleep 0.02; done; {POLITE}"
        group.create_task(house.run(house.part("sink", script)))
        await poll(lambda: house.count("too long", "sink"))
        flag.touch()
        await house.ready.wait()
        house.supervisor.stop()


@pytest.mark.parametrize(("script", "event"), [("echo done", "finished"), ("echo oops; exit 1", "died")])
async def test_the_demo_runs_once_and_its_end_disturbs_nobody(tmp_path: Path, script: str, event: str):
    house = House(tmp_path)
    async with asyncio.TaskGroup() as group:
        demo = house.part("demo", script, once=True)
        group.create_task(house.run(house.part("api", POLITE), extras=[demo]))
        await poll(lambda: house.count(event, "demo"))
        assert is_alive(house.pid("api"))
        house.supervisor.stop()
    assert house.count("starting", "demo") == 1


async def test_no_part_outlives_a_supervisor_that_was_killed(tmp_path: Path):
    program = f"""
import asyncio, sys
sys.path.insert(0, {str(Path.cwd())!r})
from pathlib import Path
from tests.house.test_supervisor import House, POLITE
async def main():
    house = House(Path({str(tmp_path)!r}))
    await house.run(house.part("broker", POLITE), house.part("sink", POLITE))
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program]) as supervisor:
        files = [tmp_path / "broker.pid", tmp_path / "sink.pid"]
        pids = await poll(
            lambda: [int(text) for file in files if file.exists() and (text := file.read_text())],
            until=lambda found: len(found) == 2,
        )
        supervisor.kill()
    await poll(lambda: not any(is_alive(pid) for pid in pids))


async def test_a_log_that_grows_is_set_aside_while_its_part_goes_on(tmp_path: Path):
    path = tmp_path / "api.log"
    log = open_log(path)
    os.write(log, b"x" * 100 + b"\n")
    set_aside(path, bytes_max=50)
    os.write(log, b"and on\n")
    os.close(log)
    assert path.read_bytes() == b"and on\n"
    assert (tmp_path / "api.log.1").read_bytes() == b"x" * 100 + b"\n"
    assert last_lines(path, since=101) == ["and on"]
    assert last_lines(tmp_path / "absent.log") == []


def test_a_log_that_cannot_be_set_aside_disturbs_nobody(tmp_path: Path):
    set_aside(tmp_path / "deleted.log", bytes_max=50)
    path = tmp_path / "api.log"
    path.write_bytes(b"x" * 100)
    (tmp_path / "api.log.1").mkdir()  # as good as a full disk: the copy cannot be written
    set_aside(path, bytes_max=50)
    assert path.read_bytes() == b"x" * 100, "what could not be copied is still there"


async def test_a_part_starts_though_its_process_id_cannot_be_written(tmp_path: Path):
    house = House(tmp_path)
    (tmp_path / "sink.pid").mkdir()
    async with asyncio.TaskGroup() as group:
        group.create_task(house.run(house.part("sink", POLITE)))
        await house.ready.wait()
        house.supervisor.stop()
    assert (tmp_path / "sink.log").read_text() == "hello\nbye\n"
