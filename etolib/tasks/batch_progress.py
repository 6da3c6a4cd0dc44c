"""How far a batch is, in counts and remaining time; in words, and as HTML for a notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from etolib.words import Text, join, say

if TYPE_CHECKING:
    from etolib.store.store import Store
    from etolib.tasks.lot import LotEnd


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes
    ----------
    places, done, partial, failed : int
        Places altogether; with values; with values but without a source that should have answered; without values.
    lots, finished, broken : int
        Lots altogether; finished; ended by a fault or a full disk.
    seconds_left : float or None
        At the pace of this run. [s] None where nothing tells yet.
    running : bool

    Examples
    --------
    >>> str(Progress(100, 40, 0, 2, 10, 4, 0, 90.0, True))
    '42 of 100 places, 2 failed, about 2 min left'
    """

    places: int
    done: int
    partial: int
    failed: int
    lots: int
    finished: int
    broken: int
    seconds_left: float | None
    running: bool

    @property
    def computed(self) -> int:
        """Places of the finished lots."""
        return self.done + self.partial + self.failed

    @property
    def share(self) -> float:
        """Part of the places that is computed, 0 to 1."""
        return self.computed / self.places if self.places else 1.0

    @property
    def sentence(self) -> Text:
        """It in words."""
        parts = [say("batch_places_computed", number=self.computed, total=self.places)]
        if self.failed:
            parts.append(say("batch_failed", count=self.failed))
        if self.partial:
            parts.append(say("batch_partial", count=self.partial))
        if self.running and self.seconds_left is not None:
            parts.append(say("batch_time_left", duration=duration(self.seconds_left)))
        return join(", ", parts)

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass
class Count:
    """The counts behind `Progress`, kept by a batch."""

    places: int
    lots: int
    before: int = 0
    broken: int = 0
    _states: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    _sums: list[int] = field(default_factory=lambda: [0, 0, 0])  # kept: a batch of many lots asks after each

    @classmethod
    def of(cls, store: Store) -> Count:
        """Return the counts of a store as it is."""
        count = cls(len(store.order.sites), store.order.count)
        for number, marker in store.finished().items():
            count._set(number, _of_marker(marker))
        count.before = sum(count._sums)
        return count

    def add(self, end: LotEnd, marker: dict[str, Any] | None) -> None:
        """Take in how a lot ended."""
        self._set(end.number, _of_marker(marker) if marker else (end.done, end.partial, end.failed))

    def _set(self, number: int, states: tuple[int, int, int]) -> None:
        """Set the counts of a lot; one that was computed again had others."""
        earlier = self._states.get(number, (0, 0, 0))
        self._states[number] = states
        self._sums = [one - old + new for one, old, new in zip(self._sums, earlier, states, strict=True)]

    def progress(self, elapsed: float, *, running: bool) -> Progress:
        """Return the progress after so many seconds of this run."""
        done, partial, failed = self._sums
        now = done + partial + failed - self.before
        left = self.places - self.before - now
        seconds = elapsed * left / now if now > 0 else None
        return Progress(self.places, done, partial, failed, self.lots, len(self._states), self.broken, seconds, running)


def _of_marker(marker: dict[str, Any]) -> tuple[int, int, int]:
    return int(marker["done"]), int(marker["partial"]), int(marker["failed"])


def duration(seconds: float) -> Text:
    """Return a time in words, of two digits at most.

    >>> duration(0.2), duration(3), duration(100), duration(9000), duration(300000)
    ('less than 1 s', '3 s', '2 min', '2.5 h', '3.5 days')
    """
    if 0 < seconds < 0.5:
        return say("under_a_second")
    for limit, unit, key in ((90, 1, "in_seconds"), (5400, 60, "in_minutes"), (172800, 3600, "in_hours")):
        if seconds < limit:
            value = seconds / unit
            return say(key, number=f"{value:.1f}" if unit == 3600 and value < 10 else f"{value:.0f}")
    return say("in_days", number=f"{seconds / 86400:.1f}")


def html_of(progress: Progress, name: str, failures: list[str]) -> str:
    """Return a bar with its counts, and some of what failed.

    >>> "42 of 100" in html_of(Progress(100, 40, 0, 2, 10, 4, 0, None, True), "a.zarr", ["A: no answer"])
    True
    """
    bar = f'<progress value="{progress.computed}" max="{max(progress.places, 1)}" style="width: 20em"></progress>'
    rows = "".join(f"<li>{html.escape(text)}</li>" for text in failures)
    rest = progress.failed + progress.partial - len(failures)
    more = f"<li>{html.escape(say('and_others', count=rest))}</li>" if failures and rest > 0 else ""
    listed = f"<ul>{rows}{more}</ul>" if failures else ""
    return f"<div><b>{html.escape(name)}</b> {bar} {html.escape(str(progress))}{listed}</div>"
