"""A broker as Mosquitto is one to the sink: session, window, packet ids, redelivery, retained messages, saved state.

What it does when it forgets is what matters: after a crash it has the state that it saved last, so that messages are
gone, acknowledged ones come again, and packet ids are given a second time (architecture.md, "Facts").
"""

from dataclasses import dataclass, field, replace
from random import Random

from gdp_sink.broker_life import UPTIME_TOPIC
from tests.simulator.books import Books, Published
from tests.simulator.broker_lives import Lives
from tests.simulator.connection import LATENCY_S, Connection
from tests.simulator.virtual_time import VirtualLoop

SAVE_S = 1.0
UPTIME_S = 0.25
WAITING_MAX = 6
"""Uptimes that wait for the sink; the next ones let the oldest expire."""


@dataclass
class Session:
    number: int
    """Of all that the broker ever began for the sink."""
    subscribed: bool = False
    marked: bool = False
    """Subscribed to what the broker says of itself too."""
    last_packet_id: int = 0
    queue: list[tuple[Published, bool]] = field(default_factory=list)
    """And whether it is a retained message that a new subscription brings again."""
    in_flight: dict[int, tuple[Published, bool]] = field(default_factory=dict)
    """By packet id, in the order of sending; whether it has been sent before."""
    waiting: list[int] = field(default_factory=list)
    """What it has said of its uptime while the sink was away: at QoS 0, and behind others, so that later words overtake it."""

    def copy(self) -> "Session":
        return replace(self, queue=self.queue.copy(), in_flight=self.in_flight.copy(), waiting=self.waiting.copy())


@dataclass
class State:
    """What is saved."""

    session: Session | None = None
    retained: dict[str, Published] = field(default_factory=dict)

    def copy(self) -> "State":
        return State(None if self.session is None else self.session.copy(), self.retained.copy())


class VirtualBroker:
    def __init__(
        self, loop: VirtualLoop, random: Random, lives: Lives, *, packet_ids: int, window: int, queue_max: int
    ) -> None:
        self.books = Books()
        self.lives = lives
        self.up = True
        self._loop = loop
        self._random = random
        self._packet_ids = packet_ids
        self._window = window
        self._queue_max = queue_max
        self._state = State()
        self._saved = State()
        self._connection: Connection | None = None
        self._given: dict[int, tuple[str, bytes]] = {}
        self._fell_back = False
        self._sessions = 0
        loop.call_later(SAVE_S, self._save_regularly)
        if lives.says:
            loop.call_later(UPTIME_S, self._tell_uptime_regularly)

    @property
    def idle(self) -> bool:
        session = self._state.session
        return session is not None and session.subscribed and not session.queue and not session.in_flight

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Take a message at QoS 1 from a device; while the broker is down, devices wait."""
        if not self.up:
            return
        books, state = self.books, self._state
        published = Published(len(books.published), topic, payload, retain)
        books.published.append(published)
        if retain:
            state.retained[topic] = published
        session = state.session
        if session is None or not session.subscribed or len(session.queue) >= self._queue_max:
            books.lost.add(published.number)
            return
        session.queue.append((published, False))
        self._fill()

    def connect(self, connection: Connection) -> bool:
        """Accept the sink in place of whoever was connected by that name; returns whether there was a session."""
        if self._connection is not None:
            self._connection.breaks()
        self._connection = connection
        present = self._state.session is not None
        if self._state.session is None:
            self._sessions += 1
            self._state.session = Session(self._sessions)
        return present

    def resume(self, connection: Connection) -> None:
        """Send again what was not acknowledged, then go on (MQTT 5 §4.4)."""
        session = self._state.session
        if connection is self._connection and session is not None:
            for packet_id, (published, sent) in session.in_flight.items():
                self._send(packet_id, published, dup=sent)
                session.in_flight[packet_id] = published, True
            self._fill()
            self._loop.call_later(UPTIME_S * self._random.random(), self._tell_what_waited, connection)

    def subscribe(self, connection: Connection) -> None:
        session = self._state.session
        if connection is not self._connection or session is None:
            return
        session.marked = True
        self._tell_uptime(self.lives.uptime, retained=True)
        if not session.subscribed:
            session.subscribed = True
            for published in self._state.retained.values():  # retain handling 1
                session.queue.append((published, True))
            self._fill()

    def unmark(self, connection: Connection) -> bool:
        """Take one subscription back; returns whether it was there."""
        session = self._state.session
        if connection is not self._connection or session is None:
            return False
        existed, session.marked = session.marked, False
        return existed

    def acknowledge(self, connection: Connection, packet_ids: list[int]) -> None:
        """PUBACKs arrive; what they are for is by packet id alone."""
        session = self._state.session
        if connection is self._connection and connection.open and session is not None:
            for packet_id in packet_ids:
                session.in_flight.pop(packet_id, None)
            self._fill()

    def disconnected(self, connection: Connection) -> None:
        if connection is self._connection:
            self._connection = None

    def break_connection(self) -> None:
        if self._connection is not None:
            self._connection.breaks()
            self._connection = None

    def save(self) -> None:
        self._saved = self._state.copy()

    def stop(self, *, crash: bool, forget: bool = False) -> None:
        """Go down; in order, saving, or by a crash, back to what was saved last; or without anything."""
        if crash:
            self._state = State() if forget else self._saved.copy()
            self._fell_back = True
            self._note_resurrected()
        self.break_connection()
        if self.up:
            self.lives.end(crash=crash)
        self.up = False
        held = self._held()
        unanswered = {each.number for each in self.books.published} - self.books.acknowledged.keys()
        self.books.lost |= unanswered - held
        self.save()

    def _note_resurrected(self) -> None:
        books = self.books
        back = self._held() & books.acknowledged.keys()
        books.resurrected.update(back)
        followers = len(books.acknowledged) - min((books.acknowledged[each] for each in back), default=0)
        for each in back:
            books.followers[each] = max(books.followers[each], followers)
        session = self._state.session
        if session is not None and session.number < self._sessions:
            books.revived.update(each.number for each, _ in session.in_flight.values())
            books.belated |= self._held()

    def start(self) -> None:
        if not self.up:
            self.lives.begin()
        self.up = True

    def forget_session(self) -> None:
        """The session expired."""
        self.break_connection()
        self.books.lost |= self._held() - self.books.acknowledged.keys()
        self._state.session = None

    def _held(self) -> set[int]:
        session = self._state.session
        if session is None:
            return set()
        return {each.number for each, _ in session.queue} | {each.number for each, _ in session.in_flight.values()}

    def _save_regularly(self) -> None:
        if self.up:
            self.save()
        self._loop.call_later(SAVE_S, self._save_regularly)

    def _tell_uptime_regularly(self) -> None:
        session = self._state.session
        if self.up and session is not None and session.marked:
            if self._connection is not None:
                self._tell_uptime(self.lives.uptime, retained=False)
            else:
                session.waiting = [*session.waiting, self.lives.uptime][-WAITING_MAX:]
        self._loop.call_later(UPTIME_S, self._tell_uptime_regularly)

    def _tell_what_waited(self, connection: Connection) -> None:
        session = self._state.session
        if connection is self._connection and session is not None:
            waiting, session.waiting = session.waiting, []
            for uptime in waiting:
                self._tell_uptime(uptime, retained=False)

    def _tell_uptime(self, uptime: int, *, retained: bool) -> None:
        if self._connection is not None and self.lives.says:
            delivery = (UPTIME_TOPIC, b"%d seconds" % uptime, 0, retained, False, 0, self._connection.generation)
            self._connection.send((delivery, None), LATENCY_S * self._random.random())

    def _fill(self) -> None:
        session = self._state.session
        while session is not None and self._connection is not None and session.queue:
            if len(session.in_flight) >= self._window:
                return
            published, replayed = session.queue.pop(0)
            session.last_packet_id = session.last_packet_id % self._packet_ids + 1
            session.in_flight[session.last_packet_id] = published, True
            self._note_given(session.last_packet_id, published)
            (self.books.replayed if replayed else self.books.given)[published.number] += 1
            self._send(session.last_packet_id, published, dup=False)

    def _note_given(self, packet_id: int, published: Published) -> None:
        content, before = published[1:3], self._given.get(packet_id)
        if self._fell_back and before == content:
            self.books.indistinguishable += 1
        elif before is not None or not published.retain:
            self._fell_back = False
        self._given[packet_id] = content

    def _send(self, packet_id: int, published: Published, *, dup: bool) -> None:
        assert self._connection is not None
        _, topic, payload, retain = published
        delivery = (topic, payload, 1, retain, dup, packet_id, self._connection.generation)
        self._connection.send((delivery, published.number), LATENCY_S * self._random.random())
