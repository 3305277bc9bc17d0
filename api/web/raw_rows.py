"""Raw rows: rows with the messages that they were in, read from the log server within a bound on bytes."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Literal

from api.readmodel.catalogue import Catalogue
from api.readmodel.found import Found
from api.readmodel.view import View
from api.services import Services
from api.web.payload import payload_fields, properties_of
from api.web.table import Column, Texts
from api.web.values import Objects
from ingest.envelope import Message

OF_MESSAGES: tuple[Literal["payload", "payload_base64", "properties"], ...] = (
    "payload",
    "payload_base64",
    "properties",
)
"""Columns that the messages are needed for."""


async def messages_of(services: Services, view: View, catalogue: Catalogue, rows: Found) -> list[Message]:
    """The messages of the first of the rows, up to the bound on bytes; at least one.

    Raises:
        StoreUnavailable: the log server does not answer.
    """
    names = [catalogue.by_id[log].name for log in view.logs[rows.column("series")].tolist()]
    wanted = list(zip(names, rows.column("recno").tolist(), strict=True))
    return await services.reader.messages(wanted, bytes_max=services.settings.answer_payload_bytes_max)


async def with_messages(
    services: Services, view: View, catalogue: Catalogue, pages: AsyncIterator[Found]
) -> AsyncIterator[tuple[Found, list[Message]]]:
    """The same rows with their messages, cut further where the bound on bytes asks for it; at least one piece."""
    async for rows in pages:
        first, size = 0, rows.size
        while first < size or not size:
            rest = rows.cut(first, size)
            messages = await messages_of(services, view, catalogue, rest)
            yield rest.cut(0, len(messages)), messages
            if not size:
                break
            first += len(messages)


def raw_columns(messages: Sequence[Message], names: Collection[str]) -> dict[str, Column]:
    """Of these columns those that `raw=true` shows of messages: the payload, and what MQTT said beside it."""
    table: dict[str, Column] = {}
    payloads = [name for name in OF_MESSAGES[:2] if name in names]
    if payloads:
        fields = [payload_fields(message.payload) for message in messages]
        table |= {name: Texts([each.get(name) for each in fields]) for name in payloads}
    if "properties" in names:
        table["properties"] = Objects([properties_of(message) for message in messages])
    return table
