"""A real `python -m api` process for tests, and clients of it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import httpx
import orjson

from tests.support.broker import free_port
from tests.support.waiting import poll

TOKEN = "a-secret-of-the-test"
WAIT_S_MAX = 60


class Api:
    """The process on a data directory; may be killed and started again."""

    command = (sys.executable, "-m", "api")

    def __init__(self, data: Path, gdp_port: int, **settings: object) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {"gdp": f"127.0.0.1:{gdp_port}", "http": f"127.0.0.1:{self.port}", "data": data, **settings}
        # It verifies nothing: reading every certificate of the machine takes longer than most answers.
        self.client = httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {TOKEN}"},
            trust_env=False,
            verify=False,
            timeout=WAIT_S_MAX,
        )
        secret = data / "secrets" / "admin.token"
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.write_text(TOKEN + "\n")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        if self.process.returncode is None:
            await self.kill()

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARTHLOG_")}
        own = {"config": self.data / "none.toml", **self.settings}
        return kept | {f"HEARTHLOG_{name.upper()}": str(value) for name, value in own.items()}

    async def start(self) -> None:
        """Start, and wait until it answers."""
        self.process = await asyncio.create_subprocess_exec(*self.command, env=self.environment, stderr=subprocess.PIPE)
        self._said = asyncio.create_task(self.process.stderr.read(), name="what the api says")
        await poll(self._answers, until=bool)

    async def _answers(self) -> bool:
        assert self.process.returncode is None, await self.said()
        try:
            return (await self.client.get("/healthz")).status_code == 200
        except httpx.TransportError:
            return False

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.exited()

    async def kill(self) -> None:
        self.process.kill()
        await self.exited()

    async def exited(self) -> int:
        async with asyncio.timeout(WAIT_S_MAX):
            # Its helpers have its stderr too; one that is open when the loop closes is a fault of the next test.
            await asyncio.wait({self._said})
            return await self.process.wait()

    async def said(self) -> str:
        """What a dead process wrote to stderr."""
        return (await self._said).decode()

    async def get(self, path: str, **parameters: object) -> httpx.Response:
        return await self.client.get(path, params=parameters or None)

    async def json(self, path: str, **parameters: object) -> dict:
        answer = await self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        return orjson.loads(answer.content)

    async def reached(self, ns: int) -> str:
        """Wait until the read model has reached a logged time; its position as text then."""

        async def position() -> str:
            return (await self.get("/v1/store")).headers.get("hearthlog-position", "x.-1")

        return await poll(position, until=lambda text: int(text.partition(".")[2]) >= ns)

    @asynccontextmanager
    async def live(self, *, last_event_id: str | None = None, **parameters: object) -> AsyncIterator["Events"]:
        """An event stream."""
        headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        async with self.client.stream("GET", "/v1/live", params=parameters, headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            yield Events(answer)


class Events:
    """Reads a stream of server-sent events."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.lines = answer.aiter_lines()

    async def next(self) -> dict[str, str]:
        """The next event's fields; a comment is under the empty name."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(WAIT_S_MAX):
            async for line in self.lines:
                if not line and fields:
                    return fields
                name, _, value = line.partition(":")
                if line:
                    fields[name] = value.removeprefix(" ")
        raise EOFError

    async def message(self) -> tuple[str, dict]:
        """The next message: id and data."""
        while True:
            fields = await self.next()
            if "data" in fields and "event" not in fields:
                return fields["id"], orjson.loads(fields["data"])
