"""HOST:PORT as a value: parsed, printed, and tried for being free."""

import errno
import socket
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from compose.errors import PortTaken, SettingsError
from gdp.address import PORT_MAX, is_loopback

# How many ports above a taken one are tried for a suggestion.
SUGGESTION_TRIES_MAX = 100


class Address(NamedTuple):
    """Where a service listens: a name or IP without brackets, and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        """As an option takes it: IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def reachable(self) -> "Address":
        """The address that a program on this machine connects to: loopback where we listen on every interface."""
        any_to_loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}
        return Address(any_to_loopback.get(self.host, self.host), self.port)


def parse_address(text: str, *, option: str) -> Address:
    """Reads `HOST:PORT` or `[IPv6]:PORT`.

    Raises:
        SettingsError: names the option and what would do.
    """
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        colon = ""
    if not (host and colon and port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX):
        message = f"{option} is {text!r}, which is no HOST:PORT (like 127.0.0.1:8080 or [::1]:8080)."
        raise SettingsError(message)
    return Address(host, int(port))


def check_free(addresses: Mapping[str, Address]) -> None:
    """Makes sure that each address can be listened on, and that no two are the same.

    Args:
        addresses: by the name of the option that chooses it.

    Raises:
        PortTaken: says which, by option, and how to choose another.
    """
    for option, problem in taken(addresses):
        raise PortTaken(_sentence(option, addresses[option], problem, avoid=addresses.values()))


def taken(addresses: Mapping[str, Address]) -> Iterable[tuple[str, OSError | str]]:
    """Yields (option, why) for each address that cannot be listened on."""
    seen: dict[Address, str] = {}
    for option, address in addresses.items():
        if address in seen:
            yield option, f"{seen[address]} has the same one"
            continue
        seen[address] = option
        if problem := _try_to_listen(address):
            yield option, problem


def _try_to_listen(address: Address) -> OSError | None:
    try:
        families = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        return error
    for family, kind, protocol, _, where in families:
        with socket.socket(family, kind, protocol) as probe:
            # What our children do as well: connections that linger after a stop are no reason to refuse.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(where)
                probe.listen(1)
            except OSError as error:
                return error
    return None


def _sentence(option: str, address: Address, problem: OSError | str, *, avoid: Iterable[Address]) -> str:
    if isinstance(problem, str):
        return f"{option} is {address}, but {problem}. Give each its own."
    if problem.errno == errno.EADDRINUSE:
        other = _suggest(address, avoid=set(avoid))
        return f"{address} ({option}) is taken by another program. Stop it, or choose: {_as_typed(option, other)}"
    if problem.errno == errno.EACCES:
        higher = address._replace(port=address.port + 8000)
        return f"{option} is {address}, and ports below 1024 take root. Choose a higher: {_as_typed(option, higher)}"
    own = Address("127.0.0.1", address.port)
    return (
        f"{option} is {address}, which this machine cannot listen on ({problem.strerror or problem}). "
        f"Choose one of its own addresses, like {_as_typed(option, own)}"
    )


def _as_typed(option: str, address: Address) -> str:
    return f"{option} {address}" if option.startswith("--") else f"{option}={address}"


def _suggest(address: Address, *, avoid: set[Address]) -> Address:
    for port in range(address.port + 1, min(address.port + 1 + SUGGESTION_TRIES_MAX, PORT_MAX)):
        candidate = Address(address.host, port)
        if candidate not in avoid and _try_to_listen(candidate) is None:
            return candidate
    return Address(address.host, 0)
