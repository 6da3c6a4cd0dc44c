"""Sun and radiation, one function per equation; angles at the door in degrees, inside in radians.

Poles and polar night: the sunset hour angle is bounded to 0 (the sun does not rise: Ra = 0) and pi (it does not
set), so every latitude from -90 to 90 has a value on every day. Where the clear-sky radiation is 0 the ratio
Rs/Rso of the longwave term has no meaning and is taken as 1, a clear sky: the same rule as RefET.

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import constants as c
from etolib.equations import conventions
from etolib.equations.air import ordered
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import elementwise
from etolib.errors import InputError, Problem

_HALF_TURN = 180.0  # degrees


@elementwise(units="1", long_name="inverse relative distance of Earth and Sun")
def inverse_relative_distance(day_of_year: Any) -> Any:
    """Return the inverse relative distance of Earth and Sun.

    Parameters
    ----------
    day_of_year : numeric
        1 to 366.

    Returns
    -------
    numeric
        Mean distance over distance, squared. [1]

    Notes
    -----
    FAO-56 Eq. 23, ASCE-2005 Eq. 23.

    Examples
    --------
    >>> round(inverse_relative_distance(246), 3)
    0.985
    """
    return 1 + c.ECCENTRICITY * np.cos(2 * np.pi / c.DAYS_PER_YEAR * day_of_year)


@elementwise(units="radian", long_name="solar declination")
def solar_declination(day_of_year: Any) -> Any:
    """Return the declination of the sun.

    Parameters
    ----------
    day_of_year : numeric
        1 to 366.

    Returns
    -------
    numeric
        Declination. [radian]

    Notes
    -----
    FAO-56 Eq. 24, ASCE-2005 Eq. 24.

    Examples
    --------
    >>> round(solar_declination(246), 3)
    0.12
    """
    return c.DECLINATION * np.sin(2 * np.pi / c.DAYS_PER_YEAR * day_of_year - c.DECLINATION_PHASE)


@elementwise(units="radian", long_name="sunset hour angle")
def sunset_hour_angle(latitude: Any, day_of_year: Any) -> Any:
    """Return the hour angle of sunset.

    Parameters
    ----------
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.

    Returns
    -------
    numeric
        Hour angle, 0 where the sun does not rise, pi where it does not set. [radian]

    Notes
    -----
    FAO-56 Eq. 25, ASCE-2005 Eq. 27.

    Examples
    --------
    >>> round(sunset_hour_angle(-20.0, 246), 3)
    1.527
    """
    phi, delta = np.radians(latitude), solar_declination(day_of_year)
    return np.arccos(np.clip(-np.tan(phi) * np.tan(delta), -1.0, 1.0))


@elementwise(units="MJ m-2 day-1", long_name="extraterrestrial radiation", options=("convention",))
def extraterrestrial_radiation(latitude: Any, day_of_year: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the daily extraterrestrial radiation Ra.

    Parameters
    ----------
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Solar constant 0.0820 MJ m-2 min-1 or 4.92 MJ m-2 h-1 (the same to the last bit or two).

    Returns
    -------
    numeric
        Ra; 0 where the sun does not rise. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 21, ASCE-2005 Eq. 21.

    Examples
    --------
    >>> round(extraterrestrial_radiation(-20.0, 246), 1)
    32.2
    """
    per_hour = conventions.get(convention).solar_constant
    phi, delta = np.radians(latitude), solar_declination(day_of_year)
    omega = sunset_hour_angle(latitude, day_of_year)
    sun = omega * np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.sin(omega)
    # Rounding can leave -1e-16 where the sun just fails to rise.
    return np.maximum(c.HOURS_PER_DAY / np.pi * per_hour * inverse_relative_distance(day_of_year) * sun, 0.0)


@elementwise(units="h", long_name="maximum duration of sunshine")
def daylight_hours(latitude: Any, day_of_year: Any) -> Any:
    """Return the hours of daylight N.

    Parameters
    ----------
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.

    Returns
    -------
    numeric
        Daylight, 0 to 24. [h]

    Notes
    -----
    FAO-56 Eq. 34.

    Examples
    --------
    >>> round(daylight_hours(-20.0, 246), 1)
    11.7
    """
    return c.HOURS_PER_DAY / np.pi * sunset_hour_angle(latitude, day_of_year)


@elementwise(units="radian", long_name="solar time angle")
def solar_time_angle(longitude: Any, day_of_year: Any, hour: Any, utc_offset: Any) -> Any:
    """Return the solar time angle of a clock time.

    Parameters
    ----------
    longitude : numeric
        Degrees east. [degrees]
    day_of_year : numeric
        1 to 366.
    hour : numeric
        Standard clock time, 14.5 for the middle of 14 to 15 h. [h]
    utc_offset : numeric
        Clock minus UTC, without daylight saving. [h]

    Returns
    -------
    numeric
        Angle within -pi to pi, 0 at solar noon. [radian]

    Notes
    -----
    FAO-56 Eqs. 31 to 33, ASCE-2005 Eqs. 55, 57, 58 (degrees west there, east here).

    Examples
    --------
    >>> round(solar_time_angle(-16.25, 274, 14.5, -1), 3)
    0.682
    """
    b = 2 * np.pi * (day_of_year - c.SEASONAL_DAY) / c.SEASONAL_PERIOD
    seasonal = c.SEASONAL_A * np.sin(2 * b) - c.SEASONAL_B * np.cos(b) - c.SEASONAL_C * np.sin(b)
    zone = c.HOURS_PER_DAY / 2
    degrees_per_hour = 2 * _HALF_TURN / c.HOURS_PER_DAY
    solar = hour + c.SOLAR_TIME_PER_DEGREE * (longitude - degrees_per_hour * utc_offset) + seasonal
    angle = np.pi / zone * (solar - zone)
    return (angle + np.pi) % (2 * np.pi) - np.pi


@elementwise(units="MJ m-2 h-1", long_name="extraterrestrial radiation", options=("convention",))
def extraterrestrial_radiation_hourly(
    latitude: Any,
    longitude: Any,
    day_of_year: Any,
    hour: Any,
    utc_offset: Any,
    duration: Any = 1.0,
    *,
    convention: Convention | str = "fao56",
) -> Any:
    """Return the extraterrestrial radiation of an hour or a shorter period.

    Parameters
    ----------
    latitude, longitude : numeric
        Degrees north, degrees east. [degrees]
    day_of_year : numeric
        1 to 366.
    hour : numeric
        Standard clock time of the middle of the period. [h]
    utc_offset : numeric
        Clock minus UTC, without daylight saving. [h]
    duration : numeric
        Length of the period. [h]
    convention : Convention or str
        FAO-56 p. 48: 0 where the middle of the period lies before sunrise or after sunset. ASCE-2005 Eq. 56: the
        part of the period with the sun above the horizon counts.

    Returns
    -------
    numeric
        Radiation of the period. [MJ m-2 period-1]

    Notes
    -----
    FAO-56 Eqs. 28 to 33, ASCE-2005 Eqs. 48 to 59.

    Examples
    --------
    >>> round(extraterrestrial_radiation_hourly(16.2167, -16.25, 274, 14.5, -1), 3)
    3.543
    """
    convention = conventions.get(convention)
    phi, delta = np.radians(latitude), solar_declination(day_of_year)
    omega = solar_time_angle(longitude, day_of_year, hour, utc_offset)
    sunset = sunset_hour_angle(latitude, day_of_year)
    half_period = np.pi * duration / c.HOURS_PER_DAY
    first, last = omega - half_period, omega + half_period
    if convention.clip_at_horizon:
        # A sun that does not set has no horizon to clip at.
        bound = np.where(sunset < np.pi, sunset, np.inf)
        first, last = np.clip(first, -bound, bound), np.clip(last, -bound, bound)
    swept = (last - first) * np.sin(phi) * np.sin(delta)
    swept = swept + np.cos(phi) * np.cos(delta) * (np.sin(last) - np.sin(first))
    ra = c.HOURS_PER_DAY / 2 / np.pi * convention.solar_constant * inverse_relative_distance(day_of_year) * swept
    if not convention.clip_at_horizon:
        ra = np.where(np.abs(omega) > sunset, 0.0 * ra, ra)
    return np.maximum(ra, 0.0)


@elementwise(units="radian", long_name="solar altitude", standard_name="solar_elevation_angle")
def solar_altitude(latitude: Any, longitude: Any, day_of_year: Any, hour: Any, utc_offset: Any) -> Any:
    """Return the altitude of the sun above the horizon.

    Parameters
    ----------
    latitude, longitude, day_of_year, hour, utc_offset : numeric
        As in `extraterrestrial_radiation_hourly`.

    Returns
    -------
    numeric
        Altitude, negative below the horizon. [radian]

    Notes
    -----
    ASCE-2005 Eq. 62.

    Examples
    --------
    >>> round(solar_altitude(0.0, 0.0, 81, 12.0, 0), 1)
    1.5
    """
    phi, delta = np.radians(latitude), solar_declination(day_of_year)
    omega = solar_time_angle(longitude, day_of_year, hour, utc_offset)
    sine = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(omega)
    return np.arcsin(np.clip(sine, -1.0, 1.0))


@elementwise(
    units="MJ m-2 day-1",
    long_name="global solar radiation",
    standard_name="surface_downwelling_shortwave_flux_in_air",
)
def solar_radiation_from_sunshine(
    sunshine: Any, ra: Any, daylight: Any, a: Any = c.ANGSTROM_A, b: Any = c.ANGSTROM_B
) -> Any:
    """Return the solar radiation from the duration of bright sunshine.

    Parameters
    ----------
    sunshine : numeric
        Bright sunshine n, 0 to 24. [h]
    ra : numeric
        Extraterrestrial radiation. [MJ m-2 day-1]
    daylight : numeric
        Daylight N; n/N is bounded to 1, and is 0 where N is 0. [h]
    a, b : numeric
        Angstrom coefficients; 0.25 and 0.50 where no calibration exists.

    Returns
    -------
    numeric
        Solar radiation. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 35.

    Examples
    --------
    >>> round(solar_radiation_from_sunshine(220 / 31, 25.1, 10.9), 1)
    14.4
    """
    sunshine, daylight = np.broadcast_arrays(sunshine, daylight)
    ratio = np.minimum(sunshine / np.where(daylight > 0, daylight, 1.0), 1.0)
    return (a + b * np.where(daylight == 0, sunshine * 0, ratio + daylight * 0)) * ra


@elementwise(
    units="MJ m-2 day-1",
    long_name="global solar radiation",
    standard_name="surface_downwelling_shortwave_flux_in_air",
    relations=ordered("tmin", "tmax"),
)
def solar_radiation_from_temperature(tmin: Any, tmax: Any, ra: Any, krs: Any = c.KRS_INTERIOR, rso: Any = None) -> Any:
    """Return the solar radiation estimated from the range of temperature.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    ra : numeric
        Extraterrestrial radiation. [MJ m-2 day-1]
    krs : numeric
        0.16 inland, 0.19 at a coast. [degC-0.5]
    rso : numeric, optional
        Clear-sky radiation, the upper bound where given. [MJ m-2 day-1]

    Returns
    -------
    numeric
        Estimated solar radiation. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 50 and p. 61 (bounded by Rso; not for islands).

    Examples
    --------
    >>> round(solar_radiation_from_temperature(14.8, 26.6, 40.6), 1)
    22.3
    """
    rs = krs * np.sqrt(tmax - tmin) * ra
    return rs if rso is None else np.minimum(rs, rso)


@elementwise(
    units="MJ m-2 day-1",
    long_name="global solar radiation",
    standard_name="surface_downwelling_shortwave_flux_in_air",
)
def solar_radiation_island(ra: Any) -> Any:
    """Return the solar radiation estimated for a small island.

    Parameters
    ----------
    ra : numeric
        Extraterrestrial radiation. [MJ m-2 day-1]

    Returns
    -------
    numeric
        Estimated solar radiation, not below 0. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 51: monthly values, islands up to 20 km wide, 0 to 100 m above the sea.

    Examples
    --------
    >>> round(solar_radiation_island(38.0), 1)
    22.6
    """
    return np.maximum(c.RS_ISLAND_A * ra - c.RS_ISLAND_B, 0.0)


@elementwise(units="MJ m-2 day-1", long_name="clear-sky solar radiation")
def clear_sky_radiation(ra: Any, elevation: Any) -> Any:
    """Return the clear-sky solar radiation Rso.

    Parameters
    ----------
    ra : numeric
        Extraterrestrial radiation, of a day or an hour. [MJ m-2 period-1]
    elevation : numeric
        Height above sea level; the book gives the equation below 6000 m. [m]

    Returns
    -------
    numeric
        Clear-sky radiation of the same period. [MJ m-2 period-1]

    Notes
    -----
    FAO-56 Eq. 37 (Eq. 36 is the same at sea level), ASCE-2005 Eqs. 19 and 47.

    Examples
    --------
    >>> round(clear_sky_radiation(41.09, 100.0), 2)
    30.9
    """
    return (c.RSO_A + c.RSO_B * elevation) * ra


@elementwise(units="MJ m-2 day-1", long_name="net shortwave radiation")
def net_shortwave(rs: Any, albedo: Any = c.ALBEDO) -> Any:
    """Return the net shortwave radiation Rns.

    Parameters
    ----------
    rs : numeric
        Solar radiation. [MJ m-2 period-1]
    albedo : numeric
        Of the surface, 0.23 for the reference crop. [1]

    Returns
    -------
    numeric
        Net shortwave radiation. [MJ m-2 period-1]

    Notes
    -----
    FAO-56 Eq. 38, ASCE-2005 Eq. 16.

    Examples
    --------
    >>> round(net_shortwave(22.07), 2)
    16.99
    """
    return (1 - albedo) * rs


def cloud_term(rs: Any, rso: Any, convention: Convention | str = "fao56") -> Any:
    """Return the cloud term 1.35 Rs/Rso - 0.35 of the longwave equation, for arrays.

    FAO-56 Eq. 39 bounds Rs/Rso to at most 1; ASCE-2005 Eq. 18 to 0.3..1 (its bounds of the
    term itself, 0.05..1, follow from that). Where Rso is 0 the ratio is taken as 1 (see the module).
    """
    least = conventions.get(convention).relative_shortwave_min
    rs, rso = np.broadcast_arrays(rs, rso)
    ratio = np.minimum(rs / np.where(rso > 0, rso, 1.0), 1.0)
    ratio = np.where(rso == 0, 1.0 + rs * 0, ratio + rso * 0)
    if least is not None:
        ratio = np.maximum(ratio, least)
    return c.CLOUD_A * ratio - c.CLOUD_B


@elementwise(
    units="MJ m-2 day-1",
    long_name="net longwave radiation",
    options=("convention",),
    relations=ordered("tmin", "tmax"),
)
def net_longwave(tmin: Any, tmax: Any, ea: Any, rs: Any, rso: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the outgoing net longwave radiation Rnl of a day.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    ea : numeric
        Actual vapour pressure. [kPa]
    rs, rso : numeric
        Solar radiation and clear-sky solar radiation. [MJ m-2 day-1]
    convention : Convention or str
        Bounds of Rs/Rso and the Stefan-Boltzmann constant, see Notes.

    Returns
    -------
    numeric
        Net longwave radiation, positive upwards. [MJ m-2 day-1]

    Notes
    -----
    FAO-56 Eq. 39: Rs/Rso at most 1, 4.903e-9. ASCE-2005 Eqs. 17, 18: 0.3 to 1, 4.901e-9. Rs/Rso is 1 where
    Rso = 0.

    Examples
    --------
    >>> round(net_longwave(19.1, 25.1, 2.1, 14.5, 18.8), 1)
    3.5
    """
    fourth = ((tmax + c.KELVIN) ** 4 + (tmin + c.KELVIN) ** 4) / 2
    emissivity = c.EMISSIVITY_A - c.EMISSIVITY_B * np.sqrt(ea)
    convention = conventions.get(convention)
    return convention.stefan_boltzmann * fourth * emissivity * cloud_term(rs, rso, convention)


@elementwise(units="MJ m-2 h-1", long_name="net longwave radiation", options=("convention",))
def net_longwave_hourly(temperature: Any, ea: Any, cloud_factor: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the outgoing net longwave radiation of an hour.

    Parameters
    ----------
    temperature : numeric
        Mean air temperature of the hour. [degC]
    ea : numeric
        Actual vapour pressure. [kPa]
    cloud_factor : numeric
        1.35 Rs/Rso - 0.35, at night that of the hours before sunset. [1]
    convention : Convention or str
        Which Stefan-Boltzmann constant, divided by 24.

    Returns
    -------
    numeric
        Net longwave radiation, positive upwards. [MJ m-2 h-1]

    Notes
    -----
    FAO-56 Eq. 39 with 2.043e-10 (p. 74), ASCE-2005 Eq. 44.

    Examples
    --------
    >>> round(net_longwave_hourly(38.0, 3.445, 1.35 * 0.922 - 0.35), 3)
    0.137
    """
    emissivity = c.EMISSIVITY_A - c.EMISSIVITY_B * np.sqrt(ea)
    sigma = conventions.get(convention).stefan_boltzmann / c.HOURS_PER_DAY
    return sigma * (temperature + c.KELVIN) ** 4 * emissivity * cloud_factor


@elementwise(units="MJ m-2 day-1", long_name="net radiation")
def net_radiation(rns: Any, rnl: Any) -> Any:
    """Return the net radiation Rn.

    Parameters
    ----------
    rns, rnl : numeric
        Net shortwave (downwards) and net longwave (upwards) radiation. [MJ m-2 period-1]

    Returns
    -------
    numeric
        Net radiation. [MJ m-2 period-1]

    Notes
    -----
    FAO-56 Eq. 40, ASCE-2005 Eq. 15.

    Examples
    --------
    >>> round(net_radiation(11.1, 3.5), 1)
    7.6
    """
    return rns - rnl


@elementwise(units="mm", long_name="equivalent depth of water")
def energy_to_water(energy: Any) -> Any:
    """Return the depth of water that an amount of energy evaporates.

    Parameters
    ----------
    energy : numeric
        Energy. [MJ m-2 period-1]

    Returns
    -------
    numeric
        Depth of water. [mm period-1]

    Notes
    -----
    FAO-56 Eq. 20 and Table 1: 0.408, the rounded inverse of 2.45.

    Examples
    --------
    >>> round(energy_to_water(32.2), 1)
    13.1
    """
    return c.MM_PER_MJ * energy


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
        raise InputError([Problem("surface", surface, "must be short or tall")])
    crop = conventions.get(convention).surface(surface)
    return np.where(np.asarray(is_day) > 0, crop.soil_heat_day, crop.soil_heat_night) * rn + np.asarray(is_day) * 0
