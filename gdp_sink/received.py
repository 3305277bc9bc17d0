"""What a source has received and nobody has taken yet, in order, and counted."""

import asyncio
from collections.abc import Sequence

from gdp_sink.source import AnyDelivery, Deliveries, Event, TakeAtOnce, payload_bytes


def _nobody(_batch: Sequence[AnyDelivery]) -> bool:
    return False


class Received:
    """A queue of events.

    Attributes:
        take_at_once: asked first for deliveries that come while nothing waits (as `Source.offer_to`).
        messages, size: deliveries that wait, and bytes of their payloads.
    """

    def __init__(self) -> None:
        self.take_at_once: TakeAtOnce = _nobody
        self.messages = self.size = 0
        self._events: list[Event] = []
        self._wake = asyncio.Event()
        self._ended = False
        self._fault: Exception | None = None

    def add(self, event: Event) -> None:
        """Put an event behind the others; deliveries that follow upon deliveries are one event."""
        if isinstance(event, Deliveries):
            self.messages += len(event.batch)
            self.size += payload_bytes(event.batch)
        last = self._events[-1] if self._events else None
        if isinstance(last, Deliveries) and isinstance(event, Deliveries):
            last.batch.extend(event.batch)
        else:
            self._events.append(event)
        self._wake.set()

    def deliver(self, batch: list[AnyDelivery]) -> None:
        """Offer deliveries to who takes them at once, or put them behind the others."""
        if self._events or self._ended or self._fault is not None or not self._is_taken(batch):
            self.add(Deliveries(batch))

    def end(self) -> None:
        """Say that nothing is to be waited for any more."""
        self._ended = True
        self._wake.set()

    async def take(self) -> list[Event]:
        """Wait for events and take all that there are; none when it has ended and all are taken.

        Raises:
            Exception: what `take_at_once` raised.
        """
        while not self._events and not self._ended and self._fault is None:
            self._wake.clear()
            await self._wake.wait()
        if self._fault is not None:
            raise self._fault
        events, self._events = self._events, []
        self.messages = self.size = 0
        return events

    def _is_taken(self, batch: Sequence[AnyDelivery]) -> bool:
        try:
            return self.take_at_once(batch)
        except Exception as fault:  # noqa: BLE001  # the loop would log it and go on: it is for who waits in `take`
            self._fault = fault
            self._wake.set()
            return True
