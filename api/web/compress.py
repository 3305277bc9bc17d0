"""Compression of answers by `Accept-Encoding`: zstd where the caller takes it, else gzip."""

import asyncio
import zlib
from typing import Protocol

import pyarrow as pa
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.access import API
from api.web.formats import MEDIA_TYPES, Out

BYTES_MIN = 4_096
"""A smaller answer fits few packets; compressing it costs more than it saves."""
THREAD_BYTES = 65_536
"""More than this at one time is compressed in a thread."""
GZIP_LEVEL = 1
TEXT = tuple(media.partition(";")[0] for name, media in MEDIA_TYPES.items() if name != "parquet")
"""Parquet is compressed already, and events have to go out one by one."""


class Compressor(Protocol):
    """Makes one stream of compressed bytes."""

    def add(self, content: bytes, *, last: bool) -> bytes:
        """What is to be sent now."""
        ...


class Gzip:
    """RFC 1952."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 31)

    def add(self, content: bytes, *, last: bool) -> bytes:
        """See `Compressor`."""
        return self._stream.compress(content) + self._stream.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


class Zstd:
    """RFC 8878, as Arrow brings it along."""

    def __init__(self) -> None:
        self._out = Out()
        self._stream = pa.CompressedOutputStream(self._out.file, "zstd")

    def add(self, content: bytes, *, last: bool) -> bytes:
        """See `Compressor`."""
        self._stream.write(content)
        if last:
            self._stream.close()
        else:
            self._stream.flush()
        return self._out.take()


COMPRESSORS: dict[str, type[Gzip] | type[Zstd]] = {"zstd": Zstd, "gzip": Gzip}


def encoding_of(accepted: str) -> str | None:
    """The best encoding of `Accept-Encoding` (RFC 9110 §12.5.3) that there is; None for as it is."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.strip().partition(";")
        weights[name.strip()] = quality.replace(" ", "")
    other = weights.get("*", "q=0")
    for name in COMPRESSORS:
        if weights.get(name, other) not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            return name
    return None


class Compress:
    """ASGI middleware for what is asked of the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, compressed where it may be."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        encoding = encoding_of(Headers(scope=scope).get("accept-encoding", ""))
        await self._app(scope, receive, _Compressing(send, encoding))


class _Compressing:
    """Holds back the beginning of an answer until it is known how large it is."""

    def __init__(self, send: Send, encoding: str | None) -> None:
        self._send = send
        self._encoding = encoding
        self._start: Message | None = None
        self._compressor: Compressor | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] != "http.response.body":
            await self._send(message)
        else:
            await self._body(message)

    async def _body(self, message: Message) -> None:
        content, more = message.get("body", b""), message.get("more_body", False)
        if self._start is not None:
            start, self._start = self._start, None
            self._decide(start, len(content), more=more)
            await self._send(start)
        if self._compressor is not None:
            if len(content) > THREAD_BYTES:
                content = await asyncio.to_thread(self._compressor.add, content, last=not more)
            else:
                content = self._compressor.add(content, last=not more)
        await self._send({**message, "body": content})

    def _decide(self, start: Message, size: int, *, more: bool) -> None:
        headers = MutableHeaders(raw=start["headers"])
        media = headers.get("content-type", "").partition(";")[0]
        if media not in TEXT or "content-encoding" in headers:
            return
        headers.add_vary_header("Accept-Encoding")
        if self._encoding is not None and start["status"] == 200 and (more or size >= BYTES_MIN):
            del headers["content-length"]
            if "accept-ranges" in headers:
                # Ranges are of the bytes as they are: nobody may go on with them where compressed ones broke off.
                headers["etag"] = f"W/{headers['etag']}"
            headers["Content-Encoding"] = self._encoding
            self._compressor = COMPRESSORS[self._encoding]()
