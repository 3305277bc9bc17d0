"""Publishing a manifest: through the broker, as any device's message, so that the sink logs and signs it."""

import asyncio
import os
from pathlib import Path

from api.settings import ApiSettings
from api.web.problem import Problem
from gdp.address import split_address
from ingest.errors import PublishError
from ingest.publisher import Account, Publisher
from ingest.replay import Publish

PASSWORD_BYTES_MAX = 4_096
RETRY_AFTER_S = 10


async def publish(settings: ApiSettings, topic: str, payload: bytes) -> None:
    """Publish a retained message under the api's account; returns when the broker has taken it.

    Raises:
        Problem: 503; there is no account, no broker, or it will not have the message.
    """
    password = await asyncio.to_thread(_password, settings.api_token_path)
    account = Account(*split_address(settings.mqtt), settings.api_mqtt_user, password)
    why = f"the broker will not have a manifest of {len(payload)} bytes"
    refused = 1
    try:
        async with asyncio.timeout(settings.dataset_publish_s), Publisher(account) as publisher:
            await publisher.publish(Publish(0, topic, payload, retain=True))
            await publisher.drain()
            refused = publisher.refused
    except* TimeoutError:
        why = f"the broker at {settings.mqtt} does not answer"
    except* PublishError as faults:
        why = str(faults.exceptions[0])
    if refused:
        raise _unavailable(why)


def _password(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        raise _unavailable(f"the api has no account at the broker: there is no file {path.name}") from None
    try:
        return os.read(descriptor, PASSWORD_BYTES_MAX).decode().strip()
    finally:
        os.close(descriptor)


def _unavailable(why: str) -> Problem:
    detail = f"the manifest could not be published, and so is not logged: {why}"
    return Problem(503, "not-published", detail, headers={"Retry-After": str(RETRY_AFTER_S)})
