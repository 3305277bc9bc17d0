"""Pinning: the bytes are kept, the manifest is published, and its record waited for."""

import asyncio
from typing import NamedTuple

from api.datasets.allowance import Allowance
from api.datasets.find import Logged
from api.datasets.make import keep, pin_of
from api.datasets.manifest import Manifest
from api.datasets.publish import publish
from api.datasets.recipe import Recipe
from api.services import Home, Services
from api.web.ground import Ground
from api.web.problem import Problem


class Pinned(NamedTuple):
    """A dataset; `logged` is None while its manifest is not; `fresh` tells whether it was pinned just now."""

    manifest: Manifest
    logged: Logged | None
    fresh: bool


async def pin(services: Services, home: Home, ground: Ground, recipe: Recipe, account: str) -> Pinned:
    """Pin a recipe at the ground's position for an account. The same again is found, and nothing is made.

    Raises:
        Problem: 413 beyond a bound; 429 if the account has pinned too many of late; 503 if the manifest cannot be
            published.
        StoreUnavailable: the log server does not answer.
    """
    pinned = await pin_of(services, home, ground, recipe)
    async with services.shelf.turn:
        known = await services.shelf.finder.find(services.reader, home.model.catalogue, pinned.id)
        if known is not None:
            return Pinned(known.manifest, known, fresh=False)
        _check_allowance(services.shelf.allowance, account)
        # The bytes are durable before anybody is told of them.
        manifest = Manifest(pinned, await keep(services, ground, recipe, pinned.id))
        try:
            await publish(services.settings, manifest.topic, manifest.encode())
        except Problem:
            services.shelf.files.drop(manifest.made.sha256)
            raise
        services.shelf.allowance.take(account)
        return Pinned(manifest, await _until_logged(services, home, manifest), fresh=True)


def _check_allowance(allowance: Allowance, account: str) -> None:
    if wait_s := allowance.wait_s(account):
        detail = (
            f"an account may pin {allowance.pins_max} new datasets in an hour, for each is kept for ever: again later, "
            "or read without pinning, at a position"
        )
        raise Problem(429, "too-many-datasets", detail, headers={"Retry-After": str(int(wait_s) + 1)})


async def _until_logged(services: Services, home: Home, manifest: Manifest) -> Logged | None:
    """Wait until the sink has logged the manifest, and the feed has told so; None if that takes too long."""
    try:
        async with asyncio.timeout(services.settings.dataset_logged_s):
            while True:
                found = await services.shelf.finder.find(services.reader, home.model.catalogue, manifest.pin.id)
                if found is not None:
                    return found
                await services.progress.advanced()
    except TimeoutError:
        return None
