"""`hearthlog doctor`: what is missing, what is taken, what to do."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from compose.addresses import check_free
from compose.broker import find_mosquitto
from compose.child import TETHER
from compose.datadir import inspect_directory
from compose.errors import ComposeError
from compose.plan import Addresses
from compose.settings import UpSettings, config_path

DISK_FREE_BYTES_MIN = 1_000_000_000


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        what: What it is about.
        trouble: What is wrong and what to do; None: all is well.
        needed: Whether Hearthlog cannot run with this trouble.
    """

    what: str
    trouble: str | None
    needed: bool = True


def examine(settings: UpSettings) -> Iterator[Finding]:
    """Looks at everything that `up` needs, changing nothing."""
    yield Finding(f"settings ({config_path() if config_path().exists() else 'no file, defaults'})", None)
    yield Finding(f"Python {sys.version.split()[0]}", None)
    yield Finding("broker Mosquitto", _trouble(find_mosquitto))
    yield Finding("children end with their parent (setpriv)", _program_missing(TETHER[0], "util-linux"))
    for program, package in (("mosquitto_pub", "mosquitto-clients"), ("curl", "curl")):
        yield Finding(f"{program}, to try things out", _program_missing(program, package), needed=False)
    state = inspect_directory(settings.data)
    yield Finding(f"data directory {settings.data.absolute()}", state.trouble)
    yield Finding("room on its disk", _disk_trouble(settings), needed=False)
    if state.holder is not None:
        yield Finding(f"running (process {state.holder})", None)
    else:
        yield Finding("addresses", _trouble(lambda: check_free(Addresses.of(settings).by_option)))


def _trouble(check: Callable[[], object]) -> str | None:
    try:
        check()
    except ComposeError as error:
        return str(error)
    return None


def _program_missing(program: str, package: str) -> str | None:
    if shutil.which(program):
        return None
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{program} is missing. Install it: {sudo}apt-get install --yes {package}"


def _disk_trouble(settings: UpSettings) -> str | None:
    place = settings.data.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free >= DISK_FREE_BYTES_MIN:
        return None
    return f"only {free / 1e6:.0f} MB are free on the disk of {place}. Make room before the logs fill it."
