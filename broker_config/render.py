"""Options in, Mosquitto's files out, as text."""

from collections.abc import Iterable
from importlib import resources
from string import Template

from broker_config.accounts import Account
from broker_config.options import ADMIN, ALIVE, API, DATABASE, SINK, BrokerOptions


def configuration(options: BrokerOptions) -> str:
    """Renders `mosquitto.conf`.

    Raises:
        ValueError: a value that Mosquitto's line format cannot carry.
    """
    return _template("mosquitto.conf").substitute(
        host=_one_line(options.host),
        port=options.port,
        lan_listener=_lan_listener(options),
        owner_line="" if options.owner is None else f"user {_one_line(options.owner)}",
        directory=_one_line(str(options.directory)),
        database=DATABASE,
        alive=ALIVE,
        save_interval_s=options.save_interval_s,
        queued_messages_max=options.queued_messages_max,
        queued_bytes_max=options.queued_bytes_max,
        inflight_messages_max=options.inflight_messages_max,
        packet_bytes_max=options.packet_bytes_max,
    )


def _lan_listener(options: BrokerOptions) -> str:
    if options.lan is None or options.certificates is None:
        return ""
    host, port = options.lan
    return _template("lan").substitute(
        host=_one_line(host), port=port, certificates=_one_line(str(options.certificates))
    )


def access_rules(accounts: Iterable[Account] = ()) -> str:
    """Renders the topic permissions: of the accounts that every home begins with, and of these.

    Raises:
        ValueError: a filter that Mosquitto's line format cannot carry.
    """
    return _template("acl").substitute(admin=ADMIN, sink=SINK, api=API) + "".join(map(_rules, accounts))


def _rules(account: Account) -> str:
    lines = [
        f"\nuser {_one_line(account.name)}",
        *(f"topic read {_one_line(text)}" for text in account.read),
        *(f"topic write {_one_line(text)}" for text in account.publish),
    ]
    return "\n".join(lines) + "\n"


def _template(name: str) -> Template:
    return Template(resources.files("broker_config").joinpath("templates", name).read_text("utf-8"))


def _one_line(value: str) -> str:
    # Mosquitto has no quoting: a value runs to the end of its line, leading and trailing blanks cut.
    if value != value.strip() or any(ord(character) < ord(" ") for character in value):
        message = f"Mosquitto's configuration cannot carry {value!r}: control characters or blanks at its ends"
        raise ValueError(message)
    return value
