"""`cat`: print a log's records."""

import argparse
import json
import re
import sys
from base64 import b64encode
from datetime import UTC, datetime

from gdp.commands.names import name_of
from gdp.commands.source import find_log, open_source
from gdp.datum import NS_PER_S, Datum

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser("cat", help="print a log's records", description=__doc__)
    parser.add_argument("where", help="a data directory, or HOST:PORT of a server")
    parser.add_argument(
        "log", type=name_of, help="the log's name (43 characters, or a human name), or its topic with --topic"
    )
    parser.add_argument("--topic", action="store_true", help="LOG is a topic of the store's catalogue")
    parser.add_argument(
        "--catalogue", metavar="NAME", type=name_of, help="the catalogue's name, to find topics at a server"
    )
    parser.add_argument("--from", dest="first", type=int, default=1, metavar="N", help="first record; -N from the end")
    parser.add_argument("--count", type=int, default=-1, metavar="N", help="at most so many records")
    parser.add_argument("--follow", action="store_true", help="go on with what comes (server only)")
    parser.add_argument(
        "--format",
        choices=("text", "json", "raw"),
        default="text",
        help="text: one line a record, unprintable bytes escaped; raw: data as stored, and a newline",
    )
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace) -> int:
    """Print the records."""
    show = {"text": _text, "json": _json, "raw": _raw}[args.format]
    async with open_source(args.where, args.catalogue) as source:
        log = await find_log(source, args.log, by_topic=args.topic)
        await source.metadata(log)  # says that there is no such log, which an empty range would not
        async for datum in source.records(log, args.first, args.count):
            _print(show(datum))
        if args.follow:
            async for datum in source.follow(log):
                _print(show(datum))
                sys.stdout.flush()
    return 0


def _print(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")


def _time(ts: int) -> str:
    seconds, nanoseconds = divmod(ts, NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def _text(datum: Datum) -> bytes:
    signed = "signed" if datum.sig else "-"
    # What devices say must neither break lines nor steer the terminal.
    data = _CONTROL.sub(_escaped, datum.data.decode(errors="backslashreplace"))
    return f"{datum.recno}\t{_time(datum.ts)}\t{signed}\t{data}".encode()


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _json(datum: Datum) -> bytes:
    fields: dict[str, str | int | None] = {"recno": datum.recno, "ts": str(datum.ts), "time": _time(datum.ts)}
    fields["prevhash"] = None if datum.prevhash is None else datum.prevhash.hex()
    fields["sig"] = None if datum.sig is None else datum.sig.hex()
    try:
        fields["data"] = datum.data.decode()
    except UnicodeDecodeError:
        fields["data_base64"] = b64encode(datum.data).decode("ascii")
    return json.dumps(fields, ensure_ascii=False).encode()


def _raw(datum: Datum) -> bytes:
    return datum.data
