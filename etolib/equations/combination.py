"""Reference evapotranspiration from radiation, humidity and wind together, beside Penman-Monteith.

References
----------
FAO-56 as in `etolib.equations.air`; the others in the notes of each function.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import air, conventions, radiation, sun
from etolib.equations import constants as c
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import elementwise, ordered
from etolib.equations.radiation_methods import energy_share, wind_by_day


def net_radiation(
    tmin: Any,
    tmax: Any,
    ea: Any,
    rs: Any,
    latitude: Any,
    elevation: Any,
    day_of_year: Any,
    rso: Any,
    convention: Convention,
) -> Any:
    """Return the net radiation of arrays; the clear sky by the convention where ``rso`` is None. [MJ m-2 day-1]"""
    if rso is None:
        rso = radiation.clear_sky_of_day(
            sun.extraterrestrial_radiation(latitude, day_of_year, convention=convention),
            elevation,
            latitude=latitude,
            day_of_year=day_of_year,
            ea=ea,
            pressure=air.atmospheric_pressure(elevation, convention=convention),
            convention=convention,
        )
    return radiation.net_shortwave(rs) - radiation.net_longwave(tmin, tmax, ea, rs, rso, convention=convention)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Penman 1963)",
    cell_methods="time: mean",
    options=("convention",),
    words=("rso",),
    dtype_of=("tmin", "tmax", "ea", "rs", "u2"),
    relations=ordered("tmin", "tmax"),
)
def eto_penman_1963(
    *,
    tmin: Any,
    tmax: Any,
    ea: Any,
    rs: Any,
    u2: Any,
    latitude: Any,
    elevation: Any,
    day_of_year: Any,
    rso: Any = None,
    convention: Convention | str = "fao56",
) -> Any:
    """Return the potential evapotranspiration of grass by Penman (1963).

    Parameters
    ----------
    tmin, tmax, ea, rs, u2, latitude, elevation, day_of_year : numeric
        As in `eto_fao56`.
    rso : numeric or {"simple", "full"}, optional
        As in `eto_fao56`.
    convention : Convention or str
        Whose numbers and bounds of the net radiation.

    Returns
    -------
    numeric
        Evapotranspiration, with the net radiation of the convention. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Penman (1963), Commonwealth Bureau of Soils Technical Communication 53, as ASCE Manual 70 (Jensen, Burman and Allen
    1990, Eq. 6.15), with G = 0 and the fixed latent heat of FAO-56:
    [Delta Rn + gamma 6.43 (1 + 0.537 u2) (es - ea)] / (Delta + gamma). Penman (1948), doi:10.1098/rspa.1948.0037, is
    the equation of open water: 0.5 or 1 + 0.54 u2, albedo of water. Any climate; in dry wind above Penman-Monteith.

    Examples
    --------
    >>> round(eto_penman_1963(tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, u2=2.078, latitude=50.8, elevation=100,
    ...                       day_of_year=187), 2)
    4.66
    """
    convention, sky = conventions.with_clear_sky(convention, rso)
    rn = net_radiation(tmin, tmax, ea, rs, latitude, elevation, day_of_year, sky, convention)
    share = energy_share(tmin, tmax, elevation, convention)
    es = air.mean_saturation_vapour_pressure(tmin, tmax)
    drying = c.PENMAN_AERODYNAMIC * (1 + c.PENMAN_WIND * u2) * air.deficit(es, ea, convention)
    return radiation.energy_to_water(share * rn + (1 - share) * drying)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Priestley-Taylor)",
    cell_methods="time: mean",
    options=("convention",),
    words=("rso",),
    dtype_of=("tmin", "tmax", "ea", "rs"),
    relations=ordered("tmin", "tmax"),
)
def eto_priestley_taylor(
    *,
    tmin: Any,
    tmax: Any,
    ea: Any,
    rs: Any,
    latitude: Any,
    elevation: Any,
    day_of_year: Any,
    alpha: Any = c.PRIESTLEY_TAYLOR_ALPHA,
    rso: Any = None,
    convention: Convention | str = "fao56",
) -> Any:
    """Return the evapotranspiration of a wet surface by Priestley and Taylor.

    Parameters
    ----------
    tmin, tmax, ea, rs, latitude, elevation, day_of_year : numeric
        As in `eto_fao56`.
    alpha : numeric
        Coefficient of Priestley and Taylor. [1]
    rso : numeric or {"simple", "full"}, optional
        As in `eto_fao56`.
    convention : Convention or str
        Whose numbers and bounds of the net radiation.

    Returns
    -------
    numeric
        Evapotranspiration, with the net radiation of the convention. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Priestley and Taylor (1972), Monthly Weather Review 100, 81-92, with the fixed latent heat of FAO-56 and G = 0.

    Examples
    --------
    >>> round(eto_priestley_taylor(tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, latitude=50.8, elevation=100,
    ...                            day_of_year=187), 2)
    4.42
    """
    convention, sky = conventions.with_clear_sky(convention, rso)
    rn = net_radiation(tmin, tmax, ea, rs, latitude, elevation, day_of_year, sky, convention)
    return alpha * energy_share(tmin, tmax, elevation, convention) * radiation.energy_to_water(rn)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (FAO-24 Blaney-Criddle)",
    cell_methods="time: mean",
    options=("convention",),
    dtype_of=("tmin", "tmax", "rhmin", "sunshine", "u2"),
    relations=ordered("tmin", "tmax"),
)
def eto_blaney_criddle(
    *,
    tmin: Any,
    tmax: Any,
    rhmin: Any,
    sunshine: Any,
    u2: Any,
    latitude: Any,
    day_of_year: Any,
    day_night_wind: Any = c.DAY_NIGHT_WIND,
    convention: Convention | str = "fao56",
) -> Any:
    """Return the reference evapotranspiration by the method of Blaney and Criddle in the form of FAO-24.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rhmin : numeric
        Daily minimum relative humidity. [%]
    sunshine : numeric
        Bright sunshine. [h]
    u2 : numeric
        Mean wind speed of the 24 hours at 2 m. [m s-1]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    day_night_wind : numeric
        Wind of the day (7 to 19 h) over wind of the night; 2 where it is not known, as FAO-24 advises. [1]
    convention : Convention or str
        Whose declination of the sun.

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
    Doorenbos and Pruitt (1977), FAO Irrigation and Drainage Paper 24: a + b p (0.46 T + 8.13), with a and b of
    RHmin, n/N and the wind by day by Frevert et al. (1983), doi:10.1061/(ASCE)0733-9437(1983)109:2(265), p the daylight
    of the day in per cent of that of the year (4380 h), and without a correction for elevation. McMahon et al. (2013)
    and, after them, the R package Evapotranspiration and pyet take the hours of sunshine for p, and the wind of 24
    hours. An equation for means of a month: single days of it say little. Not for cold nor for humid equatorial places.

    Examples
    --------
    >>> round(eto_blaney_criddle(tmin=12.3, tmax=21.5, rhmin=63.0, sunshine=9.25, u2=2.078, latitude=50.8,
    ...                          day_of_year=187), 2)
    4.36
    """
    daylight = sun.daylight_hours(latitude, day_of_year, convention=convention)
    share = np.minimum(sunshine / np.where(daylight > 0, daylight, np.inf), 1.0)
    by_day = wind_by_day(u2, day_night_wind)
    of_humidity, of_sunshine, constant = c.BLANEY_CRIDDLE_A
    a = of_humidity * rhmin + of_sunshine * share + constant
    b0, b_rh, b_sun, b_wind, b_rh_sun, b_rh_wind = c.BLANEY_CRIDDLE_B
    b = b0 + b_rh * rhmin + b_sun * share + b_wind * by_day + rhmin * (b_rh_sun * share + b_rh_wind * by_day)
    per_degree, intercept = c.BLANEY_CRIDDLE
    f = daylight / c.DAYLIGHT_OF_YEAR * 100 * (per_degree * air.mean_temperature(tmin, tmax) + intercept)
    return np.maximum(a + b * f, 0.0)


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (Romanenko)",
    cell_methods="time: mean",
    dtype_of=("tmin", "tmax", "rhmean"),
    relations=ordered("tmin", "tmax"),
)
def eto_romanenko(*, tmin: Any, tmax: Any, rhmean: Any) -> Any:
    """Return the potential evapotranspiration from temperature and humidity, by Romanenko.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    rhmean : numeric
        Daily mean relative humidity. [%]

    Returns
    -------
    numeric
        Potential evapotranspiration, not below 0; 0 below a mean of -25 degC. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    Romanenko (1961), in the form for days of Oudin et al. (2005), doi:10.1016/j.jhydrol.2004.08.026:
    4.5 (1 + T / 25)^2 (1 - RH / 100), which pyet and the R package Evapotranspiration have too. Xu and Singh (2001),
    doi:10.1002/hyp.119, print it for months, 0.0018 (25 + T)^2 (100 - RH) mm: spread over 30 days 1.2 times less.
    Calibrated on lakes and humid plains; far too high in dry air.

    Examples
    --------
    >>> round(eto_romanenko(tmin=12.3, tmax=21.5, rhmean=70.0), 2)
    3.79
    """
    warmth = np.maximum(1 + air.mean_temperature(tmin, tmax) / c.ROMANENKO_TEMPERATURE, 0.0)
    return c.ROMANENKO * warmth**2 * np.maximum(1 - rhmean / 100, 0.0)
