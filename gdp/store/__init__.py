"""The store: one log per topic, durable in a commit log, filed in GDP's own log files, readable by any thread."""

from gdp.catalogue import Kind, LogEntry
from gdp.store.items import (
    Begin,
    Commit,
    Create,
    Delivered,
    ForeignAppend,
    Item,
    LogInfo,
    Record,
    Result,
    Roll,
    Write,
)
from gdp.store.readable import ReadableStore
from gdp.store.store import Store

__all__ = [
    "Begin",
    "Commit",
    "Create",
    "Delivered",
    "ForeignAppend",
    "Item",
    "Kind",
    "LogEntry",
    "LogInfo",
    "ReadableStore",
    "Record",
    "Result",
    "Roll",
    "Store",
    "Write",
]
