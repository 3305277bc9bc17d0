"""Promises of ingest."""
