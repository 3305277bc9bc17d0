"""What can keep a home from starting, each as a sentence for the person who must act."""


class ComposeError(Exception):
    """Root of this package's errors; its text says what is wrong and what to do, ready to be printed."""


class SettingsError(ComposeError):
    """A setting that cannot be used: unknown, or of the wrong form."""


class DirectoryError(ComposeError):
    """The data directory cannot be used: not writable, another's, of another version."""


class PortTaken(ComposeError):
    """An address that cannot be listened on."""


class ProgramMissing(ComposeError):
    """A program that Hearthlog starts is not on this machine."""


class ChildFailed(ComposeError):
    """A child process that cannot run until a person acts."""


class AccountError(ComposeError):
    """An account that cannot be made or changed as asked."""


class CertificateError(ComposeError):
    """A certificate that cannot be used or made."""
