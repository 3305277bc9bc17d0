"""Requests that wait for answers, found by (source name, request id) (gdp-protocol §4)."""

import asyncio
from typing import Protocol

from gdp.codes import NAK_FIRST, Cmd, error_of
from gdp.datum import Datum
from gdp.errors import GdpError, NoRoute, ProtocolError
from gdp.messages import Content, Message, Refusal
from gdp.names import printable
from gdp.pdu import Pdu, PduType
from gdp.wire import decode

_RID_MAX = 0xFFFFFFFE  # the last one means "any" inside C programs


class Call(Protocol):
    """Who waits for the answers to one request."""

    def take(self, message: Message) -> None:
        """Take an answer."""

    def fail(self, error: GdpError) -> None:
        """Learn that no answer will come."""


class Calls:
    """The table of one client. Answers to nobody are dropped: a C server goes on after UNSUBSCRIBE."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[bytes, int], Call] = {}
        self._rid = 0

    def new(self, name: bytes, call: Call) -> int:
        """Register a call to a name and return its fresh request id."""
        self._rid = self._rid % _RID_MAX + 1
        self._waiting[name, self._rid] = call
        return self._rid

    def end(self, name: bytes, rid: int) -> None:
        """Forget a call; later answers are dropped."""
        self._waiting.pop((name, rid), None)

    def dispatch(self, pdu: Pdu) -> None:
        """Hand an answer to who waits for it; "no route" fails everything that waits for that name.

        Raises:
            ProtocolError: an answer that cannot be read.
        """
        if pdu.type == PduType.NO_ROUTE:
            self._fail([key for key in self._waiting if key[0] == pdu.src], NoRoute(_nobody_serves(pdu.src)))
        elif pdu.type == PduType.REGULAR:
            message = decode(pdu.payload)
            call = self._waiting.get((pdu.src, message.rid))
            if call is not None:
                call.take(message)

    def fail_all(self, error: GdpError) -> None:
        """Fail everything that waits: the connection ended."""
        self._fail(list(self._waiting), error)

    def _fail(self, keys: list[tuple[bytes, int]], error: GdpError) -> None:
        for key in keys:
            self._waiting.pop(key).fail(error)


class OneAnswer:
    """Waits for a single answer; refusals are raised as errors."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

    def take(self, message: Message) -> None:
        """Take the answer."""
        if not self.answer.done():
            if message.cmd >= NAK_FIRST:
                self.answer.set_exception(refusal(message))
            else:
                self.answer.set_result(message)

    def fail(self, error: GdpError) -> None:
        """No answer will come."""
        if not self.answer.done():
            self.answer.set_exception(error)


class RangeAnswer:
    """Collects the records of a range until its end."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[list[Datum]] = asyncio.get_running_loop().create_future()
        self._datums: list[Datum] = []

    def take(self, message: Message) -> None:
        """Take a part of the range."""
        if self.answer.done():
            return
        if isinstance(message.body, Content):
            self._datums += [record.datum for record in message.body.records]
        elif message.cmd == Cmd.ACK_END_OF_RESULTS:
            self.answer.set_result(self._datums)
        elif message.cmd >= NAK_FIRST:
            self.answer.set_exception(refusal(message))

    def fail(self, error: GdpError) -> None:
        """The rest will not come."""
        if not self.answer.done():
            self.answer.set_exception(error)


def refusal(message: Message) -> GdpError:
    """Return the error that a refusal stands for."""
    body = message.body
    return error_of(message.cmd, body.description if isinstance(body, Refusal) else "")


def first_datum(message: Message) -> Datum:
    """Return the record of an answer to a single READ.

    Raises:
        ProtocolError: another kind of answer.
    """
    if not isinstance(message.body, Content) or not message.body.records:
        raise ProtocolError(f"the server answered a read with code {message.cmd}")
    return message.body.records[0].datum


def _nobody_serves(name: bytes) -> str:
    return f"nobody serves {printable(name)} there"
