"""Soil heat flux, one function per equation.

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import constants as c
from etolib.equations import conventions
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import elementwise
from etolib.errors import InputError, Problem
from etolib.words import say


@elementwise(units="MJ m-2 day-1", long_name="soil heat flux")
def soil_heat_flux_monthly(previous: Any, following: Any) -> Any:
    """Return the soil heat flux of a month between two others.

    Parameters
    ----------
    previous, following : numeric
        Mean air temperature of the month before and of the month after. [degC]

    Returns
    -------
    numeric
        Soil heat flux, positive when the soil warms. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 43. The flux of one day or ten days is taken as 0 (Eq. 42).

    Examples
    --------
    >>> round(soil_heat_flux_monthly(14.1, 18.8), 2)
    0.33
    """
    return c.SOIL_HEAT_MONTHS * (following - previous)


@elementwise(units="MJ m-2 day-1", long_name="soil heat flux")
def soil_heat_flux_month(previous: Any, current: Any) -> Any:
    """Return the soil heat flux of a month whose following month is not known.

    Parameters
    ----------
    previous, current : numeric
        Mean air temperature of the month before and of this month. [degC]

    Returns
    -------
    numeric
        Soil heat flux, positive when the soil warms. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 44.

    Examples
    --------
    >>> round(soil_heat_flux_month(29.2, 30.2), 2)
    0.14
    """
    return c.SOIL_HEAT_MONTH * (current - previous)


@elementwise(units="MJ m-2 h-1", long_name="soil heat flux", options=("surface", "convention"))
def soil_heat_flux_hourly(
    rn: Any, is_day: Any, *, surface: str = "short", convention: Convention | str = "fao56"
) -> Any:
    """Return the soil heat flux of an hour.

    Parameters
    ----------
    rn : numeric
        Net radiation. [MJ m-2 h-1]
    is_day : numeric
        1 in daylight, 0 at night.
    surface : {"short", "tall"}
        Grass (also FAO-56) or alfalfa (ASCE-2005).
    convention : Convention or str
        Whose shares of the net radiation.

    Returns
    -------
    numeric
        Soil heat flux, positive downwards. [MJ m-2 h-1]

    Notes
    -----
    FAO-56 Eqs. 45 and 46; ASCE-2005 Eqs. 65 and 66.

    Examples
    --------
    >>> round(soil_heat_flux_hourly(1.749, 1), 3), round(soil_heat_flux_hourly(-0.1, 0), 3)
    (0.175, -0.05)
    """
    if surface not in ("short", "tall"):
        raise InputError([Problem("surface", surface, say("must_be_short_or_tall"))])
    crop = conventions.get(convention).surface(surface)
    return np.where(np.asarray(is_day) > 0, crop.soil_heat_day, crop.soil_heat_night) * rn + np.asarray(is_day) * 0
