"""Promises of the api: its read model on values, and the real process against a real store."""
