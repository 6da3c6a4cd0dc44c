"""The crop coefficient of the initial stage: how often, how much and how wide the soil is wetted.

References
----------
FAO-56 as in `etolib.water`: chapter 6 (Figures 29 and 30, Eqs. 59 and 60) and Annex 7.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.errors import InputError, Problem
from etolib.words import say

LARGEST = 1.15
"""Evaporation of wet bare soil, as a share of ETo (FAO-56 Annex 7)."""

COARSE = ("sand", "loamy_sand")
"""Textures of Figure 30a; the others are medium or fine (Figure 30b)."""


def kc_ini(eto: Any, interval: Any, depth: Any, soil: str = "loam", wetted: Any = 1.0) -> Any:
    """Return Kc of the initial stage for regular wettings (FAO-56 Figures 29 and 30 by Annex 7, Eqs. 59 to 61).

    Parameters
    ----------
    eto : numeric
        Mean reference evapotranspiration of the stage [mm day-1].
    interval : numeric
        Mean time between wettings [days].
    depth : numeric
        Mean depth of a wetting over the whole field [mm].
    soil : str
        Texture, a name of `etolib.water.soil.SOILS`.
    wetted : numeric
        Share of the surface that is wetted (fw, Table 20).

    Raises
    ------
    InputError
        Where ETo, interval, depth or share is not above 0, or there is no such texture.

    >>> round(float(kc_ini(5.0, 3.5, 20.0, "sand")), 2)
    0.61
    """
    from etolib.water.soil import soil as find

    texture = find(soil).name
    given = {"eto": eto, "interval": interval, "depth": depth, "wetted": wetted}
    arrays = {name: np.asarray(value, float) for name, value in given.items()}
    highest = {"wetted": 1.0}
    problems = [
        Problem(name, given[name], say("must_be_number_between", low=0, high=highest.get(name, 1000)))
        for name, values in arrays.items()
        if ((values <= 0) | (values > highest.get(name, 1000.0))).any()  # NaN is absent and stays so
    ]
    if problems:
        raise InputError(problems)
    eto, interval, depth, wetted = arrays.values()
    light, heavy = kc_ini_light(eto, interval), kc_ini_heavy(eto, interval, coarse=texture in COARSE)
    return kc_ini_partly_wetted(kc_ini_between_depths(light, heavy, depth / wetted), wetted)


def kc_ini_light(eto: Any, interval: Any) -> Any:
    """Return Kc ini for wettings of 10 mm or less on all soils (Figure 29 by Annex 7).

    >>> round(float(kc_ini_light(5.0, 3.5)), 2)
    0.53
    """
    readily = np.clip(6 / np.sqrt(np.asarray(eto, float)), 2.5, 7.0)
    return _of_drying(eto, interval, 10.0, readily)


def kc_ini_heavy(eto: Any, interval: Any, *, coarse: bool) -> Any:
    """Return Kc ini for wettings of 40 mm or more on a coarse soil, or on a medium or fine one (Figure 30 by Annex 7).

    >>> round(float(kc_ini_heavy(5.0, 3.5, coarse=True)), 2)
    0.75
    """
    most, slope, first = (15.0, 7.0, 6.0) if coarse else (28.0, 13.0, 9.0)
    total = np.minimum(most, slope * np.sqrt(np.asarray(eto, float)))
    return _of_drying(eto, interval, total, np.minimum(first, total - 0.01))


def _of_drying(eto: Any, interval: Any, total: Any, readily: Any) -> Any:
    """Return the mean evaporation between two wettings as a share of ETo (Eqs. 7-3 and 7-4)."""
    eto, interval = np.asarray(eto, float), np.asarray(interval, float)
    rate = LARGEST * eto
    first = readily / rate
    left = (total - readily) * np.exp(-(interval - first) * rate * (1 + readily / (total - readily)) / total)
    return np.where(interval <= first, LARGEST, np.minimum((total - left) / (interval * eto), LARGEST))


def kc_ini_between_depths(light: Any, heavy: Any, depth: Any) -> Any:
    """Return Kc ini for wettings between 10 and 40 mm (FAO-56 Eq. 59).

    Parameters
    ----------
    light, heavy : numeric
        Kc ini for wettings of 10 mm or less and of 40 mm or more (FAO-56 Figs. 29 and 30).
    depth : numeric
        Mean depth of a wetting where the soil is wetted [mm].

    >>> round(float(kc_ini_between_depths(0.55, 0.7, 20)), 2)
    0.6
    """
    return np.asarray(light) + np.clip((np.asarray(depth) - 10) / 30, 0.0, 1.0) * (np.asarray(heavy) - light)


def kc_ini_partly_wetted(kc_ini: Any, wetted: Any) -> Any:
    """Return Kc ini where irrigation wets a share of the surface (FAO-56 Eq. 60).

    >>> round(float(kc_ini_partly_wetted(1.05, 0.4)), 2)
    0.42
    """
    return np.asarray(wetted) * kc_ini
