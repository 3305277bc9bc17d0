"""The errors of ingest, one hierarchy.

What a device says is never an error: a payload that nobody understands is a value with a note.
"""


class IngestError(Exception):
    """Root of everything that ingest raises on purpose."""


class TopicError(IngestError):
    """A text that cannot be an MQTT topic name (MQTT 5 §4.7.3). The text names the fault."""


class FilterError(IngestError):
    """A text that cannot be an MQTT topic filter (MQTT 5 §4.7). The text names the fault and the fix."""


class RecordingError(IngestError):
    """A recorded home that cannot be replayed: no such folder, or not in a format that is known here."""


class PublishError(IngestError):
    """Publishing cannot go on: the broker refuses the account, or refuses the protocol."""
