"""Proofs: what anyone needs to verify records of a log offline, knowing only a name (docs/proofs.md). Pure."""

from gdp.proof.check import verify
from gdp.proof.parts import Link, Proof, Sealing, Span, make, span_of
from gdp.proof.text import decode, encode
from gdp.proof.verdict import Check, State, Verdict

__all__ = [
    "Check",
    "Link",
    "Proof",
    "Sealing",
    "Span",
    "State",
    "Verdict",
    "decode",
    "encode",
    "make",
    "span_of",
    "verify",
]
