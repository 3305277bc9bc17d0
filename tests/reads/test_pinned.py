"""An answer at a position is the same for ever: while others write, after late data, seals and merges, page by page."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel.page import PageRequest, key_of, page
from api.readmodel.selection import Wanted
from api.web.table import as_columns, as_objects
from api.web.table_rows import table_of
from tests.api.models import SAID, Reader, pages, records_of, run
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.reads.story import sample_home

SERVED = pytest.mark.asyncio(loop_scope="package")
FEWER = settings(max_examples=max(settings().max_examples // 5, 1))
MOMENTS = 100
LATE = 0.2
DAY_S = 86_400


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


FRESH = itertools.count()


@FEWER
@given(said=SAID, data=st.data())
def test_pages_of_any_limit_are_the_whole_while_others_write(directory, said, data):
    records = records_of(said)
    cut = data.draw(st.integers(0, len(records)))
    reader = Reader(directory / f"pages-{next(FRESH)}")
    run(reader.take(records[:cut]))
    by, descending = data.draw(st.sampled_from(["device", "logged"])), data.draw(st.booleans())
    position, whole = reader.model.position, pages(reader.model, by=by, descending=descending)
    rest, limit, after, found = records[cut:], data.draw(st.integers(1, 9)), None, []
    while True:
        model = reader.model
        view = model.view.pinned(position)
        ids = model.selector.select(Wanted(("#", "$hearthlog/#"))).ids
        rows, more = page(view, ids, PageRequest(by, limit, descending=descending, after=after))
        found += as_objects(as_columns(table_of(rows, view.keys, model.catalogue), "ns"))
        if not more:
            break
        after = key_of(rows, view.logs, rows.columns.rows - 1, by)
        step = data.draw(st.integers(0, 5))
        run(reader.take(rest[:step]))
        rest = rest[step:]
        if data.draw(st.booleans()):
            run(reader.seal())
    assert found == whole


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def sealing(recorder: Recorder, tmp_path_factory) -> Api:
    """An api that seals what it has in memory again and again."""
    model = tmp_path_factory.mktemp("sealing")
    async with Api(recorder.data, recorder.port, read_model=model, tail_rows_max=1_000) as running:
        yield running


def a_day(seed: int) -> list[tuple[str, bytes]]:
    """A day of the shipped home, a fifth of it uploaded up to six hours later than measured."""
    chance = random.Random(seed)
    home = [each for each in sample_home() if "kitchen" in each[0] or "bathroom" in each[0]]
    begin = home[len(home) // 2][2]
    told = []
    for topic, value, at in home:
        if begin <= at < begin + DAY_S:
            received = at + (chance.randrange(21_600) if chance.random() < LATE else 0)
            told.append((received, topic, b'{"value": %g, "time": %d}' % (value, at)))
    return [(topic, payload) for _, topic, payload in sorted(told, key=lambda each: each[0])]


QUERIES = (
    ("history", {"limit": 20, "order": "desc"}),
    ("history", {"limit": 20, "by": "logged", "order": "desc", "layout": "columns"}),
    ("aggregate", {"every": "6h", "fn": ["count", "mean", "delta", "time_weighted_mean"], "tz": "Europe/Berlin"}),
    ("matrix", {"every": "4h", "fn": "mean", "hold_for": "1h"}),
    ("plot", {"width": 10}),
    ("latest", {"by": "device"}),
    ("latest", {"by": "logged"}),
)
TIMELESS = ("latest",)


@SERVED
async def test_what_was_answered_live_is_answered_for_ever(recorder: Recorder, sealing: Api):
    day = a_day(5)
    chance = random.Random(6)
    times = [int(payload.rpartition(b" ")[2][:-1]) for _, payload in day]
    window = {"start": iso(min(times)), "end": iso(max(times) + 1)}
    moments = sorted(chance.sample(range(1, len(day)), MOMENTS))
    seen = []
    for first, last in itertools.pairwise([0, *moments, len(day)]):
        said = await recorder.say(*((f"day/{topic}", payload) for topic, payload in day[first:last]))
        await sealing.reached(said)
        call, query = chance.choice(QUERIES)
        asked = {"filter": "day/#", **query, **({} if call in TIMELESS else window)}
        answer = await sealing.get(f"/v1/{call}", **asked)
        seen.append((call, asked, answer.headers["hearthlog-position"], answer.content))
    assert "hearthlog_api_segments 0" not in (await sealing.get("/metrics")).text
    for call, asked, position, content in seen:
        again = await sealing.get(f"/v1/{call}", **asked, at=position)
        assert again.content == content, (call, asked, position)


def iso(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


MAY = {"start": "2017-05-08T00:00:00Z", "end": "2017-05-22T00:00:00Z"}
PAGED = (
    ("history", "observations", MAY),
    ("history", "observations", {"by": "logged", "order": "desc"}),
    ("aggregate", "buckets", {"every": "1h", **MAY, "fn": ["count", "last"]}),
    ("matrix", "matrix", {"every": "1h", **MAY}),
    ("asof", "events", MAY),
    ("latest", "observations", {}),
    ("topics", "topics", {}),
)


@SERVED
async def test_every_call_pages_to_the_whole_while_somebody_writes(recorder: Recorder, sealing: Api):
    day = a_day(8)[:600]
    await sealing.reached(await recorder.say(*((f"paged/{topic}", payload) for topic, payload in day)))

    written = itertools.count()

    async def write() -> None:
        number = next(written)
        topic, payload = day[number % len(day)]
        more = [(f"paged/new/{number}", payload)] if number % 8 == 0 else []
        await recorder.say((f"paged/{topic}", payload), *more)

    for (call, name, query), limit in zip(PAGED, (97, 201, 47, 90, 53, 3, 2), strict=True):
        await paged(sealing, write, call, name, query, limit)


async def paged(api: Api, write: Callable[[], Awaitable[None]], call: str, name: str, query: dict, limit: int) -> None:
    """Pages of a call, and then the whole of it at the position of page one, are the same."""
    sides = {"left": "paged/+/+/kitchen/#", "right": "paged/+/+/bathroom/#"}
    filters = sides if call == "asof" else {"filter": "paged/+/+/#"}
    answer = await api.json(f"/v1/{call}", **filters, **query, limit=limit)
    position, found, count = answer["position"], answer[name], 1
    while answer["next"]:
        answer, _ = await asyncio.gather(api.json(answer["next"]), write())
        assert answer["position"] == position
        found += answer[name]
        count += 1
    assert count > 2, (call, count)
    whole = await api.json(f"/v1/{call}", **filters, **query, at=position, limit=50_000)
    assert found == whole[name], call
