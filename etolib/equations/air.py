"""Air: pressure, humidity and wind, one function per equation.

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
from etolib.equations.elementwise import elementwise
from etolib.errors import InputError, Problem


def ordered(low: str, high: str) -> Any:
    """Return a check that parameter ``low`` is not above parameter ``high`` in any cell."""

    def relation(given: dict[str, np.ndarray]) -> list[Problem]:
        if low not in given or high not in given:
            return []
        above = given[low] > given[high]
        count = int(np.count_nonzero(above))
        if not count:
            return []
        first = np.broadcast_to(given[low], above.shape)[above].flat[0]
        limit = np.broadcast_to(given[high], above.shape)[above].flat[0]
        where = f" in {count} of {above.size} cells" if above.size > 1 else ""
        rule = f"is above {high} = {float(limit):g}{where}"
        return [Problem(low, float(first), rule, f"check whether {low} and {high} are swapped")]

    return relation


@elementwise(units="kPa", long_name="atmospheric pressure", standard_name="surface_air_pressure")
def atmospheric_pressure(elevation: Any) -> Any:
    """Return the mean atmospheric pressure at an elevation.

    Parameters
    ----------
    elevation : numeric
        Height above sea level, -450 to 9000. [m]

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
    return c.PRESSURE_SEA_LEVEL * ratio**c.PRESSURE_EXPONENT


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


@elementwise(units="kPa", long_name="actual vapour pressure", standard_name="water_vapor_partial_pressure_in_air")
def vapour_pressure_from_dew_point(tdew: Any) -> Any:
    """Return the actual vapour pressure from the dew point.

    Parameters
    ----------
    tdew : numeric
        Dew point, -100 to 38. [degC]

    Returns
    -------
    numeric
        Actual vapour pressure. [kPa]

    Notes
    -----
    FAO-56 Eq. 14, ASCE-2005 Eq. 8.

    Examples
    --------
    >>> round(vapour_pressure_from_dew_point(14.8), 2)
    1.68
    """
    return saturation_vapour_pressure(tdew)


@elementwise(units="degC", long_name="dew point", standard_name="dew_point_temperature")
def dew_point(ea: Any) -> Any:
    """Return the dew point of a vapour pressure.

    Parameters
    ----------
    ea : numeric
        Actual vapour pressure, 0 to 6.7. [kPa]

    Returns
    -------
    numeric
        Dew point; minus infinity is never returned: dry air (0 kPa) has none and gives NaN. [degC]

    Notes
    -----
    The inverse of FAO-56 Eq. 14 (the book's Annex 3, Eq. 3-11 is the same with rounded constants).

    Examples
    --------
    >>> round(dew_point(vapour_pressure_from_dew_point(14.8)), 6)
    14.8
    """
    logarithm = np.log(np.where(ea > 0, ea, np.nan) / c.TETENS_E0)
    return c.TETENS_B * logarithm / (c.TETENS_A - logarithm)


_VENTILATION = {
    "ventilated": c.PSYCHROMETER_VENTILATED,
    "natural": c.PSYCHROMETER_NATURAL,
    "indoor": c.PSYCHROMETER_INDOOR,
}


@elementwise(
    units="kPa",
    long_name="actual vapour pressure",
    standard_name="water_vapor_partial_pressure_in_air",
    options=("ventilation",),
    relations=ordered("twet", "tdry"),
)
def vapour_pressure_from_psychrometer(tdry: Any, twet: Any, pressure: Any, *, ventilation: str = "ventilated") -> Any:
    """Return the actual vapour pressure from a psychrometer.

    Parameters
    ----------
    tdry, twet : numeric
        Dry bulb and wet bulb temperature. [degC]
    pressure : numeric
        Atmospheric pressure. [kPa]
    ventilation : {"ventilated", "natural", "indoor"}
        Asmann type with about 5 m s-1, natural with about 1 m s-1, or indoors without.

    Returns
    -------
    numeric
        Actual vapour pressure. [kPa]

    Notes
    -----
    FAO-56 Eqs. 15 and 16.

    Examples
    --------
    >>> round(vapour_pressure_from_psychrometer(25.6, 19.5, 87.9), 2)
    1.91
    """
    if ventilation not in _VENTILATION:
        raise InputError([Problem("ventilation", ventilation, f"must be one of {', '.join(_VENTILATION)}")])
    return saturation_vapour_pressure(twet) - _VENTILATION[ventilation] * pressure * (tdry - twet)


@elementwise(
    units="kPa",
    long_name="actual vapour pressure",
    standard_name="water_vapor_partial_pressure_in_air",
    relations=lambda given: ordered("tmin", "tmax")(given) + ordered("rhmin", "rhmax")(given),
)
def vapour_pressure_from_rh(tmin: Any, tmax: Any, rhmin: Any, rhmax: Any) -> Any:
    """Return the actual vapour pressure from both extremes of relative humidity.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rhmin, rhmax : numeric
        Daily minimum and maximum relative humidity. [%]

    Returns
    -------
    numeric
        Actual vapour pressure. [kPa]

    Notes
    -----
    FAO-56 Eq. 17, ASCE-2005 Eq. 11.

    Examples
    --------
    >>> round(vapour_pressure_from_rh(18.0, 25.0, 54.0, 82.0), 2)
    1.7
    """
    return (saturation_vapour_pressure(tmin) * rhmax + saturation_vapour_pressure(tmax) * rhmin) / 200


@elementwise(units="kPa", long_name="actual vapour pressure", standard_name="water_vapor_partial_pressure_in_air")
def vapour_pressure_from_rhmax(tmin: Any, rhmax: Any) -> Any:
    """Return the actual vapour pressure from the maximum relative humidity alone.

    Parameters
    ----------
    tmin : numeric
        Daily minimum air temperature at 2 m. [degC]
    rhmax : numeric
        Daily maximum relative humidity. [%]

    Returns
    -------
    numeric
        Actual vapour pressure. [kPa]

    Notes
    -----
    FAO-56 Eq. 18, ASCE-2005 Eq. 12: for sensors whose error in the minimum is large.

    Examples
    --------
    >>> round(vapour_pressure_from_rhmax(18.0, 82.0), 2)
    1.69
    """
    return saturation_vapour_pressure(tmin) * rhmax / 100


@elementwise(
    units="kPa",
    long_name="actual vapour pressure",
    standard_name="water_vapor_partial_pressure_in_air",
    relations=ordered("tmin", "tmax"),
)
def vapour_pressure_from_rhmean(tmin: Any, tmax: Any, rhmean: Any) -> Any:
    """Return the actual vapour pressure from the mean relative humidity.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rhmean : numeric
        Daily mean relative humidity. [%]

    Returns
    -------
    numeric
        Actual vapour pressure. [kPa]

    Notes
    -----
    FAO-56 Eq. 19; less good than Eqs. 17 and 18.

    Examples
    --------
    >>> round(vapour_pressure_from_rhmean(18.0, 25.0, 68.0), 2)
    1.78
    """
    return rhmean / 100 * mean_saturation_vapour_pressure(tmin, tmax)


@elementwise(units="kPa", long_name="actual vapour pressure", standard_name="water_vapor_partial_pressure_in_air")
def vapour_pressure_from_tmin(tmin: Any, offset: Any = 0.0) -> Any:
    """Return the actual vapour pressure estimated from the minimum temperature.

    Parameters
    ----------
    tmin : numeric
        Daily minimum air temperature at 2 m. [degC]
    offset : numeric
        How far the dew point lies below the minimum: 0, or 2 to 3 in arid places. [degC]

    Returns
    -------
    numeric
        Estimated vapour pressure. [kPa]

    Notes
    -----
    FAO-56 Eq. 48 and p. 58. The book prints 0.611 kPa here and 0.6108 kPa in Eq. 14; 0.6108 is used in both.

    Examples
    --------
    >>> round(vapour_pressure_from_tmin(14.8), 2)
    1.68
    """
    return saturation_vapour_pressure(tmin - offset)


@elementwise(units="kPa", long_name="actual vapour pressure", standard_name="water_vapor_partial_pressure_in_air")
def vapour_pressure_hourly(temperature: Any, relative_humidity: Any) -> Any:
    """Return the actual vapour pressure of an hour.

    Parameters
    ----------
    temperature : numeric
        Mean air temperature of the hour. [degC]
    relative_humidity : numeric
        Mean relative humidity of the hour. [%]

    Returns
    -------
    numeric
        Actual vapour pressure. [kPa]

    Notes
    -----
    FAO-56 Eq. 54.

    Examples
    --------
    >>> round(vapour_pressure_hourly(38.0, 52.0), 3)
    3.445
    """
    return saturation_vapour_pressure(temperature) * relative_humidity / 100


@elementwise(units="kPa", long_name="vapour pressure deficit", relations=ordered("tmin", "tmax"))
def vapour_pressure_deficit(tmin: Any, tmax: Any, ea: Any) -> Any:
    """Return the vapour pressure deficit of a day.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    ea : numeric
        Actual vapour pressure. [kPa]

    Returns
    -------
    numeric
        Saturation minus actual vapour pressure; negative where the air is given as supersaturated. [kPa]

    Notes
    -----
    FAO-56 p. 39, Example 6.

    Examples
    --------
    >>> round(vapour_pressure_deficit(18.0, 25.0, 1.70), 2)
    0.92
    """
    return mean_saturation_vapour_pressure(tmin, tmax) - ea


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
