"""`serve`: host a store's logs over the network, until interrupted."""

import argparse
import asyncio
import signal
from pathlib import Path

from gdp.commands.source import store_root
from gdp.committer import Committer
from gdp.errors import BadRequest
from gdp.names import printable
from gdp.server import GdpServer
from gdp.settings import ServerSettings
from gdp.store import Store


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser("serve", help="host a store's logs over the network", description=__doc__)
    parser.add_argument("directory", type=Path, help="a data directory; made if it is not there")
    parser.add_argument("--keys", type=Path, help="where the writer key is (default: `keys` in or beside it)")
    parser.add_argument("--gdp", default="127.0.0.1:8009", metavar="HOST:PORT", help="where to listen (no accounts!)")
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; prints the server's name first, the catalogue's, and the address."""
    host, _, port = args.gdp.rpartition(":")
    if not host or not port.isdecimal():
        raise BadRequest(f"{args.gdp} is not HOST:PORT")
    root = store_root(args.directory)
    keys = args.keys or root.parent / "keys"
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = ServerSettings(host=host, port=int(port))
    with Store.open(root, keys=keys) as store:
        async with Committer(store) as committer, GdpServer(committer, settings) as server:
            print(f"server {printable(store.server)} catalogue {printable(store.catalogue)}", flush=True)
            print(f"listening on {host}:{server.port}", flush=True)
            await stop.wait()
    return 0
