"""Answers: JSON from bytes or values, with the position they stand at, the rest's URL, and what made the bytes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from fastapi import Request, Response

from api.readmodel.view import View
from api.services import Home
from api.web.packed import OPTIONS
from api.web.positions import HEADER, position_text

KERNEL = "3"
"""Version of how rows are selected, reduced and written; equal bytes are promised under equal versions only."""
MEDIA_TYPE = "application/json"


class Standing(NamedTuple):
    """Where an answer stands."""

    position: str
    decoder_set: str

    @classmethod
    def at(cls, home: Home, position: int) -> "Standing":
        """At a position of this store."""
        return cls(position_text(home, position), home.model.decoders)

    @classmethod
    def of(cls, home: Home, view: View) -> "Standing":
        """Of a view of this store: the model that is served may be another one by now."""
        return cls(position_text(home, view.position), view.decoders)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that every such answer has."""
        return {HEADER: self.position}


def body(standing: Standing, entries: Mapping[str, Any], next_url: str | None = None) -> bytes:
    """The JSON of an answer. `entries` may hold what is `Packed`."""
    head = {
        "position": standing.position,
        "decoder_set": standing.decoder_set,
        "kernel": KERNEL,
        "truncated": next_url is not None,
        "next": next_url,
    }
    return orjson.dumps({**head, **entries}, option=OPTIONS)


class Answer(NamedTuple):
    """A whole answer; one with a body is JSON."""

    status: int
    headers: dict[str, str]
    content: bytes = b""

    def response(self) -> Response:
        """The same as the framework wants it."""
        return Response(self.content, self.status, self.headers, MEDIA_TYPE if self.content else None)


Make = Callable[[], Answer | None]
"""Makes an answer of what is there now. None: this time it is not to be had at once."""


def answered(
    standing: Standing, content: bytes, next_url: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """The answer itself."""
    all_headers = {**standing.headers, "Cache-Control": "no-cache", **(headers or {})}
    if next_url is not None:
        all_headers["Link"] = f'<{next_url}>; rel="next"'
    return Answer(200, all_headers, content)


def respond(
    standing: Standing, content: bytes, next_url: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer itself, as the framework wants it."""
    return answered(standing, content, next_url, headers).response()


def next_page(request: Request, cursor: str, pinned: Mapping[str, str | None], drop: Sequence[str] = ()) -> str:
    """The URL of the rest: this request with its times made absolute, and the cursor."""
    left_out = {"cursor", *pinned, *drop}
    items = [(name, value) for name, value in request.query_params.multi_items() if name not in left_out]
    items += [(name, value) for name, value in pinned.items() if value is not None]
    return f"{request.url.path}?{urlencode([*items, ('cursor', cursor)])}"
