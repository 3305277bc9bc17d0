"""Background tasks of a long-lived object, under a TaskGroup that leaves its user's exceptions as they are."""

import asyncio
from types import TracebackType


class Background(asyncio.TaskGroup):
    """A TaskGroup for `async with` objects: what their user raises is not wrapped into an exception group.

    A task that fails still cancels the user and is raised as a group. On leaving, the owner must have told its tasks
    to end; only a cancellation of the user cancels them here.
    """

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the tasks."""
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            await super().__aexit__(kind, error, trace)
        else:
            await super().__aexit__(None, None, None)
