"""What can go wrong with an export, in sentences."""


class ExportError(Exception):
    """The root: says what is wrong and what to do."""
