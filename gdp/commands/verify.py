"""`verify`: check every record, link, signature and seal of a store, or of a proof; status 1 names what is wrong."""

import argparse
import sys
from collections.abc import Mapping

from gdp.catalogue import Kind
from gdp.chain import Fault, Report, Walk
from gdp.commands.names import name_of
from gdp.commands.proof import verify_proof
from gdp.commands.source import Listed, Source, open_source
from gdp.errors import BadRequest, CorruptStore, GdpError
from gdp.names import printable
from gdp.seal import decode_seal

PROGRESS_RECORDS = 100_000
"""Between two lines of progress while one log is walked: a few seconds."""

Seals = dict[bytes, Mapping[int, bytes]]


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser("verify", help="check every record of every log, or a proof", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("where", nargs="?", help="a data directory, or HOST:PORT of a server")
    what.add_argument("--proof", metavar="FILE", help="a proof that was saved; - is standard input")
    known = parser.add_mutually_exclusive_group()
    known.add_argument(
        "--catalogue", metavar="NAME", type=name_of, help="the catalogue's name, as you know it from elsewhere"
    )
    known.add_argument(
        "--log", metavar="NAME", type=name_of, help="with --proof: the log's name, as you know it from elsewhere"
    )
    parser.set_defaults(run=run)


async def run(args: argparse.Namespace) -> int:
    """Check what the command line names; a store that cannot even be opened is a fault too."""
    if args.proof is not None:
        return verify_proof(args.proof, log=args.log, catalogue=args.catalogue)
    if args.log is not None:
        raise BadRequest("--log goes with --proof; a store is verified whole")
    try:
        return await _verify_all(args)
    except CorruptStore as error:
        print(f"FAULT {error}")
        return 1


async def _verify_all(args: argparse.Namespace) -> int:
    """Walk all logs, the seal log first, for the others are checked against it."""
    faulty = 0
    async with open_source(args.where, args.catalogue) as source:
        logs = [log async for log in source.logs()]
        seals: Seals = {}
        for number, log in enumerate(sorted(logs, key=lambda log: log.kind is not Kind.SEAL), start=1):
            faults = await _verify(source, log, seals, f"{number}/{len(logs)}")
            faulty += bool(faults)
    print(f"{len(logs)} logs, {faulty} with faults" if faulty else f"{len(logs)} logs, all good")
    return 1 if faulty else 0


async def _verify(source: Source, log: Listed, seals: Seals, progress: str) -> list[Fault]:
    walk = Walk(log.metadata, seals=seals.get(log.name))
    seen, faults = 0, []
    try:
        async for datum in source.records(log.name, 1, log.recno):
            walk.add(datum)
            if log.kind is Kind.SEAL:
                _note_seals(datum.data, seals)
            seen = datum.recno
            if seen % PROGRESS_RECORDS == 0:
                print(f"{progress} {log.title}: {seen} of {log.recno} records", file=sys.stderr)
    except GdpError as error:
        faults.append(Fault(seen + 1, "record", str(error)))
    report = walk.finish()
    faults += report.faults
    if not faults and report.last != log.recno:
        faults.append(Fault(report.last + 1, "recno", f"the log should have {log.recno} records"))
    _print(log, report, faults, progress)
    return faults


def _note_seals(data: bytes, seals: Seals) -> None:
    """Keep the newest seal of each log: it covers everything before it.

    Raises:
        BadRequest: not a seal record.
    """
    for sealed in decode_seal(data):
        seals[sealed.log] = {sealed.recno: sealed.hash}


def _print(log: Listed, report: Report, faults: list[Fault], progress: str) -> None:
    if not faults:
        pending = f", the last {report.pending} not signed or sealed yet" if report.pending else ""
        key = "" if report.key_known else ", no key known"
        print(f"{progress} good {log.title}: {report.records} records, {report.signed} signed{pending}{key}")
        return
    print(f"{progress} FAULT {log.title} (log {printable(log.name)}):")
    for fault in faults:
        print(f"  record {fault.recno}, {fault.field}: {fault.reason}")
    if report.fault_count > len(report.faults):
        print(f"  and {report.fault_count - len(report.faults)} more")
