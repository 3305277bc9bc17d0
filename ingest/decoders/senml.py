"""SenML (RFC 8428): packs of records that share a base, each with its own name, unit and time."""

from ingest.decoders.base import Decoded, Decoder, Payload, observe
from ingest.device_time import device_time
from ingest.observation import Observation

NAME = "senml"
_VALUES = ("v", "vs", "vb", "s")
_KEYS = frozenset(("bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"))
RECORDS_MAX = 1_000


def decode(payload: Payload) -> Decoded | None:
    """A field for each resolved name (base name and name), its time base time and time; a relative time is none."""
    pack = payload.document
    if not _is_pack(pack):
        return None
    assert isinstance(pack, list)  # noqa: S101  # for the type checker: _is_pack looked
    base: dict[str, object] = {}
    found: list[Observation] = []
    for record in pack[:RECORDS_MAX]:
        base.update((key, value) for key, value in record.items() if key in ("bn", "bt", "bu", "bv", "bs"))
        found += _read(record, base, payload.logged_time)
    note = None if len(pack) <= RECORDS_MAX else f"{len(pack) - RECORDS_MAX} records left out"
    return Decoded(NAME, DECODER.version, tuple(found), None, note)


def _is_pack(document: object) -> bool:
    if not isinstance(document, list) or not document or not isinstance(document[0], dict):
        return False
    named = isinstance(document[0].get("bn", document[0].get("n")), str)
    return named and all(isinstance(each, dict) and each and each.keys() <= _KEYS for each in document)


def _read(record: dict[str, object], base: dict[str, object], logged_time: int) -> list[Observation]:
    name = f"{base.get('bn', '')}{record.get('n', '')}"
    unit = record.get("u", base.get("bu"))
    instant = device_time(_sum(base.get("bt"), record.get("t")), logged_time)
    found = []
    for key in _VALUES:
        if key in record and name:
            value = (
                _sum(base.get({"v": "bv", "s": "bs"}.get(key, "")), record[key]) if key in ("v", "s") else record[key]
            )
            field = name if key != "s" else f"{name}.sum"
            found.append(observe(field, value, instant)._replace(unit=unit if isinstance(unit, str) else None))
    return found


def _sum(base: object, value: object) -> object:
    """Base and value added (RFC 8428 §4.6); one of them alone as it is."""
    if base is None or value is None:
        return value if base is None else base
    if type(base) not in (int, float) or type(value) not in (int, float):
        return None
    return base + value  # type: ignore[operator]  # both were just seen to be numbers


DECODER = Decoder(
    NAME, 1, decode, documents=(list,), takes="SenML packs: arrays of objects with a name, and no keys but SenML's"
)
