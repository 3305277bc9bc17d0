"""Each event gets the last value before it, wherever that lies, and none from the future."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.readmodel.asof import Question, asof
from api.readmodel.gather import Groups
from api.readmodel.reduce import NEVER
from api.readmodel.selection import Wanted
from tests.api.models import BASE
from tests.reads.story import S, Told, reader_of
from tests.reads.test_aggregate import SAID

FEWER = settings(max_examples=max(settings().max_examples // 3, 1))


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("read-models")


@FEWER
@given(said=SAID, data=st.data())
def test_each_moment_has_the_last_value_before_it(directory, said, data):
    rows = [Told(topic, value, BASE // S + at, BASE + number) for number, (topic, value, at) in enumerate(said)]
    reader = reader_of(directory, rows, data.draw(st.lists(st.integers(0, len(rows)), max_size=2)))
    moments = sorted(data.draw(st.lists(st.integers(-10, 10), max_size=5)))
    question = Question("device", data.draw(st.booleans()), data.draw(st.sampled_from([NEVER, 3 * S])))
    at = data.draw(st.none() | st.integers(BASE, BASE + len(rows)))
    groups = reader.model.selector.select(Wanted(("#",), ("v",))).groups
    times = np.array([BASE // S * S + moment * S for moment in moments], np.int64)
    found = asof(reader.model.view.pinned(at), Groups([numbers for _, numbers in groups]), times, question)
    for (series, _), state in zip(groups, found, strict=True):
        line = sorted(
            (row.at * S, number, row.value)
            for number, row in enumerate(rows)
            if row.topic == series.topic and (at is None or row.logged <= at)
        )
        for place, moment in enumerate(times.tolist()):
            past = [(time, value) for time, _, value in line if time < moment or (question.equal and time == moment)]
            expected = past[-1][1] if past and moment - past[-1][0] <= question.hold_for else None
            value = state.texts.get(place, state.values[place])
            assert value == expected or (expected is None and np.isnan(value))
