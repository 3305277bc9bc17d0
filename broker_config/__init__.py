"""Mosquitto's configuration as templates: listener, accounts, topic permissions. Pure: text out, no file written."""

from broker_config.options import ADMIN, API, DATABASE, SINK, BrokerOptions
from broker_config.passwords import SALT_BYTES, password_file, password_line
from broker_config.render import access_rules, configuration

__all__ = [
    "ADMIN",
    "API",
    "DATABASE",
    "SALT_BYTES",
    "SINK",
    "BrokerOptions",
    "access_rules",
    "configuration",
    "password_file",
    "password_line",
]
