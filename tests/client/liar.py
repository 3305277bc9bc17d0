"""A home that lies: an HTTP proxy, a process of its own, that changes bytes in what it passes on.

python -m tests.client.liar PORT UPSTREAM PATH OLD NEW       OLD and NEW in hexadecimal, in answers to PATH only
"""

import asyncio
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.broker import free_port
from tests.support.waiting import poll

PASSED_ON = ("authorization", "accept", "last-event-id", "prefer")
NOT_PASSED_BACK = ("content-length", "transfer-encoding", "connection", "server", "date")


class Liar(BaseHTTPRequestHandler):
    upstream = path_of_lies = ""
    old = new = b""

    def do_GET(self) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() in PASSED_ON}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(self.upstream + self.path, headers=headers)
        try:
            with opener.open(request) as answer:
                self._pass_on(answer.status, answer)
        except urllib.error.HTTPError as error:
            with error:
                self._pass_on(error.code, error)

    def _pass_on(self, status: int, answer: HTTPResponse | urllib.error.HTTPError) -> None:
        self.send_response(status)
        for name, value in answer.headers.items():
            if name.lower() not in NOT_PASSED_BACK:
                self.send_header(name, value)
        self.end_headers()
        if "text/event-stream" in answer.headers.get("content-type", ""):
            for line in answer:
                self._write(line)
        else:
            self._write(answer.read())

    def _write(self, content: bytes) -> None:
        self.wfile.write(content.replace(self.old, self.new) if self.path_of_lies in self.path else content)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@asynccontextmanager
async def liar(upstream: str, path: str, old: bytes, new: bytes) -> AsyncIterator[str]:
    """The address of one that runs meanwhile."""
    port = free_port()
    command = [sys.executable, "-m", "tests.client.liar", str(port), upstream, path, old.hex(), new.hex()]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
    try:

        async def answers() -> bool:
            assert process.returncode is None
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
            except OSError:
                return False
            return True

        await poll(answers)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


if __name__ == "__main__":
    Liar.upstream, Liar.path_of_lies = sys.argv[2:4]
    Liar.old, Liar.new = (bytes.fromhex(each) for each in sys.argv[4:6])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Liar).serve_forever()
