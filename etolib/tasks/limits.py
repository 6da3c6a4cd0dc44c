"""How much pages may ask for: one page, one visitor with all his pages, and all visitors together.

The one count of it is on the scheduler, in `etolib.tasks.scheduler.TaskPlugin`: it sees every page of every visitor,
and outlives them. Scripts and notebooks are not counted: who may run those may do anything.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

TASKS, PLACES, UPLOADED = "tasks", "places", "uploaded"

PAGE, VISITOR, ALL = "page", "visitor", "all"

WINDOW_S = 600.0
"""What was uploaded counts for so long. [s]"""

RUNNING_PER_THREAD = 2
"""Tasks of one visitor that run at once, for each thread of the cluster; the others wait."""


@dataclass(frozen=True)
class Limit:
    """How much of something a page, a visitor and all together may have."""

    page: int
    visitor: int
    all: int


LIMITS = {
    # That wait; 1.7 MB each on the scheduler. A comparison has 12 places.
    TASKS: Limit(30, 150, 450),
    # Of batches under way; a region has 5,000 at most.
    PLACES: Limit(5_000, 10_000, 30_000),
    # Bytes within `WINDOW_S`; a file has 50 MB at most, and is read again after each of its questions.
    UPLOADED: Limit(400_000_000, 600_000_000, 2_000_000_000),
}


@dataclass(frozen=True)
class Room:
    """Whether there is room for more; where not, whose limit that is."""

    room: bool
    most: int = 0
    whose: str = ""


def room_for(what: str, more: int, has: Mapping[str, int]) -> Room:
    """Return whether a page may have so much more, given what page, visitor and all have.

    >>> room_for("tasks", 12, {"page": 18, "visitor": 138, "all": 200})
    Room(room=True, most=0, whose='')
    >>> room_for("tasks", 12, {"page": 18, "visitor": 139, "all": 200})
    Room(room=False, most=150, whose='visitor')
    """
    limit = LIMITS[what]
    for whose in (PAGE, VISITOR, ALL):
        most: int = getattr(limit, whose)
        if has[whose] + more > most:
            return Room(False, most, whose)
    return Room(True)


@dataclass
class _Taken:
    client: str
    visitor: str
    amount: int
    at: float


class Account:
    """What pages have taken of one thing, until they give it back, go away, or it is over.

    Parameters
    ----------
    what : str
        Of `LIMITS`.
    lasts : float or None
        How long it counts [s]; None: until it is given back.
    """

    def __init__(self, what: str, lasts: float | None = None) -> None:
        self.what, self._lasts = what, lasts
        self._taken: list[_Taken] = []

    def take(self, client: str, visitor: str, amount: int) -> Room:
        """Take so much where there is room for it."""
        if self._lasts is not None:
            since = time.monotonic() - self._lasts
            self._taken = [one for one in self._taken if one.at >= since]
        has = {
            PAGE: sum(one.amount for one in self._taken if one.client == client),
            VISITOR: sum(one.amount for one in self._taken if one.visitor == (visitor or client)),
            ALL: sum(one.amount for one in self._taken),
        }
        found = room_for(self.what, amount, has)
        if found.room:
            self._taken.append(_Taken(client, visitor or client, amount, time.monotonic()))
        return found

    def back(self, client: str, amount: int) -> None:
        """Take back so much of a client."""
        for one in self._taken:
            if one.client == client and one.amount == amount:
                self._taken.remove(one)
                return

    def left(self, client: str) -> None:
        """Take back what a client had that went away; what counts for a while does so without it too."""
        if self._lasts is None:
            self._taken = [one for one in self._taken if one.client != client]
