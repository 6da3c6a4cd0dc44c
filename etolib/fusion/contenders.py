"""The weathers that contend for a quantile on each day: few of a thousand, found from days some apart.

The usual weather moves slowly, and what each of the weathers that could have been gives moves with it. So all weathers
are computed on some days of a place only (the known days, `STRIDE` apart), and on the days between only those that can
come near the quantile: no farther from it than a weather strays from the straight line between two known days (`STRAY`
and half of what its line bends there). Of the others counts what side they are on.

A day on which this does not hold is computed in full: where a contender strays by more than half of what is allowed,
where the quantile lies nearer to the weathers left out than single precision can tell, where too many contend (polar
winters, whose weathers all give nothing), where a place has few days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from etolib.fusion.weathers import CELLS, WEATHERS, Expected

STEPS = 1 << 14  # of a millimetre, in which weathers are put in order
MOST = 1 << 20  # such steps: ETo of 64 mm, which is none
MARGIN = 0.001
"""How far off a quantile, by single precision, a weather cannot matter: a hundred times what single precision errs by.
[mm day-1]"""

ROOM = 14  # weathers beyond the two a quantile lies between, on either side, that may be within the margin
WIDTH = 2 * ROOM + 2

STRIDE = 8  # days from one known day to the next
LEAST_DAYS = 4 * STRIDE  # of a place; with fewer all of them are computed in full

STRAY = 0.02
"""How far a weather may lie off the line between two known days, beside half of what it bends there. [mm day-1]"""

WANDER = 0.01
"""The same of the quantile. [mm day-1]"""

BLOCK = 12  # spans looked at together: their weathers stay in the nearest cache of a core
MANY = 160  # contenders of a day from which all are computed

_BITS = WEATHERS.bit_length() - 1
_LOWEST, _HIGHEST = np.iinfo(np.int32).min, np.iinfo(np.int32).max

Whole = NDArray[np.int32]
Single = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Screen(NamedTuple):
    """What is computed of weathers in single precision, by numpy or compiled: the quantiles are the same.

    ``every``: of days, their weathers as numbers to be put in order (ETo in steps times `WEATHERS`, plus which it is),
    shape (days, WEATHERS). ``some``: of days of n spans, shape (n, days), the ETo of some weathers of each span, shape
    (n, weathers), as an array of shape (n, days, weathers) [steps]. ``mark``: what `mark` returns of its arguments.
    """

    every: Callable[[Expected], Whole]
    some: Callable[[Expected, NDArray[np.int64], NDArray[np.int64]], Single]
    mark: Callable[..., tuple[Mask, Single, NDArray[np.int64]]]


def encode(steps: Single, which: NDArray[np.integer]) -> Whole:
    """Return ETo in steps of weathers as numbers to be put in order; `MOST` below zero where it is unknown."""
    known = np.abs(steps) < MOST  # not of NaN
    found: Whole = np.where(known, steps, np.float32(-MOST)).astype(np.int32) * WEATHERS + which.astype(np.int32)
    return found


def steps_of(ordered: Whole) -> Whole:
    """Return the ETo of numbers to be put in order. [steps]"""
    return ordered >> _BITS


def windows(expected: Expected, ranks: Sequence[int], screen: Screen) -> tuple[Whole, Mask]:
    """Return the weathers about some ranks, in order, of each day.

    Parameters
    ----------
    expected : Expected
    ranks : sequence of int
        Two or more, counted from 0.
    screen : Screen

    Returns
    -------
    around : ndarray, shape (ranks, days, WIDTH)
        As numbers to be put in order (`Screen`); that of the rank stands at `ROOM`.
    unknown : ndarray, shape (days,)
        Where a weather has no ETo.
    """
    known, left = _known_days(expected.runs, expected.days)
    around = np.empty((len(ranks), expected.days, WIDTH), np.int32)
    unknown = np.zeros(expected.days, bool)
    every = screen.every(expected.on(known))
    ordered = _fill(every, known, ranks, around, unknown)
    if len(left):
        spans = _spans(known, left, every, ordered, ranks, screen)
        some = _fill_between(expected, spans, ranks, around, screen)
        _fill(screen.every(expected.on(some)), some, ranks, around, unknown)
    return around, unknown


def _known_days(runs: Sequence[int], days: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the days that are computed in full, and those positions among them after which others follow."""
    known, left, count = [], [], 0
    for start, stop in zip(runs, [*runs[1:], days], strict=True):
        length = stop - start
        if length < LEAST_DAYS:
            known.append(np.arange(start, stop))
        else:
            parts = -(-(length - 1) // STRIDE)
            known.append(start + np.arange(parts + 1) * (length - 1) // parts)
            left.append(count + np.arange(parts))
        count += len(known[-1])
    return np.concatenate(known), np.concatenate([*left, np.empty(0, np.int64)]).astype(np.int64)


def _fill(every: Whole, days: NDArray[np.int64], ranks: Sequence[int], around: Whole, unknown: Mask) -> Whole:
    """Write what lies about the ranks on days that are computed in full; returns all of them in order."""
    ordered = np.sort(every, axis=1)
    for rank, of_rank in zip(ranks, around, strict=True):
        of_rank[days] = ordered[:, rank - ROOM : rank + ROOM + 2]
    unknown[days] = ordered[:, 0] < -MOST * (WEATHERS - 1)
    return ordered


class _Spans(NamedTuple):
    """What is known of the days between two known days; n spans, the contenders of all of them one after the other.

    ``first``, ``last``: the known days; ``number``: how many contend; ``offset``: where they begin, all of shape (n,).
    ``which``, ``start``, ``end``, ``stray``: of each contender which weather it is, its ETo on both known days and how
    far it may stray from the line between, shape (contenders,) [steps]. ``below``: how many weathers lie below the
    contenders of each rank, shape (ranks, n); ``lowest``, ``highest``: on both known days what bounds the contenders,
    shape (ranks, n, 2) [steps].
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    number: NDArray[np.int64]
    offset: NDArray[np.int64]
    which: NDArray[np.int64]
    start: Single
    end: Single
    stray: Single
    below: NDArray[np.int64]
    lowest: Single
    highest: Single


def _spans(
    known: NDArray[np.int64], left: NDArray[np.int64], every: Whole, ordered: Whole, ranks: Sequence[int],
    screen: Screen,
) -> _Spans:  # fmt: skip
    """Return what is known of the days between, and who contends there."""
    lowest, highest = [], []
    for rank in ranks:
        two = steps_of(ordered[:, rank : rank + 2]).astype(np.float32)
        wander = _bends(two, known, left) + np.float32((WANDER + MARGIN) * STEPS)
        ends = np.stack([two[left], two[left + 1]], axis=-1)
        lowest.append(ends[:, 0] - wander[:, :1])
        highest.append(ends[:, 1] + wander[:, 1:])
    bounds = np.array(lowest), np.array(highest)
    contend, stray, below = screen.mark(known, left, every, *bounds)
    row, which = np.nonzero(contend)
    start, end = (steps_of(every[left[row] + day, which]).astype(np.float32) for day in (0, 1))
    count = np.bincount(row, minlength=len(left))
    offset = np.cumsum(count) - count
    return _Spans(known[left], known[left + 1], count, offset, which, start, end, stray[row, which], below, *bounds)


def mark(
    known: NDArray[np.int64], left: NDArray[np.int64], every: Whole, lowest: Single, highest: Single
) -> tuple[Mask, Single, NDArray[np.int64]]:
    """Return of n spans who contends for a rank, how far each weather may stray, and how many of the others lie below.

    Parameters
    ----------
    known, left : ndarray
        See `_known_days`; ``left`` of shape (n,).
    every : ndarray, shape (days known, WEATHERS)
        In the order of the weathers, see `Screen`.
    lowest, highest : ndarray, shape (ranks, n, 2)
        What bounds the contenders at both ends of a span. [steps]

    Returns
    -------
    contend, stray : ndarray, shape (n, WEATHERS)
        The latter in steps.
    below : ndarray, shape (ranks, n)
    """
    parts = [
        _mark(known, left[begin : begin + BLOCK], every, *(one[:, begin : begin + BLOCK] for one in (lowest, highest)))
        for begin in range(0, len(left), BLOCK)
    ]
    contend, stray, below = zip(*parts, strict=True)
    return np.concatenate(contend), np.concatenate(stray), np.concatenate(below, axis=1)


def _mark(
    known: NDArray[np.int64], left: NDArray[np.int64], every: Whole, lowest: Single, highest: Single
) -> tuple[Mask, Single, NDArray[np.int64]]:
    begin, stop = max(0, left[0] - 1), min(len(known), left[-1] + 3)
    values = steps_of(every[begin:stop]).astype(np.float32)
    stray = _bends(values, known[begin:stop], left - begin)
    stray += np.float32(STRAY * STEPS)
    start, end = values[left - begin], values[left + 1 - begin]
    contend = np.zeros(stray.shape, bool)
    under = []
    for low, high in zip(lowest, highest, strict=True):
        under.append(np.maximum(start - low[:, :1], end - low[:, 1:]) < -stray)
        contend |= ~under[-1] & (np.minimum(start - high[:, :1], end - high[:, 1:]) <= stray)
    return contend, stray, np.array([(one & ~contend).sum(axis=1) for one in under])


def ends_of(left: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the known days whose bends count at both ends of each span: at a place's ends those beside them."""
    begins, ends = np.diff(left, prepend=-2) > 1, np.diff(left, append=left[-1] + 2) > 1
    return np.where(begins, left + 1, left), np.where(ends, left, left + 1)


def _bends(values: Single, known: NDArray[np.int64], left: NDArray[np.int64]) -> Single:
    """Return half of how far lines through known days, drawn on, lie apart on the days after those at ``left``.

    At a place's ends its line bends as beside them.
    """
    gap = np.diff(known).astype(np.float32)[:, None]
    slope = np.diff(values, axis=0) / gap
    bends = np.zeros_like(values)
    np.subtract(slope[1:], slope[:-1], out=bends[1:-1])
    np.abs(bends, out=bends)
    first, last = (bends[day] for day in ends_of(left))
    first += last
    first *= gap[left] / 2
    return first


def _fill_between(
    expected: Expected, spans: _Spans, ranks: Sequence[int], around: Whole, screen: Screen
) -> NDArray[np.int64]:
    """Write what lies about the ranks on the days between; returns the days of which it cannot be said."""
    failed = [np.empty(0, np.int64)]
    for some in _alike(spans.number):
        day = np.minimum(spans.first[some, None] + np.arange(1, STRIDE), spans.last[some, None] - 1)
        if spans.number[some[-1]] > MANY:
            failed.append(day.ravel())
            continue
        sure = _of_spans(expected, spans, some, day, ranks, around, screen)
        failed.append(day[~sure])
    return np.unique(np.concatenate(failed))


def _alike(count: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Return the spans in groups of similar numbers of contenders, so few that their weathers stay in a cache."""
    order = np.argsort(count, kind="stable")
    many = int(np.searchsorted(count[order], MANY, side="right"))
    stop = many
    while stop > 0:
        size = max(1, CELLS // (max(1, int(count[order[stop - 1]])) * (STRIDE - 1)))
        yield order[max(0, stop - size) : stop]
        stop -= size
    if many < len(order):
        yield order[many:]


def _of_spans(
    expected: Expected, spans: _Spans, some: NDArray[np.int64], day: NDArray[np.int64], ranks: Sequence[int],
    around: Whole, screen: Screen,
) -> Mask:  # fmt: skip
    """Write what lies about the ranks on the days of some spans; returns of which days that is sure."""
    count = spans.number[some, None]
    number = np.arange(max(1, count[-1, 0]))
    there = number < count
    listed = spans.offset[some, None] + np.minimum(number, np.maximum(count - 1, 0))
    which = spans.which[listed]
    share = (day - spans.first[some, None]) / (spans.last[some, None] - spans.first[some, None])
    share = share.astype(np.float32)[..., None]
    steps = screen.some(expected, day, which)
    line = _between(spans.start[listed][:, None], spans.end[listed][:, None], share)
    line -= steps
    sure = np.asarray((np.abs(line) <= spans.stray[listed][:, None] / 2).all(axis=-1))
    ordered = encode(steps, which[:, None])
    ordered[np.broadcast_to(~there[:, None], ordered.shape)] = _HIGHEST
    ordered.sort(axis=-1)
    for below, low, high, rank, of_rank in zip(
        spans.below[:, some], spans.lowest[:, some], spans.highest[:, some], ranks, around, strict=True
    ):
        place = (rank - below)[:, None] + np.arange(-ROOM, ROOM + 2)
        window = np.take_along_axis(ordered, np.clip(place, 0, len(number) - 1)[:, None], axis=-1)
        window = np.where((place < 0)[:, None], _LOWEST, np.where((place >= count)[:, None], _HIGHEST, window))
        low, high = (_between(edge[:, :1], edge[:, 1:], share[..., 0]) for edge in (low, high))
        margin = MARGIN * STEPS + 2
        sure &= (steps_of(window[..., ROOM]) - margin >= low) & (steps_of(window[..., ROOM + 1]) + margin <= high)
        of_rank[day] = window
    return sure


def _between(start: Single, end: Single, share: Single) -> Single:
    return start + (end - start) * share
