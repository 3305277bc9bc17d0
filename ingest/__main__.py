"""`python -m ingest demo` and `python -m ingest replay`: recorded homes, published through a broker."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from itertools import chain
from pathlib import Path

from ingest.demo import SEED, SPEED, plan_demo
from ingest.errors import IngestError, PublishError
from ingest.progress import progress, say
from ingest.publisher import Account, Publisher
from ingest.recordings import RECORDINGS, Recording, recording_in
from ingest.replay import paced
from ingest.sending import send
from ingest.stamp import stamped

IN_FLIGHT = 1_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 = done, or stopped by a signal; 1 = could not, or messages were refused; 2 = wrong usage."""
    options = _parser().parse_args(arguments)
    result = 1
    try:
        account = _account(options)
        if options.command == "demo":
            result = asyncio.run(_until_stopped(demo(account, speed=options.speed, seed=options.seed)))
        else:
            sets = [(recording_in(folder), folder) for folder in options.folders]
            result = asyncio.run(_until_stopped(replay(account, sets, options)))
    except* (IngestError, OSError) as faults:
        for fault in _leaves(faults):
            print(f"ingest: {fault}", file=sys.stderr)
    return result


async def demo(account: Account, *, speed: float, seed: int) -> int:
    """Catch up on the last day of the sample home, then let it live. Runs until it is cancelled."""
    async with Publisher(account, in_flight_max=IN_FLIGHT) as publisher:
        plan = plan_demo(time.time_ns(), speed=speed, seed=seed)
        say(f"demo: {plan.story}")
        async with progress(publisher, "demo: catching up", len(plan.past)):
            await send(plan.past, publisher, clock=time.time_ns)
            await publisher.drain()
        say(f"demo: caught up, {_account_of(publisher)}; from here on in real time")
        await send(plan.life, publisher, clock=time.time_ns)
    return 0


async def replay(account: Account, sets: Sequence[tuple[Recording, Path]], options: argparse.Namespace) -> int:
    """Publish recorded sets one after the other and say what became of them."""
    async with Publisher(account, in_flight_max=options.in_flight) as publisher:
        for recording, folder in sets:
            told = recording.read(folder)
            dated = map(stamped, told) if options.device_times else told
            messages = [each._replace(topic=options.prefix + each.topic) for each in dated]
            before = (publisher.acknowledged, publisher.refused)
            begin = time.monotonic_ns()
            plan = (each._replace(due=each.due + begin) for each in paced(messages, speed=options.speed))
            async with progress(publisher, recording.name, len(messages)):
                await send(plan, publisher, clock=time.monotonic_ns)
                await publisher.drain()
            seconds = (time.monotonic_ns() - begin) / 1e9
            say(f"{recording.name}: {_account_of(publisher, before)} of {len(messages):,} in {seconds:.1f} s")
        return 1 if publisher.refused else 0


def _account_of(publisher: Publisher, before: tuple[int, int] = (0, 0)) -> str:
    acknowledged, refused = publisher.acknowledged - before[0], publisher.refused - before[1]
    return f"{acknowledged:,} messages acknowledged" + (f", {refused:,} refused" if refused else "")


async def _until_stopped(work: Coroutine[None, None, int]) -> int:
    """Run `work`; SIGTERM and SIGINT end it quietly."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 0


def _leaves(faults: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    nested = (_leaves(each) if isinstance(each, BaseExceptionGroup) else [each] for each in faults.exceptions)
    return list(chain.from_iterable(nested))


def _account(options: argparse.Namespace) -> Account:
    host, _, port = options.mqtt.rpartition(":")
    if not host or not port.isdecimal():
        raise PublishError(f"--mqtt {options.mqtt} is not HOST:PORT")
    password = options.password_file.read_text().strip() if options.password_file else None
    return Account(host.strip("[]"), int(port), options.user, password, f"hearthlog-{options.command}-{os.getpid()}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--mqtt", default="127.0.0.1:1883", metavar="HOST:PORT", help="the broker (%(default)s)")
    shared.add_argument("--user", help="account at the broker")
    shared.add_argument("--password-file", type=Path, metavar="FILE", help="file that holds the account's password")

    show = commands.add_parser("demo", parents=[shared], help="a recorded day in a minute, then life")
    show.add_argument("--speed", type=_faster_than_life, default=SPEED, help="of the catching up (%(default)g)")
    show.add_argument("--seed", type=int, default=SEED, help="of the simulated phone and watch (%(default)s)")

    names = ", ".join(recording.name for recording in RECORDINGS)
    again = commands.add_parser(
        "replay", parents=[shared], help="publish recorded sets", epilog=f"Known sets: {names}."
    )
    again.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="folder of a recorded set")
    again.add_argument("--speed", type=float, default=0, help="times faster than life; 0 = as fast as acknowledged (0)")
    again.add_argument("--prefix", default="", help="put before each topic, as it is")
    again.add_argument("--device-times", action="store_true", help="put the time of the recording into each message")
    again.add_argument("--in-flight", type=int, default=IN_FLIGHT, help="messages unacknowledged at most (%(default)s)")
    return parser


def _faster_than_life(text: str) -> float:
    speed = float(text)
    if not speed > 1:
        raise argparse.ArgumentTypeError("must be above 1: the demo has to catch up with the present")
    return speed


if __name__ == "__main__":
    sys.exit(main())
