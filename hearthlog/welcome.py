"""What `hearthlog up` prints once a home is ready: addresses, and lines to paste that work."""

import shlex
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from compose.addresses import Address
from compose.network import own_addresses

TOPIC = "homes/me/desk/temperature"


class Lan(NamedTuple):
    """How the network reaches the home. `authority`: the file to trust; None if the certificate was given."""

    http: Address
    mqtt: Address
    authority: Path | None


class Welcome(NamedTuple):
    """What the text depends on. `code` logs a browser in once: what is printed may land in a journal."""

    http: Address
    mqtt: Address
    code: str
    token_path: Path
    catalogue: str
    python: str
    lan: Lan | None = None


def welcome_text(home: Welcome) -> str:
    """The whole text, wide lines unbroken so that they can be pasted."""
    return f"""Hearthlog is ready.

  Open       {login_address(home)}   (logs in once, within ten minutes)
  Again      {login_line(home)}
  Catalogue  {home.catalogue}   (all it takes to find, follow and verify every log of this home){lan_lines(home.lan)}

Publish a message, in a shell or in Python:

{publish_line(home)}

{python_line(home)}

Ask for it:

{curl_line(home)}

Ctrl-C stops everything."""


def lan_lines(lan: Lan | None) -> str:
    """Where other machines of the network find the home, and whom they have to trust; nothing if they do not."""
    if lan is None:
        return ""
    hosts = [lan.http.host] if lan.http.reachable == lan.http else own_addresses() or [lan.http.host]
    found = [(Address(host, lan.http.port), Address(host, lan.mqtt.port)) for host in hosts]
    lines = [f"\n  Network    https://{http}   mqtts://{mqtt}" for http, mqtt in found]
    if lan.authority is not None:
        lines.append(f"\n  Trust      {lan.authority}   (devices take it from https://{found[0][0]}/authority.pem)")
    return "".join(lines)


def login_address(home: Welcome) -> str:
    """The address that logs a browser in."""
    return f"http://{home.http.reachable}/?token={home.code}"


def login_line(home: Welcome) -> str:
    """A command that prints another address that logs a browser in."""
    command, data = Path(home.python).with_name("hearthlog"), home.token_path.parents[1]
    return f"{shlex.quote(str(command))} account login --data {shlex.quote(str(data))} --http {home.http}"


def publish_line(home: Welcome) -> str:
    """Publishes one message with Mosquitto's own client."""
    host, port = home.mqtt.reachable
    return f"mosquitto_pub -h {host} -p {port} -q 1 -u admin -P {_secret(home)} -t {TOPIC} -m 21.5"


def python_line(home: Welcome) -> str:
    """Publishes one message from Python, with the interpreter that has the library."""
    host, port = home.mqtt.reachable
    program = (
        # paho-mqtt 2.2 logs "Client is not connected" when all went well; what goes wrong is raised.
        "import logging, paho.mqtt.publish as mqtt; logging.disable(); "
        f"mqtt.single({TOPIC!r}, 21.7, qos=1, hostname={host!r}, port={port}, "
        f"auth=dict(username='admin', password=open({str(home.token_path)!r}).read().strip()))"
    )
    return f"{shlex.quote(home.python)} -c {_double_quoted(program)}"


def curl_line(home: Welcome) -> str:
    """Asks for the last values under the topic of the other lines."""
    query = f"filter={quote('homes/me/#', safe='/')}"
    authorization = f'"Authorization: Bearer $(cat {shlex.quote(str(home.token_path))})"'
    return f"curl -s -H {authorization} 'http://{home.http.reachable}/v1/latest?{query}'"


def warnings(addresses: dict[str, Address]) -> list[str]:
    """What a person should know of addresses that other machines can reach."""
    found = []
    for option, address in addresses.items():
        if not address.is_loopback:
            danger = (
                "the log server knows no accounts, so anybody there can read everything"
                if option == "--gdp"
                else "nothing is encrypted, so passwords and messages can be read on their way"
            )
            found.append(f"{option} {address} can be reached from other machines, and {danger}.")
    return found


def _secret(home: Welcome) -> str:
    return f'"$(cat {shlex.quote(str(home.token_path))})"'


def _double_quoted(text: str) -> str:
    for special in ("\\", '"', "$", "`"):
        text = text.replace(special, "\\" + special)
    return f'"{text}"'
