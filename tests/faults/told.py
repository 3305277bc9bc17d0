"""What the product says of a fault: an api beside the sink under test, asked as a person would ask it."""

import sys
from contextlib import asynccontextmanager
from pathlib import Path

from api.health.attention import PREFIX
from api.words.templates import TEMPLATES
from tests.api.served import Api
from tests.health.listener import Listener
from tests.support.waiting import poll

SOON = {"look_interval_s": 0.1, "attention_after_s": 0}
"""Everything sooner than in a real home."""


class FaultyApi(Api):
    """Its clock obeys the test, and one of its decoders fails on topics below `bad/` (see `launch_api`)."""

    command = (sys.executable, str(Path(__file__).with_name("launch_api.py")))

    @property
    def environment(self):
        return {**super().environment, "FAULTS": str(self.data.parent / "faults")}


def api_of(sink, **settings):
    """An api that follows this sink, and tells the sink's broker what needs a person."""
    password = sink.data / "secrets" / "api.token"
    password.parent.mkdir(parents=True, exist_ok=True)
    password.write_text("any")
    return FaultyApi(sink.data, sink.gdp_port, mqtt=f"127.0.0.1:{sink.mqtt_port}", **SOON, **settings)


async def stands(api, fault):
    """Wait until `GET /v1/health` says this fault among what needs somebody; its facts, with what to do."""
    found = await poll(lambda: needs(api), until=lambda found: fault in found)
    return in_its_words(found[fault])


async def was(api, fault):
    """Wait until `GET /v1/health` says this outage of the recorder, though it is over."""
    found = await poll(lambda: outages(api), until=lambda found: fault in found)
    return in_its_words(found[fault])


async def needs(api):
    """What stands, by the id of its sentence."""
    return await told_in(api, "needs")


async def outages(api):
    """The recorder's outages of the last day, the newest of each kind, by the id of the sentence."""
    return await told_in(api, "outages")


async def told_in(api, part):
    """A part of the answer by the ids in it; nothing as long as it has none to give."""
    answer = await api.get("/v1/health")
    return {each["id"]: each for each in answer.json()[part]} if answer.status_code == 200 else {}


async def facts(api):
    """The lines below the parts of the path: what is told and needs nobody."""
    return [line for stage in (await api.json("/v1/health"))["path"] for line in stage["facts"]]


async def retained(listener, fault):
    """Wait until it is retained for whoever listens to MQTT, or was since they began to."""
    found = await poll(lambda: dict(listener.heard), until=lambda found: PREFIX + fault in found)
    return in_its_words(found[PREFIX + fault])


def in_its_words(said):
    """Assert that sentence and remedy are those of the table."""
    template = TEMPLATES[said["id"]]
    beginnings = {text.partition("{")[0] for text in (template.now, template.past) if text}
    assert said["sentence"].startswith(tuple(beginnings)), said
    assert "{" not in said["sentence"]
    assert said["remedy"].startswith(template.remedy.partition("{")[0]), said
    return said


@asynccontextmanager
async def ears(port):
    """A client of MQTT that listens from now on to what needs a person."""
    with Listener(port) as listener:
        yield listener
