"""A real store behind a real server, and a bare peer that speaks the protocol by hand."""

import asyncio
import socket
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from gdp.codes import Cmd
from gdp.committer import Committer
from gdp.datum import Datum, LogHash
from gdp.keys import WriterKey
from gdp.messages import Message
from gdp.metadata import SYN, WPK, XID, Metadata
from gdp.pdu import Pdu, PduType, Splitter
from gdp.server import GdpServer
from gdp.settings import ServerSettings, StoreSettings
from gdp.store import Store, Write
from gdp.wire import decode, encode

DEADLINE_S = 60.0


class Hosted:
    """What a test needs of a running server."""

    def __init__(self, store, committer, server):
        self.store = store
        self.committer = committer
        self.server = server
        self.port = server.port

    async def write(self, topic, *payloads):
        """Store one record for each payload, each an item of one batch; return the results."""
        return await self.committer.submit([Write(topic, (payload,)) for payload in payloads])

    def log(self, topic):
        return self.store.current(topic).name


@asynccontextmanager
async def hosted(root: Path, *, port=0, store_settings=None, monotonic=time.monotonic, **settings):
    (root / "keys").mkdir(exist_ok=True, parents=True)
    with Store.open(root / "store", keys=root / "keys", settings=store_settings or StoreSettings()) as store:
        bounds = replace(ServerSettings(port=port), **settings)
        async with Committer(store) as committer, GdpServer(committer, bounds, monotonic=monotonic) as server:
            yield Hosted(store, committer, server)


class Peer:
    """A program that knows PDUs and messages, and nothing more: like a C client."""

    def __init__(self, reader, writer, name):
        self._reader = reader
        self._writer = writer
        self._splitter = Splitter()
        self._pdus = []
        self.name = name

    def advertise(self, name=None):
        self.send_pdu(Pdu(PduType.ADVERTISE, name or self.name, self.name))

    def send_pdu(self, pdu):
        self._writer.write(pdu.encode())

    def send_raw(self, data):
        self._writer.write(data)

    def send(self, name, cmd, rid=0, body=None):
        self.send_pdu(Pdu(PduType.REGULAR, name, self.name, 0, encode(Message(cmd, rid, body))))

    def close(self):
        self._writer.close()

    async def pdu(self):
        async with asyncio.timeout(DEADLINE_S):
            while not self._pdus:
                data = await self._reader.read(65536)
                if not data:
                    raise EOFError
                self._pdus += self._splitter.feed(data)
        return self._pdus.pop(0)

    async def message(self):
        return decode((await self.pdu()).payload)

    async def ask(self, name, cmd, rid=0, body=None):
        self.send(name, cmd, rid, body)
        return await self.message()

    async def range(self, name, cmd, rid, body):
        """Return the messages up to and including the end of results."""
        self.send(name, cmd, rid, body)
        found = [await self.message()]
        while found[-1].cmd == Cmd.ACK_CONTENT:
            found.append(await self.message())
        return found

    async def nothing_waits(self, server):
        """Assert that the server has sent nothing: the next thing that comes is the answer to a PING sent now."""
        answer = await self.ask(server, Cmd.PING, rid=0xFFFF)
        assert (answer.cmd, answer.rid) == (Cmd.ACK_SUCCESS, 0xFFFF), answer


@asynccontextmanager
async def peer(port, name=b"p" * 32, *, advertise=True):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        made = Peer(reader, writer, name)
        if advertise:
            made.advertise()
        yield made
    finally:
        writer.close()


@asynccontextmanager
async def slow_peer(port, name):
    """A peer whose kernel takes little for it while it does not read."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=4096)
        try:
            made = Peer(reader, writer, name)
            made.advertise()
            yield made
        finally:
            writer.transport.abort()


class ForeignLog:
    """A log that somebody else writes over the wire."""

    def __init__(self, *, key=None, chained=True, xid=b"foreign"):
        self.key = key
        entries = [(XID, xid)]
        if chained:
            entries.append((SYN, b"hearthlog/1"))
        if key is not None:
            entries.append((WPK, key.entry))
        self.metadata = Metadata.build(entries)
        self.name = self.metadata.name
        self.chained = chained
        self._hash = LogHash(self.name, self.metadata.blob)
        self.datums = []

    def next(self, data, *, ts=None, sign=True):
        """Return the record that follows, and count it as written."""
        recno = len(self.datums) + 1
        previous = self._hash.hash(self.datums[-1]) if self.datums and self.chained else None
        datum = self.signed(Datum(recno, ts if ts is not None else recno * 1000, 0.0, previous, data, None), sign=sign)
        self.datums.append(datum)
        return datum

    def signed(self, datum, *, sign=True):
        if self.key is None or not sign:
            return datum._replace(sig=None)
        return datum._replace(sig=self.key.sign(self._hash.hash(datum._replace(sig=None))))

    def hash(self, datum):
        return self._hash.hash(datum)


def key():
    return WriterKey.from_scalar(11, deterministic=True)
