"""The sink's process: opens the store and its ports, then the broker; stops in order; says faults in one sentence.

Order of start: store, log server, metrics, broker. So what the broker delivers has a place to go from the first message
on, and readers are served whether the broker is there or not.
"""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import structlog

from gdp.address import split_address
from gdp.committer import Committer
from gdp.disk import DISK, Disk
from gdp.errors import CorruptStore, GdpError, StoreBusy
from gdp.server import GdpServer
from gdp.settings import MIB, ServerSettings, StoreSettings
from gdp.store import Store
from gdp_sink.descriptors import clients_max
from gdp_sink.errors import (
    DirectoryUnwritable,
    PortTaken,
    SettingsUnusable,
    SinkError,
    StoreDamaged,
    StoreFailed,
    StoreTaken,
)
from gdp_sink.mqtt_source import MqttOptions, MqttSource
from gdp_sink.settings import SinkSettings
from gdp_sink.sink import FINISH_SHARE, Sink
from gdp_sink.vitals import TimedDisk

log = structlog.get_logger(__name__)

COLLECTOR_THRESHOLDS = (200_000, 10, 50)
"""Objects made until the young are walked over; one in so many walks goes on to older ones."""


def main() -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    _configure_logging()
    try:
        asyncio.run(_run(SinkSettings.load()))
    except SinkError as fault:
        print(f"hearthlog sink: {fault}", file=sys.stderr)  # noqa: T201  # for the person, not for the log
        return fault.exit_code
    return 0


async def _run(settings: SinkSettings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    with _translated():
        disk = TimedDisk()
        store = open_store(settings, disk)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(_close, store, settings.stop_s_max)
            committer = await stack.enter_async_context(Committer(store))
            sink = Sink(settings, committer, MqttSource(mqtt_options(settings)), clock=time.monotonic_ns, disk=disk)
            sink.recover()
            await _listen(stack, settings, committer, sink)
            calm_the_collector()
            await sink.run(stopping)


def calm_the_collector() -> None:
    """Look for cyclic garbage rarely, and never among what is there at the start.

    A message makes a dozen tuples that others hold on to until it is stored, and no cycle: at Python's defaults each
    is walked over again and again, which cost a third of the sink's time.
    """
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


async def _close(store: Store, s_max: float) -> None:
    """Write the log files and close; if that takes too long, go: all of it is in the commit log."""

    def close() -> None:
        try:
            store.close()
        except GdpError as fault:
            log.warning("left_unfiled", logs=store.unfiled_logs, reason=str(fault))

    closing = threading.Thread(target=close, name="store-close", daemon=True)
    closing.start()
    await asyncio.to_thread(closing.join, s_max * (1 - FINISH_SHARE))
    if closing.is_alive():
        log.warning("left_unfiled", logs=store.unfiled_logs)


async def _listen(stack: AsyncExitStack, settings: SinkSettings, committer: Committer, sink: Sink) -> None:
    host, port = split_address(settings.gdp)
    clients = clients_max(settings.commit_log_mib, at_most=ServerSettings().connections_max)
    bounds = ServerSettings(host=host, port=port, connections_max=clients)
    try:
        server = await stack.enter_async_context(GdpServer(committer, bounds))
    except (OSError, ExceptionGroup) as fault:
        cause = _first(fault)
        if not isinstance(cause, OSError):
            raise
        raise PortTaken(f"the log server cannot listen on {settings.gdp}: {os.strerror(cause.errno or 0)}") from fault
    log.info("listening", gdp=f"{host}:{server.port}", clients_max=clients)
    sink.watch_readers(server)
    if settings.sink_metrics:
        stack.enter_context(sink.metrics.served(*split_address(settings.sink_metrics)))


def open_store(settings: SinkSettings, disk: Disk = DISK) -> Store:
    """Open the store of the data directory on `disk`, and create it if there is none.

    Raises:
        SinkError: it cannot be opened; the sentence says why and what to do.
    """
    root = settings.data.absolute()
    bounds = StoreSettings(
        signature_interval_s=settings.signature_interval_s,
        commit_log_bytes=settings.commit_log_mib * MIB,
        commit_log_keep_bytes=settings.commit_log_keep_mib * MIB,
        glog_lag_max_s=settings.glog_lag_max_s,
    )
    try:
        for folder in (root / "store", root / "keys"):
            folder.mkdir(parents=True, exist_ok=True)
        return Store.open(root / "store", keys=root / "keys", settings=bounds, disk=disk)
    except StoreBusy as fault:
        raise StoreTaken(f"{fault}") from fault
    except GdpError as fault:
        raise StoreDamaged(f"the store cannot be opened: {fault}") from fault
    except OSError as fault:
        where = fault.filename or root
        raise DirectoryUnwritable(f"the data directory cannot be used: {where}: {fault.strerror}") from fault


def mqtt_options(settings: SinkSettings) -> MqttOptions:
    """Return how to reach the broker."""
    host, port = split_address(settings.mqtt)
    return MqttOptions(
        host=host,
        port=port,
        client_id=client_id(settings),
        user=settings.mqtt_user,
        read_password=lambda: read_token(settings.token_path),
        keepalive_s=settings.keepalive_s,
        connect_timeout_s=settings.connect_timeout_s,
        reconnect_delay_min_s=settings.reconnect_delay_min_s,
        reconnect_delay_max_s=settings.reconnect_delay_max_s,
        receive_maximum=settings.receive_maximum,
        receive_pace_s=settings.receive_pace_ms / 1000,
        backlog_messages_max=settings.backlog_messages_max,
        backlog_bytes_max=settings.backlog_bytes_max,
    )


def client_id(settings: SinkSettings) -> str:
    """Return what names the session; in a home with a part that nobody can guess.

    The broker gives a session, and what waits in it, to every account that knows its name.

    Raises:
        SettingsUnusable: see `read_token`.
    """
    secret = read_token(settings.data / settings.sink_session_file)
    return f"{settings.mqtt_client_id}-{secret}" if secret else settings.mqtt_client_id


def read_token(path: Path) -> str | None:
    """Return the secret in a file; None if there is no such file.

    Raises:
        SettingsUnusable: there is one and it cannot be read.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsUnusable(f"the secret in {path} cannot be read: {fault}") from fault


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what can go wrong on purpose into the sink's errors, also out of the groups that tasks raise."""
    try:
        yield
    except (GdpError, ExceptionGroup) as fault:
        match _first(fault):
            case SinkError() as cause:
                raise cause from fault
            case CorruptStore() as cause:
                raise StoreDamaged(f"{cause}") from fault
            case GdpError() as cause:
                raise StoreFailed(f"{cause}") from fault
        raise


def _first(fault: BaseException) -> BaseException:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


def _configure_logging() -> None:
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.INFO, stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
