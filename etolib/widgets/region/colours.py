"""Colours of a map by classes of round numbers, and what the legend says of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etolib.widgets.scales import step_of

CLASSES = 9
"""Classes of a map at most: so many colours can still be told apart."""

ONE_WAY = ("#fcfdbf", "#fed395", "#fea973", "#fa7d5e", "#e95562", "#c83e73", "#a3307e", "#7e2482", "#59157e")
"""From little to much: magma, dark for much (van der Walt & Smith 2015), which every kind of colour vision orders."""

WIDTHS = ("#fee838", "#e1cc55", "#c4b56c", "#a89f7c", "#8f8a78", "#757575", "#5c616e", "#3f4c6b", "#123570")
"""From narrow to wide: cividis (Nunez et al. 2018)."""

TWO_WAYS = ("#08519c", "#3182bd", "#6baed6", "#bdd7e7", "#f0f0ee", "#fdd0a2", "#fd8d3c", "#e6550d", "#8c2d04")
"""From less to more than usual: blue and orange, apart for every kind of colour vision."""

LEVELS = ("#f0a254", "#8fbfe0", "#1c5d99")
"""Low, medium and high quality."""

SHARES = ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b")
"""From no day of high quality to all."""


@dataclass(frozen=True)
class Scale:
    """Classes of numbers and their colours.

    Attributes
    ----------
    limits : tuple of float
        Between the classes, one less than there are; what is beyond them belongs to the outermost.
    colours : tuple of str
        A class each.
    """

    limits: tuple[float, ...]
    colours: tuple[str, ...]

    def classes(self, numbers: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the class of each number, -1 where there is none.

        >>> scale_of("eto", "day", (0.0, 8.0)).classes(np.array([-1.0, 1.0, 99.0, np.nan])).tolist()
        [0, 1, 7, -1]
        """
        found: NDArray[np.int64] = np.searchsorted(np.asarray(self.limits), numbers, side="right")
        return np.where(np.isnan(numbers), -1, found)


def scale_of(quantity: str, step: str, extent: tuple[float, float] | None) -> Scale | None:
    """Return the classes for numbers from least to largest; None where nothing is known.

    >>> scale_of("eto", "day", (2.1, 6.8)).limits
    (3.0, 4.0, 5.0, 6.0)
    >>> scale_of("anomaly", "mean", (-0.4, 1.6)).limits
    (-1.5, -1.0, -0.5, 0.5, 1.0, 1.5)
    """
    if quantity == "quality":
        return (
            Scale((1.5, 2.5), LEVELS) if step == "day" else Scale((20.0, 40.0, 60.0, 80.0), _spread(ONE_WAY[::-1], 5))
        )
    if extent is None:
        return None
    low, high = extent
    if quantity == "anomaly":
        return _about_zero(max(abs(low), abs(high)))
    size = step_of(max(high - low, 1e-6) / (CLASSES - 1))
    if high - low < 1e-6:
        size = step_of(max(abs(high), 0.1) / 10)
    first = math.floor(low / size + 1e-9) + 1
    last = max(first, math.ceil(high / size - 1e-9) - 1)
    limits = tuple(round(i * size, 9) for i in range(first, last + 1))
    return Scale(limits, _spread(WIDTHS if quantity == "width" else ONE_WAY, len(limits) + 1))


def _about_zero(most: float) -> Scale:
    """Return classes of the same width to either side of one about nothing."""
    size = step_of(max(most, 0.05) / 4)
    count = max(1, min(4, math.ceil(most / size - 1e-9)))
    sides = [round(i * size, 9) for i in range(1, count)] or [size]
    limits = (*(-one for one in reversed(sides)), *sides)
    return Scale(limits, _spread(TWO_WAYS, len(limits) + 1))


def _spread(colours: Sequence[str], count: int) -> tuple[str, ...]:
    """Return so many colours, from end to end.

    >>> _spread("abcde", 3)
    ('a', 'c', 'e')
    """
    if count == 1:
        return (colours[len(colours) // 2],)
    return tuple(colours[round(i * (len(colours) - 1) / (count - 1))] for i in range(count))
