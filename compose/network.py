"""Under which names and addresses other machines of the network reach this one."""

import fcntl
import ipaddress
import re
import socket
import struct
from pathlib import Path

SIOCGIFADDR = 0x8915
"""Asks for an interface's IPv4 address (netdevice(7))."""
GLOBAL_SCOPE = "00"
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")


def own_addresses() -> list[str]:
    """This machine's addresses that others can reach, IPv4 first; loopback and link-local ones are left out."""
    found = [*_ipv4(), *_ipv6()]
    kept = [each for each in found if not (each.is_loopback or each.is_link_local or each.is_unspecified)]
    return [str(each) for each in dict.fromkeys(kept)]


def own_names() -> list[str]:
    """Names and addresses that a certificate of this machine is for, those of loopback included."""
    host = socket.gethostname()
    names = [host, f"{host.partition('.')[0]}.local"] if NAME.fullmatch(host) else []
    return [*dict.fromkeys(["localhost", *names, "127.0.0.1", "::1", *own_addresses()])]


def _ipv4() -> list[Ip]:
    found: list[Ip] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asking, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # it has none
            found.append(ipaddress.IPv4Address(answer[20:24]))
    return found


def _ipv6() -> list[Ip]:
    try:
        lines = Path("/proc/net/if_inet6").read_text("ascii").splitlines()
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [ipaddress.IPv6Address(bytes.fromhex(row[0])) for row in rows if row[3] == GLOBAL_SCOPE]
