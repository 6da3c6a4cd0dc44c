"""Round numbers of axes and legends."""

from __future__ import annotations

import math


def step_of(rough: float) -> float:
    """Return the round step (1, 2, 2.5, 5 times a power of ten) that is not smaller; 1 for none.

    >>> step_of(0.7), step_of(1.8), step_of(0.0)
    (1.0, 2.0, 1.0)
    """
    if rough <= 0 or not math.isfinite(rough):
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(times * power for times in (1, 2, 2.5, 5, 10) if times * power >= rough * 0.999)


def ends(low: float, high: float, parts: int = 4) -> tuple[float, float, float]:
    """Return round ends of an axis, and a round step between its marks.

    >>> ends(0.0, 7.3), ends(0.0, 0.0)
    ((0.0, 8.0, 2.0), (0.0, 1.0, 0.25))
    """
    if high <= low:
        high = low + 1
    step = step_of((high - low) / parts)
    return math.floor(low / step) * step, math.ceil(round(high / step, 9)) * step, step
