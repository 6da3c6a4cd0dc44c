"""The published method, written anew from its description, so that it can stand in the same table.

EVAonline (data doi:10.5281/zenodo.17791398) describes: inputs joined with fixed weights, one Penman-Monteith, an
additive monthly bias against the normals of a reference, and a scalar random-walk filter over the result whose
noises follow the normals. Where no reference is near it returns the Penman-Monteith as it is. Published scores let
the normals cover the very days that are scored.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.air import mean_saturation_vapour_pressure
from etolib.extras import usable
from etolib.fusion.faults.values import possible
from etolib.fusion.members import penman_monteith
from etolib.validation.places import NASA, OPEN_METEO, Place

WEIGHT_OF_NASA = {"tmax": 0.42, "tmin": 0.38, "rhmean": 0.28, "u2": 0.15, "rs": 0.78}
NEAR_KM = 50.0
NOISE = 0.55**2  # mm2 day-2
WALK_SHARE = 0.08
WALK_MOST = 0.5
LEAST_DEVIATION = 0.5  # mm day-1


def joined_eto(place: Place) -> np.ndarray:
    """Return the Penman-Monteith of inputs joined with fixed weights; one source stands in for the other. [mm day-1]"""
    nasa, other = possible(place.frames[NASA]), possible(place.frames[OPEN_METEO])
    inputs = pd.DataFrame(
        {
            name: (weight * nasa[name] + (1 - weight) * other[name]).fillna(nasa[name]).fillna(other[name])
            for name, weight in WEIGHT_OF_NASA.items()
        }
    )
    swapped = inputs["tmin"] > inputs["tmax"]
    inputs.loc[swapped, ["tmin", "tmax"]] = np.nan
    saturation = np.asarray(mean_saturation_vapour_pressure(inputs["tmin"].to_numpy(), inputs["tmax"].to_numpy()))
    inputs["ea"] = inputs["rhmean"].clip(0, 100) / 100 * saturation
    return penman_monteith(inputs, place.site)


def published(place: Place, normals_from: np.ndarray | None) -> np.ndarray:
    """Return the published method's series.

    Parameters
    ----------
    place : Place
    normals_from : ndarray, shape (days,), optional
        Reference the normals are formed of (own or a near place's), NaN where hidden; None without any. [mm day-1]
    """
    eto = joined_eto(place)
    if normals_from is None or not np.isfinite(normals_from).any():
        return eto
    month = place.dates.month.to_numpy()
    there = np.isfinite(normals_from)
    normal, deviation, low, high = (np.full(12, np.nan) for _ in range(4))
    for number in range(12):
        known = normals_from[(month == number + 1) & np.isfinite(normals_from)]
        normal[number], deviation[number] = known.mean(), max(known.std(), LEAST_DEVIATION)
        low[number], high[number] = np.quantile(known, [0.01, 0.99])
        rows = month == number + 1
        eto[rows] -= np.nanmean(eto[rows & there]) - normal[number]
    return np.asarray(_walk()(eto, month, normal.mean(), deviation.mean(), low, high))


@cache
def _walk() -> Any:
    if not usable("numba"):
        return _random_walk
    import numba

    return numba.njit(cache=True)(_random_walk)


def _random_walk(
    eto: np.ndarray, month: np.ndarray, start: float, deviation: float, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Scalar filter of the description: the walk grows by 1.8 after a jump, the noise by 50 or 500 at a wild value."""
    out = np.full(len(eto), np.nan)
    estimate, error = start, deviation**2
    walk, last = WALK_SHARE * deviation**2, 0.0
    for day in range(len(eto)):
        seen = eto[day]
        if seen != seen:
            continue
        bottom, top = low[month[day] - 1], high[month[day] - 1]
        noise = NOISE
        if seen < 0.8 * bottom or seen > 1.25 * top:
            noise *= 500
        elif seen < bottom or seen > top:
            noise *= 50
        jump = abs(seen - estimate)
        if jump > 1.5 * last:
            walk = min(1.8 * walk, WALK_MOST * deviation**2)
        last = jump
        error += walk
        gain = error / (error + noise)
        estimate += gain * (seen - estimate)
        error *= 1 - gain
        out[day] = estimate
    return out
