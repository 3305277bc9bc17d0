"""The life of the api process: find the store, follow it, serve, and stop in order."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from api.accounts.door import Door
from api.accounts.known import Accounts
from api.accounts.signed import Signer, load_key
from api.app import at_once_of, create_app
from api.errors import StartError
from api.follow.keeper import Keeper
from api.follow.progress import Progress
from api.follow.sink_state import SinkState
from api.followed import find, until_replaced
from api.gauges import gauges_of
from api.health.attention import Attention
from api.health.watch import Watch
from api.live.hub import Hub
from api.readmodel.disk import Source
from api.readmodel.manifest import Stamp
from api.readmodel.place import Place
from api.services import Services
from api.serving import listen, serve_app
from api.settings import ApiSettings
from api.store_reader import StoreReader
from api.web.answer import KERNEL
from api.web.metrics import Metrics
from api.web.pools import Pools
from gdp.address import split_address
from gdp.client import GdpClient
from gdp.position import store_prefix
from gdp.settings import ClientSettings
from ingest.decode import DECODER_SET

RIGHTS_LOOK_S = 0.5
"""How often each stream and long poll looks whether its account may still read."""
SWITCH_INTERVAL_S = 0.0005
"""Threads give the interpreter up ten times as often as by default, so that a heavy query holds up the loop less."""
log = structlog.get_logger()


async def serve(settings: ApiSettings) -> None:
    """Run until told to stop.

    Raises:
        StartError: the address cannot be listened on, or the read model cannot be kept.
        StoreReplaced: in an exception group; the store was restored, and the process should be started again.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    place = Place(settings.read_model_path)
    listening = listen("HEARTHLOG_HTTP", settings.http)
    lan = listen("HEARTHLOG_LAN_HTTP", settings.lan_http) if settings.lan else None
    log.info("listening", http=settings.http, lan_http=settings.lan_http if lan else None)
    client_settings = ClientSettings(request_timeout_s=settings.store_read_timeout_s)
    async with GdpClient.connect(*split_address(settings.gdp), settings=client_settings) as client:
        services = _services(settings, client)
        async with _working(services, client, place):
            await serve_app(create_app(services), at_once_of(services), services, listening, lan)
        services.pools.close()


@asynccontextmanager
async def _working(services: Services, client: GdpClient, place: Place) -> AsyncIterator[None]:
    watch = Watch(services, services.clock)
    attention = Attention(services, watch, services.clock)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_follow(services, client, place), name="follow the feed"),
            group.create_task(watch.run(), name="look at the home"),
            group.create_task(attention.run(), name="publish attention"),
            group.create_task(services.hub.wake_regularly(RIGHTS_LOOK_S), name="look at rights"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _follow(services: Services, client: GdpClient, place: Place) -> None:
    settings = services.settings
    followed = await find(settings, client)
    source = Source(followed.catalogue, store_prefix(followed.server), Stamp(DECODER_SET, KERNEL))
    async with asyncio.TaskGroup() as group:
        group.create_task(Keeper(services, client, followed, place, source).run(), name="keep the read model")
        group.create_task(until_replaced(settings, client, followed, services.progress), name="watch for a restore")


def _services(settings: ApiSettings, client: GdpClient) -> Services:
    services = Services(
        settings=settings,
        door=_door(settings),
        metrics=Metrics(),
        pools=Pools(
            heavy_threads=settings.heavy_queries_max,
            waiting_max=settings.queries_waiting_max,
            account_max=settings.queries_account_max,
        ),
        hub=Hub(),
        reader=StoreReader(client, reads_max=settings.store_reads_max),
        progress=Progress(),
        sink=SinkState(),
    )
    services.metrics.watch(lambda: gauges_of(services))
    return services


def _door(settings: ApiSettings) -> Door:
    try:
        key = load_key(settings.signing_key_path)
    except OSError as fault:
        raise StartError(f"{settings.signing_key_path} can be neither read nor made: {fault.strerror}") from None
    accounts = Accounts(settings.token_path, settings.accounts_path)
    return Door(accounts, Signer(key), settings.codes_path, clock=time.time_ns)
