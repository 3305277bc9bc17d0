"""Which store is followed, and which incarnation of it: from its file, or else from its catalogue log.

A restore begins another incarnation, whose server has another name and whose history is another one from some position
on (docs/formats.md). The read model of the one before cannot be continued.
"""

import asyncio
import time
from typing import NamedTuple

import structlog

from api.errors import ReadModelDamaged, StoreReplaced
from api.follow.progress import Progress
from api.readmodel import manifest
from api.readmodel.place import current
from api.settings import ApiSettings
from gdp.catalogue import decode_entry
from gdp.client import GdpClient
from gdp.errors import GdpError
from gdp.incarnation import FIRST, incarnation_of
from gdp.metadata import Metadata
from gdp.names import GdpName, parse_name
from gdp.position import store_prefix
from gdp.store.identity import read_identity

STORE_POLL_S = 0.25
LOOK_S = 1.0
SILENCE_S = 10.0
"""A feed that says nothing for so long may be looked for under a name that is no more."""
log = structlog.get_logger()


class Followed(NamedTuple):
    """The store that is followed.

    `ancestors` gives, for each earlier incarnation, what its positions begin with, and up to which logged time (ns)
    they are positions of this one too.
    """

    catalogue: GdpName
    server: GdpName
    ancestors: tuple[tuple[str, int], ...] = ()


async def find(settings: ApiSettings, client: GdpClient) -> Followed:
    """Return which store to follow, waiting for it to appear."""
    waiting = False
    while (found := await _look(settings, client)) is None:
        if not waiting:
            log.info("waiting_for_store", file=str(settings.store_path))
        waiting = True
        await asyncio.sleep(STORE_POLL_S)
    return found


async def until_replaced(settings: ApiSettings, client: GdpClient, followed: Followed, progress: Progress) -> None:
    """Watch for ever.

    Raises:
        StoreReplaced: the store has been restored from a backup: another incarnation goes on.
    """
    while True:
        await asyncio.sleep(LOOK_S)
        if settings.catalogue and time.monotonic() - progress.heard < SILENCE_S:
            continue
        found = _of_file(settings) if not settings.catalogue else await _of_catalogue(client, followed.catalogue)
        if found is not None and found.server != followed.server:
            raise StoreReplaced(
                "the store was restored from a backup, and its history is another one now: starting anew, and the "
                "read model with it"
            )


async def _look(settings: ApiSettings, client: GdpClient) -> Followed | None:
    if not settings.catalogue:
        return _of_file(settings)
    catalogue = parse_name(settings.catalogue)
    return await _of_catalogue(client, catalogue) or _of_read_model(settings, catalogue)


def _of_file(settings: ApiSettings) -> Followed | None:
    try:
        identity = read_identity(settings.store_path.parent)
    except (OSError, GdpError):
        return None
    if identity is None:
        return None
    ancestors = zip(identity.servers, identity.ancestors, strict=False)
    return Followed(
        identity.catalogue, identity.server, tuple((store_prefix(server), each.until) for server, each in ancestors)
    )


async def _of_catalogue(client: GdpClient, catalogue: GdpName) -> Followed | None:
    """The newest incarnation that one of the logs was begun in; None while nobody can be asked."""
    newest = FIRST
    try:
        async for datum in client.read_range(catalogue, 1):
            entry = decode_entry(datum.recno, datum.data)
            newest = max(newest, incarnation_of(Metadata.parse(entry.metadata)))
    except GdpError:
        return None
    return Followed(catalogue, newest.server(catalogue))


def _of_read_model(settings: ApiSettings, catalogue: GdpName) -> Followed | None:
    """What the read model was made from: it is served though the log server is away."""
    first = FIRST.server(catalogue)
    try:
        found = manifest.load(current(settings.read_model_path))
    except ReadModelDamaged:
        return None
    return Followed(catalogue, first) if found is None or found.store == store_prefix(first) else None
