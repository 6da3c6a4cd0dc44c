"""From the elevation of a cell to that of the place, by the rules of FAO-56 and the standard atmosphere.

Temperature falls by 6.5 K per km (ICAO standard atmosphere, the lapse of FAO-56 Eq. 7). Pressure follows by the ratio
of FAO-56 Eq. 7 at the two heights. The mixing ratio of the air is kept, so that the vapour pressure changes as the
pressure does; dew point and relative humidity follow from it, and no air is more than saturated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from etolib.equations.air import atmospheric_pressure, saturation_vapour_pressure
from etolib.equations.humidity import dew_point

LAPSE = 0.0065
"""Fall of temperature with height (ICAO, Doc 7488; FAO-56 Eq. 7). [K m-1]"""

_TEMPERATURE_OF = {"rhmin": "tmax", "rhmax": "tmin", "rhmean": "tmean"}
"""The temperature at which a humidity is taken."""


def corrected(frame: pd.DataFrame, cell: float, place: float) -> pd.DataFrame:
    """Return daily columns of a cell as they would be at the height of the place.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns by day.
    cell, place : float
        Elevations. [m]

    Examples
    --------
    >>> day = pd.DataFrame({"tmin": [10.0], "tmax": [20.0], "tdew": [9.0], "pressure": [90.0]})
    >>> corrected(day, 1000.0, 500.0).round(2).iloc[0].to_dict()
    {'tmin': 13.25, 'tmax': 23.25, 'tdew': 9.88, 'pressure': 95.5}
    """
    out = frame.copy()
    step = -LAPSE * (place - cell)
    ratio = float(atmospheric_pressure(place)) / float(atmospheric_pressure(cell))
    for name in ("tmin", "tmax", "tmean", "tdry"):
        if name in frame:
            out[name] = frame[name] + step
    if "pressure" in frame:
        out["pressure"] = frame["pressure"] * ratio
    if not {"tmin", "tmax"} <= set(frame):
        return out
    before, after = _temperatures(frame), _temperatures(out)
    with np.errstate(over="ignore", invalid="ignore"):
        if "ea" in frame:
            out["ea"] = np.minimum(frame["ea"] * ratio, _saturation(after["tmean"]))
        if "tdew" in frame:
            vapour = _saturation(frame["tdew"].to_numpy()) * ratio
            shifted = np.asarray(dew_point(np.where(np.isfinite(vapour), vapour, np.nan)))
            # What was no more than saturated stays so.
            cap = np.maximum(after["tmean"], frame["tdew"].to_numpy() - before["tmean"] + after["tmean"])
            out["tdew"] = np.minimum(shifted, cap)
        for name, at in _TEMPERATURE_OF.items():
            if name in frame:
                share = _saturation(before[at]) / _saturation(after[at])
                cap = np.maximum(100.0, frame[name].to_numpy())
                out[name] = np.minimum(frame[name].to_numpy() * share * ratio, cap)
    return out


def _temperatures(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    low, high = frame["tmin"].to_numpy(), frame["tmax"].to_numpy()
    return {"tmin": low, "tmax": high, "tmean": (low + high) / 2}


def _saturation(temperature: np.ndarray) -> np.ndarray:
    """Return the saturation vapour pressure; NaN where a temperature is none. [kPa]"""
    inside = np.where((temperature > -100) & (temperature < 60), temperature, np.nan)
    return np.asarray(saturation_vapour_pressure(inside))
