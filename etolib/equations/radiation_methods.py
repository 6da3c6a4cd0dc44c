"""Reference evapotranspiration from temperature and solar radiation, without wind.

References
----------
FAO-56 as in `etolib.equations.air`; the others in the notes of each function.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import air, conventions, radiation
from etolib.equations import constants as c
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import elementwise, ordered


def energy_share(tmin: Any, tmax: Any, elevation: Any, convention: Convention) -> Any:
    """Return Delta / (Delta + gamma) of arrays at the mean temperature. [1]"""
    delta = air.vapour_pressure_slope(air.mean_temperature(tmin, tmax), convention=convention)
    return delta / (delta + air.psychrometric_constant(air.atmospheric_pressure(elevation, convention=convention)))


def wind_by_day(u2: Any, day_night_wind: Any) -> Any:
    """Return the mean wind of the 12 hours of the day, from that of 24 hours and the ratio of day to night."""
    return u2 * 2 * day_night_wind / (1 + day_night_wind)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Makkink)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmin", "tmax", "rs"),
    relations=ordered("tmin", "tmax"),
)
def eto_makkink(*, tmin: Any, tmax: Any, rs: Any, elevation: Any, convention: Convention | str = "fao56") -> Any:
    """Return the reference evapotranspiration from temperature and radiation, by Makkink.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rs : numeric
        Solar radiation. [MJ m-2 day-1]
    elevation : numeric
        Height above sea level. [m]
    convention : Convention or str
        Whose slope of the vapour pressure curve.

    Returns
    -------
    numeric
        Reference evapotranspiration. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Makkink (1957) in the form of de Bruin (1987), 0.65 Delta / (Delta + gamma) Rs / lambda, with the fixed latent
    heat of FAO-56.

    Examples
    --------
    >>> round(eto_makkink(tmin=12.3, tmax=21.5, rs=22.07, elevation=100), 2)
    3.79
    """
    return c.MAKKINK * energy_share(tmin, tmax, elevation, conventions.get(convention)) * radiation.energy_to_water(rs)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Makkink, KNMI)",
    cell_methods="time: mean",
    dtype_of=("tmin", "tmax", "rs"),
    relations=ordered("tmin", "tmax"),
)
def eto_makkink_knmi(*, tmin: Any, tmax: Any, rs: Any) -> Any:
    """Return the reference evapotranspiration by Makkink with the numbers of the Dutch weather service (EV24).

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rs : numeric
        Solar radiation. [MJ m-2 day-1]

    Returns
    -------
    numeric
        Reference evapotranspiration of the Netherlands; KNMI prints it with one decimal. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    De Bruin and Lablans (1998), doi:10.1002/(SICI)1099-1085(19980615)12:7<1053::AID-HYP639>3.0.CO;2-E: 0.65 Delta /
    (Delta + gamma) Rs / lambda with KNMI's vapour pressure curve, gamma and lambda at the mean temperature, at sea
    level. KNMI takes the mean of 24 hours (TG), here the mean of Tmin and Tmax as everywhere.

    Examples
    --------
    >>> round(eto_makkink_knmi(tmin=12.3, tmax=21.5, rs=22.07), 2)
    3.79
    """
    tmean = air.mean_temperature(tmin, tmax)
    es = c.KNMI_E0 * 10 ** (c.KNMI_A * tmean / (c.KNMI_B + tmean))
    delta = c.KNMI_A * np.log(10) * c.KNMI_B * es / (c.KNMI_B + tmean) ** 2
    gamma = c.KNMI_GAMMA[0] + c.KNMI_GAMMA[1] * tmean
    latent = c.KNMI_LATENT_HEAT[0] - c.KNMI_LATENT_HEAT[1] * tmean
    return c.KNMI_FACTOR * delta / (delta + gamma) * rs / latent


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Turc)",
    cell_methods="time: mean",
    dtype_of=("tmin", "tmax", "rs", "rhmean"),
    relations=ordered("tmin", "tmax"),
)
def eto_turc(*, tmin: Any, tmax: Any, rs: Any, rhmean: Any) -> Any:
    """Return the reference evapotranspiration of humid climates, by Turc.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rs : numeric
        Solar radiation. [MJ m-2 day-1]
    rhmean : numeric
        Daily mean relative humidity. [%]

    Returns
    -------
    numeric
        Reference evapotranspiration; 0 where the mean temperature is not above 0. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Turc (1961), as Eqs. S9.10 and S9.11 of McMahon et al. (2013), doi:10.5194/hess-17-1331-2013.

    Examples
    --------
    >>> round(eto_turc(tmin=12.3, tmax=21.5, rs=22.07, rhmean=70.0), 2)
    3.97
    """
    tmean = np.maximum(air.mean_temperature(tmin, tmax), 0.0)
    dryness = np.maximum(1 + (c.TURC_HUMIDITY - rhmean) / c.TURC_DRYNESS, 1.0)
    heat = c.CALORIES_PER_MJ * rs + c.TURC_RADIATION
    return c.TURC * dryness * tmean / (tmean + c.TURC_TEMPERATURE) * heat


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Hargreaves 1982)",
    cell_methods="time: mean",
    dtype_of=("tmin", "tmax", "rs"),
    relations=ordered("tmin", "tmax"),
)
def eto_hargreaves_1982(*, tmin: Any, tmax: Any, rs: Any) -> Any:
    """Return the reference evapotranspiration from temperature and measured radiation, by Hargreaves and Samani (1982).

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rs : numeric
        Solar radiation. [MJ m-2 day-1]

    Returns
    -------
    numeric
        Reference evapotranspiration; 0 below a mean of -17.8 degC. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Hargreaves and Samani (1982), doi:10.1061/JRCEA4.0001390: 0.0075 Rs T [degF], which is 0.0135 Rs (T + 17.8). Their
    estimate of missing radiation, Rs = Krs Ra (Tmax - Tmin)^0.5, is the rule by which `etolib.eto` fills it; put in,
    it became the equation of 1985 (`eto_hargreaves`). For periods of five days and more.

    Examples
    --------
    >>> round(eto_hargreaves_1982(tmin=12.3, tmax=21.5, rs=22.07), 2)
    4.22
    """
    warmth = np.maximum(air.mean_temperature(tmin, tmax) + c.HARGREAVES_B, 0.0)
    return c.HARGREAVES_1982 * warmth * radiation.energy_to_water(rs)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Jensen-Haise)",
    cell_methods="time: mean",
    dtype_of=("tmin", "tmax", "rs"),
    relations=ordered("tmin", "tmax"),
)
def eto_jensen_haise(*, tmin: Any, tmax: Any, rs: Any) -> Any:
    """Return the evapotranspiration of a well-watered crop from temperature and radiation, by Jensen and Haise.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rs : numeric
        Solar radiation. [MJ m-2 day-1]

    Returns
    -------
    numeric
        Reference evapotranspiration (alfalfa); 0 at or below a mean of -3 degC. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Jensen and Haise (1963), doi:10.1061/JRCEA4.0000287: 0.025 (T + 3) Rs as water (printed (0.014 T - 0.37) Rs in
    degF). The variant of 1971 has coefficients of the place's elevation and its warmest month; this is the fixed one.
    Semi-arid western USA, periods of five days and more; alfalfa, so above grass.

    Examples
    --------
    >>> round(eto_jensen_haise(tmin=12.3, tmax=21.5, rs=22.07), 2)
    4.48
    """
    warmth = np.maximum(air.mean_temperature(tmin, tmax) + c.JENSEN_HAISE_SHIFT, 0.0)
    return c.JENSEN_HAISE * warmth * radiation.energy_to_water(rs)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Abtew)",
    cell_methods="time: mean",
    dtype_of=("rs",),
)
def eto_abtew(*, rs: Any) -> Any:
    """Return the evapotranspiration of a wet surface from radiation alone, by Abtew.

    Parameters
    ----------
    rs : numeric
        Solar radiation. [MJ m-2 day-1]

    Returns
    -------
    numeric
        Evapotranspiration of wetland and shallow water. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Abtew (1996), doi:10.1111/j.1752-1688.1996.tb04044.x: 0.53 Rs as water (0.52 for open water and in the R package
    Evapotranspiration). South Florida; it knows no temperature, so it is for warm and wet places.

    Examples
    --------
    >>> round(eto_abtew(rs=22.07), 2)
    4.77
    """
    return c.ABTEW * radiation.energy_to_water(rs)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (FAO-24 radiation)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmin", "tmax", "rs", "rhmean", "u2"),
    relations=ordered("tmin", "tmax"),
)
def eto_fao24_radiation(
    *,
    tmin: Any,
    tmax: Any,
    rs: Any,
    rhmean: Any,
    u2: Any,
    elevation: Any,
    day_night_wind: Any = c.DAY_NIGHT_WIND,
    convention: Convention | str = "fao56",
) -> Any:
    """Return the reference evapotranspiration by the radiation method of FAO-24.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rs : numeric
        Solar radiation. [MJ m-2 day-1]
    rhmean : numeric
        Daily mean relative humidity. [%]
    u2 : numeric
        Mean wind speed of the 24 hours at 2 m. [m s-1]
    elevation : numeric
        Height above sea level. [m]
    day_night_wind : numeric
        Wind of the day (7 to 19 h) over wind of the night; 2 where it is not known, as FAO-24 advises. [1]
    convention : Convention or str
        Whose slope of the vapour pressure curve.

    Returns
    -------
    numeric
        Reference evapotranspiration, not below 0. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Doorenbos and Pruitt (1977), FAO Irrigation and Drainage Paper 24: -0.3 + b Delta / (Delta + gamma) Rs, with b of
    the humidity and the wind by day by Frevert et al. (1983), doi:10.1061/(ASCE)0733-9437(1983)109:2(265). pyet 1.5
    differs: it takes Rs less the albedo, the wind of 24 hours, and the last term linear in the wind instead of square.
    Means of ten days and more; any climate.

    Examples
    --------
    >>> round(eto_fao24_radiation(tmin=12.3, tmax=21.5, rs=22.07, rhmean=70.0, u2=2.078, elevation=100), 2)
    4.94
    """
    by_day = wind_by_day(u2, day_night_wind)
    constant, rh, wind, both, rh2, wind2 = c.FAO24_RADIATION_B
    b = constant + rh * rhmean + wind * by_day + both * rhmean * by_day + rh2 * rhmean**2 + wind2 * by_day**2
    share = energy_share(tmin, tmax, elevation, conventions.get(convention))
    return np.maximum(c.FAO24_RADIATION + b * share * radiation.energy_to_water(rs), 0.0)
