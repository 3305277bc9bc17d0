"""How a TCP connection to the broker is opened without blocking the loop, and why it could not be, in words."""

import asyncio
import os
import socket


async def dial(host: str, port: int) -> socket.socket:
    """Connect to the first address that answers.

    Raises:
        OSError: that of the last address tried.
    """
    loop = asyncio.get_running_loop()
    fault: OSError = OSError("the name has no address")
    for family, kind, protocol, _, where in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, where)
        except OSError as error:
            sock.close()
            fault = error
        except BaseException:
            sock.close()
            raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise fault


async def answers(host: str, port: int, *, within_s: float) -> bool:
    """Whether somebody takes connections there now."""
    try:
        async with asyncio.timeout(within_s):
            sock = await dial(host, port)
    except OSError:
        return False
    sock.close()
    return True


def words(fault: OSError) -> str:
    """Why, in the system's words."""
    # asyncio puts the address into strerror, and a resolver's codes are no errno.
    return os.strerror(fault.errno) if fault.errno and fault.errno > 0 else str(fault.strerror or fault)
