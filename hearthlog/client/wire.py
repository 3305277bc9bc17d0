"""Between our requests and the HTTP library's."""

import ssl
from pathlib import Path
from typing import Any

import httpx

from hearthlog.client.policy import Policy
from hearthlog.client.steps import Answer, Ask
from hearthlog.client.where import Where

CONNECT_S_MAX = 10.0


def client_options(where: Where, policy: Policy, certificate: Path | None) -> dict[str, Any]:
    """What both kinds of HTTP client are made with. `certificate`: of a home that signed its own."""
    return {
        "base_url": where.url,
        "headers": {
            "Authorization": f"Bearer {where.token}",
            "User-Agent": "hearthlog-client",
            # On one machine packing costs more than it saves.
            "Accept-Encoding": "identity" if where.local else "gzip",
        },
        "timeout": httpx.Timeout(policy.silence_s_max, connect=CONNECT_S_MAX),
        # No proxy stands between a machine and itself.
        "trust_env": not where.local,
        "verify": _trust(where, certificate),
    }


def _trust(where: Where, certificate: Path | None) -> ssl.SSLContext | bool:
    if not where.url.startswith("https:"):
        # Nothing to verify; loading all the authorities of the machine takes 50 ms.
        return False
    return True if certificate is None else ssl.create_default_context(cafile=certificate)


def request_options(ask: Ask) -> dict[str, Any]:
    """The request itself. What the path has of a query stays as it is."""
    return {
        "method": ask.method,
        "url": ask.path,
        "headers": dict(ask.headers),
        "content": ask.content,
        **({"params": list(ask.params)} if ask.params else {}),
    }


def answer_of(response: httpx.Response, content: bytes) -> Answer:
    """What came back."""
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, content)


def why(error: httpx.HTTPError) -> str:
    """The failure in words."""
    return str(error) or type(error).__name__
