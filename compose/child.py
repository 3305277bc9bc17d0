"""One child process: started so that it cannot outlive us, and stopped politely within a deadline."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from compose.errors import ProgramMissing
from compose.logs import last_lines, open_log

# sysexits.h: "something was found in an unconfigured or misconfigured state": a person must act, restarting is no help.
EXIT_A_PERSON_MUST_ACT = 78
# util-linux, on every Debian: sets the signal that the kernel sends to a child when its parent dies, kill -9 included.
TETHER = ("setpriv", "--pdeathsig", "TERM", "--")


def _nothing() -> None:
    """Most parts need no preparation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """What to start and how to tell that it serves.

    Attributes:
        name: Word for people, and of its files in DIR/run.
        argv: Program and arguments; never a secret.
        environment: Its whole environment.
        missing: Says what is still missing before it serves, None once it does; must not block and must not raise.
        stop_share: Its part of the time that all have to stop in; what one leaves over, the next one has.
        user: Account to run as, where we are root; None: as we are.
        once: An end with code 0 is the end of its work, and it is not started again.
        before: Called before each start; must be quick and must not raise.
        on_terminal: Its output goes where ours goes, not to its log: it shows progress to the person.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    missing: Callable[[], Awaitable[str | None]]
    stop_share: float
    user: str | None = None
    once: bool = False
    on_terminal: bool = False
    before: Callable[[], None] = _nothing


@dataclass(slots=True)
class Child:
    """One life of one process."""

    spec: ChildSpec
    run: Path
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _log_start: int = field(default=0, init=False)

    @property
    def log_path(self) -> Path:
        """Where its output goes."""
        return self.run / f"{self.spec.name}.log"

    @property
    def pid_path(self) -> Path:
        """Where its process id stands while it runs."""
        return self.run / f"{self.spec.name}.pid"

    async def start(self) -> None:
        """Starts the process.

        Raises:
            ProgramMissing: it is not on this machine.
        """
        self.spec.before()
        log = open_log(self.log_path)
        try:
            self._log_start = os.fstat(log).st_size
            output = None if self.spec.on_terminal else log
            self._process = await asyncio.create_subprocess_exec(
                *TETHER,
                *self.spec.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(self.spec.environment),
                user=self.spec.user,
                # A Ctrl-C at the terminal is for us alone: we stop the others in order.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            message = f"{TETHER[0]} is missing. Please install it: apt-get install util-linux"
            raise ProgramMissing(message) from error
        finally:
            os.close(log)
        # A full disk must not keep a part from being started again; only a later `up` would miss the number.
        with suppress(OSError):
            self.pid_path.write_text(f"{self._process.pid}\n")

    async def wait(self) -> int:
        """Waits for its end.

        Returns:
            Its exit code; negative: the signal that ended it.
        """
        assert self._process is not None  # noqa: S101 - only called after start
        code = await self._process.wait()
        with suppress(OSError):
            self.pid_path.unlink()
        return code

    async def stop(self, *, deadline: float) -> bool:
        """Asks it to stop, and kills it when the loop's clock reaches `deadline` (seconds).

        Returns:
            Whether it stopped by itself.
        """
        if self._process is None or self._process.returncode is not None:
            return True
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout_at(deadline):
                await self.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self.wait()
            return False
        return True

    def last_words(self) -> list[str]:
        """The last lines that this life wrote to its log."""
        return last_lines(self.log_path, since=self._log_start)
