"""What the broker lets each account publish, subscribe to and receive."""

import pytest

from tests.accounts.conftest import add, hearthlog
from tests.accounts.mqtt_client import Client
from tests.support.home import Home

NOT_AUTHORIZED = 0x87
ALLOWED = ("lab/oven/temperature", "lab/door")
FORBIDDEN = ("lab/oven/power", "lab", "homes/h1/bed", "devices/lab/x", "lab/a/b/temperature")
WIDER = ("#", "lab/#", "+/+/temperature", "homes/#", "$SYS/#", "$share/group/#", "$share/group/lab/+/+")


@pytest.fixture
def admin(home: Home):
    with Client(home, "admin", home.token) as client:
        yield client


@pytest.mark.parametrize("tunnel", [False, True], ids=["mqtt", "websocket"])
def test_a_subscription_wider_than_the_right_receives_no_more_than_the_right(
    home: Home, narrow: str, admin: Client, tunnel: bool
):
    for topic_filter in WIDER:
        with Client(home, "lab", narrow, tunnel=tunnel) as lab:
            lab.subscribe(topic_filter)
            lab.subscribe("lab/door")
            for topic in (*FORBIDDEN, *ALLOWED):
                admin.publish(topic, topic_filter.encode())
            admin.publish("lab/door", b"the end")
            lab.wait(lambda lab=lab: ("lab/door", b"the end") in lab.received)
            assert {topic for topic, _ in lab.received} <= set(ALLOWED), topic_filter


def test_what_is_retained_is_handed_out_by_the_right_too(home: Home, narrow: str, admin: Client):
    admin.publish("lab/oven/power", b"kept", retain=True)
    admin.publish("lab/kiln/temperature", b"kept", retain=True)
    with Client(home, "lab", narrow) as lab:
        lab.subscribe("#")
        lab.wait(lambda: lab.received)
        lab.subscribe("lab/door")
        admin.publish("lab/door", b"end")
        lab.wait(lambda: ("lab/door", b"end") in lab.received)
        assert {topic for topic, _ in lab.received} == {"lab/kiln/temperature", "lab/door"}


@pytest.mark.parametrize("tunnel", [False, True], ids=["mqtt", "websocket"])
def test_a_message_without_the_right_is_refused_and_reaches_nobody(
    home: Home, narrow: str, admin: Client, tunnel: bool
):
    admin.subscribe("#")
    with Client(home, "lab", narrow, tunnel=tunnel) as lab:
        assert lab.publish("devices/lab/oven", b"mine") == 0
        for topic in ("devices/other/oven", "lab/door", "hearthlog/attention/x", "$SYS/broker/x", "devices"):
            assert lab.publish(topic, b"not mine") == NOT_AUTHORIZED, topic
        assert lab.publish("devices/lab/end", b"mine") == 0
    admin.wait(lambda: ("devices/lab/end", b"mine") in admin.received)
    assert b"not mine" not in {payload for _, payload in admin.received}


def test_a_will_without_the_right_is_never_published(home: Home, narrow: str, admin: Client):
    admin.subscribe("#")
    for will in ("lab/door", "devices/lab/state"):
        with Client(home, "lab", narrow, will=will) as lab:
            if lab.reason == 0:
                lab.crash()
    admin.wait(lambda: ("devices/lab/state", b"gone") in admin.received)
    assert ("lab/door", b"gone") not in admin.received


def test_the_sink_and_the_api_have_no_more_rights_than_they_need(home: Home, admin: Client):
    secrets = {name: (home.data / "secrets" / f"{name}.token").read_text().strip() for name in ("sink", "api")}
    admin.subscribe("#")
    with Client(home, "api", secrets["api"]) as api:
        assert api.publish("hearthlog/x", b"said by the api") == 0
        assert api.publish("homes/h1/x", b"forged") == NOT_AUTHORIZED
        api.subscribe("#")
        admin.publish("lab/door", b"end")
        admin.wait(lambda: ("lab/door", b"end") in admin.received)
        assert not api.received
    assert b"forged" not in {payload for _, payload in admin.received}


def test_no_account_can_end_the_session_in_which_messages_wait_for_the_sink(home: Home, narrow: str, admin: Client):
    with Client(home, "lab", narrow, client_id="hearthlog-sink") as lab:
        assert lab.reason == 0
        admin.publish("lab/session", b"the end")
        home.wait_for(lambda: home.get("/v1/latest", filter="lab/session").json()["observations"], "the message")
    events = home.get("/v1/history", filter="$hearthlog/sink", field="event").json()["observations"]
    assert "disconnected" not in {each["value"] for each in events}, "it kept its connection"
    session = home.data / "secrets" / "sink.session"
    assert len(session.read_text().strip()) == 43
    assert session.stat().st_mode & 0o077 == 0


def test_a_removed_account_loses_its_live_connection_and_a_rotated_one_its_old_secret(home: Home):
    secret = add(home, "guest", read=("homes/#",), publish=("homes/#",))
    with Client(home, "guest", secret) as guest:
        new = hearthlog(home, "account", "rotate", "guest").stdout.split()[-1]
        guest.wait(lambda: guest.ended)
    with Client(home, "guest", secret) as guest:
        assert guest.reason != 0
    with Client(home, "guest", new) as guest, Client(home, "guest", new, tunnel=True) as tunnelled:
        assert guest.reason == tunnelled.reason == 0
        assert guest.publish("homes/x") == 0
        hearthlog(home, "account", "remove", "guest")
        guest.wait(lambda: guest.ended)
        tunnelled.wait(lambda: tunnelled.ended)
    with Client(home, "guest", new) as guest:
        assert guest.reason != 0
    events = home.get("/v1/history", filter="$hearthlog/sink", field="event").json()["observations"]
    assert "disconnected" not in {each["value"] for each in events}, "the sink's connection stayed"
