"""The ceiling for reads: a bare ASGI app in uvicorn that answers every request with the same bytes."""

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

Send = Callable[[dict[str, Any]], Awaitable[None]]


def app(body: bytes) -> Callable[[dict[str, Any], object, Send], Awaitable[None]]:
    """An ASGI application that has its answer ready."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def answer(scope: dict[str, Any], _receive: object, send: Send) -> None:
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


def main() -> None:
    """Serve the bytes of `--file` on `--port`."""
    parser = argparse.ArgumentParser(prog="python -m bench.bare", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    given = parser.parse_args()
    settings: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off"}
    uvicorn.run(app(given.file.read_bytes()), host="127.0.0.1", port=given.port, **settings)


if __name__ == "__main__":
    main()
