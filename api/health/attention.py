"""Attention: what needs a person is also a message, retained under `hearthlog/attention/`, and cleared when it is well.

So it is logged and signed like any other, and any MQTT client can show it. Only one api of a data directory publishes:
the one that holds the lock on the file of the account's password.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import orjson
import structlog

from api.health.watch import Standing, Watch
from api.readiness import is_connected
from api.readmodel.latest import Series, newest_of
from api.readmodel.model import ReadModel
from api.readmodel.selection import Wanted
from api.services import Services
from api.times import format_time
from api.web.render import value_of
from api.words.templates import Severity
from gdp.address import split_address
from ingest.errors import PublishError
from ingest.publisher import Account, Publisher
from ingest.replay import Publish

PREFIX = "hearthlog/attention/"
CLIENT_ID = "hearthlog-api"
SUBJECT_BYTES_MAX = 900
PASSWORD_BYTES_MAX = 4_096
RETRY_S = 10.0
REFUSED_RETRY_S = 60.0
NS_PER_S = 1_000_000_000
log = structlog.get_logger()


class Message(NamedTuple):
    """What is published about one fact."""

    topic: str
    mark: tuple[str, str | None]
    """Weight and beginning: when these change it is told again; words that only count on are not."""
    payload: bytes


def message_of(standing: Standing) -> Message:
    """The retained message about a fact."""
    fact = standing.fact
    since = format_time(standing.seen if fact.since is None else fact.since)
    body = {**fact.as_json(format_time), "since": since}
    subject = fact.subject if len(fact.subject.encode()) <= SUBJECT_BYTES_MAX else "long-topic"
    topic = PREFIX + fact.id + (f"/{subject}" if subject else "")
    return Message(topic, (fact.severity.name, since), orjson.dumps(body))


def news(
    told: Mapping[str, tuple[str, str | None]], standing: Iterable[Standing], *, now: int, after_ns: int
) -> list[Message]:
    """What has to be published so that what is retained is what stands: new and changed facts, and empty payloads.

    Args:
        told: marks by topic of what is retained.
        standing: what stands.
        now: ns.
        after_ns: what has stood for less is not told: most of it is over at once.
    """
    wanted = {}
    for each in standing:
        message = message_of(each)
        lasted = now - (each.seen if each.fact.since is None else min(each.fact.since, each.seen))
        if each.fact.severity >= Severity.warning and (lasted >= after_ns or message.topic in told):
            wanted[message.topic] = message
    changed = [message for topic, message in wanted.items() if told.get(topic) != message.mark]
    cleared = [Message(topic, ("", None), b"") for topic in told if topic not in wanted]
    return changed + cleared


def retained(model: ReadModel) -> dict[str, tuple[str, str | None]]:
    """Marks of what an earlier run has told and not cleared, by topic, as the store has it."""
    found: dict[str, tuple[str, str | None]] = {}
    for topic in model.selector.select(Wanted((PREFIX + "#",))).topics:
        series = model.selector.series_of(topic)
        groups = [(Series(topic, ""), series.messages), *((Series(topic, f), n) for f, n in series.fields.items())]
        rows = newest_of(groups, model.table.keys, "logged", lambda number: model.latest.row("logged", number))
        values = {each.series.field: value_of(each.row.kind, each.row.value, each.row.text) for each in rows}
        message = next((each for each in rows if each.key.is_message), None)
        # In an empty payload, which clears, nothing is observed.
        if message is not None and not message.key.bare:
            found[topic] = (str(values.get("severity")), str(values.get("since")))
    return found


class Attention:
    """Publishes for as long as it runs. `clock` is ns since 1970."""

    def __init__(self, services: Services, watch: Watch, clock: Callable[[], int]) -> None:
        self._services = services
        self._watch = watch
        self._clock = clock

    async def run(self) -> None:
        """Wait until it is our turn, then publish what changes, until cancelled."""
        while True:
            async with _turn(self._services.settings.api_token_path) as password:
                try:
                    await self._publish(password)
                except* PublishError as faults:
                    log.warning("attention_not_published", fault=str(faults.exceptions[0]))
            await asyncio.sleep(REFUSED_RETRY_S)

    async def _publish(self, password: str) -> None:
        settings = self._services.settings
        host, port = split_address(settings.mqtt)
        account = Account(host, port, settings.api_mqtt_user, password, CLIENT_ID)
        async with Publisher(account) as publisher:
            told: dict[str, tuple[str, str | None]] = {}
            begun = complete = False
            while True:
                await self._watch.looked()
                home = self._services.home
                if home is None or _is_behind(self._services):
                    continue
                connected = is_connected(self._services)
                if not begun or (connected and not complete):
                    # While the sink is away the model tells what it has; what it lacks is known once it is back.
                    told = retained(home.model) | told
                    begun, complete = True, connected
                if publisher.connected:
                    await self._tell(publisher, told)

    async def _tell(self, publisher: Publisher, told: dict[str, tuple[str, str | None]]) -> None:
        after_ns = int(self._services.settings.attention_after_s * NS_PER_S)
        for message in news(told, self._watch.standing, now=self._clock(), after_ns=after_ns):
            await publisher.publish(Publish(0, message.topic, message.payload, retain=True))
            log.info("attention", topic=message.topic, stands=bool(message.payload))
            if message.payload:
                told[message.topic] = message.mark
            else:
                told.pop(message.topic, None)


def _is_behind(services: Services) -> bool:
    """Whether the read model will soon know what an earlier run has published."""
    return is_connected(services) and (services.progress.snapshot or not services.progress.watermark)


@asynccontextmanager
async def _turn(path: Path) -> AsyncIterator[str]:
    """Wait until this process alone may publish; gives the account's password."""
    while (descriptor := _lock(path)) is None:  # noqa: ASYNC110  # another process lets go of it
        await asyncio.sleep(RETRY_S)
    try:
        yield os.read(descriptor, PASSWORD_BYTES_MAX).decode().strip()
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int | None:
    """Take the file; None if there is none, or another process has it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
