"""What the recorded homes say, read from their source files by nobody's code but this: messages, and what is in them.

Nothing of the product is used here, so that what the product answers can be held against it.
"""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

S = 10**9
EXACT_MAX = 2**53
Value = float | bool | str | None


class Seen(NamedTuple):
    """One value in a message, with the device's own time in ns where it tells one."""

    field: str
    value: Value
    device: int | None


class Message(NamedTuple):
    """One message: when it reached the broker (ns), and what it says."""

    received: int
    topic: str
    payload: bytes
    says: tuple[Seen, ...]


class Recorded(NamedTuple):
    """A home: how it is read, and the folder that it needs."""

    name: str
    folder: str | None
    read: Callable[[Path, bool], Iterator[Message]]
    """(folder, whether to read all of it) → messages in order of receipt."""
    granule: int
    """Messages received within this time (ns) are stored together, so that the store is not asked a thousand times."""


def unpacked(path: Path) -> list[str]:
    """The lines of a file."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [line for line in text.replace("\r", "").split("\n") if line]


def flat(document: object, device: int | None, prefix: str = "") -> list[Seen]:
    """The values of a JSON document by path; ON and OFF are true and false, and what no double holds is words."""
    if isinstance(document, dict | list):
        items = document.items() if isinstance(document, dict) else enumerate(document)
        return [each for key, value in items for each in flat(value, device, f"{prefix}.{key}" if prefix else str(key))]
    if document in ("ON", "OFF"):
        return [Seen(prefix, document == "ON", device)]
    if type(document) is int:
        return [Seen(prefix, float(document) if abs(document) <= EXACT_MAX else str(document), device)]
    return [Seen(prefix, document, device)]


def flat_of_berlin(folder: Path, whole: bool) -> Iterator[Message]:
    """The kitchen of the flat in Nuremberg around both changes of clocks; one message in twenty came late."""
    chance = random.Random(7)
    begin, end = (0, 10**10) if whole else (1_489_104_000, 1_490_832_000)
    messages = []
    for entry in json.loads((folder / "series.json").read_text()):
        if whole or entry["room"] == "Kitchen":
            for line in unpacked(folder / entry["file"]):
                at, value = line.split("\t")
                if begin <= int(at) < end:
                    late = chance.randrange(3_600, 43_200) if chance.random() < 0.05 else chance.randrange(3)
                    payload = f'{{"value": {value}, "ts": {at}}}'.encode()
                    seen = (Seen("value", float(value), int(at) * S),)
                    messages.append(Message((int(at) + late) * S, entry["topic"], payload, seen))
    # What is late keeps its place behind what was measured later.
    return iter(sorted(messages, key=lambda each: each.received))


def switches(home: str, name: str, folder: Path) -> Iterator[Message]:
    """Motion and contacts of a Dutch home, and what people noted that they did."""
    packed = folder / f"{name}.sensors.gz"
    messages = []
    for line in unpacked(packed if packed.exists() else folder / f"{name}.sensors"):
        start, lasted, sensor = line.split("\t")
        for at, state in ((int(start), True), (int(start) + int(lasted), False)):
            payload = b"ON" if state else b"OFF"
            messages.append(Message(at * S, f"homes/{home}/{sensor}/state", payload, (Seen("value", state, None),)))
    names = dict(line.split("\t") for line in unpacked(folder / f"{name}.activity_names"))
    for line in unpacked(folder / f"{name}.activities"):
        start, lasted, activity = line.split("\t")
        label = {"activity": names[activity], "start": int(start), "duration": int(lasted)}
        payload = json.dumps(label).encode()
        messages.append(Message(int(start) * S, f"homes/{home}/labels/activity", payload, tuple(flat(label, None))))
    return iter(sorted(messages, key=lambda each: each.received))


def home_a(folder: Path, _: bool) -> Iterator[Message]:
    """Home A, over the change of clocks in New York."""
    return switches("kA", "houseA", folder)


def home_b(folder: Path, whole: bool) -> Iterator[Message]:
    """Home B, with its duplicates and its seconds of several events; the first days of it."""
    messages = switches("kB", "houseB", folder)
    return messages if whole else (each for number, each in enumerate(messages) if number < 6_000)


def office(folder: Path, whole: bool) -> Iterator[Message]:
    """An office room, an object a minute; the block that was measured first is uploaded after the second."""
    brussels = ZoneInfo("Europe/Brussels")
    received = 0
    for name in ("datatraining", "datatest", "datatest2"):
        for number, line in enumerate(unpacked(folder / f"{name}.txt.gz")[1:]):
            if not whole and number % 6:
                continue
            _, date, *cells = line.replace('"', "").split(",")
            time = datetime.fromisoformat(date).replace(tzinfo=brussels)
            at = int(time.timestamp()) * S
            received = max(received, at)
            spelled = ("temperature", "humidity", "light", "co2")
            body = ", ".join(f'"{name}": {cell}' for name, cell in zip(spelled, cells, strict=False))
            occupied = cells[5] == "1"
            payload = f'{{{body}, "occupied": {str(occupied).lower()}, "time": "{time.isoformat()}"}}'.encode()
            seen = [Seen(name, float(cell), at) for name, cell in zip(spelled, cells, strict=False)]
            yield Message(received, "office/room1", payload, (*seen, Seen("occupied", occupied, at)))


def phone(folder: Path, _: bool) -> Iterator[Message]:
    """A phone with points that waited, and wills that tell when it had connected."""
    for line in unpacked(folder / "demo-iphone.rec"):
        received, _kind, payload = line.split("\t", 2)
        body = json.loads(payload)
        device = body.pop("tst") * S if body["_type"] == "location" else None
        unknown = {"vel", "cog", "vac", "batt"} if body["_type"] == "location" else set()
        seen = flat(body, device)
        seen = [each._replace(value=None) if each.field in unknown and each.value < 0 else each for each in seen]
        at = int(datetime.fromisoformat(received).timestamp()) * S
        yield Message(at, "owntracks/demo/iphone", payload.encode(), tuple(seen))


def heart(folder: Path, whole: bool) -> Iterator[Message]:
    """A heart rate with times that name no zone, and no month that is sure: kept as words."""
    for number, line in enumerate(unpacked(folder / "heartrate_seconds_merged.csv.gz")[1:]):
        _, time, rate = line.split(",")
        at = int(datetime.strptime(f"{time} +0000", "%m/%d/%Y %I:%M:%S %p %z").timestamp()) * S
        if whole or number % 4 == 0:
            body = {"bpm": int(rate), "time": time}
            payload = json.dumps(body, separators=(",", ":")).encode()
            yield Message(at, "watches/fitbit1/heart_rate", payload, tuple(flat(body, None)))


def motions(folder: Path, whole: bool) -> Iterator[Message]:
    """A watch's accelerometer and gyroscope, ten samples a message, each with its own time."""
    number = 0
    for name in ("BasicMotions_TRAIN", "BasicMotions_TEST"):
        for line in unpacked(folder / f"{name}.ts.gz"):
            if line[0] not in "#@":
                if whole or number < 6:
                    yield from one_motion(number, line)
                number += 1


def one_motion(number: int, line: str) -> Iterator[Message]:
    """One recording of ten seconds; they have no times, so the first begins with the year 2020."""
    *channels, label = line.split(":")
    columns = [channel.split(",") for channel in channels]
    topic, start = f"watches/bm{number:02}", 1_577_836_800 + 10 * number
    for first in range(0, 100, 10):
        begin, rows = start + first // 10, range(first, first + 10)
        acc, gyro = (
            "[" + ",".join("[" + ",".join(columns[axis][row] for axis in axes) + "]" for row in rows) + "]"
            for axes in ((0, 1, 2), (3, 4, 5))
        )
        payload = f'{{"t0":{begin},"dt":0.1,"acc":{acc},"gyro":{gyro}}}'.encode()
        seen = [
            Seen(f"{'acc' if axis < 3 else 'gyro'}.{axis % 3}", float(columns[axis][row]), begin * S + place * S // 10)
            for place, row in enumerate(rows)
            for axis in range(6)
        ]
        yield Message((begin + 1) * S, f"{topic}/imu", payload, tuple(seen))
    yield Message((start + 10) * S, f"{topic}/activity", label.encode(), (Seen("value", label, None),))


def laboratory(folder: Path, _: bool) -> Iterator[Message]:
    """Five minutes of a laboratory: exact repeats, clocks that are behind, one topic with two shapes."""
    for line in unpacked(folder / "messages.ndjson"):
        entry = json.loads(line)
        body = json.loads(entry["payload"])
        device = body.pop("timestamp") * S if "timestamp" in body else None
        received = round(datetime.fromisoformat(entry["received_at"]).timestamp() * 1_000) * 10**6
        seen = tuple(flat(body, device))
        yield Message(received, f"lab/{entry['topic']}", entry["payload"].encode(), seen)


def oddities(_: Path, __: bool) -> Iterator[Message]:
    """Made up: what no recorded home has, over the two changes of clocks of autumn 2020."""
    at = int(datetime(2020, 10, 24, 12, tzinfo=ZoneInfo("UTC")).timestamp())
    changing = [1.5, "warm", True, None, 2**60, -0.0, False, "", 1e200, "ON", 3]
    chance = random.Random(11)
    yield said(at, "odd/once", {"v": 7}, at)
    for hour in range(24 * 9):
        now = at + 3_600 * hour + 60
        yield said(now, "odd/steady", {"v": hour}, now - 60)
        yield said(now, "odd/changing", {"v": changing[hour % len(changing)]}, now - 60)
        if hour % 24 < 3:  # three at one instant, and one from before them
            for number in range(3):
                yield said(now, "odd/equal", {"v": number, "door": number == 1}, now - 3_600)
            yield said(now, "odd/equal", {"v": -1, "door": False}, now - chance.randrange(86_400, 172_800))
        if not 60 < hour < 120:  # a gap
            yield said(now, "odd/words", {"mode": chance.choice(["home", "away", "asleep"])}, now)
        if hour % 50 == 0:
            yield Message(now * S, "odd/nothing", b"", ())
            yield Message(now * S, "odd/bytes", b"\xff\xfe", (Seen("value", None, None),))


def said(received: int, topic: str, body: dict[str, object], device: int) -> Message:
    """An object with its time."""
    payload = json.dumps({**body, "ts": device}).encode()
    return Message(received * S, topic, payload, tuple(flat(body, device * S)))


HOUR = 3_600 * S
HOMES = (
    Recorded("kasteren-a", "kasteren", home_a, 2 * HOUR),
    Recorded("kasteren-b", "kasteren", home_b, 2 * HOUR),
    Recorded("occupancy-room", "occupancy-room", office, 24 * HOUR),
    Recorded("owntracks-demo", "owntracks-demo", phone, S),
    Recorded("fitbit-heart-rate", "fitbit-heart-rate", heart, HOUR),
    Recorded("open-smart-home", "open-smart-home", flat_of_berlin, 2 * HOUR),
    Recorded("watch-basicmotions", "watch-basicmotions", motions, 10 * S),
    Recorded("lab-mqtt", "lab-mqtt", laboratory, 30 * S),
    Recorded("oddities", None, oddities, HOUR),
)
"""In the order of their years, so that one store can have lived through them all."""
