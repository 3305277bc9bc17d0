"""What is published arrives, whatever the broker does meanwhile, and nobody waits who need not."""

import asyncio
import contextlib

import pytest

from ingest.errors import PublishError
from ingest.publisher import Account, Publisher
from ingest.replay import SECOND, Publish
from ingest.sending import send
from tests.support.broker import Broker
from tests.support.waiting import poll

WAIT_S_MAX = 60
ACL = "user writer\ntopic write open/#\n"


class Subscriber:
    """mosquitto_sub with a session of its own: what it prints arrived at the broker."""

    def __init__(self, broker, topic="#"):
        self._command = ("mosquitto_sub", "-p", str(broker.port), "-t", topic, "-q", "1", "-c", "-i", "seen", "-v")

    async def enrol(self):
        process = await asyncio.create_subprocess_exec(*self._command, "-E")
        assert await process.wait() == 0

    async def take(self, count):
        process = await asyncio.create_subprocess_exec(
            *self._command, "-C", str(count), "-W", str(WAIT_S_MAX), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        return out.decode().splitlines()


def numbered(count):
    return [Publish(0, f"home/{number % 10}", str(number).encode()) for number in range(count)]


async def test_every_message_arrives_once_in_order_and_is_counted(tmp_path):
    async with Broker(tmp_path) as broker:
        subscriber = Subscriber(broker)
        await subscriber.enrol()
        async with Publisher(Account("127.0.0.1", broker.port), in_flight_max=50) as publisher:
            most = 0
            for message in numbered(3_000):
                await publisher.publish(message)
                most = max(most, publisher.in_flight)
            await publisher.drain()
            assert (publisher.sent, publisher.acknowledged, publisher.refused) == (3_000, 3_000, 0)
            assert most == 50
        assert await subscriber.take(3_000) == [f"home/{number % 10} {number}" for number in range(3_000)]


async def test_messages_survive_a_broker_that_stops_and_comes_back(tmp_path):
    async with Broker(tmp_path) as broker:
        subscriber = Subscriber(broker)
        await subscriber.enrol()
        async with Publisher(Account("127.0.0.1", broker.port), in_flight_max=50, jitter=lambda: 0) as publisher:
            sending = asyncio.create_task(send(numbered(2_000), publisher, clock=lambda: 0))
            await broker.restart()
            await sending
            await poll(lambda: publisher.connected)
            await broker.stop()
            await publisher.publish(Publish(0, "home/last", b"2000"))
            await broker.start()
            await publisher.drain()
        seen = await subscriber.take(2_001)
        assert {int(line.split()[1]) for line in seen} >= set(range(1_900))
        assert publisher.acknowledged == 2_001


async def test_without_a_broker_publishing_waits_and_does_not_pile_up(tmp_path):
    async with Broker(tmp_path) as broker:
        await broker.stop()
        async with Publisher(Account("127.0.0.1", broker.port), in_flight_max=5, jitter=lambda: 0) as publisher:
            sending = asyncio.create_task(send(numbered(20), publisher, clock=lambda: 0))
            await poll(lambda: publisher.in_flight == 5)
            assert not publisher.connected
            assert publisher.sent == 5
            await broker.start()
            await sending
            await publisher.drain()
            assert publisher.acknowledged == 20


async def test_a_broker_that_hangs_is_waited_for(tmp_path):
    async with Broker(tmp_path) as broker, Publisher(Account("127.0.0.1", broker.port)) as publisher:
        await poll(lambda: publisher.connected)
        broker.pause()
        await publisher.publish(Publish(0, "home/x", b"1"))
        await asyncio.sleep(0)
        assert publisher.in_flight == 1
        broker.resume()
        await publisher.drain()
        assert publisher.acknowledged == 1


async def accounts(tmp_path):
    passwords = tmp_path / "passwd"
    passwords.write_text("writer:secret\n")
    process = await asyncio.create_subprocess_exec("mosquitto_passwd", "-U", str(passwords))
    assert await process.wait() == 0
    (tmp_path / "acl").write_text(ACL)
    for path in (passwords, tmp_path / "acl"):
        path.chmod(0o600)
    return [f"password_file {passwords}", f"acl_file {tmp_path / 'acl'}"]


async def publish_one(account):
    async with Publisher(account) as publisher:
        await publisher.publish(Publish(0, "open/x", b"1"))
        await publisher.drain()


async def test_an_account_that_is_refused_ends_publishing_with_the_brokers_words(tmp_path):
    async with Broker(tmp_path, anonymous=False, config=await accounts(tmp_path)) as broker:
        with pytest.raises(ExceptionGroup) as caught:
            await publish_one(Account("127.0.0.1", broker.port, "writer", "wrong"))
        assert caught.group_contains(PublishError, match="Not authorized")


async def test_a_message_without_the_right_is_counted_as_refused(tmp_path):
    config = await accounts(tmp_path)
    async with (
        Broker(tmp_path, anonymous=False, config=config) as broker,
        Publisher(Account("127.0.0.1", broker.port, "writer", "secret")) as publisher,
    ):
        await publisher.publish(Publish(0, "open/x", b"1"))
        await publisher.publish(Publish(0, "closed/x", b"1"))
        await publisher.drain()
        assert (publisher.acknowledged, publisher.refused) == (1, 1)


async def test_a_message_is_not_sent_before_it_is_due(tmp_path):
    async with Broker(tmp_path) as broker, Publisher(Account("127.0.0.1", broker.port)) as publisher:
        now = 0
        plan = [
            Publish(0, "home/x", b"0"),
            Publish(SECOND // 100, "home/x", b"1"),
            Publish(3_600 * SECOND, "home/x", b"2"),
        ]
        sending = asyncio.create_task(send(plan, publisher, clock=lambda: now))
        await poll(lambda: publisher.acknowledged == 1)
        assert publisher.sent == 1
        now = SECOND
        await poll(lambda: publisher.acknowledged == 2)
        assert publisher.sent == 2
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
