"""Fields: a JSON document laid out as paths and values, bounded, with notes on what paths cannot show."""

from collections.abc import Iterator

from ingest.decoders.base import TEXT_CHARS_MAX, observe
from ingest.observation import Observation
from ingest.strict_json import Digits, Doubled

OBSERVATIONS_MAX = 1_000
"""Values of one message that become observations; Zigbee2MQTT's `bridge/devices` has tens of thousands."""
FIELD_CHARS_MAX = 256
"""A value under a longer path is left out, with a note."""
EMPTY_KEY = '""'
"""How an empty key is written in a path: an empty field means the message itself."""


class Layout:
    """Collects the observations of one message; `observations` and `note` are the result."""

    __slots__ = ("_left_out", "_notes", "observations")

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self._notes: dict[str, None] = {}
        self._left_out = 0

    def add(self, document: object, device_time: int | None, *, without: str | None = None) -> None:
        """Lay out an object or array. `without` is the top-level key that became the device time."""
        for path, value in _leaves(document, "", self._notes, without):
            if len(self.observations) == OBSERVATIONS_MAX or len(path) > FIELD_CHARS_MAX:
                self._left_out += 1
                continue
            if type(value) is str and len(value) > TEXT_CHARS_MAX:
                self._notes[f"texts longer than {TEXT_CHARS_MAX} characters are cut"] = None
            elif type(value) is Digits:
                self._notes["numbers that no double holds are kept as text"] = None
            self.observations.append(observe(path, value, device_time))

    def note(self) -> str | None:
        """The notes as one sentence, None if there is nothing to say."""
        notes = list(self._notes)
        series = {(each.field, each.device_time) for each in self.observations}
        if len(series) < len(self.observations):
            notes.append("two values have the same path")
        if self._left_out:
            notes.append(f"{self._left_out} values left out: at most {OBSERVATIONS_MAX}, paths to {FIELD_CHARS_MAX}")
        return "; ".join(notes) or None


def _leaves(
    node: object, prefix: str, notes: dict[str, None], without: str | None = None
) -> Iterator[tuple[str, object]]:
    """Depth first, in the document's order. The parser has bounded the depth."""
    if isinstance(node, dict):
        if type(node) is Doubled:
            notes["a key came twice in one object: its last value counts"] = None
        items: Iterator[tuple[object, object]] = iter(node.items())
    elif isinstance(node, list):
        items = iter(enumerate(node))
    else:
        yield prefix, node
        return
    for key, value in items:
        if without is not None and key == without:
            continue
        name = EMPTY_KEY if key == "" else str(key)
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(value, (dict, list)):
            yield from _leaves(value, path, notes)
        else:
            yield path, value
