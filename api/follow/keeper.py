"""The keeper: which read model is served, what feeds it, and whether this process writes it.

Of several processes on one directory one writes; the others use its segments and keep what is newer beside them. When
the writer dies, another one takes its place. A model that other decoders, kernels or formats made is served while a
helper builds it anew.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from pathlib import Path

import structlog

from api.errors import ReadModelDamaged
from api.follow.feeding import Feeding
from api.follow.follower import SEAL_ON_STOP_ROWS_MIN
from api.follow.works import compact, rebuild
from api.followed import Followed
from api.readmodel import manifest
from api.readmodel.disk import Source
from api.readmodel.filing import Adoption
from api.readmodel.model import ReadModel
from api.readmodel.place import Place
from api.readmodel.plan import Bounds, plan
from api.services import Home, Services
from gdp.client import GdpClient

LOOK_S = 0.5
TRIES = 10
log = structlog.get_logger()


class Keeper:
    """One store's read model in one process."""

    def __init__(self, services: Services, client: GdpClient, followed: Followed, place: Place, source: Source) -> None:
        self._services = services
        self._client = client
        self._followed = followed
        self._place = place
        self._source = source
        self._rows_max = services.settings.tail_rows_max
        self._work: asyncio.Task[None] | None = None
        self._feeding: Feeding

    async def run(self) -> None:
        """Serve until cancelled; then keep what is worth it."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._place.take()
            model = await self._open()
            self._services.sink.recall(model)
            catalogue, server, ancestors = self._followed
            self._services.home = Home(catalogue, server, model, ancestors)
            self._feed(model)
            try:
                while True:
                    await self._look()
                    await asyncio.sleep(LOOK_S)
            finally:
                await self._stop()

    async def _look(self) -> None:
        if not self._place.is_ours and self._place.take():
            log.info("writing_from_now_on", root=str(self._place.root))
        feeding = self._feeding
        self._services.upkeep.writes = feeding.model.may_write
        if not feeding.model.may_write:
            await self._share(feeding)
        elif self._work is None or self._work.done():
            self._begin_work(feeding)

    def _begin_work(self, feeding: Feeding) -> None:
        settings, upkeep, model = self._services.settings, self._services.upkeep, feeding.model
        if model.is_stale:
            server, switch = self._followed.server, self._use_rebuilt
            self._start(rebuild(model, self._place, self._source, server, upkeep=upkeep, switch=switch), "rebuild")
            return
        bounds = Bounds(settings.compaction_segments_min, settings.segment_rows_max)
        chosen = plan([each.size for each in model.named], bounds)
        if chosen is not None:
            self._start(compact(feeding, model.named[chosen], upkeep), "compact")

    def _start(self, work: Coroutine[None, None, None], name: str) -> None:
        self._work = self._group.create_task(work, name=name)

    async def _share(self, feeding: Feeding) -> None:
        """Use what another process has written; write, if none does any more."""
        if self._place.current() != feeding.model.directory:
            await self._switch(await self._open())
            return
        try:
            found = await feeding.filing.adopt()
        except (FileNotFoundError, ReadModelDamaged) as fault:
            # Swapped between two looks, or damaged; who writes finds that out and begins anew.
            log.info("read_model_not_shared", reason=str(fault))
            found = Adoption.other if self._place.is_ours else Adoption.ahead
        if found is Adoption.other and (self._place.is_ours or self._goes_as_far(feeding.model)):
            await self._switch(await self._open())
        elif found is Adoption.same and self._place.is_ours:
            await feeding.filing.own()

    def _goes_as_far(self, model: ReadModel) -> bool:
        """Whether the segments of another lineage have all that this model's have."""
        try:
            found = manifest.load(model.directory)
        except ReadModelDamaged:
            return False
        if found is None or found.store != model.store:
            return False
        return model.manifest is None or found.watermark >= model.manifest.watermark

    async def _use_rebuilt(self, directory: Path) -> None:
        model = await asyncio.to_thread(ReadModel.open, directory, self._source, tail_rows_max=self._rows_max)
        await self._switch(model)
        while self._home.model is not model:
            await self._services.progress.advanced()
        await asyncio.to_thread(self._place.use, directory)

    async def _switch(self, model: ReadModel) -> None:
        """Feed another model; it is served as soon as it goes as far as the one that is served now."""
        await self._feeding.end()
        self._feed(model)

    def _feed(self, model: ReadModel) -> None:
        services = self._services

        def moved() -> None:
            if self._home.model is not model and model.position >= self._home.model.position:
                self._home.model = model
                services.hub.interrupt()

        self._feeding = Feeding.begin(
            self._group,
            services.settings,
            self._client,
            self._followed.server,
            model,
            hub=services.hub,
            progress=services.progress,
            sink=services.sink,
            moved=moved,
        )

    @property
    def _home(self) -> Home:
        home = self._services.home
        assert home is not None, "made before anything is fed"
        return home

    async def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait([self._work])
        model = self._feeding.model
        keeps = model.may_write and not model.is_stale
        with contextlib.suppress(OSError):
            await self._feeding.end(keep_rows_min=SEAL_ON_STOP_ROWS_MIN if keeps else None)

    async def _open(self) -> ReadModel:
        model = await (asyncio.to_thread(self._open_own) if self._place.is_ours else self._open_shared())
        rows, stale = model.segment_rows, model.is_stale
        log.info("read_model_open", rows=rows, segments=model.segments, position=model.position, stale=stale)
        return model

    def _open_own(self) -> ReadModel:
        model = ReadModel.open(self._place.current(), self._source, tail_rows_max=self._rows_max)
        if not model.is_stale:
            self._place.drop_others()
        return model

    async def _open_shared(self) -> ReadModel:
        reason = ""
        for _ in range(TRIES):
            directory = self._place.current()
            try:
                model = await asyncio.to_thread(
                    ReadModel.open_shared, directory, self._source, tail_rows_max=self._rows_max
                )
                # What was read beside the manifest belongs to it only if it is still the same.
                if manifest.load(directory) == model.manifest:
                    return model
                reason = "it changes"
            except (FileNotFoundError, ReadModelDamaged) as fault:
                reason = str(fault)
            await asyncio.sleep(LOOK_S / TRIES)
        log.warning("read_model_not_shared", reason=reason)
        return ReadModel.empty(self._place.current(), self._source, tail_rows_max=self._rows_max)
