"""The store: one log per topic, durable in a commit log, filed in GDP's own log files, readable by any thread."""

from gdp.catalogue import Kind, LogEntry
from gdp.store.items import (
    Appended,
    Begin,
    Commit,
    Create,
    Delivered,
    ForeignAppend,
    Item,
    LogInfo,
    MessageFields,
    Record,
    Result,
    Results,
    Roll,
    Run,
    Write,
    WriteFields,
    datum_of,
    packet_ids_of,
    results_of,
    size_of,
)
from gdp.store.readable import ReadableStore
from gdp.store.store import Store

__all__ = [
    "Appended",
    "Begin",
    "Commit",
    "Create",
    "Delivered",
    "ForeignAppend",
    "Item",
    "Kind",
    "LogEntry",
    "LogInfo",
    "MessageFields",
    "ReadableStore",
    "Record",
    "Result",
    "Results",
    "Roll",
    "Run",
    "Store",
    "Write",
    "WriteFields",
    "datum_of",
    "packet_ids_of",
    "results_of",
    "size_of",
]
