"""Promises of Hearthlog, one folder a part."""
