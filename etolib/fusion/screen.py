"""Two quantiles of the ETo of a thousand weathers, of which only those that can matter are computed in full.

All weathers of a day are computed in single precision, which errs by some 1e-5 mm/day. The two that a quantile lies
between are among those that single precision puts within `MARGIN` of the quantile, three or four; they are computed in
double precision, and of the others counts what side they are on. So the quantile is that of all weathers in double
precision, to the bit, however the first step was computed: by numpy, or compiled where there is enough to do. A day
is computed in double precision throughout where a number is not finite, or where single precision was off by more than
a quarter of the margin.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from etolib.fusion.statistics import Ordered
from etolib.fusion.weathers import WEATHERS, Array, Expected, points

MARGIN = 0.001
"""How far off a quantile, by single precision, a weather cannot matter: a hundred times what single precision errs by.
[mm day-1]"""

LEAST_RATE = 0.02
"""Days whose clearness is distributed more evenly than at this rate are computed in double precision throughout: the
logarithm of a number near 1 over the rate is not known well enough in single precision. [1]"""

STEPS = 1 << 14  # of a millimetre, in which weathers are put in order
MOST = 1 << 20  # such steps: ETo of 64 mm, which is none
ROOM = 14  # weathers beyond the two a quantile lies between, on either side, that may be within the margin

MANY_DAYS = 30_000
"""Days of the lots of a process from which the screen is compiled: that takes two seconds, and saves ten to twenty
milliseconds for a year of a place."""

YEAR = 366  # days of one place, which waits for no compiler: those of other years are the same

DAYS = 512  # screened at once: their weathers stay in the cache of a core
CELLS = 1 << 15  # weathers that numpy computes at once, for the same reason

Screen = Callable[[Expected], NDArray[np.int32]]
"""Returns the weathers of each day as numbers to be put in order: ETo in steps times `WEATHERS`, plus which it is."""


def quantiles(expected: Expected, levels: tuple[float, float], screen: Screen | None = None) -> Array:
    """Return two quantiles of the ETo of each day's weathers.

    Parameters
    ----------
    expected : Expected
    levels : two floats
        As of `numpy.quantile`.
    screen : callable, optional
        `by_numpy` or `compiled`; by how many days there were by default. The quantiles are the same.

    Returns
    -------
    ndarray, shape (2, days)
        [mm day-1]
    """
    days = expected.table.shape[1]
    used = screen or _chosen(days)
    parts = (expected.table[:, start : start + DAYS] for start in range(0, days, DAYS))
    return np.concatenate([_of_part(Expected(part, expected.of_maps), levels, used) for part in parts], axis=1)


def _of_part(expected: Expected, levels: tuple[float, float], screen: Screen) -> Array:
    """Return the quantiles of some of the days."""
    ordered = screen(expected)
    ordered.sort(axis=1)
    whole = (ordered[:, 0] < -MOST * (WEATHERS - 1)) | (np.abs(expected.table[0]) < LEAST_RATE)
    out = np.stack([_quantile(expected, ordered, level, whole) for level in levels])
    for some in _parts(np.flatnonzero(whole)):
        every = Ordered(expected.eto(some))
        out[:, some] = [every.quantile(level) for level in levels]
    return out


def _quantile(expected: Expected, ordered: NDArray[np.int32], level: float, whole: NDArray[np.bool_]) -> Array:
    """Return one quantile of each day; mark the days of which it cannot be said in ``whole``."""
    place = (WEATHERS - 1) * level
    rank, margin = int(place), int(MARGIN * STEPS)
    window = ordered[:, rank - ROOM : rank + ROOM + 2]
    steps = window // WEATHERS
    near = (steps >= steps[:, ROOM, None] - margin) & (steps <= steps[:, ROOM + 1, None] + margin)
    whole |= near[:, 0] | near[:, -1]
    near[whole] = False
    day = np.nonzero(near)[0]
    which, steps = window[near] % WEATHERS, steps[near]
    exact = expected.eto(day, which[:, None])[:, 0]
    whole[day[~(np.abs(exact - steps / STEPS) < MARGIN / 4)]] = True
    values = np.full(near.shape, np.nan)
    values[near] = exact[np.lexsort((exact, day))]
    low, high, share = values[:, ROOM], values[:, ROOM + 1], place - rank
    found: Array = low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share)  # as `Ordered` does
    return found


def _parts(days: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return days in parts of so many weathers."""
    size = CELLS // WEATHERS
    return [days[start : start + size] for start in range(0, len(days), size)]


_days_seen = 0


def _chosen(days: int) -> Screen:
    """Count days of lots, and return the screen that is worth its while."""
    global _days_seen
    if days > YEAR:
        _days_seen += days
    return compiled if _days_seen >= MANY_DAYS and importlib.util.find_spec("numba") else by_numpy


def by_numpy(expected: Expected) -> NDArray[np.int32]:
    """Return the weathers of each day by numpy, see `Screen`."""
    out = np.empty((expected.table.shape[1], WEATHERS), np.int32)
    number = np.arange(WEATHERS, dtype=np.int32)
    for some in _parts(np.arange(len(out))):
        steps = expected.eto(some, precision="float32") * np.float32(STEPS)
        known = np.abs(steps) < MOST  # not of NaN
        out[some] = np.where(known, steps, np.float32(-MOST)).astype(np.int32) * WEATHERS + number
    return out


def compiled(expected: Expected) -> NDArray[np.int32]:
    """Return the same by a compiled loop."""
    out = np.empty((expected.table.shape[1], WEATHERS), np.int32)
    with _lock:
        loop = _compile(expected.of_maps)
    loop(expected.table.T.astype(np.float32, order="C").ravel(), points("float32").ravel(), out)
    return out


_lock = threading.Lock()


@cache
def _compile(of_maps: bool) -> Callable[..., None]:
    """Compile the loop over days."""
    from etolib.fusion.screen_compiled import make_loop

    return make_loop(of_maps, STEPS, MOST)
