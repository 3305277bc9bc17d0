"""The writer's key out of a log's metadata, as callers verify with it."""

from gdp.metadata import WPK, Metadata

HEAD_BYTES = 4
"""A key entry begins with hash, algorithm and bits (gdp-protocol §7); the DER key follows."""


def writer_key_of(metadata: Metadata) -> bytes | None:
    """DER SubjectPublicKeyInfo of the writer; None if the metadata has no writer key."""
    entry = metadata.get(WPK)
    return None if entry is None else entry[HEAD_BYTES:]
