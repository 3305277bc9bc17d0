"""All 354 recorded device payloads are answered as written down in `device_payloads_expected.tsv`.

The table holds our answers only, by the id of a payload, for the payloads may not be kept here: decoder, kinds of the
observations with how many have a unit, whether there is a device time, whether it was understood, the note, and the
first letters of a hash over the whole answer. After a change on purpose:
`UPDATE_EXPECTED=1 python -m pytest tests/ingest/test_device_payloads.py`, and read the difference.
"""

import base64
import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path

from ingest.decode import NO_CONTEXT, decode, learn
from ingest.envelope import Message
from tests.ingest.said import NOW
from tests.support.shared_data import shared_data

TABLE = Path(__file__).with_name("device_payloads_expected.tsv")
COLUMNS = ("id", "decoder", "observations", "units", "device_time", "understood", "note", "answer")


def entries():
    for line in (shared_data("device-payloads") / "payloads.ndjson").read_text().splitlines():
        entry = json.loads(line)
        payload = entry["payload"]
        data = payload.encode() if entry["encoding"] == "utf-8" else base64.b64decode(payload)
        yield entry, Message(data, retain=entry["retain"])


def answers():
    """One line a message, each decoded under what the earlier ones said, in the order of the file."""
    context = NO_CONTEXT
    for number, (entry, message) in enumerate(entries()):
        decoded = decode(context, entry["topic"], message, NOW + number)
        context = learn(context, entry["topic"], message, NOW + number)
        yield entry, decoded


def line_of(entry, decoded):
    kinds = Counter(each.kind.name for each in decoded.observations)
    times = {each.device_time for each in decoded.observations} - {None}
    time = "own" if len(times) > 1 else "one" if decoded.device_time or times else "none"
    answer = repr((decoded.observations, decoded.device_time)).encode()
    return (
        str(entry["id"]),
        decoded.decoder,
        " ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "-",
        str(sum(each.unit is not None for each in decoded.observations)),
        time,
        "yes" if decoded.understood else "no",
        re.sub(r"[0-9]+", "#", decoded.note or "-"),
        hashlib.sha256(answer).hexdigest()[:12],
    )


def test_all_354_recorded_device_payloads_are_answered_as_expected():
    found = [COLUMNS, *(line_of(*each) for each in answers())]
    if os.environ.get("UPDATE_EXPECTED"):
        TABLE.write_text("".join("\t".join(line) + "\n" for line in found))
    expected = [tuple(line.split("\t")) for line in TABLE.read_text().splitlines()]
    assert len(found) == 355
    assert [line for line in found if line not in expected] == []
    assert found == expected


def test_each_convention_is_taken_by_its_decoder():
    takes = {
        "zigbee2mqtt": {"zigbee2mqtt", "json", "empty"},
        "home-assistant-discovery": {"discovery", "json", "boolean", "empty"},
        "tasmota": {"tasmota", "text", "json", "empty"},
        "shelly-gen1": {"shelly1"},
        "shelly-gen2": {"shelly2", "shelly1"},
        "owntracks": {"owntracks"},
        "esphome": {"esphome", "text"},
        "homie": {"homie", "empty"},
        "sparkplug-b": {"sparkplug", "json"},
        "cbor": {"cbor"},
        "plain": {"number", "boolean", "text", "json", "empty"},
        "json": {"json", "batch", "senml", "text", "bytes"},
        "damaged-json": {"text"},
        "binary": {"bytes", "text"},
    }
    strangers = [
        (entry["id"], decoded.decoder)
        for entry, decoded in answers()
        if decoded.decoder not in takes[entry["convention"]]
    ]
    assert strangers == []


def test_what_a_strict_parser_must_refuse_is_counted_and_never_believed():
    refused = {entry["id"]: decoded for entry, decoded in answers() if entry["convention"] == "damaged-json"}
    assert len(refused) == 15
    assert all(each.decoder == "text" for each in refused.values())


def test_times_that_no_clock_can_mean_become_no_device_time():
    by_id = {entry["id"]: decoded for entry, decoded in answers()}
    zone_less, future, zero, booting, first_second = 313, 314, 315, 125, 195
    for number in (zone_less, future, zero, booting, first_second):
        assert by_id[number].device_time is None
        assert {each.device_time for each in by_id[number].observations} == {None}
    same_instant = {by_id[number].device_time for number in (309, 310, 311, 312)}
    assert same_instant == {1_700_000_000 * 10**9}
