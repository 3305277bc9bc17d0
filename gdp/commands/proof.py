"""`verify --proof`: check a saved proof against a name that is known from elsewhere, without any server."""

import sys
from pathlib import Path

from gdp.errors import BadProof
from gdp.names import GdpName, parse_name
from gdp.proof import Proof, State, Verdict, decode, verify

MARKS = {State.GOOD: "good", State.BAD: "FAULT", State.OPEN: "open"}


def verify_proof(file: str, *, log: str | None, catalogue: str | None) -> int:
    """Print a line per check, the outcome, and what stays unproven; return 0 if all is proven, else 1.

    Raises:
        BadProof: the file is not a proof, or not one that the name could be checked against.
        GdpNameError: a text that is no name.
        OSError: the file cannot be read.
    """
    proof = decode(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    verdict = verify(_name(proof, log, catalogue), proof)
    for check in verdict.checks:
        print(f"{MARKS[check.state]:5} {check.id}: {check.text}")
    print(verdict.sentence)
    _print_open(verdict)
    return 0 if verdict.proven else 1


def _name(proof: Proof, log: str | None, catalogue: str | None) -> GdpName | None:
    """Return the name to trust. A catalogue's name counts for a log only through the catalogue's part of the proof."""
    if log is not None:
        return parse_name(log)
    if catalogue is None:
        return None
    name = parse_name(catalogue)
    if proof.catalogue is None and name != proof.span.log:
        raise BadProof("catalogue: the proof has no such part; fetch it with catalogue=true, or tell --log NAME")
    return name


def _print_open(verdict: Verdict) -> None:
    if verdict.proven:
        print("Not proven by this:")
        for each in verdict.not_proven:
            print(f"- {each}")
