"""`hearthlog up`: a whole home in one command, until it is told to stop."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from rich.console import Console

from broker_config import ADMIN
from compose.addresses import check_free
from compose.certificates import AUTHORITY
from compose.codes import make_code
from compose.datadir import DataDirectory, open_directory
from compose.leftovers import wait_for_leftovers
from compose.plan import Addresses, plan_demo, plan_services
from compose.renewal import keep_fresh, refresh
from compose.settings import UpSettings
from compose.supervisor import Limits, Supervisor
from hearthlog.terminal import Terminal
from hearthlog.welcome import Lan, Welcome, warnings, welcome_text

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def up(settings: UpSettings, console: Console) -> None:
    """Runs the home.

    Raises:
        ComposeError: it cannot run until a person acts; nothing is left running.
    """
    addresses = Addresses.of(settings)
    addresses.check_protected(insecure=settings.insecure)
    # Everything in the data directory is its owner's alone, whatever the children forget.
    os.umask(0o077)
    with open_directory(settings.data) as directory, Terminal(console) as terminal:
        await wait_for_leftovers(directory.run, timeout_s=settings.stop_timeout_s)
        check_free(addresses.by_option)
        if settings.lan:
            refresh(settings, directory)
        services = plan_services(settings, directory, addresses)
        extras = [plan_demo(settings, directory, addresses)] if settings.demo else []

        def on_ready() -> None:
            terminal.rest()
            terminal.say(welcome_text(_welcome(directory, addresses)))
            for warning in warnings(addresses.unprotected):
                terminal.say(f"\nWarning: {warning}")

        supervisor = Supervisor(run=directory.run, limits=_limits(settings), report=terminal)
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            # Under `nohup` the end of the terminal is ignored, and stays so.
            if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
                loop.add_signal_handler(number, supervisor.stop)
        fresh = asyncio.create_task(_keep_fresh(settings, directory, terminal), name="keep the certificate fresh")
        try:
            await supervisor.run(services, on_ready=on_ready, extras=extras)
        finally:
            fresh.cancel()


async def _keep_fresh(settings: UpSettings, directory: DataDirectory, terminal: Terminal) -> None:
    if settings.lan:
        await keep_fresh(settings, directory, terminal.say)


def catalogue_name(directory: Path) -> str:
    """The name of the store's catalogue log, as the store wrote it down."""
    return str(json.loads((directory / "store" / "store.json").read_text("utf-8"))["catalogue"])


def _welcome(directory: DataDirectory, addresses: Addresses) -> Welcome:
    return Welcome(
        http=addresses.http,
        mqtt=addresses.mqtt,
        code=make_code(directory, ADMIN),
        token_path=directory.token_path(ADMIN),
        catalogue=catalogue_name(directory.root),
        python=sys.executable,
        lan=_lan(directory, addresses),
    )


def _lan(directory: DataDirectory, addresses: Addresses) -> Lan | None:
    if addresses.lan_http is None or addresses.lan_mqtt is None:
        return None
    authority = directory.tls / AUTHORITY
    return Lan(addresses.lan_http, addresses.lan_mqtt, authority if authority.exists() else None)


def _limits(settings: UpSettings) -> Limits:
    return Limits(
        ready_timeout_s=settings.ready_timeout_s,
        restart_delay_min_s=settings.restart_delay_min_s,
        restart_delay_max_s=settings.restart_delay_max_s,
        stop_timeout_s=settings.stop_timeout_s,
        child_log_bytes_max=settings.child_log_bytes_max,
    )
