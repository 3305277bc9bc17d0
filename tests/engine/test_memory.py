"""What a process holds in memory is bounded, and the kernel's account of it is told."""

import gc
import os

from api.readmodel import model
from api.resident import resident
from tests.api.models import BASE, Reader, Said, pages, records_of


async def test_few_rows_with_long_texts_fill_a_tail_too(tmp_path, monkeypatch):
    monkeypatch.setattr(model, "TEXT_SIZE_MAX", 1_000)
    reader = Reader(tmp_path)
    records = records_of([Said(0, b"words %d " % number + b"x" * 200, 1) for number in range(10)])
    await reader.take(records[:4])
    assert not reader.model.wants_seal
    await reader.take(records[4:])
    assert reader.model.wants_seal
    before = pages(reader.model)
    await reader.seal()
    assert not reader.model.wants_seal
    assert pages(reader.model) == before
    assert reader.model.tail_rows == 0
    assert reader.model.position >= BASE


def test_own_memory_and_mapped_files_are_told_apart():
    gc.collect()  # what other tests left must not go in between
    before = resident()
    block = bytearray(os.urandom(1 << 20) * 32)
    after = resident()
    assert after.anon - before.anon > 0.9 * len(block)
    assert after.file > 0
