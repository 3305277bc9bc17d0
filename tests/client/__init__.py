"""Promises of the analysts' client, export and SQL."""
