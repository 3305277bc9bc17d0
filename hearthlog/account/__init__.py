"""`hearthlog account`: who may read and publish what."""

from hearthlog.account.commands import account

__all__ = ["account"]
