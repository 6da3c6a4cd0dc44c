"""Reference evapotranspiration from temperature: what a thermometer, the sun's path and at most the rain allow.

Each is an empirical fit to the climates of its paper; outside of them it is as good as its calibration there.
`eto_thornthwaite` and `eto_droogers_allen` are equations for months: `etolib.eto` takes the means of the months of the
table (`etolib.equations.months`) and gives every day the value of its month under its own sun.

References
----------
FAO-56 as in `etolib.equations.air`; the others in the notes of each function.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import air, radiation, sun
from etolib.equations import constants as c
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import elementwise, ordered
from etolib.errors import InputError, Problem
from etolib.words import say

MONTHS = 12


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Hargreaves-Samani)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmin", "tmax"),
    relations=ordered("tmin", "tmax"),
)
def eto_hargreaves(
    *, tmin: Any, tmax: Any, latitude: Any, day_of_year: Any, convention: Convention | str = "fao56"
) -> Any:
    """Return the reference evapotranspiration from temperature alone, by Hargreaves and Samani.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose solar constant.

    Returns
    -------
    numeric
        Reference evapotranspiration; 0 below a mean of -17.8 degC, where the equation has no meaning. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    FAO-56 Eq. 52; best for periods of five days and more, and calibrated to the place.

    Examples
    --------
    >>> round(eto_hargreaves(tmin=14.8, tmax=26.6, latitude=45.717, day_of_year=196), 1)
    5.0
    """
    ra = radiation.energy_to_water(sun.extraterrestrial_radiation(latitude, day_of_year, convention=convention))
    warmth = np.maximum(air.mean_temperature(tmin, tmax) + c.HARGREAVES_B, 0.0)
    return c.HARGREAVES_A * warmth * np.sqrt(tmax - tmin) * ra


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Hamon)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmin", "tmax"),
    relations=ordered("tmin", "tmax"),
)
def eto_hamon(*, tmin: Any, tmax: Any, latitude: Any, day_of_year: Any, convention: Convention | str = "fao56") -> Any:
    """Return the potential evapotranspiration from temperature and the length of the day, by Hamon.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose declination of the sun.

    Returns
    -------
    numeric
        Potential evapotranspiration. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Hamon (1963), IAHS Publication 63, 52-62, as Lu et al. (2005), doi:10.1111/j.1752-1688.2005.tb03759.x: 0.1651 times
    the daylight in units of 12 h times the saturated vapour density at the mean temperature [g m-3], without the
    calibration coefficient that is often added (1.2 in the south-east of the USA). Humid, temperate basins. Hamon
    (1961) has 13.97 times the daylight squared, in g per 100 m3; others fit the density by 4.95 exp(0.062 T).

    Examples
    --------
    >>> round(eto_hamon(tmin=12.3, tmax=21.5, latitude=50.8, day_of_year=187), 2)
    3.19
    """
    tmean = air.mean_temperature(tmin, tmax)
    density = c.VAPOUR_DENSITY * air.saturation_vapour_pressure(tmean) / (tmean + c.VAPOUR_KELVIN)
    daylight = sun.daylight_hours(latitude, day_of_year, convention=convention)
    return c.HAMON * daylight / c.HALF_A_DAY * density


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Oudin)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmin", "tmax"),
    relations=ordered("tmin", "tmax"),
)
def eto_oudin(*, tmin: Any, tmax: Any, latitude: Any, day_of_year: Any, convention: Convention | str = "fao56") -> Any:
    """Return the potential evapotranspiration from the mean temperature, by Oudin and others.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose solar constant.

    Returns
    -------
    numeric
        Potential evapotranspiration; 0 at or below a mean of -5 degC. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Oudin et al. (2005), doi:10.1016/j.jhydrol.2004.08.026, Eq. 3: Ra (T + 5) / 100 as water, with the latent heat of
    2.45 MJ kg-1 of the paper. Made for rainfall-runoff models of 308 basins in France, Australia and the USA.

    Examples
    --------
    >>> round(eto_oudin(tmin=12.3, tmax=21.5, latitude=50.8, day_of_year=187), 2)
    3.67
    """
    ra = radiation.energy_to_water(sun.extraterrestrial_radiation(latitude, day_of_year, convention=convention))
    return ra * np.maximum(air.mean_temperature(tmin, tmax) + c.OUDIN_SHIFT, 0.0) / c.OUDIN_SCALE


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (McGuinness-Bordne)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmin", "tmax"),
    relations=ordered("tmin", "tmax"),
)
def eto_mcguinness_bordne(
    *, tmin: Any, tmax: Any, latitude: Any, day_of_year: Any, convention: Convention | str = "fao56"
) -> Any:
    """Return the potential evapotranspiration from the mean temperature, by McGuinness and Bordne.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose solar constant.

    Returns
    -------
    numeric
        Potential evapotranspiration; 0 at or below a mean of -5 degC. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    McGuinness and Bordne (1972), USDA Technical Bulletin 1452, as Oudin et al. (2005),
    doi:10.1016/j.jhydrol.2004.08.026: Ra (T + 5) / 68 as water. The bulletin has the solar radiation at the ground;
    hydrology uses the equation with Ra, and so do we. Temperate, humid (Ohio); 1.47 times `eto_oudin` everywhere.

    Examples
    --------
    >>> round(eto_mcguinness_bordne(tmin=12.3, tmax=21.5, latitude=50.8, day_of_year=187), 2)
    5.4
    """
    ra = radiation.energy_to_water(sun.extraterrestrial_radiation(latitude, day_of_year, convention=convention))
    return ra * np.maximum(air.mean_temperature(tmin, tmax) + c.OUDIN_SHIFT, 0.0) / c.MCGUINNESS_SCALE


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Droogers-Allen)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmin", "tmax", "rain_of_month"),
    relations=ordered("tmin", "tmax"),
)
def eto_droogers_allen(
    *, tmin: Any, tmax: Any, rain_of_month: Any, latitude: Any, day_of_year: Any, convention: Convention | str = "fao56"
) -> Any:
    """Return the reference evapotranspiration from temperature and rain, by Droogers and Allen (modified Hargreaves).

    Parameters
    ----------
    tmin, tmax : numeric
        Means of the month of the daily minimum and maximum air temperature at 2 m. [degC]
    rain_of_month : numeric
        Rain of the whole month. [mm]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose solar constant.

    Returns
    -------
    numeric
        Reference evapotranspiration; 0 below a mean of -17 degC, and where the rain exceeds the range. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Droogers and Allen (2002), doi:10.1023/A:1015508322413: 0.0013 Ra (T + 17.0) (Tmax - Tmin - 0.0123 P)^0.76 with P
    the rain of the month [mm]. An equation for months of any climate: a day's own rain has no meaning in it.

    Examples
    --------
    >>> round(eto_droogers_allen(tmin=12.3, tmax=21.5, rain_of_month=60.0, latitude=50.8, day_of_year=187), 2)
    3.74
    """
    ra = radiation.energy_to_water(sun.extraterrestrial_radiation(latitude, day_of_year, convention=convention))
    warmth = np.maximum(air.mean_temperature(tmin, tmax) + c.DROOGERS_B, 0.0)
    span = tmax - tmin - c.DROOGERS_RAIN * rain_of_month
    return c.DROOGERS_A * ra * warmth * np.maximum(span, 0.0) ** c.DROOGERS_POWER


def heat_index(months: Any, axis: int = 0) -> Any:
    """Return the heat index of Thornthwaite from the mean temperatures of the twelve months.

    Parameters
    ----------
    months : array-like
        Mean temperature of each calendar month, twelve of them along ``axis``. [degC]
    axis : int
        Where the months lie.

    Returns
    -------
    float or ndarray
        Sum of (T/5)^1.514 over the months above 0 degC; NaN where a month is. [1]

    Raises
    ------
    InputError
        Where there are not twelve.

    Notes
    -----
    Thornthwaite (1948), doi:10.2307/210739.

    Examples
    --------
    >>> round(heat_index([3.1, 3.5, 5.0, 6.7, 9.3, 12.1, 14.3, 14.1, 11.8, 8.9, 5.5, 3.8]), 2)
    27.59
    """
    values = np.asarray(months, dtype=float)
    if values.ndim == 0 or values.shape[axis] != MONTHS:
        raise InputError([Problem("months", values.shape, say("must_be_twelve_months"))])
    scale, power = c.THORNTHWAITE_HEAT
    found = ((np.maximum(values, 0.0) / scale) ** power).sum(axis=axis)
    return float(found) if np.ndim(found) == 0 else found


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Thornthwaite)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmean", "heat_index"),
)
def eto_thornthwaite(
    *, tmean: Any, heat_index: Any, latitude: Any, day_of_year: Any, convention: Convention | str = "fao56"
) -> Any:
    """Return the potential evapotranspiration from the mean temperature of a month, by Thornthwaite.

    Parameters
    ----------
    tmean : numeric
        Mean air temperature of the month. [degC]
    heat_index : numeric
        Of the year, see `heat_index`. [1]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose declination of the sun.

    Returns
    -------
    numeric
        Potential evapotranspiration; 0 at or below 0 degC. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Thornthwaite (1948), doi:10.2307/210739: 16 (10 T / I)^a mm in a month of 30 days of 12 h, from the daylight of the
    day; from 26.5 degC on his table, which knows no heat index. PyETo, climate_indices and SPEI leave the table out,
    and the power runs away: 323 for 173 mm in a place with 32 degC all year. An equation for months of humid climates.

    Examples
    --------
    >>> round(eto_thornthwaite(tmean=17.0, heat_index=45.0, latitude=50.8, day_of_year=187), 2)
    3.55
    """
    daylight = sun.daylight_hours(latitude, day_of_year, convention=convention)
    warm = np.maximum(tmean, 0.0)
    cubic, square, linear, constant = c.THORNTHWAITE_POWER
    power = ((cubic * heat_index + square) * heat_index + linear) * heat_index + constant
    index = np.where(heat_index > 0, heat_index, np.where(np.isnan(heat_index), np.nan, 1.0))
    of_month = c.THORNTHWAITE * (10 * warm / index) ** power
    degrees = c.THORNTHWAITE_HOT + c.THORNTHWAITE_STEP * np.arange(len(c.THORNTHWAITE_TABLE))
    hot = np.interp(warm, degrees, c.THORNTHWAITE_TABLE) + 0 * index
    of_month = np.where(warm >= c.THORNTHWAITE_HOT, hot, of_month)
    return of_month / c.MONTH_OF_30_DAYS * daylight / c.HALF_A_DAY
