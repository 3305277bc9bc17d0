"""What the sink does when the connection to the broker changes: session epoch, subscriptions, and the own log's words.

A new session's epoch and filters are durable before it is subscribed to, so before it can deliver anything: after a
crash no delivery is taken for one of another session, and no forgotten filter stays subscribed.

A sink that dies between the beginning of a session at the broker and that record leaves a session which the next run
finds present and takes for the one before; what is retained would be stored once more when that is subscribed to. Only
its subscriptions tell them apart, so that one of them, the broker's word of itself, is taken back first: if there was
none, the session is new.
"""

from dataclasses import dataclass

from gdp_sink.broker_life import BrokerLife
from gdp_sink.broker_says import DROPPED_TOPIC, TOPICS
from gdp_sink.counters import Counters
from gdp_sink.own_log import OwnLog
from gdp_sink.retained import RetainedReplay, copies_by
from gdp_sink.source import Connected, Disconnected, Event, Probed, Source, Subscribed, Unreachable
from ingest.filters import FilterSet

REFUSED_FROM = 0x80
"""Reason codes from here on mean no (MQTT 5 §2.4)."""
TAKEN_OVER = (
    "another client connects with the sink's client id, and the broker gives it the sink's session and what is queued "
    "in it: stop that client, or give one of the two another mqtt_client_id"
)


@dataclass(slots=True)
class Session:
    """Handles the events of a source that are not deliveries, one at a time, in order."""

    source: Source
    own_log: OwnLog
    filters: FilterSet
    replay: RetainedReplay
    counters: Counters
    life: BrokerLife
    _opened_ns: int = 0

    @property
    def epoch(self) -> int:
        """The number of the session to which deliveries belong now."""
        return self.own_log.epoch

    async def handle(self, event: Event) -> None:
        """Take one event; what must be durable first is awaited."""
        match event:
            case Connected():
                await self._connected(event)
            case Probed():
                await self._begin(event.generation, present=event.existed)
            case Subscribed():
                self._subscribed(event)
            case Disconnected():
                self._disconnected(event)
            case Unreachable():
                self.own_log.say("unreachable", reason=event.reason)

    async def _connected(self, event: Connected) -> None:
        own_log = self.own_log
        own_log.state.session = True
        self._opened_ns = event.opened_ns
        if event.session_present and own_log.marked:
            # Who dies before it is subscribed to again must not find it missing, and the session new.
            own_log.marked = False
            await own_log.say("probing")
            self.source.probe(event.generation, DROPPED_TOPIC)
        else:
            await self._begin(event.generation, present=event.session_present)

    async def _begin(self, generation: int, *, present: bool) -> None:
        own_log = self.own_log
        before = own_log.filters
        wanted = self.filters.texts
        if present:
            own_log.filters = tuple(dict.fromkeys(before + wanted))
        else:
            own_log.filters = wanted
            own_log.epoch += 1
            own_log.marked = False
            if own_log.epoch > 1:
                self.counters.sessions_lost += 1
                own_log.say("session_lost")
            # Before it is said that we are connected: that record tells the next run that the replay was not over.
            self.replay.forget()
            self.replay.begin(copies_by(self.filters))
        await own_log.say("connected", session_present=present)
        self.life.connected(present=present, opened_ns=self._opened_ns)
        forget = [text for text in before if text not in wanted] if present else []
        self.source.subscribe(generation, (*wanted, *TOPICS), forget)

    def _subscribed(self, event: Subscribed) -> None:
        own_log = self.own_log
        granted = {text: code for text, code in event.granted.items() if text not in TOPICS}
        denied = {text: code for text, code in granted.items() if code >= REFUSED_FROM}
        if denied or not granted:
            own_log.say("not_subscribed", reasons=denied)
            self.source.reconnect(event.generation, "the broker refused the subscription")
            return
        own_log.filters = self.filters.texts
        own_log.marked = event.granted.get(DROPPED_TOPIC, REFUSED_FROM) < REFUSED_FROM
        own_log.state.subscribed = True
        own_log.say("subscribed", qos=granted)

    def _disconnected(self, event: Disconnected) -> None:
        state = self.own_log.state
        state.session = state.subscribed = False
        state.saving = None
        self.life.disconnected()
        if event.taken_over:
            self.counters.taken_over += 1
            self.own_log.say("taken_over", advice=TAKEN_OVER)
        self.own_log.say("disconnected", reason=event.reason, silent_s=round(event.silent_s, 3))
