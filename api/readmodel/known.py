"""What the read model knows of messages about messages: the context of decoding, kept on disk beside the segments.

It is saved before the manifest, and holds what is needed after the watermark of either the last manifest or the next.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

import orjson

from api.errors import ReadModelDamaged
from api.readmodel.files import write_durably
from ingest.context import NO_CONTEXT, Context
from ingest.declared import FAMILY
from ingest.decode import learn
from ingest.envelope import Message

FILE = "context.jsonl"


@dataclass(slots=True)
class Known:
    """The present context; it is a value, so another thread may read what it was a moment ago."""

    context: Context = NO_CONTEXT

    def take(self, topic: str, message: Message, logged: int) -> None:
        """Learn from a message, if it says anything of others."""
        self.context = learn(self.context, topic, message, logged)

    def forget(self, until: int) -> None:
        """Drop what only messages logged at or before `until` (ns) were decoded by.

        What configs declared stays: at an earlier position topics have the names that they had then.
        """
        self.context = self.context.since(until, whole=(FAMILY,))


def save(root: Path, context: Context) -> None:
    """Keep a context, durably: the messages that it was learned from, a line each."""
    lines = [orjson.dumps((logged, topic, b64encode(payload).decode())) for logged, topic, payload in context.sources()]
    write_durably(root / FILE, b"".join(line + b"\n" for line in lines))


def load(root: Path) -> Known:
    """Learn again what was saved.

    Raises:
        ReadModelDamaged: it is missing or cannot be read; rows made without it would differ.
    """
    known = Known()
    try:
        for line in (root / FILE).read_bytes().splitlines():
            logged, topic, payload = orjson.loads(line)
            known.take(topic, Message(b64decode(payload)), logged)
    except (FileNotFoundError, ValueError, TypeError) as fault:
        raise ReadModelDamaged(f"{FILE} cannot be read: {fault}") from fault
    return known
