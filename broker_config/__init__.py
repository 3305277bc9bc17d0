"""Mosquitto's configuration as templates: listeners, accounts, topic permissions."""
