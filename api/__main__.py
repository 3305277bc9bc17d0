"""`python -m api`: serve a home over HTTP until told to stop."""

import os
import resource
import sys

import uvloop

from api import log_lines
from api.errors import ApiError, StartError, StoreReplaced
from api.process import serve
from api.settings import ApiSettings

CANNOT_START = 2
START_AGAIN = 3
INTERRUPTED = 130


def main() -> int:
    """Run the process; returns its exit status."""
    log_lines.configure()
    _allow_many_connections()
    status = 0
    try:
        uvloop.run(serve(ApiSettings.load()))
    except* StartError as faults:
        print(f"api: {_first(faults)}", file=sys.stderr)
        status = CANNOT_START
    except* StoreReplaced as faults:
        print(f"api: {_first(faults)}", file=sys.stderr)
        status = START_AGAIN
    except* KeyboardInterrupt:
        status = INTERRUPTED
    return status


def _allow_many_connections() -> None:
    """Raise the bound on open files as far as we may: by default it is less than a crowd of clients takes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _first(faults: BaseExceptionGroup[ApiError]) -> BaseException:
    """The fault itself, however many task groups it went through."""
    fault: BaseException = faults
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


if __name__ == "__main__":
    # What would otherwise wait for threads of queries that nobody asks for any more.
    code = main()
    sys.stderr.flush()
    os._exit(code)
