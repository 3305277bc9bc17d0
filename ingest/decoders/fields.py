"""Fields: a JSON document laid out as paths and values, bounded, with notes on what paths cannot show."""

from collections.abc import Callable

from ingest.decoders.base import TEXT_CHARS_MAX, observe
from ingest.observation import Kind, Observation
from ingest.strict_json import INTEGER_MAX, Digits, Doubled

OBSERVATIONS_MAX = 1_000
"""Values of one message that become observations; Zigbee2MQTT's `bridge/devices` has tens of thousands."""
FIELD_CHARS_MAX = 256
"""A value under a longer path is left out, with a note."""
EMPTY_KEY = '""'
"""How an empty key is written in a path: an empty field means the message itself."""

_NUMBER = Kind.number
_new = tuple.__new__
"""Makes a named tuple at half the cost of its own constructor, which is a function in Python."""

UnitOf = Callable[[str], str | None]
"""The unit of a field, as its convention defines it."""


def lay_out(
    document: object, device_time: int | None = None, *, without: str | None = None, unit_of: UnitOf | None = None
) -> tuple[tuple[Observation, ...], str | None]:
    """The observations of one object or array, and the note on them."""
    layout = Layout()
    layout.add(document, device_time, without=without)
    return united(tuple(layout.observations), unit_of), layout.note()


def united(observations: tuple[Observation, ...], unit_of: UnitOf | None) -> tuple[Observation, ...]:
    """The same with the units that `unit_of` knows, on numbers."""
    if unit_of is None:
        return observations
    return tuple(
        each if each.kind is not Kind.number or (unit := unit_of(each.field)) is None else each._replace(unit=unit)
        for each in observations
    )


class Layout:
    """Collects the observations of one message; `observations` and `note()` are the result."""

    __slots__ = ("_ambiguous", "_left_out", "_notes", "observations")

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self._notes: dict[str, None] = {}
        self._left_out = 0
        self._ambiguous = False

    def add(self, document: object, device_time: int | None, *, without: str | None = None) -> None:
        """Lay out an object or array. `without` is the top-level key that became the device time."""
        self._walk(document, "", device_time, without)

    def note(self) -> str | None:
        """The notes as one sentence, None if there is nothing to say."""
        notes = list(self._notes)
        if self._ambiguous and len({each.field for each in self.observations}) < len(self.observations):
            notes.append("two values have the same path")
        if self._left_out:
            notes.append(f"{self._left_out} values left out: at most {OBSERVATIONS_MAX}, paths to {FIELD_CHARS_MAX}")
        return "; ".join(notes) or None

    def _walk(self, node: object, prefix: str, device_time: int | None, without: str | None = None) -> None:
        """Depth first, in the document's order. The parser has bounded the depth."""
        if isinstance(node, dict):
            if type(node) is Doubled:
                self._notes["a key came twice in one object: its last value counts"] = None
            found, room = self.observations, FIELD_CHARS_MAX - len(prefix)
            for key, value in node.items():
                if key == without:
                    continue
                if not key or "." in key:
                    self._ambiguous = True
                kind = type(value)
                # Most values are numbers, and most of the cost of many messages is made here.
                plain = kind is float or (kind is int and -INTEGER_MAX <= value <= INTEGER_MAX)
                if plain and key and len(key) <= room and len(found) < OBSERVATIONS_MAX:
                    found.append(_new(Observation, (prefix + key, _NUMBER, float(value), None, device_time, None)))
                else:
                    self._enter(value, prefix + (key or EMPTY_KEY), device_time)
        elif isinstance(node, list):
            for number, value in enumerate(node):
                self._enter(value, f"{prefix}{number}", device_time)

    def _enter(self, value: object, path: str, device_time: int | None) -> None:
        kind = type(value)
        if kind is dict or kind is list or kind is Doubled:
            self._walk(value, path + ".", device_time)
            return
        if len(self.observations) == OBSERVATIONS_MAX or len(path) > FIELD_CHARS_MAX:
            self._left_out += 1
            return
        if kind is str and len(value) > TEXT_CHARS_MAX:  # type: ignore[arg-type]  # its type was just seen
            self._notes[f"texts longer than {TEXT_CHARS_MAX} characters are cut"] = None
        elif kind is Digits:
            self._notes["numbers that no double holds are kept as text"] = None
        self.observations.append(observe(path, value, device_time))
