"""What the broker says of itself: how many messages it had no room for, how long it has been up.

Mosquitto counts what it drops where a client's queue is full, over all clients and since its start, and tells it every
`sys_interval` seconds. It does not say whose messages they were, nor on which topics: that cannot be known here.
"""

from dataclasses import dataclass

from gdp_sink.broker_life import UPTIME_TOPIC, BrokerLife, number_in
from gdp_sink.counters import Counters
from gdp_sink.own_log import OwnLog

DROPPED_TOPIC = "$SYS/broker/publish/messages/dropped"
TOPICS = (DROPPED_TOPIC, UPTIME_TOPIC)
DROPPED = (
    "the broker had no room for these messages, meant for the sink or for another client (it does not say whose): see "
    "what holds the sink up, or raise broker_queued_messages_max and broker_queued_bytes_max"
)


@dataclass(frozen=True, slots=True)
class BrokerSays:
    """Listens to the broker, and keeps what it said in each record of the own log."""

    counters: Counters
    own_log: OwnLog
    life: BrokerLife

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> bool:
        """Whether this was the broker's word, and no message."""
        if topic == UPTIME_TOPIC:
            self.life.hear(payload, retained=retained)
        elif topic == DROPPED_TOPIC and (total := number_in(payload)) is not None:
            self._count(total)
        return topic in TOPICS

    def _count(self, total: int) -> None:
        before, self.own_log.broker_dropped = self.own_log.broker_dropped, total
        if before is not None:  # else it is older than this store
            self.counters.broker_dropped += total - before if total >= before else total
