"""The crop coefficient over the season, and what climate and wetting change of it.

References
----------
FAO-56 as in `etolib.water`: chapter 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from etolib.equations.air import saturation_vapour_pressure

UNADJUSTED = 0.45
"""A coefficient at the end of the season below this is not adjusted to the climate (FAO-56 p. 127)."""


def climate_term(u2: Any, rhmin: Any, height: Any) -> Any:
    """Return what wind and humidity add to a coefficient (the last term of FAO-56 Eqs. 62, 65, 70 and 72).

    Parameters
    ----------
    u2 : numeric
        Mean wind speed at 2 m [m s-1]; taken within 1 to 6.
    rhmin : numeric
        Mean daily minimum relative humidity [%]; taken within 20 to 80.
    height : numeric
        Of the crop [m]; at most 10. Below 0.1 m the crop is as grass, and nothing is added.

    >>> round(float(climate_term(4.6, 44, 2.0)), 3)
    0.096
    """
    wind, humidity = np.clip(u2, 1.0, 6.0), np.clip(rhmin, 20.0, 80.0)
    term = (0.04 * (wind - 2) - 0.004 * (humidity - 45)) * (np.clip(height, 0.0, 10.0) / 3) ** 0.3
    return np.where(np.asarray(height) < 0.1, 0.0 * term, term)


def kc_mid(tabled: Any, u2: Any, rhmin: Any, height: Any) -> Any:
    """Return the coefficient of the mid-season in a climate (FAO-56 Eq. 62; for Kcb mid Eq. 70).

    Parameters
    ----------
    tabled : numeric
        Kc mid of Table 12, or Kcb mid of Table 17. A Kcb below 0.45 is not adjusted.
    u2, rhmin, height : numeric
        As in `climate_term`.

    >>> round(float(kc_mid(1.20, 1.3, 75, 2.0)), 2)
    1.07
    """
    return np.asarray(tabled) + climate_term(u2, rhmin, height)


def kc_end(tabled: Any, u2: Any, rhmin: Any, height: Any) -> Any:
    """Return the coefficient of the end of the season in a climate (FAO-56 Eq. 65); as tabled below 0.45.

    >>> round(float(kc_end(0.35, 5.0, 20, 0.4)), 2)
    0.35
    """
    tabled = np.asarray(tabled, float)
    return np.where(tabled < UNADJUSTED, tabled, tabled + climate_term(u2, rhmin, height))


def coefficient(day: Any, stages: Sequence[float], ini: Any, mid: Any, end: Any) -> Any:
    """Return the coefficient on days of the season (FAO-56 Eq. 66): single Kc or basal Kcb.

    Parameters
    ----------
    day : numeric
        Day of the season, 1 on the day of planting.
    stages : sequence of float
        Lengths of the initial, development, mid and late stage [days].
    ini, mid, end : numeric
        Coefficient at the beginning, in the middle and at the end.

    Returns
    -------
    numpy.ndarray
        NaN before the first and after the last day.

    >>> [round(float(k), 2) for k in coefficient([20, 40, 70, 95, 101], (25, 25, 30, 20), 0.15, 1.19, 0.35)]
    [0.15, 0.77, 1.19, 0.56, nan]
    """
    i = np.asarray(day, float)
    first, second, third, last = np.cumsum(np.asarray(stages, float))
    rising = np.clip((i - first) / max(second - first, 1e-9), 0.0, 1.0)
    falling = np.clip((i - third) / max(last - third, 1e-9), 0.0, 1.0)
    value = np.asarray(ini) + rising * (np.asarray(mid) - ini) + falling * (np.asarray(end) - mid)
    return np.where((i >= 1) & (i <= last), value, np.nan)


def stage(day: Any, stages: Sequence[float]) -> Any:
    """Return the stage of days of the season: 1 initial, 2 development, 3 mid, 4 late; 0 outside.

    >>> stage([0, 1, 26, 80, 81, 101], (25, 25, 30, 20)).tolist()
    [0, 1, 2, 3, 4, 0]
    """
    i = np.asarray(day, float)
    found = 1 + np.searchsorted(np.cumsum(np.asarray(stages, float)), i)
    return np.where((i >= 1) & (found <= 4), found, 0)


def minimum_humidity(ea: Any, tmax: Any) -> Any:
    """Return the minimum relative humidity of a day [%] from its vapour pressure (FAO-56 Eq. 63).

    Parameters
    ----------
    ea : numeric
        Actual vapour pressure [kPa]; of the dew point, or of Tmin where there is none (Eq. 64).
    tmax : numeric
        Maximum temperature [degC].

    >>> round(float(minimum_humidity(1.7, 25.0)))
    54
    """
    return np.minimum(100 * np.asarray(ea, float) / saturation_vapour_pressure(np.asarray(tmax, float)), 100.0)
