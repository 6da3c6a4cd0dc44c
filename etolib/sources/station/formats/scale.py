"""Whether temperatures that state no unit are °C or °F: the humidity beside them tells."""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations.air import saturation_vapour_pressure
from etolib.sources.station.cells import number
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain

CLOSE, APART = 4.0, 1.5
"""How near a humidity must be to the one given, and how much nearer than in the other unit. [%]"""


def numbers(table: Table, name: str) -> Any:
    """Return the column of a name (compared plainly), NaN where there is none; shape (rows,)."""
    at = next((i for i, column in enumerate(table.names) if plain(column) == name), None)
    return np.array([np.nan if at is None else number(row[at], table.decimal) for row in table.rows], dtype=float)


def temperature_unit(mean: Any, dew: Any, humidity: Any) -> str | None:
    """Return the unit in which temperature and dew point give the humidity, None where neither or both do.

    The humidity es(D) / es(T) of the same two numbers is another in °C than in °F.

    Parameters
    ----------
    mean, dew : array_like, shape (rows,)
        Temperature and dew point, in °C or °F; NaN where absent.
    humidity : array_like, shape (rows,)
        Relative humidity. [%]

    Examples
    --------
    >>> temperature_unit([20.0, 25.0], [12.0, 14.0], [60.0, 50.4]), temperature_unit([68.0], [53.6], [60.0])
    ('°C', '°F')
    """
    given = np.array([mean, dew, humidity], dtype=float)
    warm, moist, wanted = given[:, np.isfinite(given).all(axis=0)]
    if not len(wanted):
        return None
    misfit = {
        "°C": _misfit(warm, moist, wanted),
        "°F": _misfit((warm - 32) / 1.8, (moist - 32) / 1.8, wanted),
    }
    better, worse = sorted(misfit, key=lambda unit: misfit[unit])
    return better if misfit[better] < CLOSE and misfit[worse] > misfit[better] + APART else None


def _misfit(mean: Any, dew: Any, humidity: Any) -> float:
    """Return how far the humidity of a temperature and a dew point [°C] is from the one given. [%]"""
    if mean.max() > 60 or mean.min() < -60 or dew.min() < -80 or dew.max() > 60:
        return float("inf")
    ratio = np.asarray(saturation_vapour_pressure(dew)) / np.asarray(saturation_vapour_pressure(mean))
    return float(np.median(np.abs(100 * ratio - humidity)))
