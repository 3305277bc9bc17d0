"""What each command to a name served here does, and how it is refused (gdp-protocol §5, §12)."""

from gdp.codes import COMMAND_FIRST, COMMAND_LAST, Cmd
from gdp.errors import BadRequest, GdpError, NotFound, NotImplementedByServer, ProtocolError
from gdp.messages import ByTs, Success
from gdp.names import GdpName
from gdp.pdu import Pdu
from gdp.server.answers import Answers
from gdp.server.appends import Appends
from gdp.server.connection import Connection
from gdp.server.counters import Counters
from gdp.server.feeds import Feeds
from gdp.server.replies import Request
from gdp.server.subscriptions import Subscriptions
from gdp.settings import ServerSettings
from gdp.store import LogInfo, Store
from gdp.wire import decode

_READS = frozenset((Cmd.READ_BY_RECNO, Cmd.READ_BY_TS, Cmd.READ_BY_HASH))
_SUBSCRIBES = frozenset((Cmd.SUBSCRIBE_BY_RECNO, Cmd.SUBSCRIBE_BY_TS, Cmd.SUBSCRIBE_BY_HASH))


class Requests:
    """Answers requests to the store's logs and to the server itself."""

    def __init__(
        self,
        store: Store,
        settings: ServerSettings,
        counters: Counters,
        *,
        answers: Answers,
        appends: Appends,
        subscriptions: Subscriptions,
        feeds: Feeds,
    ) -> None:
        self._store = store
        self._settings = settings
        self._counters = counters
        self._answers = answers
        self._appends = appends
        self._subscriptions = subscriptions
        self._feeds = feeds

    def serves(self, name: bytes) -> bool:
        """Tell whether the name is the server's or one of its logs'."""
        return name == self._store.server or self._store.log(GdpName(name)) is not None

    async def receive(self, connection: Connection, pdu: Pdu) -> None:
        """Answer one PDU; what cannot be read has no rid to answer to, so it is dropped and counted."""
        try:
            message = decode(pdu.payload)
        except ProtocolError:
            self._counters.malformed += 1
            return
        if not COMMAND_FIRST <= message.cmd <= COMMAND_LAST:
            return  # codes below take no reply, codes above are replies, which nobody here waits for
        self._counters.requests += 1
        request = Request(connection, pdu.src, GdpName(pdu.dst), message)
        try:
            await self._act(request)
        except GdpError as error:
            self._counters.refused += 1
            request.refuse(error)

    async def _act(self, request: Request) -> None:
        if request.name == self._store.server:
            await self._act_for_server(request)
            return
        log = self._store.log(request.name)
        if log is None:
            raise NotFound("no such log")
        cmd = request.message.cmd
        if cmd in _READS:
            await request.connection.in_background(self._answers.read(request, log), name="gdp read")
        elif cmd in _SUBSCRIBES:
            await self._answers.subscribe(request, log, self._subscriptions)
        elif cmd == Cmd.APPEND:
            await self._appends.append(request, log)
        else:
            self._act_at_once(request, log)

    def _act_at_once(self, request: Request, log: LogInfo) -> None:
        match request.message.cmd:
            case Cmd.OPEN_APPEND | Cmd.OPEN_READ | Cmd.OPEN_BOTH:
                request.reply(Cmd.ACK_SUCCESS, Success(recno=log.tip_recno, metadata=log.metadata.blob))
            case Cmd.GETMETADATA if self._settings.answer_metadata:
                request.reply(Cmd.ACK_SUCCESS, Success(recno=log.tip_recno, metadata=log.metadata.blob))
            case Cmd.UNSUBSCRIBE:
                self._subscriptions.remove(request)
                request.reply(Cmd.ACK_SUCCESS, Success())
            case Cmd.CLOSE:
                self._subscriptions.remove_all(request)
                request.reply(Cmd.ACK_SUCCESS, Success())
            case cmd:
                raise NotImplementedByServer(f"command {cmd} is not implemented for logs")

    async def _act_for_server(self, request: Request) -> None:
        match request.message.cmd:
            case Cmd.PING:
                request.reply(Cmd.ACK_SUCCESS, Success())
            case Cmd.CREATE:
                await self._appends.create(request)
            case Cmd.SUBSCRIBE_BY_TS:
                body = request.message.body
                if not isinstance(body, ByTs) or body.nrecs not in (None, 0):
                    raise BadRequest("the feed takes a time and no count")
                self._feeds.add(request, body.ts)
            case Cmd.UNSUBSCRIBE:
                self._feeds.remove(request)
                request.reply(Cmd.ACK_SUCCESS, Success())
            case Cmd.CLOSE:
                self._feeds.remove_all(request)
                request.reply(Cmd.ACK_SUCCESS, Success())
            case cmd:
                raise NotImplementedByServer(f"command {cmd} is not implemented for the server")
