"""Which PDU goes where: to the logs served here, to the client that advertised a name, or back with "no route" (§3)."""

from typing import Protocol

from gdp.pdu import Pdu, PduType
from gdp.server.connection import Connection
from gdp.server.counters import Counters


class LocalParty(Protocol):
    """Whoever answers for the names that this process serves itself."""

    def serves(self, name: bytes) -> bool:
        """Tell whether a PDU to this name is answered here."""

    async def receive(self, connection: Connection, pdu: Pdu) -> None:
        """Answer a PDU; returns early, answers may come later."""


class Router:
    """The table of names, newest connection first; names of a connection go with it."""

    def __init__(self, local: LocalParty, counters: Counters) -> None:
        self._local = local
        self._counters = counters
        self._table: dict[bytes, list[Connection]] = {}

    async def route(self, connection: Connection, pdu: Pdu) -> None:
        """Act on one PDU of a client."""
        match pdu.type:
            case PduType.REGULAR if self._local.serves(pdu.dst):
                await self._local.receive(connection, pdu)
            case PduType.REGULAR | PduType.NO_ROUTE:
                self._forward(connection, pdu)
            case PduType.ADVERTISE:
                self._add(connection, pdu.dst)
            case PduType.WITHDRAW:
                self._remove(connection, pdu.dst)
            case _:
                self._counters.skipped += 1

    def forget(self, connection: Connection) -> None:
        """Remove all names of a connection that ended: programs that are killed withdraw nothing."""
        for name in tuple(connection.names):
            self._remove(connection, name)

    def _add(self, connection: Connection, name: bytes) -> None:
        if name not in connection.names:
            connection.names.add(name)
            self._table.setdefault(name, []).insert(0, connection)

    def _remove(self, connection: Connection, name: bytes) -> None:
        if name in connection.names:
            connection.names.remove(name)
            self._table[name].remove(connection)
            if not self._table[name]:
                del self._table[name]

    def _forward(self, connection: Connection, pdu: Pdu) -> None:
        served_by = self._table.get(pdu.dst)
        if served_by:
            self._counters.forwarded += 1
            served_by[0].forward(pdu.encode())
        elif pdu.type == PduType.REGULAR:
            self._counters.no_route += 1
            connection.send(Pdu(PduType.NO_ROUTE, pdu.src, pdu.dst).encode())
