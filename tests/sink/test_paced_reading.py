"""Reading is immediate while little comes, and shares wake-ups while much does."""

import asyncio
import socket
from contextlib import contextmanager

from gdp_sink.paced_reading import SPARE_READS, Found, PacedReader
from tests.support.waiting import poll

PACE_S = 0.05


class Tap:
    """The end of a socket that is read, one byte of it at a time, and when."""

    def __init__(self, pace_s=PACE_S):
        self.ours, self.peer = socket.socketpair()
        self.ours.setblocking(False)
        self.reads = []
        self.empty = 0
        self.answers = Found.SOME
        self.reader = PacedReader(self.ours.fileno(), self.read, pace_s=pace_s)

    def read(self):
        try:
            self.ours.recv(1)
        except BlockingIOError:
            self.empty += 1
            return Found.NOTHING
        self.reads.append(asyncio.get_running_loop().time())
        return self.answers

    async def count(self, number):
        await poll(lambda: len(self.reads) >= number)


@contextmanager
def tap(**options):
    made = Tap(**options)
    try:
        yield made
    finally:
        made.reader.stop()
        made.ours.close()
        made.peer.close()


async def test_under_load_reads_are_a_pace_apart_but_for_a_few():
    with tap() as there:
        there.reader.start()
        there.peer.send(bytes(SPARE_READS + 4))
        await there.count(SPARE_READS + 4)
        begin, *_, end = there.reads
        assert end - begin >= 3.99 * PACE_S, "so many had to wait"


async def test_a_stream_that_is_slower_than_the_pace_is_read_as_it_comes_however_unevenly():
    with tap(pace_s=3600) as there:
        there.reader.start()
        for number in range(SPARE_READS):
            there.peer.send(b"a")
            await there.count(number + 1)
        there.peer.send(b"a")
        await asyncio.sleep(0.05)
        assert len(there.reads) == SPARE_READS, "now the pace is what counts"


async def test_what_comes_after_a_rest_is_read_when_it_comes():
    with tap() as there:
        there.reader.start()
        there.peer.send(bytes(SPARE_READS + 1))
        await poll(lambda: there.empty)
        there.peer.send(b"c")
        await there.count(SPARE_READS + 2)
        assert there.empty == 1, "the socket was waited for"


async def test_a_full_read_is_followed_by_the_next_at_once():
    with tap(pace_s=3600) as there:
        there.answers = Found.MORE
        there.reader.start()
        there.peer.send(b"abcd")
        await there.count(4)


async def test_nothing_is_read_between_stop_and_start():
    with tap() as there:
        there.reader.start()
        there.peer.send(b"a")
        await there.count(1)
        there.reader.stop()
        there.peer.send(b"b")
        await asyncio.sleep(2 * PACE_S)
        assert len(there.reads) == 1
        there.reader.start()
        there.reader.start()
        await there.count(2)


async def test_a_read_may_stop_the_reading():
    with tap(pace_s=0) as there:
        there.reader.start()
        there.peer.send(b"ab")
        await there.count(2)
        there.read_really, there.reader._read = there.read, lambda: (there.reader.stop(), there.read())[1]
        there.peer.send(b"cd")
        await there.count(3)
        await asyncio.sleep(0.01)
        assert len(there.reads) == 3
