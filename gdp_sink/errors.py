"""The errors of the sink, one hierarchy; those that end the process carry its exit code.

What a device sends is never an error here: what cannot be kept is refused, counted and said in the sink's own log.
"""

from typing import ClassVar


class SinkError(Exception):
    """Root of what the sink raises on purpose. The text is one sentence for the person who started it."""

    exit_code: ClassVar[int] = 1


class SettingsUnusable(SinkError):  # it says what happened
    """A setting, the settings file or the broker's token cannot be used."""

    exit_code = 78


class DirectoryUnwritable(SinkError):
    """The data directory cannot be created or written."""

    exit_code = 73


class PortTaken(SinkError):
    """An address that the sink was told to listen on is not free."""

    exit_code = 69


class StoreTaken(SinkError):
    """Another process has the store open."""

    exit_code = 75


class StoreDamaged(SinkError):
    """The store's bytes are not what was written."""

    exit_code = 65


class StoreFailed(SinkError):
    """The store could not make a batch durable, so the sink cannot go on."""

    exit_code = 74
