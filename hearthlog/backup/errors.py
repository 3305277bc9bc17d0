"""What keeps a backup or a restore from being made, each as a sentence for a person."""

from collections.abc import Iterator
from contextlib import contextmanager

from compose.errors import ComposeError
from gdp.errors import GdpError
from gdp_sink.errors import SinkError


class BackupError(ComposeError):
    """Root of this package's errors."""


class BackupDamaged(BackupError):
    """The backup is not what was written; the text names the file, or the log and record."""


class PlaceUnusable(BackupError):
    """The backup or the restored directory cannot be put there."""


class SourceUnusable(BackupError):
    """There is nothing to back up, or it cannot be read."""


@contextmanager
def translated(failed: str) -> Iterator[None]:
    """Turn errors of the store, the sink and the file system into ours; `failed` says what did not come about.

    Raises:
        BackupDamaged: the store's records are not what was written.
        PlaceUnusable: a file or directory cannot be used.
    """
    try:
        yield
    except ComposeError:
        raise
    except (GdpError, SinkError) as error:
        raise BackupDamaged(f"{error}.") from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise PlaceUnusable(f"{failed}: {where}{error.strerror or error}.") from error
