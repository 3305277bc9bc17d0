"""What `verify=True` does: fetch the proofs behind an answer, check them from one name up, decode again, compare."""
