"""Quantiles of many courses without computing all of them: of a course that cannot matter only its side is known.

On each of many days there is one value for each of a thousand cases, all of which change smoothly from day to day, and
two quantiles of them are wanted. All cases are computed on every 32nd day. Between two such days a case that is well
below the quantile on both stays below, one well above stays above, and only those in between are computed, on the day
half way; then the same within each half. What a quantile needs of the others is their number. So it is the quantile of
all cases to the bit, of a fiftieth of the values.

"Well" is found, not assumed: how far the cases near the quantile depart on the middle day from the straight line of its
neighbours, `MARGIN` times that, while within the halves they depart about a quarter as far. Where a middle day departs
further than half of what it was allowed, or days are `rough`, all cases are computed.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from etolib.fusion.statistics import Ordered

Array = NDArray[np.float64]
Index = NDArray[np.int64]

STEP = 32  # days between those on which all cases are computed
LEAST_DAYS = 3 * STEP  # of fewer days all is computed
MARGIN, SHRINK, ALLOWED = 3.0, 3.0, 0.5
"""A case does not matter where it is off by `MARGIN` times what cases depart on the day half way; the margin of a half
is at least that of the whole over `SHRINK`. Cases may depart by `ALLOWED` of the margin. At 200 places of the world no
bound of a day of the year differs from that of all cases; with a margin of 1 those of 10 in 150 places do."""

LEAST_GROUP = 48  # pairs of days that are worked on together at least
NEAR = 1.0  # cases within so much of the quantile tell how far cases depart, in the unit of the values
CELLS = 1 << 16  # values computed at once: the arrays stay in the cache of a core, and no compiler is waited for


class Run(NamedTuple):
    """Days that follow each other: the first, the one after the last, and whether they change steadily."""

    start: int
    stop: int
    steady: bool


def runs_of(first: int, rough: NDArray[np.bool_]) -> list[Run]:
    """Return the runs of days, the first of which has the number ``first``; those of rough days are not steady.

    >>> runs_of(10, np.array([False, False, True, False]))
    [Run(start=10, stop=12, steady=True), Run(start=12, stop=13, steady=False), Run(start=13, stop=14, steady=True)]
    """
    ends = [0, *(np.flatnonzero(rough[1:] != rough[:-1]) + 1).tolist(), len(rough)]
    return [Run(first + a, first + b, not rough[a]) for a, b in itertools.pairwise(ends) if b > a]


def rough(rows: Array, most: Sequence[float]) -> NDArray[np.bool_]:
    """Return which rows lie far from the mean of their neighbours.

    Parameters
    ----------
    rows : ndarray, shape (days, n)
    most : sequence of float, shape (n,)
        How far the second differences of each column may go.

    Examples
    --------
    >>> rough(np.array([[1.0], [2.0], [3.1], [9.0]]), [0.2]).tolist()
    [False, False, True, False]
    """
    out = np.zeros(len(rows), bool)
    out[1:-1] = (np.abs(np.diff(rows, n=2, axis=0)) > np.asarray(most)).any(axis=1)
    return out


def quantiles(evaluate: Callable[..., Array], runs: Sequence[Run], cases: int, levels: tuple[float, float]) -> Array:
    """Return two quantiles of the cases of each day.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(days)`` returns the values of all cases on some days, shape (days, cases); ``evaluate(days, which)``
        those of some cases of each, shape of ``which``. NaN on a day is NaN of all cases.
    runs : sequence of Run
        All days, in their order.
    cases : int
    levels : two floats
        As of `numpy.quantile`.

    Returns
    -------
    ndarray, shape (2, days)

    Examples
    --------
    >>> slope = np.linspace(-1, 1, 101)
    >>> def evaluate(days, which=None):
    ...     return np.sin(days / 50)[:, None] + (slope if which is None else slope[which])
    >>> found = quantiles(evaluate, [Run(0, 300, True)], 101, (0.05, 0.95))
    >>> bool((found == np.quantile(evaluate(np.arange(300)), (0.05, 0.95), axis=1)).all())
    True
    """
    out = np.full((2, runs[-1].stop), np.nan)
    narrowed = [run for run in runs if run.steady and run.stop - run.start >= LEAST_DAYS]
    whole = np.ones(out.shape[1], bool)
    for start, stop, _ in narrowed:
        whole[start:stop] = False
    if narrowed:
        narrowing = _Narrowing(evaluate, narrowed, cases, levels, out)
        narrowing.run()
        whole |= narrowing.whole
    days, size = np.flatnonzero(whole), max(1, CELLS // cases)
    for some in (days[start : start + size] for start in range(0, len(days), size)):
        ordered = Ordered(evaluate(some))
        out[:, some] = [ordered.quantile(level) for level in levels]
    return out


@dataclass
class _Between:
    """Pairs of days between which a quantile is still sought.

    Attributes
    ----------
    level, first, last : ndarray, shape (n,)
        Of each pair: which quantile, and the two days.
    below, count : ndarray, shape (n,)
        How many cases are known to be below; how many are in question.
    margin : ndarray, shape (n,)
        How far off the quantile a case must be not to matter.
    left_room, right_room : ndarray, shape (n, 2)
        How far the two values that the quantile lies between are from it, on the first day and on the last.
    which : ndarray, shape (sum of count,)
        The cases in question of each pair, one pair after the other.
    left, right : ndarray, shape (sum of count,)
        Their values less the quantile, on the same days.
    """

    level: Index
    first: Index
    last: Index
    below: Index
    count: Index
    margin: Array
    left_room: Array
    right_room: Array
    which: Index
    left: Array
    right: Array

    @classmethod
    def joined(cls, parts: Sequence[_Between]) -> _Between:
        """Return the pairs of several behind each other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))

    def chosen(self, pairs: Index) -> _Between:
        """Return some of the pairs, in their order."""
        count = self.count[pairs]
        starts = (np.cumsum(self.count) - self.count)[pairs]
        cells = np.repeat(starts - (np.cumsum(count) - count), count) + np.arange(count.sum())
        return _Between(
            *(
                getattr(self, name)[cells if name in ("which", "left", "right") else pairs]
                for name in self.__dataclass_fields__
            )
        )

    def groups(self) -> Iterator[_Between]:
        """Return the pairs in parts that have about as many cases."""
        order = np.argsort(self.count, kind="stable")
        number, start = self.count[order], 0
        while start < len(order):
            alike = int(np.searchsorted(number, 1.5 * number[start] + 8, side="right"))
            stop = min(max(alike, start + LEAST_GROUP), len(order))
            stop = min(stop, start + max(1, CELLS // int(number[stop - 1])))
            yield self.chosen(order[start:stop])
            start = stop

    def narrowed(self) -> _Between:
        """Return the same without the cases that are further than the margin on one side on both days."""
        pair = np.repeat(np.arange(len(self.count)), self.count)
        left, right = (self.margin[:, None] + room for room in (self.left_room, self.right_room))
        below = (self.left < -left[pair, 0]) & (self.right < -right[pair, 0])
        stay = ~below & ~((self.left > left[pair, 1]) & (self.right > right[pair, 1]))
        number = len(self.count)
        return dataclasses.replace(
            self,
            below=self.below + np.bincount(pair[below], minlength=number),
            count=np.bincount(pair[stay], minlength=number),
            which=self.which[stay],
            left=self.left[stay],
            right=self.right[stay],
        )


class _Narrowing:
    """The work on some runs; ``whole`` says of which days all cases must be computed."""

    def __init__(
        self, evaluate: Callable[..., Array], runs: Sequence[Run], cases: int, levels: tuple[float, float], out: Array
    ) -> None:
        self.evaluate, self.runs, self.cases, self.out = evaluate, runs, cases, out
        place = (cases - 1) * np.array(levels)
        self.place = np.floor(place).astype(np.int64)
        self.share = place - self.place
        self.whole = np.zeros(out.shape[1], bool)

    def run(self) -> None:
        """Write the quantiles of all days."""
        between = self._begin()
        while len(between.first):
            halves = [half.narrowed() for group in between.groups() for half in self._halve(group)]
            between = self._open(_Between.joined(halves))

    def _begin(self) -> _Between:
        """Compute every `STEP`-th day, and return the pairs of them."""
        days = [np.append(np.arange(start, stop - 1, STEP), stop - 1) for start, stop, _ in self.runs]
        values = _by_parts(self.evaluate, np.concatenate(days), self.cases)
        parts, end = [], 0
        for some in days:
            end, start = end + len(some), end
            parts.append(self._pairs(some, values[start:end]))
            if not np.isfinite(values[start:end]).all():
                self.whole[some[0] : some[-1] + 1] = True
        return self._open(_Between.joined(parts))

    def _open(self, between: _Between) -> _Between:
        """Return the pairs with days between whose cases must not all be computed."""
        return between.chosen(np.flatnonzero((between.last - between.first > 1) & ~self.whole[between.first + 1]))

    def _pairs(self, days: Index, values: Array) -> _Between:
        """Return the pairs of a run's days on which all cases are known."""
        ordered = np.sort(values, axis=1)
        low, high = (np.take(ordered, self.place + beyond, axis=1).T for beyond in (0, 1))
        found = _quantile(low, high, self.share[:, None])
        self.out[:, days] = found
        off, room = values - found[:, :, None], np.stack([found - low, high - found], axis=-1)
        share = ((days[1:-1] - days[:-2]) / (days[2:] - days[:-2]))[:, None]
        apart = _departure(off[:, 1:-1], off[:, :-2], off[:, 2:], share).max(axis=-1)  # of the days but first and last
        apart = np.maximum(np.pad(apart, ((0, 0), (1, 0))), np.pad(apart, ((0, 0), (0, 1))))
        margin = MARGIN * apart
        below = np.ones((2, len(days) - 1, self.cases), bool)
        for side in (slice(None, -1), slice(1, None)):
            below &= off[:, side] < -(margin + room[:, side, 0])[..., None]
        above = [off[:, side] > (margin + room[:, side, 1])[..., None] for side in (slice(None, -1), slice(1, None))]
        stay = ~below & ~(above[0] & above[1])
        level, first = np.indices((2, len(days) - 1)).reshape(2, -1)
        return _Between(
            level, days[first], days[first + 1], below.sum(axis=-1).ravel(), stay.sum(axis=-1).ravel(),
            margin.ravel(), room[:, :-1].reshape(-1, 2), room[:, 1:].reshape(-1, 2),
            np.nonzero(stay)[2], off[:, :-1][stay], off[:, 1:][stay],
        )  # fmt: skip

    def _halve(self, between: _Between) -> list[_Between]:
        """Compute the day half way of each pair; return the halves."""
        count = between.count
        middle, starts = (between.first + between.last) // 2, np.cumsum(count) - count
        place = np.arange(count.max())
        there = place < count[:, None]
        which = between.which[np.minimum(starts[:, None] + place, len(between.which) - 1)]
        values = np.where(there, self.evaluate(middle, which), np.inf)
        found, room, whole = self._found(values, between)
        off = (values - found[:, None])[there]
        share = np.repeat((middle - between.first) / (between.last - between.first), count)
        apart = np.maximum.reduceat(_departure(off, between.left, between.right, share), starts)
        for pair in np.flatnonzero(~whole | (apart > between.margin * ALLOWED)):
            self.whole[between.first[pair] + 1 : between.last[pair]] = True
        self.out[between.level, middle] = found
        between = dataclasses.replace(between, margin=np.maximum(MARGIN * apart, between.margin / SHRINK))
        return [
            dataclasses.replace(between, last=middle, right=off, right_room=room),
            dataclasses.replace(between, first=middle, left=off, left_room=room),
        ]

    def _found(self, values: Array, between: _Between) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Return the quantile of each middle day, its room, and whether the cases it lies between are there."""
        ordered = np.sort(values, axis=1)
        place = self.place[between.level] - between.below
        whole = (place >= 0) & (place + 1 < between.count)
        place, row = np.where(whole, place, 0), np.arange(len(values))
        low, high = ordered[row, place], np.where(whole, ordered[row, np.minimum(place + 1, values.shape[1] - 1)], 0.0)
        found = _quantile(low, high, self.share[between.level])
        return found, np.column_stack([found - low, high - found]), whole


def _quantile(low: Array, high: Array, share: Array) -> Array:
    """Return what lies between two values, as `etolib.fusion.statistics.Ordered` has it."""
    return np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share))


def _departure(off: Array, left: Array, right: Array, share: Array) -> Array:
    """Return how far cases near the quantile depart from the line between two days, 0 of others."""
    return np.where(np.abs(off) < NEAR, np.abs(off - (left + share * (right - left))), 0.0)


def _by_parts(evaluate: Callable[..., Array], days: Index, cases: int) -> Array:
    """Return the values of all cases on some days, computed some days at once."""
    size = max(1, CELLS // cases)
    return np.concatenate([evaluate(days[start : start + size]) for start in range(0, len(days), size)])
