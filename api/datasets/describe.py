"""Describing a dataset, as every answer about one does."""

import asyncio
from typing import Any

from api.datasets.find import Logged
from api.datasets.manifest import Manifest
from api.datasets.shelf import Shelf
from api.times import format_time


async def describe(shelf: Shelf, manifest: Manifest, logged: Logged | None, *, brief: bool = False) -> dict[str, Any]:
    """What a dataset is, its bytes, and where that is logged; `brief` counts the logs instead of listing them."""
    pin, made = manifest.pin.as_json(), manifest.made
    if brief:
        pin |= {"log_count": len(pin.pop("logs")), "context_count": len(pin.pop("context"))}
    id_ = manifest.pin.id
    fetched, stored = await asyncio.to_thread(lambda: (shelf.files.fetched(id_), shelf.files.has(made.sha256)))
    return {
        "id": id_,
        "pin": pin,
        "sha256": made.sha256,
        "rows": made.rows,
        "bytes": made.bytes,
        "columns": [each._asdict() for each in made.columns],
        "topic": manifest.topic,
        "logged": logged and _place(logged),
        "fetched": fetched,
        "stored": stored,
        "data": f"/v1/datasets/{id_}/data",
        "proof": logged and f"/v1/logs/{logged.log}/proof?recno={logged.recno}",
    }


def _place(logged: Logged) -> dict[str, Any]:
    return {"log": logged.log, "recno": logged.recno, "hash": logged.hash, "time": format_time(logged.time)}
