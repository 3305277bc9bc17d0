"""Cursors: where the next page begins, and the position of page one, as opaque text."""

import base64
import binascii
from typing import Any

import orjson

from api.web.problem import Problem, bad_parameter

VERSION = 1


def encode_cursor(kind: str, *values: int | str) -> str:
    """Write a cursor for calls of one kind."""
    return base64.urlsafe_b64encode(orjson.dumps([VERSION, kind, *values])).rstrip(b"=").decode()


def decode_cursor(text: str, kind: str, *types: type) -> list[Any]:
    """The values of a cursor, checked to be of these types.

    Raises:
        Problem: 400; not a cursor, or one of another kind of call.
    """
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise _refusal() from None
    if not isinstance(found, list) or found[:2] != [VERSION, kind] or [type(each) for each in found[2:]] != [*types]:
        raise _refusal()
    return found[2:]


def _refusal() -> Problem:
    return bad_parameter("cursor", "this is no cursor of this request: take the URL in `next` as it is")
