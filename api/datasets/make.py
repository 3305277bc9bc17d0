"""Making: from a request to a pin, and from a pin to bytes and their manifest."""

import asyncio
import functools
from typing import BinaryIO

from api.datasets.arrow import ArrowWriter
from api.datasets.derive import Cost, cost_of, derive, topics_of
from api.datasets.manifest import Made
from api.datasets.pin import TRANSFORMS, Pin
from api.datasets.recipe import Recipe
from api.datasets.tips import reached, tips_of
from api.errors import TooManyBytes
from api.services import Home, Services
from api.web.answer import KERNEL
from api.web.ground import Ground
from api.web.positions import position_text, read_position
from api.web.problem import Problem
from api.web.windows import too_much
from gdp.catalogue import LogEntry
from gdp.names import printable
from ingest.decode import teaches

RETRY_AFTER_S = 30


def ground_of(home: Home, recipe: Recipe, position: int) -> Ground:
    """What the recipe is made from: the read model as of the position (ns), as far as who pins may read it."""
    model = home.model
    return Ground(model.view.pinned(position), model.selector, model.catalogue, recipe.within)


def check_rebuilt(home: Home) -> None:
    """Refuse to pin rows that another decoder set, kernel or format made, or made in part: no pin could name it.

    Raises:
        Problem: 503; the read model is being built anew.
    """
    if home.model.is_stale:
        detail = "the read model is being built anew by this release; what is pinned would be of none: again when it is"
        raise Problem(503, "rebuilding", detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def unnarrowed(home: Home, recipe: Recipe, position: int) -> Recipe:
    """The recipe without the account's rights where these leave nothing out: so accounts share what is the same."""
    free = recipe._replace(within=())
    narrow, wide = (topics_of(ground_of(home, each, position), each) for each in (recipe, free))
    return free if narrow == wide else recipe


def recipe_of_pin(pin: Pin) -> Recipe:
    """The recipe of a dataset that was pinned."""
    return Recipe(pin.query, pin.parameters, pin.within)


def position_of(home: Home, pin: Pin) -> int:
    """The position of a dataset in ns.

    Raises:
        Problem: 400; the store was restored, and its history does not reach to there.
    """
    return read_position(home, pin.position, "id")


async def pin_of(services: Services, home: Home, ground: Ground, recipe: Recipe) -> Pin:
    """Fix everything that the recipe's bytes depend on.

    Raises:
        Problem: 413; too many logs.
        StoreUnavailable: the log server does not answer.
    """
    topics = topics_of(ground, recipe)
    found = await reached(services, ground, topics)
    teaching = [topic for topic in ground.catalogue.topics() if teaches(topic)]
    taught = await reached(services, ground, teaching)
    context = {log: recno for log, recno in taught.recnos.items() if log not in found.recnos}
    most = services.settings.dataset_logs_max
    if len(found.recnos) > most:
        raise too_much("filter", f"{len(found.recnos)} logs are more than {most}, which one dataset may have")
    return Pin(
        query=recipe.query,
        parameters=recipe.parameters,
        within=recipe.within,
        position=position_text(home, ground.view.position),
        catalogue=printable(home.catalogue),
        transform=TRANSFORMS[recipe.query],
        kernel=KERNEL,
        decoder_set=ground.view.decoders,
        decoders=found.decoders,
        logs=await tips_of(services.reader, _entries(ground, found.recnos), found.recnos, named=True),
        context=await tips_of(services.reader, _entries(ground, context), context, named=False),
    )


def _entries(ground: Ground, recnos: dict[int, int]) -> list[LogEntry]:
    return [ground.catalogue.by_id[log] for log in recnos]


async def affordable(services: Services, ground: Ground, recipe: Recipe) -> Cost:
    """What a dataset will cost.

    Raises:
        Problem: 413; more rows than one may have, or what the call itself would refuse.
    """
    cost = await cost_of(services, ground, recipe)
    most = services.settings.dataset_rows_max
    if cost.rows > most:
        raise too_much("start", f"{cost.rows} rows are more than {most}, which one dataset may have")
    return cost


async def keep(services: Services, ground: Ground, recipe: Recipe, id_: str, sha256: str | None = None) -> Made:
    """Make the bytes and keep them on this disk, if they are those that are expected.

    Args:
        services: the process's.
        ground: what they are made from.
        recipe: how.
        id_: the dataset's.
        sha256: what is expected; None: whatever they are.

    Raises:
        Problem: 413, more bytes than one may have, or what the call itself would refuse; 503, the disk takes no more.
    """
    files = services.shelf.files
    try:
        with files.writing() as file:
            made = await _write(services, ground, recipe, id_, file)
            if sha256 in (None, made.sha256):
                await asyncio.to_thread(files.keep, file, made)
            return made
    except TooManyBytes as fault:
        raise too_much("start", str(fault)) from fault
    except OSError as fault:
        detail = f"the bytes of a dataset cannot be kept in {files.root}: {fault.strerror or fault}"
        raise Problem(503, "not-kept", detail, headers={"Retry-After": str(RETRY_AFTER_S)}) from fault


async def _write(services: Services, ground: Ground, recipe: Recipe, id_: str, file: BinaryIO) -> Made:
    writer = ArrowWriter(file, id_, bytes_max=services.settings.dataset_bytes_max)
    async for table in derive(services, ground, recipe):
        await services.pools.run(functools.partial(writer.add, table), heavy=True)
    return await services.pools.run(writer.end, heavy=True)
