"""A GDP client on asyncio: one connection, many requests and subscriptions, reconnecting by itself."""

from gdp.client.client import GdpClient, OpenLog, Receipt
from gdp.client.feed import FeedRecords, Interruption, Watermark

__all__ = ["FeedRecords", "GdpClient", "Interruption", "OpenLog", "Receipt", "Watermark"]
