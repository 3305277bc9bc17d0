"""Mosquitto's configuration as templates: listener, accounts, topic permissions. Pure: text out, no file written."""

from broker_config.accounts import RESERVED, Account, decode_accounts, encode_accounts, make_account
from broker_config.options import ADMIN, ALIVE, API, DATABASE, SINK, STARTS, BrokerOptions
from broker_config.passwords import SALT_BYTES, password_file, password_line
from broker_config.render import access_rules, configuration

__all__ = [
    "ADMIN",
    "ALIVE",
    "API",
    "DATABASE",
    "RESERVED",
    "SALT_BYTES",
    "SINK",
    "STARTS",
    "Account",
    "BrokerOptions",
    "access_rules",
    "configuration",
    "decode_accounts",
    "encode_accounts",
    "make_account",
    "password_file",
    "password_line",
]
