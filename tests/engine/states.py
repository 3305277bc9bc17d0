"""What a read model answers, for comparing two of them; and read models that share a directory."""

from collections.abc import Sequence
from pathlib import Path

import orjson

from api.readmodel import disk
from api.readmodel.filing import Adoption, Filing
from api.readmodel.latest import newest_of
from api.readmodel.merge import merge
from api.readmodel.model import ReadModel
from api.readmodel.selection import Wanted
from api.web.fragments import newest_object
from gdp.messages import Record
from tests.api.models import SOURCE, Reader, pages, run

ALL = ("#", "$hearthlog/#")


def answers(model: ReadModel) -> bytes:
    """Everything that it holds, in every order, and the newest of each series."""
    found: list[object] = [
        pages(model, by=by, descending=back) for by in ("device", "logged") for back in (False, True)
    ]
    groups = model.selector.select(Wanted(ALL)).groups
    for by in ("device", "logged"):
        rows = newest_of(groups, model.table.keys, by, lambda number, by=by: model.latest.row(by, number))
        found.append([newest_object(each, "ns") for each in rows])
    return orjson.dumps(found)


def reader_of(root: Path, records: Sequence[Record], cuts: Sequence[int]) -> Reader:
    """A model that is sealed at each cut."""
    reader = Reader(root)

    async def feed():
        for first, last in zip([0, *cuts], [*cuts, len(records)], strict=True):
            await reader.take(list(records[first:last]))
            await reader.seal()

    run(feed())
    return reader


def merge_all(model: ReadModel, *, piece_rows: int) -> None:
    """Merge all named segments into one, in this process."""
    target = model.directory / f"merged{disk.SEGMENT_SUFFIX}"
    merge([each.path for each in model.named], target, watermark=model.position, piece_rows=piece_rows)

    async def swap():
        filing = Filing(model)
        try:
            await filing.swap(model.named, target)
        finally:
            filing.close()

    run(swap())


class Sharer(Reader):
    """A reader on the directory of another one's model, which it does not write."""

    def __init__(self, root: Path) -> None:
        super().__init__(root / "unused")
        self.use(ReadModel.open_shared(root, SOURCE, tail_rows_max=1_000_000))

    async def adopt(self) -> Adoption:
        return await self.file(lambda filing: filing.adopt())

    async def own(self) -> None:
        """Write from now on, and name everything that was kept beside."""
        await self.file(lambda filing: filing.own())
        self.model.freeze(resume=self.applier.resume)
        await self.seal()
