"""Whatever happens to a store, in whatever order: what was acknowledged is there once, in order, and verifies."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gdp.catalogue import SEAL_TOPIC
from gdp.commitlog.frame import FRAME_MAGIC
from gdp.commitlog.layout import FOOTER_MAGIC, SEALED_MAGIC
from gdp.datum import Datum
from gdp.errors import Older
from gdp.metadata import NON, XID, Metadata
from gdp.seal import decode_seal
from gdp.store import Create, ForeignAppend, ReadableStore, Roll, Write
from tests.gdp.stores import Clock, check_chains, die, open_store

TOPICS = st.sampled_from(["a", "b", "c/d", "e"])
DATA = st.binary(max_size=40) | st.binary(min_size=900, max_size=1_100)
BOUNDS = {
    "segment_bytes": 3_000,
    "commit_log_bytes": 9_000,
    "commit_log_keep_bytes": 3_500,
    "glog_pending_max": 4,
    "glog_records_max": 3,
    "signature_unsigned_max": 5,
    "glog_lag_max_s": 100,
}


class StoreMachine(RuleBasedStateMachine):
    """A store, and beside it a list of what was acknowledged per log."""

    def __init__(self):
        super().__init__()
        shared = Path("/dev/shm")
        self.base = Path(tempfile.mkdtemp(dir=shared if os.access(shared, os.W_OK) else None))
        self.home = self.base / "0"
        self.homes = 1
        self.clock = Clock()
        self.store = open_store(self.home, self.clock, **BOUNDS)
        self.expected = {}
        self.current = {}
        self.mark = 0
        self.last = self.store.position

    def teardown(self):
        self.store.close()
        with open_store(self.home, self.clock, **BOUNDS) as self.store:
            self.check_everything()
        shutil.rmtree(self.base)

    def commit(self, items):
        commit = self.store.commit(items)
        assert commit.previous == self.last
        for record in commit.records:
            assert record.logged > max(self.last, self.mark)
            self.last = record.logged
        return commit.results

    @rule(messages=st.lists(st.tuples(TOPICS, st.lists(DATA, min_size=1, max_size=3)), min_size=1, max_size=6))
    def write(self, messages):
        results = self.commit([Write(topic, tuple(parts), packet_id=9, epoch=1) for topic, parts in messages])
        for (topic, parts), result in zip(messages, results, strict=True):
            assert self.current.setdefault(topic, result.log) == result.log
            held = self.expected.setdefault(result.log, [])
            held += parts
            assert result.recno == len(held)

    @precondition(lambda self: self.current)
    @rule(data=st.data(), message=DATA)
    def roll_and_write(self, data, message):
        topic = data.draw(st.sampled_from(sorted(self.current)))
        rolled, written = self.commit([Roll(topic), Write(topic, (message,))])
        assert rolled.log == written.log != self.current[topic]
        self.current[topic] = written.log
        self.expected[written.log] = [message]

    @rule(number=st.integers(0, 2), messages=st.lists(DATA, min_size=1, max_size=3), repeat=st.booleans())
    def append_foreign(self, number, messages, repeat):
        metadata = Metadata.build([(XID, b"foreign %d" % number), (NON, bytes(16))])
        name = metadata.name
        if name not in self.expected:
            self.commit([Create(metadata)])
            self.expected[name] = []
        held = self.expected[name]
        tip = self.store.log(name)
        datums, previous = [], tip.tip_hash if tip.tip_recno else None
        for message in messages:
            datums.append(
                Datum(tip.tip_recno + len(datums) + 1, 7, 0.25, previous if not datums else None, message, None)
            )
        for _ in range(1 + repeat):
            (result,) = self.commit([ForeignAppend(name, tuple(datums))])
            assert result.recno == tip.tip_recno + len(datums)
        held += messages

    @rule(seconds=st.sampled_from([0.5, 11, 120]))
    def time_passes(self, seconds):
        self.clock.pass_s(seconds)

    @rule(seconds=st.sampled_from([-3_600, -1, 1, 100]))
    def the_wall_clock_steps(self, seconds):
        self.clock.step_s(seconds)

    @rule()
    def seal(self):
        commit = self.store.seal()
        if commit is not None:
            self.last = commit.last
        for info in self.store.logs():
            if info.kind != "foreign":
                assert info.covered_recno == info.tip_recno

    @rule()
    def file_some(self):
        self.store.flush_due()

    @rule()
    def file_all(self):
        self.store.flush_all()
        assert all(info.pending == 0 for info in self.store.logs())

    @rule()
    def ask_for_a_watermark(self):
        mark = self.store.watermark()
        assert mark >= self.mark
        self.mark = mark
        self.store.reserve()

    @rule()
    def close_and_open(self):
        self.store.close()
        self.reopen()

    @rule(torn=st.binary(max_size=60) | st.sampled_from([SEALED_MAGIC, FRAME_MAGIC + bytes(40), FOOTER_MAGIC]))
    def die_and_open(self, torn):
        crashed = self.base / str(self.homes)
        self.homes += 1
        shutil.copytree(self.home, crashed)
        die(self.store)
        shutil.rmtree(self.home)
        self.home = crashed
        last = max((crashed / "store" / "commit").glob("*.seg"))
        with last.open("ab") as file:
            file.write(torn)
        self.reopen()

    def reopen(self):
        self.store = open_store(self.home, self.clock, **BOUNDS)
        assert self.store.position >= self.last
        self.last = self.store.position

    @rule()
    def look_from_outside(self):
        check_chains(ReadableStore.open_readonly(self.home / "store"))

    @invariant()
    def every_log_ends_where_it_should(self):
        for name, held in self.expected.items():
            assert self.store.log(name).tip_recno == len(held)

    @rule()
    def check_everything(self):
        check_chains(self.store)
        for name, held in self.expected.items():
            assert [datum.data for datum in self.store.read(name, 1, -1)] == held
        for topic, name in self.current.items():
            assert self.store.current(topic).name == name
        self.check_followers()
        self.check_seals()

    def check_followers(self):
        try:
            followed = [record for frame in self.store.frames(0) for record in frame]
        except Older:
            oldest = self.store._opened.log.segments[0].header.previous
            followed = [record for frame in self.store.frames(oldest) for record in frame]
        times = [logged for *_, logged in followed]
        assert times == sorted(set(times))
        for name, datum, _ in followed:
            assert self.store.read(name, datum.recno, 1) == [datum]

    def check_seals(self):
        for datum in self.store.read(self.store.current(SEAL_TOPIC).name, 1, -1):
            for name, recno, sealed_hash in decode_seal(datum.data):
                assert self.store.read_by_hash(name, sealed_hash).recno == recno


def run(examples, steps):
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks
        ),
    )


def test_what_was_acknowledged_is_there_whatever_happens():
    run(20, 25)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_what_was_acknowledged_is_there_whatever_happens_for_longer():
    run(500, 60)
