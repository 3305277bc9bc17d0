"""Proofs as JSON (docs/proofs.md): one spelling of each value, so that a changed byte is a changed or refused proof."""

import base64
import binascii
import json
import math
import re
import struct
from typing import Any

from gdp.datum import HASH_BYTES, Datum
from gdp.errors import BadProof, GdpNameError
from gdp.names import PRINTABLE_CHARACTERS, GdpName, parse_name, printable
from gdp.proof.parts import Link, Proof, Sealing, Span

FORMAT = "hearthlog-proof"
VERSION = 1

_SPAN = ("log", "metadata", "records", "chain", "seal")
_PROOF = ("format", "version", "covered", *_SPAN, "catalogue")
_RECORD = ("recno", "time_ns", "accuracy", "prevhash", "data", "sig")
_LINK = ("recno", "time_ns", "accuracy", "prevhash", "data_sha256", "sig")
_SEAL = ("log", "metadata", "record")
_HEX = re.compile(rf"[0-9a-f]{{{2 * HASH_BYTES}}}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_INT64_MAX = (1 << 63) - 1
_FLOAT32 = struct.Struct(">f")


def encode(proof: Proof) -> bytes:
    """Return the proof as JSON in UTF-8, without blanks."""
    catalogue = None if proof.catalogue is None else _span_text(proof.catalogue)
    head = {"format": FORMAT, "version": VERSION, "covered": proof.covered}
    return json.dumps({**head, **_span_text(proof.span), "catalogue": catalogue}, separators=(",", ":")).encode()


def decode(content: bytes) -> Proof:
    """Read a proof. Nothing of what it says is checked here.

    Raises:
        BadProof: not such JSON; the text names the field.
    """
    try:
        whole = json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadProof(f"not a proof: {error}") from error
    entries = _object(whole, _PROOF, "the proof")
    if entries["format"] != FORMAT or entries["version"] != VERSION or type(entries["version"]) is not int:
        raise BadProof(f"format and version: this program reads {FORMAT} {VERSION}")
    catalogue = entries["catalogue"]
    proof = Proof(
        _read_span({name: entries[name] for name in _SPAN}, ""),
        None if catalogue is None else _read_span(_object(catalogue, _SPAN, "catalogue"), "catalogue."),
    )
    if entries["covered"] is not proof.covered:
        raise BadProof(f"covered: says {entries['covered']}, but the proof is otherwise")
    return proof


def _span_text(span: Span) -> dict[str, Any]:
    seal = span.seal
    sealing = seal and {"log": printable(seal.log), "metadata": _base64(seal.metadata), "record": _record(seal.record)}
    return {
        "log": printable(span.log),
        "metadata": _base64(span.metadata),
        "records": [_record(each) for each in span.records],
        "chain": [_link(each) for each in span.chain],
        "seal": sealing,
    }


def _record(datum: Datum) -> dict[str, Any]:
    return {**_head(datum), "data": _base64(datum.data), "sig": _signature(datum.sig)}


def _link(link: Link) -> dict[str, Any]:
    return {**_head(link), "data_sha256": link.data_sha256.hex(), "sig": _signature(link.sig)}


def _head(of: Datum | Link) -> dict[str, Any]:
    before = None if of.prevhash is None else of.prevhash.hex()
    return {"recno": of.recno, "time_ns": str(of.ts), "accuracy": of.accuracy, "prevhash": before}


def _signature(sig: bytes | None) -> str | None:
    return _base64(sig) if sig else None


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that comes twice: programs differ in which of the two they take."""
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a name comes twice in one object")
    return entries


def _object(value: Any, names: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or sorted(value) != sorted(names):
        raise BadProof(f"{where} has not exactly these entries: {', '.join(names)}")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadProof(f"{where} is not a list")
    return value


def _read_span(entries: dict[str, Any], where: str) -> Span:
    records = _list(entries["records"], f"{where}records")
    if not records:
        raise BadProof(f"{where}records is empty")
    chain, seal = _list(entries["chain"], f"{where}chain"), entries["seal"]
    return Span(
        _read_name(entries["log"], f"{where}log"),
        _read_base64(entries["metadata"], f"{where}metadata"),
        tuple(_read_record(each, f"{where}records[{at}]") for at, each in enumerate(records)),
        tuple(_read_link(each, f"{where}chain[{at}]") for at, each in enumerate(chain)),
        None if seal is None else _read_seal(_object(seal, _SEAL, f"{where}seal"), f"{where}seal."),
    )


def _read_seal(entries: dict[str, Any], where: str) -> Sealing:
    return Sealing(
        _read_name(entries["log"], f"{where}log"),
        _read_base64(entries["metadata"], f"{where}metadata"),
        _read_record(entries["record"], f"{where}record"),
    )


def _read_record(value: Any, where: str) -> Datum:
    entries = _object(value, _RECORD, where)
    recno, ts, accuracy, prevhash, sig = _read_cells(entries, where)
    return Datum(recno, ts, accuracy, prevhash, _read_base64(entries["data"], f"{where}.data"), sig)


def _read_link(value: Any, where: str) -> Link:
    entries = _object(value, _LINK, where)
    recno, ts, accuracy, prevhash, sig = _read_cells(entries, where)
    return Link(recno, ts, accuracy, prevhash, _read_hash(entries["data_sha256"], f"{where}.data_sha256"), sig)


def _read_cells(entries: dict[str, Any], where: str) -> tuple[int, int, float, bytes | None, bytes | None]:
    recno, ts, prevhash, sig = (entries[name] for name in ("recno", "time_ns", "prevhash", "sig"))
    if type(recno) is not int or not 1 <= recno <= _INT64_MAX:
        raise BadProof(f"{where}.recno is not a whole number from 1 on")
    if not isinstance(ts, str) or not _DECIMAL.fullmatch(ts) or int(ts) > _INT64_MAX:
        raise BadProof(f"{where}.time_ns is not ns since 1970 as decimal text")
    return (
        recno,
        int(ts),
        _read_accuracy(entries["accuracy"], f"{where}.accuracy"),
        None if prevhash is None else _read_hash(prevhash, f"{where}.prevhash"),
        None if sig is None else _read_base64(sig, f"{where}.sig", empty=False),
    )


def _read_accuracy(value: Any, where: str) -> float:
    """A number that a float32 holds exactly: any other would hash like its neighbour."""
    try:
        if type(value) in (int, float) and math.isfinite(value) and _FLOAT32.unpack(_FLOAT32.pack(value))[0] == value:
            return float(value)
    except OverflowError:
        pass
    raise BadProof(f"{where} is not a finite 32-bit number")


def _read_hash(value: Any, where: str) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise BadProof(f"{where} is not {2 * HASH_BYTES} lower-case hex digits")
    return bytes.fromhex(value)


def _read_base64(value: Any, where: str, *, empty: bool = True) -> bytes:
    try:
        raw = base64.b64decode(value, validate=True)
    except (ValueError, TypeError, binascii.Error):
        raw = None
    # Padding bits that are not zero would be another spelling of the same bytes.
    if raw is None or _base64(raw) != value or not (raw or empty):
        raise BadProof(f"{where} is not standard base64 with padding")
    return raw


def _read_name(value: Any, where: str) -> GdpName:
    try:
        if isinstance(value, str) and len(value) == PRINTABLE_CHARACTERS:
            name = parse_name(value)
            if printable(name) == value:
                return name
    except GdpNameError:
        pass
    raise BadProof(f"{where} is not a name of {PRINTABLE_CHARACTERS} characters")
