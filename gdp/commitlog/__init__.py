"""The commit log: one append-only, checksummed journal for all logs of a store, in segments (docs/formats.md)."""
