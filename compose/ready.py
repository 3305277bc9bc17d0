"""Whether something serves now: asked over the network, as its users would ask."""

import asyncio

from compose.addresses import Address

PROBE_TIMEOUT_S = 3.0
ANSWER_BYTES_MAX = 65_536
HTTP_OK = 200


async def no_connection(address: Address) -> str | None:
    """Why a TCP connection is not taken; None if it is."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            _, writer = await asyncio.open_connection(*address.reachable)
    except (OSError, TimeoutError) as error:
        return _in_words(error, address)
    writer.close()
    return None


async def no_answer(address: Address, path: str) -> str | None:
    """Why `GET path` is not answered with 200, in the service's own words if it has some; None if it is."""
    status, body = await fetch(address, path)
    if status == HTTP_OK:
        return None
    # One line for each thing that is missing; they say so themselves.
    return "; ".join(line.removeprefix("not ready: ") for line in body.splitlines()) or f"it answers {status}"


async def fetch(address: Address, path: str) -> tuple[int, str]:
    """Asks over HTTP/1.0, which needs no library.

    Returns:
        Status and body; status 0 and the reason where there is no answer.
    """
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(*address.reachable)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n".encode())
                answer = await _read_all(reader)
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        return 0, _in_words(error, address)
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    return status, body.decode("utf-8", errors="replace")


def _in_words(error: OSError | TimeoutError, address: Address) -> str:
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens on {address} yet"
    if isinstance(error, TimeoutError):
        return f"no answer from {address} within {PROBE_TIMEOUT_S:g} s"
    return f"{address}: {error.strerror or error}"


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    parts = bytearray()
    while len(parts) < ANSWER_BYTES_MAX and (part := await reader.read(ANSWER_BYTES_MAX)):
        parts += part
    return bytes(parts)
