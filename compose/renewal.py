"""Keeping the home's certificate fresh while it runs: looked at by the clock, told to the broker when it is new."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from compose.accounts import tell_broker
from compose.certificates import adopt, now_utc, renew
from compose.datadir import DataDirectory
from compose.errors import CertificateError
from compose.network import own_names
from compose.settings import UpSettings

LOOK_S = 3_600.0


def refresh(settings: UpSettings, directory: DataDirectory, *, clock: Callable[[], datetime] = now_utc) -> bool:
    """See to it that there is a certificate that holds for a while; True if it is a new one. `clock` is wall time.

    Raises:
        CertificateError: it can be neither used nor made.
    """
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise CertificateError("tls_certificate and tls_key belong together: set both, or neither")
    if settings.tls_certificate is not None and settings.tls_key is not None:
        return adopt(directory, settings.tls_certificate, settings.tls_key, now=clock())
    further = [name.strip() for name in settings.tls_names.split(",") if name.strip()]
    return renew(directory, [*own_names(), *further], now=clock())


async def keep_fresh(
    settings: UpSettings, directory: DataDirectory, say: Callable[[str], None], *, look_s: float = LOOK_S
) -> None:
    """Look every `look_s` seconds, for ever, and `say` what came of it. The api sees new files by itself."""
    while True:
        await asyncio.sleep(look_s)
        try:
            if await asyncio.to_thread(refresh, settings, directory):
                tell_broker(directory)
                say("The network's certificate was renewed; devices notice nothing.")
        except (CertificateError, OSError) as error:
            say(f"Warning: the network's certificate could not be renewed: {error}")
