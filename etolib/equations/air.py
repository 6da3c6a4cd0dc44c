"""Air: pressure, temperature, saturation and wind, one function per equation.

Every function takes numbers, arrays, Series, DataArrays or dask arrays and returns the same kind; NaN stays in its
own cell; numbers that cannot be weather are refused with an `etolib.errors.InputError` that lists all of them.

References
----------
Allen, Pereira, Raes, Smith (1998), Crop evapotranspiration, FAO Irrigation and Drainage Paper 56 ("FAO-56").
ASCE-EWRI (2005), The ASCE Standardized Reference Evapotranspiration Equation ("ASCE-2005").
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import constants as c
from etolib.equations import conventions
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import elementwise, ordered


@elementwise(
    units="kPa",
    long_name="atmospheric pressure",
    standard_name="surface_air_pressure",
    options=("convention",),
)
def atmospheric_pressure(elevation: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the mean atmospheric pressure at an elevation.

    Parameters
    ----------
    elevation : numeric
        Height above sea level, -450 to 9000. [m]
    convention : Convention or str
        Whose exponent.

    Returns
    -------
    numeric
        Atmospheric pressure. [kPa]

    Notes
    -----
    FAO-56 Eq. 7, ASCE-2005 Eq. 3; ideal gas at 20 degC with a constant lapse rate.

    Examples
    --------
    >>> round(atmospheric_pressure(1800), 1)
    81.8
    """
    ratio = (c.PRESSURE_TEMPERATURE - c.PRESSURE_LAPSE_RATE * elevation) / c.PRESSURE_TEMPERATURE
    return c.PRESSURE_SEA_LEVEL * ratio ** conventions.get(convention).pressure_exponent


@elementwise(units="kPa degC-1", long_name="psychrometric constant")
def psychrometric_constant(pressure: Any) -> Any:
    """Return the psychrometric constant.

    Parameters
    ----------
    pressure : numeric
        Atmospheric pressure, 30 to 110. [kPa]

    Returns
    -------
    numeric
        Psychrometric constant. [kPa degC-1]

    Notes
    -----
    FAO-56 Eq. 8, ASCE-2005 Eq. 4.

    Examples
    --------
    >>> round(psychrometric_constant(81.8), 3)
    0.054
    """
    return c.PSYCHROMETRIC_COEFFICIENT * pressure


@elementwise(units="MJ kg-1", long_name="latent heat of vaporization")
def latent_heat(temperature: Any) -> Any:
    """Return the latent heat of vaporization at a temperature.

    Parameters
    ----------
    temperature : numeric
        Air temperature, -100 to 60. [degC]

    Returns
    -------
    numeric
        Latent heat. [MJ kg-1]

    Notes
    -----
    FAO-56 Annex 3, Eq. 3-1. The reference equations use the fixed 2.45 MJ kg-1 (20 degC) instead.

    Examples
    --------
    >>> round(latent_heat(20.0), 2)
    2.45
    """
    return c.LATENT_HEAT_A - c.LATENT_HEAT_B * temperature


@elementwise(
    units="degC", long_name="mean air temperature", standard_name="air_temperature", relations=ordered("tmin", "tmax")
)
def mean_temperature(tmin: Any, tmax: Any) -> Any:
    """Return the daily mean temperature as FAO-56 defines it.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]

    Returns
    -------
    numeric
        Mean of the two (not of 24 hours). [degC]

    Notes
    -----
    FAO-56 Eq. 9, ASCE-2005 Eq. 2.

    Examples
    --------
    >>> mean_temperature(12.3, 21.5)
    16.9
    """
    return (tmax + tmin) / 2


@elementwise(units="kPa", long_name="saturation vapour pressure")
def saturation_vapour_pressure(temperature: Any) -> Any:
    """Return the saturation vapour pressure over water.

    Parameters
    ----------
    temperature : numeric
        Air temperature, -100 to 60. [degC]

    Returns
    -------
    numeric
        Saturation vapour pressure. [kPa]

    Notes
    -----
    FAO-56 Eq. 11, ASCE-2005 Eq. 7.

    Examples
    --------
    >>> round(saturation_vapour_pressure(24.5), 3)
    3.075
    """
    return c.TETENS_E0 * np.exp(c.TETENS_A * temperature / (temperature + c.TETENS_B))


@elementwise(units="kPa", long_name="mean saturation vapour pressure", relations=ordered("tmin", "tmax"))
def mean_saturation_vapour_pressure(tmin: Any, tmax: Any) -> Any:
    """Return the mean saturation vapour pressure of a day.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]

    Returns
    -------
    numeric
        Mean of the saturation vapour pressures at the two temperatures. [kPa]

    Notes
    -----
    FAO-56 Eq. 12, ASCE-2005 Eq. 6. The pressure at the mean temperature would be too low.

    Examples
    --------
    >>> round(mean_saturation_vapour_pressure(15.0, 24.5), 2)
    2.39
    """
    return (saturation_vapour_pressure(tmax) + saturation_vapour_pressure(tmin)) / 2


@elementwise(units="kPa degC-1", long_name="slope of the saturation vapour pressure curve", options=("convention",))
def vapour_pressure_slope(temperature: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the slope of the saturation vapour pressure curve.

    Parameters
    ----------
    temperature : numeric
        Air temperature, -100 to 60. [degC]
    convention : Convention or str
        Constant 4098 times 0.6108, or its rounded product 2503.

    Returns
    -------
    numeric
        Slope. [kPa degC-1]

    Notes
    -----
    FAO-56 Eq. 13, ASCE-2005 Eq. 5.

    Examples
    --------
    >>> round(vapour_pressure_slope(30.2), 3)
    0.246
    """
    exponential = np.exp(c.TETENS_A * temperature / (temperature + c.TETENS_B))
    return conventions.get(convention).slope * exponential / (temperature + c.TETENS_B) ** 2


def deficit(es: Any, ea: Any, convention: Convention) -> Any:
    """Return the vapour pressure deficit of arrays, not below the bound of the convention. [kPa]"""
    found = es - ea
    return found if convention.deficit_min is None else np.maximum(found, convention.deficit_min)


@elementwise(units="m s-1", long_name="wind speed at 2 m", standard_name="wind_speed")
def wind_speed_2m(wind: Any, height: Any) -> Any:
    """Return the wind speed at 2 m from another height over short grass.

    Parameters
    ----------
    wind : numeric
        Wind speed measured at ``height``. [m s-1]
    height : numeric
        Height of the measurement above the ground, 0.1 to 500. [m]

    Returns
    -------
    numeric
        Wind speed at 2 m. [m s-1]

    Notes
    -----
    FAO-56 Eq. 47, ASCE-2005 Eq. 33. At 2 m the factor is 1.00022 (the book prints 1.000 in Table 2.9).

    Examples
    --------
    >>> round(wind_speed_2m(3.2, 10.0), 1)
    2.4
    """
    return wind * c.WIND_A / np.log(c.WIND_B * height - c.WIND_C)
