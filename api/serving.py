"""The listeners of the api: one in the clear, for this machine, and one with TLS, for the network."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import structlog
import uvicorn
from starlette.types import ASGIApp

from api.errors import StartError
from api.services import Services
from api.settings import ApiSettings
from api.web.at_once import AtOnce
from api.web.malformed import Http, answering
from gdp.address import split_address

STOP_S_MAX = 2
"""Streams are closed first; what is still being sent after this is cut."""
CERTIFICATE_LOOK_S = 2.0
log = structlog.get_logger()


class Server(uvicorn.Server):
    """Ends event streams and long polls when told to stop; uvicorn would wait for them."""

    def __init__(self, config: uvicorn.Config, services: Services, beside: "Beside | None" = None) -> None:
        super().__init__(config)
        self._services = services
        self._beside = beside

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the signature is uvicorn's
        """SIGTERM or SIGINT came. Nothing is captured, for uvicorn would raise it again before the rest has ended."""
        self._services.hub.close()
        self._services.progress.wake()
        for server in (self, self._beside):
            if server is not None:
                server.force_exit = server.should_exit
                server.should_exit = True


class Beside(uvicorn.Server):
    """A second listener of the same process: the first one hears the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the first."""
        yield


async def serve_app(
    app: ASGIApp, at_once: AtOnce, services: Services, listening: socket.socket, lan: socket.socket | None
) -> None:
    """Answer on these sockets until told to stop.

    Raises:
        StartError: the certificate cannot be used.
    """
    http = answering(at_once)
    if lan is None:
        await Server(_config(app, http), services).serve([listening])
        return
    settings = services.settings
    beside = Beside(_config(app, http, settings))
    _load(beside.config)
    async with asyncio.TaskGroup() as group:
        group.create_task(beside.serve([lan]), name="serve the network")
        renewing = group.create_task(_heed_renewals(beside.config, settings), name="heed new certificates")
        await Server(_config(app, http), services, beside).serve([listening])
        beside.should_exit = True
        renewing.cancel()


def listen(setting: str, text: str) -> socket.socket:
    """A socket that listens at HOST:PORT.

    Raises:
        StartError: it cannot, and why.
    """
    host, port = split_address(text)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise StartError(f"{text} is taken by another program; stop it, or set {setting}=HOST:PORT") from None
        raise StartError(f"cannot listen on {text}: {fault.strerror or fault}") from None
    return listening


def _config(app: ASGIApp, http: type[Http], tls: ApiSettings | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=http,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S_MAX,
        ws_per_message_deflate=False,
        ssl_certfile=None if tls is None else tls.tls_certificate,
        ssl_keyfile=None if tls is None else tls.tls_key,
    )


def _load(config: uvicorn.Config) -> None:
    try:
        config.load()
    except (OSError, ValueError) as fault:
        raise StartError(f"the certificate {config.ssl_certfile} or its key cannot be used: {fault}") from None


async def _heed_renewals(config: uvicorn.Config, settings: ApiSettings) -> None:
    """New connections get the certificate that lies in the file now."""
    certificate, key = settings.tls_certificate, settings.tls_key
    assert certificate is not None
    assert config.ssl is not None
    seen = _mark(certificate)
    while True:
        await asyncio.sleep(CERTIFICATE_LOOK_S)
        if (mark := _mark(certificate)) != seen:
            try:
                config.ssl.load_cert_chain(certificate, key)
                seen = mark
                log.info("certificate_renewed", certificate=str(certificate))
            except (OSError, ValueError) as fault:
                log.warning("certificate_unusable", certificate=str(certificate), fault=str(fault))


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
