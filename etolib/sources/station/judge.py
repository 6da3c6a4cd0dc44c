"""Whether columns can be weather: no series in a wrong unit, no minimum above its maximum."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np

from etolib.equations import sun
from etolib.errors import Problem
from etolib.sources.station.columns import Column
from etolib.sources.station.units import QUANTITY, UNITS
from etolib.words import say

LIMITS: Mapping[str, tuple[float, float]] = {
    # Bounds of the *median* of a series. A day may be beyond them, a series in the right unit is not.
    "tmin": (-60, 33), "tmax": (-55, 48), "tmean": (-57, 40), "tdew": (-65, 30), "u2": (0.05, 12),
    "rhmin": (1.01, 100), "rhmax": (1.01, 110), "rhmean": (1.01, 105), "ea": (0.005, 5), "pressure": (45, 108),
    "rs": (0.0, 40), "precipitation": (0, 150), "sunshine": (0, 24), "eto": (0, 18),
}  # fmt: skip
"""Bounds of the median of each variable, canonical units."""

CLEARNESS = (0.18, 0.9)
"""Bounds of the median of radiation over extraterrestrial radiation, on days with a sun."""


def wrong_unit(column: Column, raw: Any, values: Any, latitude: float | None, yearday: Any) -> Problem | None:
    """Return the problem where a series cannot be in the unit of its column, with the unit it may be in.

    Parameters
    ----------
    column : Column
        With a variable and a unit.
    raw, values : ndarray, shape (rows,)
        As the file has them, and in the canonical unit; NaN where absent.
    latitude : float or None
        Of the station, where it is known: its sun shows radiation in a wrong unit. [degrees]
    yearday : ndarray, shape (rows,)
        Day of the year.
    """
    assert column.variable is not None
    good = np.isfinite(values)
    if not good.any() or _fits(column.variable, values, good, latitude, yearday):
        return None
    others = [
        unit
        for unit, (factor, offset) in UNITS[QUANTITY[column.variable]].items()
        if unit != column.unit and _fits(column.variable, raw * factor + offset, good, latitude, yearday)
    ]
    others = [unit for unit in others if not unit.startswith("0.1")] or others  # tenths are rarer
    unit = reduce(lambda one, other: say("one_or_other", one=one, other=other), others) if others else None
    return Problem(
        say("column_named", name=repr(column.name)),
        say("from_to", one=f"{np.nanmin(raw):g}", other=f"{np.nanmax(raw):g}"),
        say("cannot_be", variable=column.variable, unit=column.unit),
        say("check_column_and_unit") if unit is None else say("values_look_like", unit=unit),
    )


def _fits(variable: str, values: Any, good: Any, latitude: float | None, yearday: Any) -> bool:
    """Return whether a series can be a variable in its canonical unit, by its ``good`` rows."""
    low, high = LIMITS[variable]
    if not low <= float(np.median(values[good])) <= high:
        return False
    if variable == "rs" and latitude is not None:
        ra = sun.extraterrestrial_radiation(latitude, yearday)
        sunny = good & (ra > 5)
        if sunny.sum() >= 15:
            return bool(CLEARNESS[0] <= np.median(values[sunny] / ra[sunny]) <= CLEARNESS[1])
    return True


def exchanged(columns: Mapping[str, Any], names: Mapping[str, str]) -> Problem | None:
    """Return the problem where the minimum lies above the maximum on most days; ``names`` in the file by variable."""
    both = np.isfinite(columns["tmin"]) & np.isfinite(columns["tmax"])
    if not both.any() or (columns["tmin"] > columns["tmax"])[both].mean() <= 0.5:
        return None
    return Problem("columns", ", ".join(names[v] for v in ("tmin", "tmax")), say("wrong_way_round"))
