"""The errors of the sink, one hierarchy; those that end the process carry its exit code.

What a device sends is never an error here: what cannot be kept is refused, counted and said in the sink's own log.
"""

from typing import ClassVar


class SinkError(Exception):
    """Root of what the sink raises on purpose. The text is one sentence for the person who started it."""

    exit_code: ClassVar[int] = 1


class NeedsPerson(SinkError):
    """Starting again is no help until a person has acted (sysexits EX_CONFIG); whoever restarts us knows this code."""

    exit_code = 78


class SettingsUnusable(NeedsPerson):
    """A setting, the settings file or the broker's token cannot be used."""


class DirectoryUnwritable(NeedsPerson):
    """The data directory cannot be created or written."""


class StoreDamaged(NeedsPerson):
    """The store's bytes are not what was written."""


class DescriptorsTooFew(NeedsPerson):
    """The limit of open files leaves no room for the store and its readers."""


class PortTaken(SinkError):
    """An address that the sink was told to listen on is not free (EX_UNAVAILABLE)."""

    exit_code = 69


class StoreFailed(SinkError):
    """The store could not make a batch durable, so the sink cannot go on (EX_IOERR)."""

    exit_code = 74


class StoreTaken(SinkError):
    """Another process has the store open (EX_TEMPFAIL)."""

    exit_code = 75


class StoppedEarly(SinkError):
    """Time to stop ran out with messages in hand that are not stored, nor acknowledged (EX_TEMPFAIL)."""

    exit_code = 75
