"""What the comparison of reads stands on: the same homes from the same seed, and a judge that knows a wrong answer."""

import asyncio
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from bench.peers.fill import fill
from bench.peers.homes import DAY_MS, Homes
from bench.peers.http import Client
from bench.peers.ours import Hearthlog
from bench.peers.questions import Asked, asked_of
from bench.peers.truth import AGREES, judged, right
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")
OURS = Hearthlog()


def homes_now() -> Homes:
    """Few sensors that speak seldom, until a day ago."""
    return Homes("tiny", 12, 300, 30, (time.time_ns() // 1_000_000 // DAY_MS - 1) * DAY_MS)


async def test_a_seed_gives_the_same_homes_again_and_another_one_others():
    end = 1_795_000_000_000
    one, again, other = Homes("a", 2, 500, 9, end), Homes("a", 2, 500, 9, end), Homes("a", 2, 500, 9, end, seed=1)
    assert np.array_equal(one.values(1), again.values(1))
    assert not np.array_equal(one.values(1), other.values(1))
    assert np.array_equal(one.times(1), again.times(1))
    assert all(np.all(np.diff(one.times(sensor)) >= 0) for sensor in range(2))
    arriving = np.concatenate([messages.times for messages in one.arriving(300)])
    assert len(arriving) == 1000
    assert np.all(np.diff(arriving) >= 0)
    assert np.any(np.diff(one.times(0)) == 0), "some come twice in a millisecond"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Homes, Client]]:
    """A home that holds what was generated, and a client of it."""
    data, homes = tmp_path_factory.mktemp("home"), homes_now()
    await asyncio.to_thread(fill, data, homes)
    async with Recorder(data) as recorder, Api(data, recorder.port) as api:
        await api.reached(recorder.store.position)
        client = await asyncio.to_thread(Client, api.port, TOKEN)
        yield homes, client
        client.close()


async def test_our_answers_agree_with_what_was_generated_and_a_changed_one_does_not(asked: tuple[Homes, Client]):
    homes, client = asked
    for line in asked_of(homes):
        question = line.questions[0]
        answer = OURS.answer(question, await asyncio.to_thread(client.ask, OURS.ask(homes, question)))
        assert judged(homes, question, answer) == AGREES, line.name
        assert judged(homes, question, _changed(answer)).startswith("differs"), line.name


def _changed(answer):
    name = next(iter(answer))
    lines = answer[name].copy()
    lines[-1, -1] += 1
    return {**answer, name: lines}


async def test_what_overwrites_equal_times_is_told_from_what_is_wrong():
    homes = Homes("a", 1, 2000, 9, 1_795_000_000_000)
    line: Asked = next(line for line in asked_of(homes) if line.name.startswith("count"))
    question = line.questions[0]
    lost = right(homes, question, "last")
    assert judged(homes, question, lost) == "of equal times it keeps the last only"
    assert judged(homes, question, _changed(lost)).startswith("differs")
