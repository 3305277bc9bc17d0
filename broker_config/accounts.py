"""The file of accounts: who may read and publish what. Text in, text out; the secrets in it are hashed.

A secret is 256 random bits, so one SHA-256 of it can be looked up and cannot be guessed back.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from broker_config.options import ADMIN, API, SINK
from broker_config.passwords import password_line

FORMAT = 1
RESERVED = (ADMIN, SINK, API)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OWN_NAME = "%u"
"""Stands in a filter for the name of the account, a whole topic level or a part of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account.

    Attributes:
        name: What the broker calls its user name.
        read: Topic filters that it may subscribe to and query.
        publish: Topic filters that it may publish to.
        sha256: Hash of its secret, hex.
        password: Its line of the broker's password file.
    """

    name: str
    read: tuple[str, ...]
    publish: tuple[str, ...]
    sha256: str
    password: str


def make_account(name: str, *, read: Iterable[str], publish: Iterable[str], secret: str, salt: bytes) -> Account:
    """An account with a new secret; `%u` in its filters becomes its name.

    Raises:
        ValueError: the name says what is wrong with it.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no account name: 1 to 64 letters, digits, dots, dashes or underscores")
    if name in RESERVED:
        raise ValueError(f"{name!r} is an account that every home has; choose another name")
    return Account(
        name=name,
        read=tuple(text.replace(OWN_NAME, name) for text in read),
        publish=tuple(text.replace(OWN_NAME, name) for text in publish),
        sha256=hashlib.sha256(secret.encode()).hexdigest(),
        password=password_line(name, secret, salt=salt),
    )


def encode_accounts(accounts: Iterable[Account]) -> str:
    """The file, as JSON, sorted by name."""
    listed = [asdict(account) for account in sorted(accounts, key=lambda each: each.name)]
    return json.dumps({"format": FORMAT, "accounts": listed}, ensure_ascii=False, indent=1) + "\n"


def decode_accounts(text: str) -> dict[str, Account]:
    """The accounts of a file, by name.

    Raises:
        ValueError: the file is damaged or of another version.
    """
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise ValueError(f"its format is {found['format']!r}, this version reads {FORMAT}")
        accounts = [
            Account(**each | {"read": tuple(each["read"]), "publish": tuple(each["publish"])})
            for each in found["accounts"]
        ]
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is no file of accounts ({error})") from error
    return {account.name: account for account in accounts}
