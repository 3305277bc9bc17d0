"""A sink process whose disk and clock obey the test (see `launch_sink`), and what must hold after every fault."""

import asyncio
import sys
from pathlib import Path

from tests.sink.sink_process import SinkProcess
from tests.support.waiting import poll

LAUNCHER = Path(__file__).with_name("launch_sink.py")


class FaultySink(SinkProcess):
    """`faults.set("sync_delay_ms", 50)` and the like take effect at once."""

    command = (sys.executable, str(LAUNCHER))

    def __init__(self, directory, mqtt_port, **settings):
        super().__init__(directory / "data", mqtt_port, **settings)
        self.faults = directory / "faults"
        self.faults.mkdir(parents=True)

    @property
    def environment(self):
        return {**super().environment, "FAULTS": str(self.faults)}

    def set(self, fault, value=""):
        """Begin a fault. The file appears as a whole."""
        new = self.faults / f"{fault}.new"
        new.write_text(str(value))
        new.rename(self.faults / fault)

    def clear(self, fault):
        (self.faults / fault).unlink()


async def rises(sink, metric, least=1.0):
    """Wait until a metric is at least so much; all metrics then."""
    return await poll(sink.scrape, until=lambda found: found.get(metric, 0.0) >= least)


async def send_numbers(peer, topic, numbers):
    """Publish numbers at QoS 1 and wait until the broker has acknowledged them."""
    await peer.answered([peer.send(topic, str(number)) for number in numbers])


def numbers_in(messages, topic):
    """What a stopped sink kept of `send_numbers`."""
    return [int(message.payload) for message in messages.get(topic, [])]


def names(sink):
    """The events of a stopped sink's own log in order, without those that pass by."""
    passing = {"heartbeat", "topic", "replayed", "unreachable"}
    return [event["event"] for event in sink.events() if event["event"] not in passing]


def fields(sink, kind):
    """The events of one kind, of a stopped sink."""
    found = sink.events(kind)
    assert found, f"no {kind} in {names(sink)}"
    return found


async def ended(sink, code):
    """The process has ended by itself with this code; the sentence it said last."""
    assert await sink.exited() == code, await sink.said()
    said = await sink.said()
    assert "Traceback" not in said
    return said.splitlines()[-1]


async def all_stored(peer, sink, topic="end"):
    """Wait until everything that the broker was given before is in the store."""
    await peer.publish(topic, "")
    await sink.stored(topic)


async def run(*command):
    """Run a command to its end; its output."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0, command
    return output.decode()
