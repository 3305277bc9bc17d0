"""The whole path with real processes: a gap of each main cause is found, with the right cause and what was kept."""

import time

from tests.support.home import Home, Publisher

EVERY_S = 0.1


def speak(home: Home, topic: str, count: int = 20) -> None:
    """A device that speaks at a steady rate."""
    with Publisher(home) as device:
        for number in range(count):
            device.send(topic, str(number))
            time.sleep(EVERY_S)
        device.wait_acknowledged()


def gaps(home: Home, topic: str) -> list[dict]:
    return home.get("/v1/gaps", filter=topic, by="logged", start="-1h").json()["gaps"]


def causes(home: Home, topic: str) -> list[str]:
    return [each["id"] for each in gaps(home, topic)]


def test_a_device_that_falls_silent_is_the_device_and_needs_attention(home):
    topic = "homes/h1/desk"
    speak(home, topic)
    home.wait_for(lambda: "device.silent" in causes(home, topic), "the silence to be seen")
    gap = next(each for each in gaps(home, topic) if each["id"] == "device.silent")
    assert (gap["cause"], gap["standing"]) == ("device", True)
    assert gap["usual_interval_s"] >= EVERY_S / 2
    assert "Broker and sink were up, so it is the device." in gap["sentence"]
    asked = {"filter": f"hearthlog/attention/device.silent/{topic}"}
    home.wait_for(lambda: home.get("/v1/latest", **asked, field="sentence").json()["observations"], "it to be logged")
    health = home.get("/v1/health").json()
    assert "device.silent" in [each["id"] for each in health["needs"]]
    assert health["books"]["difference"] == 0
    home.publish([(topic, "again")])
    home.wait_for(lambda: home.get("/v1/latest", **asked, field="").json()["observations"], "it to be cleared")


def test_a_sink_that_dies_is_the_sink_and_what_waited_is_kept(home):
    topic = "homes/h1/bed"
    speak(home, topic)
    pid = home.kill("sink")
    home.publish([(topic, f"waited {number}") for number in range(7)])
    home.wait_restarted("sink", pid)
    home.wait_ready()
    evidence = ["the sink was alive", "the sink started", "the broker took the sink"]

    def told() -> list[str]:
        died = (each for each in outages(home) if each["id"] == "sink.died")
        return [each["words"] for outage in died for each in outage["evidence"]]

    home.wait_for(lambda: told() == evidence, "the outage to be seen, and its end")
    found = [each for each in gaps(home, topic) if each["id"] == "sink.died"]
    assert [each["cause"] for each in found] == ["sink"]
    assert found[0]["kept"] <= 7


def test_a_broker_that_is_killed_is_the_broker_with_what_it_may_have_lost(home):
    topic = "homes/h1/bath"
    speak(home, topic)
    pid = home.kill("mosquitto")
    home.wait_restarted("mosquitto", pid)
    home.wait_ready()
    speak(home, topic)
    home.wait_for(lambda: {"broker.lost", "broker.session_lost"} & set(causes(home, topic)), "the outage to be seen")
    found = next(each for each in gaps(home, topic) if each["cause"] == "broker")
    assert not found["standing"]
    assert found["evidence"][0]["words"].startswith("the broker was lost:")
    assert found["kept"] in {None, 0}
    facts = home.get("/v1/notable", start="-1h").json()["notable"]
    assert "broker" in [each["kind"] for each in facts]


def outages(home: Home) -> list[dict]:
    return home.get("/v1/gaps", filter="none", start="-1h").json()["outages"]


def ids(home: Home) -> list[str]:
    return [each["id"] for each in outages(home)]
