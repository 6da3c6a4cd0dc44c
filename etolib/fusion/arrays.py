"""Many places at once: arrays over days and places, one pass in time. What a region needs, without tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.fusion import bias
from etolib.fusion.bias import States
from etolib.fusion.equation import wind_slope
from etolib.fusion.intervals import Z95, not_below_zero
from etolib.reference import eto_fao56


@dataclass(frozen=True)
class FusedArrays:
    """Fused ETo of many places.

    Attributes
    ----------
    eto, lower, upper : ndarray, shape (days, places)
        [mm day-1]
    last : States
        What is known of every place's bias after the last day: the start of a next call.
    """

    eto: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    last: States


def fuse_arrays(
    *,
    tmin: np.ndarray,
    tmax: np.ndarray,
    ea: np.ndarray,
    rs: np.ndarray,
    u2: np.ndarray,
    latitude: np.ndarray,
    elevation: np.ndarray,
    day_of_year: np.ndarray,
    reference: np.ndarray,
    start: States | None = None,
) -> FusedArrays:
    """Fuse chosen inputs of many places with what references they have, day by day.

    Every day is corrected by what was known before that day's reference. The interval joins the noise of a day
    (`bias.NOISE`) and what is not known of the bias; the finer one of `etolib.fusion.series` needs a place's record.

    Parameters
    ----------
    tmin, tmax : ndarray, shape (days, places)
        [degC]
    ea, rs, u2 : ndarray, shape (days, places)
        [kPa], [MJ m-2 day-1], [m s-1]
    latitude, elevation : ndarray, shape (places,)
        [degrees], [m]
    day_of_year : ndarray, shape (days,)
    reference : ndarray, shape (days, places)
        NaN where there is none. [mm day-1]
    start : States, optional
        Nothing known by default.

    Returns
    -------
    FusedArrays

    Examples
    --------
    >>> shape = (400, 2)
    >>> day = {"tmin": 20.0, "tmax": 31.0, "ea": 2.0, "rs": 21.0, "u2": 2.0}
    >>> weather = {name: np.full(shape, value) for name, value in day.items()}
    >>> where = {"latitude": np.full(2, -10.0), "elevation": np.full(2, 300.0), "day_of_year": np.arange(400) % 365 + 1}
    >>> reference = np.stack([np.full(400, 4.0), np.full(400, np.nan)], axis=1)
    >>> fuse_arrays(**weather, **where, reference=reference).eto[-1].round(1).tolist()
    [4.0, 5.2]
    """
    weather: dict[str, Any] = {"tmin": tmin, "tmax": tmax, "ea": ea, "rs": rs}
    place: dict[str, Any] = {"latitude": latitude[None, :], "elevation": elevation[None, :]}
    days = np.asarray(day_of_year, float)[:, None]
    eto = np.asarray(eto_fao56(**weather, u2=u2, **place, day_of_year=days))
    half = np.asarray(eto_fao56(**weather, u2=0.5 * u2, **place, day_of_year=days))
    found = bias.track(eto, wind_slope(eto, half), reference, day_of_year, start)
    fused = bias.correct(eto, found.log_bias)
    width = Z95 * np.sqrt(bias.NOISE**2 + found.variance * fused**2)
    return FusedArrays(fused, not_below_zero(fused, fused - width), fused + width, found.last)
