"""A home with datasets to pin: what its devices said, and how it is asked."""

import hashlib
import time

from tests.datasets.asking import AskedHome

BEGIN = int(time.time()) - 3 * 3_600
CONFIG = "homeassistant/sensor/hall/config"
MATRIX = {"filter": "homes/h1/#", "every": "1m", "start": "-4h", "fn": "mean"}
HISTORY = {"filter": ["homes/h1/#"], "start": "-4h", "state_at_start": True}
ASOF = {"left": "homes/h1/activity", "right": ["homes/h1/watch"], "start": "-4h"}


def watch(value: float, at: int) -> tuple[str, str]:
    """What a watch says, with the time at which it measured."""
    return "homes/h1/watch", f'{{"v": {value}, "time": {at}}}'


def label(value: str, at: int) -> tuple[str, str]:
    return "homes/h1/activity", f'{{"label": "{value}", "time": {at}}}'


def logged(home: AskedHome, topic: str, count: int) -> str:
    """Wait until so many messages of a topic are in the read model; the position then."""

    def look() -> str | None:
        answer = home.get("/v1/topics", filter=topic)
        found = answer.json().get("topics")
        return answer.headers["hearthlog-position"] if found and found[0]["count"] >= count else None

    return home.wait_for(look, f"{count} messages of {topic}")


def pin(
    home: AskedHome, query: str, parameters: dict, *, status: int = 201, dry_run: bool = False, **body: object
) -> dict:
    answer = home.post("/v1/datasets", {"query": query, "parameters": parameters, **body}, dry_run=dry_run)
    assert answer.status_code == status, answer.text
    return answer.json()


def data(home: AskedHome, id_: str, **query: object) -> bytes:
    answer = home.get(f"/v1/datasets/{id_}/data", **query)
    assert answer.status_code == 200, answer.text
    return answer.content


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def spoken(running: AskedHome) -> None:
    """Let its devices speak."""
    said = [watch(60 + number % 7 / 3, BEGIN + 30 * number) for number in range(200)]
    said += [label(("sleeping", "eating")[number % 2], BEGIN + 600 * number) for number in range(10)]
    running.publish([(CONFIG, '{"state_topic": "ha/hall", "unit_of_measurement": "°C"}')], retain=True)
    running.publish(
        [*said, ("ha/hall", "20.5"), ("homes/h1/desk", "21.5"), ("homes/h1/desk", "22.25"), ("homes/h2/other", "1")]
    )
    logged(running, "homes/h1/desk", 2)
