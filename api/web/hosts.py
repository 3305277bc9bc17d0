"""What a `Host` header may say (RFC 9110 §7.2, RFC 3986 §3.2.2)."""

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv6Address

PORT_MAX = 65_535
_HOST = re.compile(
    rb"(?:\[(?P<v6>[0-9A-Fa-f:.]+)(?:%[A-Za-z0-9._~-]+)?\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)"
    rb"(?::0*(?P<port>[0-9]{0,5}))?"
)


def is_host(value: bytes) -> bool:
    """Whether this names a host: a name, an address, an IPv6 address in brackets, or nothing; and a port, if any."""
    found = _HOST.fullmatch(value)
    if found is None or int(found["port"] or 0) > PORT_MAX:
        return False
    try:
        return found["v6"] is None or bool(IPv6Address(found["v6"].decode()))
    except AddressValueError:
        return False


def are_hosts_well(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether at most one host is named, and well; programs of old name none (RFC 9112 §3.2 would have one)."""
    hosts = [value for name, value in headers if name == b"host"]
    return not hosts or (len(hosts) == 1 and is_host(hosts[0]))
