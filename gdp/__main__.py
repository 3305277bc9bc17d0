"""`python -m gdp`: read, list, check and serve logs."""

import argparse
import asyncio
import os
import sys

from gdp.commands import cat, ls, serve, verify
from gdp.commands.names import shielded
from gdp.errors import GdpError

_UNUSABLE = 2


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status: 2 if it could not be done, with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m gdp", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for command in (cat, ls, verify, serve):
        command.add_to(commands)
    args = parser.parse_args(shielded(arguments))
    try:
        status = int(asyncio.run(args.run(args)))
        sys.stdout.flush()
        return status  # noqa: TRY300, the flush belongs to it
    except BrokenPipeError:
        # `| head` has seen enough. Python would try to write the rest once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13  # as a shell reports SIGPIPE
    except (GdpError, OSError) as error:
        print(f"gdp: {error}", file=sys.stderr)
        return _UNUSABLE
    except KeyboardInterrupt:
        return 128 + 2  # as a shell reports SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
