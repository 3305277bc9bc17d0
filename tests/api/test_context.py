"""What devices declare of their values is known while it holds: live, after a restart, and in a rebuild log by log."""

import json

import pytest

from api.errors import ReadModelDamaged
from api.readmodel import known
from gdp.settings import StoreSettings
from ingest.envelope import Message
from tests.api.models import Reader, Said, open_model, records_of
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.support.waiting import poll

SMALL = StoreSettings(segment_bytes=16_384, commit_log_bytes=32_768, commit_log_keep_bytes=0, glog_disk_share_max=1)
CONFIG = "homeassistant/sensor/hall/config"


def config(unit):
    said = {"state_topic": "a/hall", "unit_of_measurement": unit, "value_template": "{{ value_json.t }}"}
    return Message(json.dumps(said).encode(), retain=True)


async def history(api):
    """Everything said by devices: what, in which unit, by which decoder's answer."""
    answer = await api.json("/v1/history", filter="#", limit=10_000, by="logged")
    assert not answer["truncated"]
    return answer["observations"]


async def say_it_all(recorder):
    """A hall whose value has no unit at first, then °C, then °F; a device that is named by its birth, and filling."""
    for unit in ("", "°C", "°F"):
        if unit:
            await recorder.say((CONFIG, config(unit)))
        for number in range(3):
            await recorder.say(("a/hall", b'{"t": %d}' % number), ("homie/x/n/p", b"%d" % number))
    await recorder.say(("homie/x/n/p/$datatype", b"string"))
    await recorder.say(("homie/x/n/p", b"7"))
    for number in range(60):
        await recorder.say(("a/filling", b'{"text":"%s","n":%d}' % (b"x" * 1500, number)))


async def test_a_rebuild_log_by_log_gives_the_rows_that_following_gave(tmp_path):
    async with Recorder(tmp_path, SMALL) as recorder, Api(tmp_path, recorder.port) as first:
        await first.reached(0)
        await say_it_all(recorder)
        last = await recorder.say(("a/hall", b'{"t":5}'))
        await first.reached(last)
        followed = await history(first)
        units = [each["unit"] for each in followed if each["topic"] == "a/hall"]
        assert units == [None] * 3 + ["°C"] * 3 + ["°F"] * 4
        kinds = [each["kind"] for each in followed if each["topic"] == "homie/x/n/p"]
        assert kinds == ["number"] * 9 + ["text"]
        assert first.process.returncode is None

        async def oldest() -> int:
            return int(min((tmp_path / "store" / "commit").iterdir()).stem)

        await poll(oldest, until=lambda number: number > 1)
        async with Api(tmp_path, recorder.port, read_model=tmp_path / "other") as second:
            await second.reached(last)
            assert await history(second) == followed


async def test_what_was_declared_is_known_after_a_restart(tmp_path):
    async with Recorder(tmp_path) as recorder, Api(tmp_path, recorder.port, tail_rows_max=1_000) as api:
        await recorder.say((CONFIG, config("°C")), *[("a/filling", b"1")] * 1_000)
        model = tmp_path / "read-model"

        async def saved() -> list:
            return [path.name for path in model.iterdir() if path.name == "manifest.json"]

        await poll(saved, until=bool)
        assert CONFIG in (model / known.FILE).read_text()
        await api.stop()
        last = await recorder.say(("a/hall", b'{"t":5}'))
        async with Api(tmp_path, recorder.port) as again:
            await again.reached(last)
            (found,) = [each for each in await history(again) if each["topic"] == "a/hall"]
            assert (found["value"], found["unit"]) == (5, "°C")


async def test_a_read_model_without_its_context_is_built_anew(tmp_path):
    reader = Reader(tmp_path)
    await reader.take(records_of([Said(0, b"1", 1)]))
    await reader.seal()
    assert open_model(tmp_path).segments == 1
    (tmp_path / known.FILE).unlink()
    assert open_model(tmp_path).segments == 0


@pytest.mark.parametrize("content", [None, b"[1]\n", b"\xff\n", b'[1,"homie/x/$unit",5]\n'])
def test_a_context_that_cannot_be_read_is_damage(tmp_path, content):
    if content is not None:
        (tmp_path / known.FILE).write_bytes(content)
    with pytest.raises(ReadModelDamaged, match=known.FILE):
        known.load(tmp_path)


def test_a_saved_context_is_the_same_again(tmp_path):
    before = known.Known()
    before.take(CONFIG, config("°C"), 10)
    before.take("homie/x/n/p/$unit", Message("°F".encode()), 20)
    before.take("a/hall", Message(b"5"), 30)
    known.save(tmp_path, before.context)
    assert known.load(tmp_path) == before
