"""Few file descriptors: thousands of topics still work, and clients beyond the limit are refused, not the messages."""

import asyncio
import sys
from contextlib import ExitStack

import pytest

from gdp_sink.descriptors import OWN_DESCRIPTORS
from tests.faults.faulty_sink import all_stored, ended, fields, rises
from tests.faults.told import api_of, ears, facts, retained, stands
from tests.sink.mqtt import publisher
from tests.sink.sink_process import SinkProcess
from tests.support.broker import Broker
from tests.support.waiting import poll

CLIENTS = 100
LIMIT = OWN_DESCRIPTORS + 20


class LimitedSink(SinkProcess):
    """May open few files."""

    limit = LIMIT

    @property
    def command(self):
        return ("prlimit", f"--nofile={self.limit}:{self.limit}", "--", sys.executable, "-m", "gdp_sink")


@pytest.mark.parametrize("topics", [2_000, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(600)])])
async def test_thousands_of_new_topics_and_too_many_clients_share_few_descriptors(tmp_path, topics):
    async with (
        Broker(tmp_path / "broker") as broker,
        publisher(broker.port) as peer,
        LimitedSink(
            tmp_path / "data", broker.port, commit_log_mib=1, commit_log_keep_mib=0, refused_interval_s=0
        ) as sink,
    ):
        with ExitStack() as stack:
            clients = [await connected(sink.gdp_port, stack) for _ in range(CLIENTS)]
            await peer.answered([peer.send(f"home/{number}", "1") for number in range(topics)])
            await all_stored(peer, sink)
            found = await rises(sink, "hearthlog_sink_turned_away_clients_total", CLIENTS - 20)
            assert found["hearthlog_sink_clients"] == 20
            await poll(lambda: sum(client.at_eof() for client in clients), until=lambda gone: gone == CLIENTS - 20)
        assert found["hearthlog_sink_unfiled_logs"] > 0
        async with api_of(sink) as api:
            assert f"refused {CLIENTS - 20} clients" in (await stands(api, "sink.turned_away"))["sentence"]
            async with ears(broker.port) as listener:
                await retained(listener, "sink.turned_away")
            assert any("records that are not in their own files yet" in line for line in await facts(api))
        assert await sink.stop() == 0
        assert "unable to open" not in await sink.said(), "SQLite, of a log's file"
        told = fields(sink, "clients_turned_away")
        assert sum(each["count"] for each in told) == found["hearthlog_sink_turned_away_clients_total"]
        assert "as many clients as it may have" in told[0]["advice"]
        assert len([topic for topic in sink.messages() if topic.startswith("home/")]) == topics


async def test_a_limit_that_leaves_no_room_for_readers_is_said_in_a_sentence(tmp_path):
    sink = LimitedSink(tmp_path / "data", 1)
    sink.limit = OWN_DESCRIPTORS - 50
    sink.process = await asyncio.create_subprocess_exec(
        *sink.command, env=sink.environment, stderr=asyncio.subprocess.PIPE
    )
    sink._drain = asyncio.create_task(sink.process.stderr.read())
    assert f"may open {sink.limit} files and needs" in await ended(sink, 78)


async def connected(port, stack):
    """What a client of the log server hears; it goes with the stack."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stack.callback(writer.close)
    return reader
