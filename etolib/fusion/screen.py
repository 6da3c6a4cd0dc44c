"""Two quantiles of the ETo of a thousand weathers, of which only those that can matter are computed in full.

Weathers are computed in single precision first, which errs by some 1e-5 mm/day, and only those that contend for a
quantile (`etolib.fusion.contenders`). The two that a quantile lies between are among those that single precision puts
within `MARGIN` of it, three or four; they are computed in double precision, and of the others counts what side they
are on. So the quantile is that of all weathers in double precision, to the bit, however the first step was computed:
by numpy, or compiled where there is enough to do. A day is computed in double precision throughout where a number is
not finite, or where single precision was off by more than a quarter of the margin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etolib.extras import usable
from etolib.fusion.contenders import MARGIN, ROOM, STEPS, Mask, Screen, Single, Whole, encode, mark, steps_of, windows
from etolib.fusion.statistics import Ordered
from etolib.fusion.weathers import CELLS, WEATHERS, Array, Expected

LEAST_RATE = 0.02
"""Days whose clearness is distributed more evenly than at this rate are computed in double precision throughout: the
logarithm of a number near 1 over the rate is not known well enough in single precision. [1]"""

MANY_DAYS = 30_000
"""Days of the lots of a process from which the screen is compiled: that takes two seconds, and saves some milliseconds
for a year of a place."""

YEAR = 366  # days of one place, which waits for no compiler: those of other years are the same

DAYS = 1500  # screened at once: the weathers of those computed in full stay in the cache of a core


def quantiles(expected: Expected, levels: tuple[float, float], screen: Screen | None = None) -> Array:
    """Return two quantiles of the ETo of each day's weathers.

    Parameters
    ----------
    expected : Expected
    levels : two floats
        As of `numpy.quantile`.
    screen : Screen, optional
        `by_numpy` or `etolib.fusion.screen_compiled.compiled`; by how many days there were by default. The quantiles
        are the same.

    Returns
    -------
    ndarray, shape (2, days)
        [mm day-1]
    """
    used = screen or _chosen(expected.days)
    return np.concatenate([_of_part(part, levels, used) for part in expected.parts(DAYS)], axis=1)


def _of_part(expected: Expected, levels: tuple[float, float], screen: Screen) -> Array:
    """Return the quantiles of some of the days."""
    around, whole = windows(expected, [int((WEATHERS - 1) * level) for level in levels], screen)
    whole |= np.abs(expected.table[0]) < LEAST_RATE
    out = np.stack([_quantile(expected, one, level, whole) for one, level in zip(around, levels, strict=True)])
    for some in _parts(np.flatnonzero(whole)):
        every = Ordered(expected.eto(some))
        out[:, some] = [every.quantile(level) for level in levels]
    return out


def _quantile(expected: Expected, window: Whole, level: float, whole: Mask) -> Array:
    """Return one quantile of each day; mark the days of which it cannot be said in ``whole``."""
    place = (WEATHERS - 1) * level
    margin = int(MARGIN * STEPS)
    steps = steps_of(window)
    near = (steps >= steps[:, ROOM, None] - margin) & (steps <= steps[:, ROOM + 1, None] + margin)
    whole |= near[:, 0] | near[:, -1]
    near[whole] = False
    day = np.nonzero(near)[0]
    which, steps = window[near] % WEATHERS, steps[near]
    exact = expected.eto(day, which)
    whole[day[~(np.abs(exact - steps / STEPS) < MARGIN / 4)]] = True
    values = np.full(near.shape, np.nan)
    values[near] = exact[np.lexsort((exact, day))]
    low, high, share = values[:, ROOM], values[:, ROOM + 1], place - int(place)
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
    if _days_seen >= MANY_DAYS and usable("numba"):
        from etolib.fusion.screen_compiled import compiled

        return compiled
    return by_numpy


def _every(expected: Expected) -> Whole:
    out = np.empty((expected.days, WEATHERS), np.int32)
    number = np.arange(WEATHERS, dtype=np.int32)
    for some in _parts(np.arange(len(out))):
        out[some] = encode(expected.eto(some, precision="float32") * np.float32(STEPS), number)
    return out


def _some(expected: Expected, day: NDArray[np.int64], which: NDArray[np.int64]) -> Single:
    found: Single = expected.eto(day[..., None], which[:, None], "float32") * np.float32(STEPS)
    return found


by_numpy = Screen(_every, _some, mark)
