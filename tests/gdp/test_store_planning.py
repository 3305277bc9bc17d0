"""However a message is planned, together with others like it or by itself, the same bytes are written."""

import shutil
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdp.settings import StoreSettings
from gdp.store import ForeignAppend, Item, Run, Store, Write
from tests.gdp.stores import NS, Clock, check_chains, die
from tests.simulator.determined import determined_keys

BOUNDS = StoreSettings(
    segment_bytes=2_000,
    signature_unsigned_max=5,
    signature_interval_s=2e-8,
    signatures_per_s_max=9,
    record_bytes_max=90,
)
PARTS = st.lists(st.binary(max_size=50), max_size=2) | st.just([bytes(100)])
MESSAGES = st.tuples(st.sampled_from("abc"), PARTS, st.integers(0, 65_535), st.integers(0, 9))
BATCHES = st.lists(st.lists(MESSAGES, min_size=1, max_size=30), min_size=1, max_size=4)
REFUSED = ForeignAppend(bytes(32), ())


def items_of(batch, *, together: bool) -> list[Item]:
    writes = [Write(topic, tuple(parts), packet_id=number, epoch=epoch) for topic, parts, number, epoch in batch]
    items = [*writes, REFUSED, *writes[:2]]
    return in_runs(items) if together else items


def in_runs(items: list[Item]) -> list[Item]:
    """Put consecutive messages of one part and one session into a run."""
    found: list[Item] = []
    for item in items:
        if not isinstance(item, Write) or len(item.parts) != 1:
            found.append(item)
            continue
        message = (item.topic, item.parts[0], 1, False, False, item.packet_id, 1)
        last = found[-1] if found else None
        if isinstance(last, Run) and last.epoch == item.epoch:
            found[-1] = Run([*last.messages, message], last.epoch, last.data_bytes + len(message[1]))
        else:
            found.append(Run([message], item.epoch, len(message[1])))
    return found


def written(home: Path, batches, ns_to_next_second: int, *, together: bool):
    """Commit to a new store; return what it says of it, and the bytes of its commit log."""
    clock = Clock(wall=1_795_544_000 * NS - ns_to_next_second)
    store = Store.open(
        home / "store",
        keys=home / "keys",
        settings=BOUNDS,
        wall=clock.wall,
        monotonic=clock.monotonic,
        entropy=bytes,
    )
    try:
        commits = [store.commit(items_of(batch, together=together)) for batch in batches]
        check_chains(store)
        said = [(commit, commit.records, [repr(each) for each in commit.results]) for commit in commits]
        return (
            [(commit.first, commit.last, commit.bytes, commit.appended, *rest) for commit, *rest in said],
            store.logs(),
            store.unfiled_logs,
            [path.read_bytes() for path in sorted((home / "store" / "commit").iterdir())],
        )
    finally:
        die(store)
        shutil.rmtree(home)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES, ns_to_next_second=st.integers(0, 60))
def test_messages_planned_together_are_written_as_if_planned_one_by_one(memory_path, batches, ns_to_next_second):
    with determined_keys():
        together = written(memory_path / "together", batches, ns_to_next_second, together=True)
    with determined_keys():
        one_by_one = written(memory_path / "one_by_one", batches, ns_to_next_second, together=False)
    assert together == one_by_one
