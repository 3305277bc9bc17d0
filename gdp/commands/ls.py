"""`ls`: list a store's logs."""

import argparse

from gdp.commands.names import name_of
from gdp.commands.source import open_source
from gdp.names import printable


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser("ls", help="list a store's logs", description=__doc__)
    parser.add_argument("where", help="a data directory, or HOST:PORT of a server")
    parser.add_argument(
        "--catalogue", metavar="NAME", type=name_of, help="the catalogue's name, which a server must be told"
    )
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace) -> int:
    """Print one line a log: name, kind, records, generation, topic."""
    async with open_source(args.where, args.catalogue) as source:
        async for log in source.logs():
            print(printable(log.name), log.kind.value, log.recno, log.generation, log.topic or "-", sep="\t")
    return 0
