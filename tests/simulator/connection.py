"""A connection between the virtual broker and the virtual source: packets arrive in order, later, or nowhere."""

from collections.abc import Callable

from tests.simulator.virtual_time import VirtualLoop

LATENCY_S = 0.002


class Connection:
    """Packets on their way in both directions; those of a broken connection arrive nowhere."""

    def __init__(self, loop: VirtualLoop, generation: int, receive: Callable[["Connection", object], None]) -> None:
        self.generation = generation
        self.open = True
        self._loop = loop
        self._receive = receive
        self._next_at = 0.0

    def send(self, packet: object, latency_s: float) -> None:
        """To the sink, in order."""
        self._next_at = max(self._next_at + 1e-6, self._loop.time() + latency_s)  # a heap is not stable
        self._loop.call_at(self._next_at, self._arrive, packet)

    def _arrive(self, packet: object) -> None:
        if self.open:
            self._receive(self, packet)

    def breaks(self) -> None:
        if self.open:
            self.open = False
            self._receive(self, None)
