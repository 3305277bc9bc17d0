"""A GDP server: serves a store's logs over TCP, and routes among its clients (gdp-protocol §3, §5, §12, §17)."""

from gdp.server.counters import Counters
from gdp.server.server import GdpServer

__all__ = ["Counters", "GdpServer"]
