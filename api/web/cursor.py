"""Cursors: where the next page begins, the position of page one, and what its rows were made by, as opaque text."""

import base64
import binascii
import hashlib
from typing import Any

import orjson

from api.web.answer import KERNEL
from api.web.problem import Problem, bad_parameter

VERSION = 2
MADE_BY_BYTES = 9


def encode_cursor(kind: str, decoders: str, *values: int | str) -> str:
    """Write a cursor for calls of one kind; `decoders` made the rows of the page ("" where there are none)."""
    return base64.urlsafe_b64encode(orjson.dumps([VERSION, kind, _made_by(decoders), *values])).rstrip(b"=").decode()


def decode_cursor(text: str, kind: str, decoders: str, *types: type) -> list[Any]:
    """The values of a cursor, checked to be of these types.

    Raises:
        Problem: 400; not a cursor, or one of another kind of call. 409; the page before was made by other decoders or
            another kernel than the next would be, so the two might not fit.
    """
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise _refusal() from None
    if not isinstance(found, list) or found[1:2] != [kind] or found[0] not in range(1, VERSION + 1):
        raise _refusal()
    if found[0] != VERSION or found[2:3] != [_made_by(decoders)]:
        detail = (
            "cursor: the page before was made by another decoder set or kernel, for the home was upgraded since: "
            "begin again without it"
        )
        raise Problem(409, "gone", detail, parameter="cursor")
    if [type(each) for each in found[3:]] != [*types]:
        raise _refusal()
    return found[3:]


def _made_by(decoders: str) -> str:
    digest = hashlib.blake2s(f"{KERNEL} {decoders}".encode(), digest_size=MADE_BY_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode() if decoders else ""


def _refusal() -> Problem:
    return bad_parameter("cursor", "this is no cursor of this request: take the URL in `next` as it is")
