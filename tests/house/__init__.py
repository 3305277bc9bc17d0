"""Promises of the whole house: set-up, broker, supervisor, command, the path from device to reader."""
