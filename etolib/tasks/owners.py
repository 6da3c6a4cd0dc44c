"""Whose a task is: of a visitor of pages. Tasks of scripts, and what a result of a page wants beside it, have none.

Lives in `etolib.tasks.scheduler.TaskPlugin`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

BESIDE = "etolib_beside"
"""The annotation of a task that is no calculation of its own."""

_LOT = "lot-"  # as the tasks of a batch begin, before its id (`etolib.tasks.stored_batch.id_of`)


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
        self._batches: dict[str, str] = {}  # visitors by the id of the batch
        self._idle: set[str] = set()  # batches without a lot when that was looked at last
        self._news: dict[str, int] = {}  # by visitor
        self._count = 0

    def add(self, task_id: str, owner: Owner) -> None:
        """Take in a task; it stays that of whoever came first."""
        if task_id not in self._owners:
            self._owners[task_id] = owner
            self.moved(task_id)

    def add_batch(self, batch: str, visitor: str) -> None:
        """Take in a batch that is about to begin; while it is under way it stays that of whoever came first."""
        if batch and visitor:
            self._batches.setdefault(batch, visitor)

    def lots(self, visitor: str, batch: str, known: Collection[str]) -> list[str]:
        """Return those of some tasks that are lots of a visitor's batch, none of a batch of others.

        >>> owners = Owners()
        >>> owners.add_batch("1a", "ana")
        >>> owners.lots("ana", "1a", ["lot-1a-0-x", "lot-1b-0-x"]), owners.lots("bea", "1a", ["lot-1a-0-x"])
        (['lot-1a-0-x'], [])
        """
        mine = bool(visitor) and self._batches.get(batch) == visitor
        return [key for key in known if key.startswith(f"{_LOT}{batch}-")] if mine else []

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
        left = {task_id.split("-")[1] for task_id in known if task_id.startswith(_LOT)}
        idle = self._batches.keys() - left
        for batch in idle & self._idle:  # twice: its lots may be on their way
            del self._batches[batch]
        self._idle = idle
        there = {one.visitor for one in self._owners.values()}
        self._news = {visitor: number for visitor, number in self._news.items() if visitor in there}
