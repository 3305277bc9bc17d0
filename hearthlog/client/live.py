"""Following a home: which stream to open next, and which messages come of it. No I/O."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from gdp.position import parse_position
from hearthlog.client.errors import HomeError, error_of
from hearthlog.client.events import Event, Events
from hearthlog.client.fetch import TRY_AGAIN
from hearthlog.client.policy import Policy
from hearthlog.client.steps import Answer, Ask, Pairs

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Observed(NamedTuple):
    """One value of a message.

    Attributes:
        field: path inside the payload; `value` for a payload that is just a value.
        kind: number, boolean, text, bytes, null or none.
        value: of that kind.
        unit: as the device or its discovery config says, or None.
        device_time_ns: when it was measured, as the device says, or None.
    """

    field: str
    kind: str
    value: float | bool | str | None
    unit: str | None
    device_time_ns: int | None


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """One message of a topic.

    Attributes:
        position: after this message; `live(since=message.position)` goes on with the next one.
        log: name of its log, 43 characters.
        recno: number of its record there.
        logged_time_ns: when it was logged, in ns since 1970 UTC.
        device_time_ns: what the message as a whole says of its time, or None.
        decoder: name and version of what understood it.
        observations: its values.
    """

    position: str
    topic: str
    log: str
    recno: int
    logged_time_ns: int
    device_time_ns: int | None
    decoder: str
    observations: tuple[Observed, ...]

    @property
    def logged_time(self) -> datetime:
        """When it was logged, to the microsecond."""
        return EPOCH + timedelta(microseconds=self.logged_time_ns // 1000)

    @property
    def value(self) -> float | bool | str | None:
        """The value of a message that has only one; None of any other."""
        return self.observations[0].value if len(self.observations) == 1 else None


class Follower:
    """Where one reader stands; whoever does the I/O tells it what happened and asks what to do.

    A message is given once: what an api repeats after a break has a position that was passed already.
    """

    def __init__(self, policy: Policy, filters: Sequence[str], params: Pairs, since: str | None) -> None:
        self._policy = policy
        self._params = (*(("filter", each) for each in filters), *params, ("time", "ns"))
        self._since = since
        self._position: str | None = None
        self._passed = -1
        self._events = Events()
        self._failures = 0

    def ask(self) -> Ask:
        """The stream to open."""
        self._events = Events()
        since = self._position or self._since
        params = self._params if since is None else (*self._params, ("since", since))
        return Ask("/v1/live", params, {"Accept": "text/event-stream"})

    def opened(self, answer: Answer) -> float | None:
        """What to do after the stream's head: None: read it; else wait so many seconds and ask again.

        Raises:
            HomeError: the home will not have this request, however often it comes.
        """
        if answer.status < 400:
            # Without it, what comes between a break and the next try would be missed.
            if self._position is None and self._since is None:
                self._since = answer.headers.get("hearthlog-position")
            return None
        if answer.status not in TRY_AGAIN:
            raise error_of(answer.status, answer.content)
        after = answer.headers.get("retry-after", "")
        return max(self.broken(), float(after) if after.isdecimal() else 0.0)

    def broken(self) -> float:
        """The stream ended, or never began: the seconds to wait before asking again."""
        self._failures += 1
        return self._policy.pause_s(min(self._failures, self._policy.tries_max))

    def feed(self, chunk: bytes) -> Iterator[LiveMessage]:
        """The messages that these bytes complete."""
        for event in self._events.feed(chunk):
            self._failures = 0
            if event.name == "message" and event.id and self._is_new(event.id):
                self._position = event.id
                yield _message(event)

    def _is_new(self, position: str) -> bool:
        logged = sum(parse_position(position).values())
        if logged <= self._passed:
            return False
        self._passed = logged
        return True


def _message(event: Event) -> LiveMessage:
    try:
        data: dict[str, Any] = json.loads(event.data)
        return LiveMessage(
            event.id,
            data["topic"],
            data["log"],
            data["recno"],
            int(data["logged_time"]),
            _ns(data["device_time"]),
            data["decoder"],
            tuple(
                Observed(each["field"], each["kind"], each["value"], each["unit"], _ns(each["device_time"]))
                for each in data["observations"]
            ),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise HomeError(f"an event at {event.id} is not as events are: {error!r}") from error


def _ns(text: str | None) -> int | None:
    return None if text is None else int(text)
