"""Tasks of this worker process that shall let others have their thread."""

from __future__ import annotations

_asked: set[str] = set()
"""Written by the scheduler's calls, read by the tasks, each of which takes its own key off."""


def ask(key: str) -> None:
    """Ask a task to step aside; called by the scheduler (`etolib.tasks.turns`)."""
    _asked.add(key)


def step(key: str) -> None:
    """Go on beside the worker's threads if that was asked for, so that another task has this one's place.

    Called on the task's own thread.
    """
    if key in _asked:
        from distributed import secede

        _asked.discard(key)
        secede()


def over(key: str) -> None:
    """Forget what was asked of a task that has ended."""
    _asked.discard(key)
