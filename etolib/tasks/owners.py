"""Whose a task is: of a visitor of pages. Tasks of scripts, and what a result of a page wants beside it, have none.

Lives in `etolib.tasks.scheduler.TaskPlugin`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

BESIDE = "etolib_beside"
"""The annotation of a task that is no calculation of its own."""


@dataclass(frozen=True)
class Owner:
    """Whose a task is, and what it calculates."""

    visitor: str
    client: str
    query: str
    at: float = field(default_factory=time.monotonic)


class Owners:
    """The owners of tasks, and for each visitor a number that grows whenever something becomes of one of his tasks."""

    def __init__(self) -> None:
        self._owners: dict[str, Owner] = {}  # oldest first
        self._news: dict[str, int] = {}  # by visitor
        self._count = 0

    def add(self, task_id: str, owner: Owner) -> None:
        """Take in a task; it stays that of whoever came first."""
        if task_id not in self._owners:
            self._owners[task_id] = owner
            self.moved(task_id)

    def get(self, task_id: str) -> Owner | None:
        """Return the owner of a task, None where it has none."""
        return self._owners.get(task_id)

    def moved(self, task_id: str) -> None:
        """Take note that something has become of a task."""
        if (owner := self._owners.get(task_id)) is not None:
            self._count += 1
            self._news[owner.visitor] = self._count

    def news(self, visitor: str) -> int:
        """Return a visitor's number; 0 where nothing of his is known."""
        return self._news.get(visitor, 0)

    def of(self, visitor: str) -> Iterator[tuple[str, Owner]]:
        """Return the tasks of a visitor, newest first."""
        return ((task_id, one) for task_id, one in reversed(self._owners.items()) if one.visitor == visitor)

    def forget_but(self, known: Collection[str]) -> None:
        """Forget all tasks but these."""
        for task_id in self._owners.keys() - known:
            self.moved(task_id)
            del self._owners[task_id]
        there = {one.visitor for one in self._owners.values()}
        self._news = {visitor: number for visitor, number in self._news.items() if visitor in there}
