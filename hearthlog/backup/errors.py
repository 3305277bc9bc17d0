"""What keeps a backup or a restore from being made, each as a sentence for a person."""

from compose.errors import ComposeError


class BackupError(ComposeError):
    """Root of this package's errors."""


class BackupDamaged(BackupError):
    """The backup is not what was written; the text names the file, or the log and record."""


class PlaceUnusable(BackupError):
    """The backup or the restored directory cannot be put there."""


class SourceUnusable(BackupError):
    """There is nothing to back up, or it cannot be read."""
