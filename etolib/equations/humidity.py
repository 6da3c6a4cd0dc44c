"""Humidity: the actual vapour pressure from whatever was measured, one function per equation.

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import constants as c
from etolib.equations.air import mean_saturation_vapour_pressure, saturation_vapour_pressure
from etolib.equations.elementwise import elementwise, ordered
from etolib.errors import InputError, Problem
from etolib.words import say


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


VENTILATION = {
    "ventilated": c.PSYCHROMETER_VENTILATED,
    "natural": c.PSYCHROMETER_NATURAL,
    "indoor": c.PSYCHROMETER_INDOOR,
}
"""Coefficient of a psychrometer (FAO-56 Eq. 16) by how air moves past its wet bulb. [degC-1]"""


@elementwise(
    units="kPa",
    long_name="actual vapour pressure",
    standard_name="water_vapor_partial_pressure_in_air",
    options=("ventilation",),
    relations=ordered("twet", "tdry"),
)
def vapour_pressure_from_psychrometer(tdry: Any, twet: Any, pressure: Any, *, ventilation: Any = "ventilated") -> Any:
    """Return the actual vapour pressure from a psychrometer.

    Parameters
    ----------
    tdry, twet : numeric
        Dry bulb and wet bulb temperature. [degC]
    pressure : numeric
        Atmospheric pressure. [kPa]
    ventilation : {"ventilated", "natural", "indoor"} or float
        Asmann type with about 5 m s-1, natural with about 1 m s-1, or indoors without; or the coefficient of the
        psychrometer itself. [degC-1]

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
    if isinstance(ventilation, str):
        if ventilation not in VENTILATION:
            raise InputError([Problem("ventilation", ventilation, say("must_be_one_of", names=list(VENTILATION)))])
        ventilation = VENTILATION[ventilation]
    return saturation_vapour_pressure(twet) - ventilation * pressure * (tdry - twet)


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
