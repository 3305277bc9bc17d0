"""Merging segments changes no answer, loses nothing whenever it is killed, and keeps segments few at a bounded cost."""

import asyncio
import itertools
import random
import sys
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel import disk
from api.readmodel.plan import Bounds, Size, plan
from api.readmodel.segment import Segment
from tests.api.models import BASE, SAID, Said, open_model, records_of
from tests.engine.states import answers, merge_all, reader_of

# Each example writes and syncs several files.
FEWER = settings(max_examples=max(settings().max_examples // 4, 1))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A new directory a call, for the many examples of a property."""
    base, numbers = tmp_path_factory.mktemp("read-models"), itertools.count()
    return lambda: base / str(next(numbers))


@FEWER
@given(said=SAID, data=st.data())
def test_merged_segments_give_the_same_bytes_also_when_opened_again(fresh, said, data):
    records = records_of(said)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(records)), min_size=1, max_size=4)))
    model = reader_of(fresh(), records, cuts).model
    if not model.named:
        return
    before, rows = answers(model), model.segment_rows
    merge_all(model, piece_rows=data.draw(st.integers(1, 9)))
    assert (model.segments, model.segment_rows) == (1, rows)
    assert answers(model) == before
    again = open_model(model.directory)
    assert answers(again) == before
    assert [path.name for path in again.directory.glob("*.arrow")] == ["merged.arrow"]


@given(st.lists(st.integers(1, 300), max_size=200), st.integers(2, 6))
def test_segments_stay_few_and_a_row_is_written_anew_about_once_a_doubling(sealed, fan_out):
    bounds = Bounds(fan_out, rows_max=20_000)
    sizes: list[Size] = []
    written = 0
    for rows in sealed:
        sizes.append(Size(rows))
        while (chosen := plan(sizes, bounds)) is not None:
            merged = sum(each.rows for each in sizes[chosen])
            assert len(sizes[chosen]) >= fan_out
            assert merged <= bounds.rows_max
            sizes[chosen] = [Size(merged)]
            written += merged
    total = sum(sealed)
    assert sum(each.rows for each in sizes) == total
    assert written <= total * (1 + max(total, 1).bit_length())
    full = sum(each.rows * fan_out > bounds.rows_max for each in sizes)
    assert len(sizes) - full <= fan_out * (1 + max(total, 1).bit_length())


def test_texts_that_one_segment_could_not_hold_are_not_merged():
    assert plan([Size(1, 1 << 28)] * 4, Bounds(4, 100)) == slice(0, 4)
    assert plan([Size(1, 1 << 29)] * 4, Bounds(4, 100)) is None


async def compactor(job: dict[str, object]) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.compact", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    process.stdin.write(orjson.dumps(job) + b"\n")
    await process.stdin.drain()
    return process


def big(root: Path):
    said = [Said(number % 3, b'{"v": %d, "t": "%d"}' % (number, number % 40), 1) for number in range(4_000)]
    records = records_of(said)
    return reader_of(root, records, [1_000, 2_000, 3_000]).model


async def test_killing_the_compactor_at_any_moment_loses_nothing(tmp_path):
    model = await asyncio.to_thread(big, tmp_path / "model")
    before = await asyncio.to_thread(answers, model)
    target = model.directory / f"{BASE:019d}-merged{disk.SEGMENT_SUFFIX}"
    job = {"sources": [str(each.path) for each in model.named], "target": str(target), "watermark": BASE}
    dice = random.Random(6)
    for _ in range(4):
        process = await compactor(job)
        await asyncio.sleep(dice.uniform(0, 0.6))
        if process.returncode is None:
            process.kill()
        await process.wait()
        assert await asyncio.to_thread(lambda: answers(open_model(model.directory))) == before
        assert {path.name for path in model.directory.glob("*.tmp")} == set(), "what it left is cleared away"
    process = await compactor(job)
    assert await process.wait() == 0
    assert Segment(target).columns.rows == model.segment_rows


async def test_the_compactor_ends_with_its_parent(tmp_path):
    model = await asyncio.to_thread(big, tmp_path / "model")
    sources = [str(each.path) for each in model.named] * 50
    process = await compactor({"sources": sources, "target": str(tmp_path / "x.arrow"), "watermark": 0})
    process.stdin.close()
    assert await process.wait() == 1
    assert not (tmp_path / "x.arrow").exists()
