"""Raw rows: rows with the messages that they were in, read from the log server within a bound on bytes."""

from collections.abc import AsyncIterator, Sequence

from api.readmodel.catalogue import Catalogue
from api.readmodel.rows import Rows
from api.readmodel.series import SeriesKey
from api.readmodel.view import View
from api.services import Services
from api.web.payload import payload_fields, properties_of
from api.web.table import Column, Texts
from api.web.values import Objects
from ingest.envelope import Message


async def messages_of(services: Services, view: View, catalogue: Catalogue, rows: Rows) -> list[Message]:
    """The messages of the first of the rows, up to the bound on bytes; at least one.

    Raises:
        StoreUnavailable: the log server does not answer.
    """
    names = [catalogue.by_id[log].name for log in view.logs[rows.columns.series].tolist()]
    wanted = list(zip(names, rows.columns.recno.tolist(), strict=True))
    return await services.reader.messages(wanted, bytes_max=services.settings.answer_payload_bytes_max)


async def with_messages(
    services: Services, view: View, catalogue: Catalogue, pages: AsyncIterator[Rows]
) -> AsyncIterator[tuple[Rows, list[Message]]]:
    """The same rows with their messages, cut further where the bound on bytes asks for it; at least one piece."""
    async for rows in pages:
        first, size = 0, rows.columns.rows
        while first < size or not size:
            rest = Rows(rows.columns.take(slice(first, None)), rows.texts[first:])
            messages = await messages_of(services, view, catalogue, rest)
            yield rest.head(len(messages)), messages
            if not size:
                break
            first += len(messages)


def raw_columns(rows: Rows, messages: Sequence[Message], keys: Sequence[SeriesKey]) -> dict[str, Column]:
    """What `raw=true` shows beside the values: who decoded the message, its payload, and what MQTT said beside it."""
    fields = [payload_fields(message.payload) for message in messages]
    return {
        "decoder": Texts([keys[number].decoded_by for number in rows.columns.series.tolist()]),
        "payload": Texts([each.get("payload") for each in fields]),
        "payload_base64": Texts([each.get("payload_base64") for each in fields]),
        "properties": Objects([properties_of(message) for message in messages]),
    }
