"""The sun: where it stands and what reaches the top of the atmosphere, one function per equation.

Angles at the door in degrees, inside in radians. Poles and polar night: the sunset hour angle is bounded to 0 (the sun
does not rise: Ra = 0) and pi (it does not set), so every latitude from -90 to 90 has a value on every day.

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


@elementwise(units="radian", long_name="solar declination", options=("convention",))
def solar_declination(day_of_year: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the declination of the sun.

    Parameters
    ----------
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose declination of the sun.

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
    numbers = conventions.get(convention)
    return numbers.declination * np.sin(2 * np.pi / c.DAYS_PER_YEAR * day_of_year - numbers.declination_phase)


@elementwise(units="radian", long_name="sunset hour angle", options=("convention",))
def sunset_hour_angle(latitude: Any, day_of_year: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the hour angle of sunset.

    Parameters
    ----------
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose declination of the sun.

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
    phi, delta = np.radians(latitude), solar_declination(day_of_year, convention=convention)
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
        Whose solar constant and declination.

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
    convention = conventions.get(convention)
    phi, delta = np.radians(latitude), solar_declination(day_of_year, convention=convention)
    omega = sunset_hour_angle(latitude, day_of_year, convention=convention)
    sun = omega * np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.sin(omega)
    # Rounding can leave -1e-16 where the sun just fails to rise.
    ra = c.HOURS_PER_DAY / np.pi * convention.solar_constant * inverse_relative_distance(day_of_year) * sun
    return np.maximum(ra, 0.0)


@elementwise(units="h", long_name="maximum duration of sunshine", options=("convention",))
def daylight_hours(latitude: Any, day_of_year: Any, *, convention: Convention | str = "fao56") -> Any:
    """Return the hours of daylight N.

    Parameters
    ----------
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        Whose declination of the sun.

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
    return c.HOURS_PER_DAY / np.pi * sunset_hour_angle(latitude, day_of_year, convention=convention)


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
    phi, delta = np.radians(latitude), solar_declination(day_of_year, convention=convention)
    omega = solar_time_angle(longitude, day_of_year, hour, utc_offset)
    sunset = sunset_hour_angle(latitude, day_of_year, convention=convention)
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


@elementwise(units="radian", long_name="solar altitude", standard_name="solar_elevation_angle", options=("convention",))
def solar_altitude(
    latitude: Any,
    longitude: Any,
    day_of_year: Any,
    hour: Any,
    utc_offset: Any,
    *,
    convention: Convention | str = "fao56",
) -> Any:
    """Return the altitude of the sun above the horizon.

    Parameters
    ----------
    latitude, longitude, day_of_year, hour, utc_offset : numeric
        As in `extraterrestrial_radiation_hourly`.
    convention : Convention or str
        Whose declination of the sun.

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
    phi, delta = np.radians(latitude), solar_declination(day_of_year, convention=convention)
    omega = solar_time_angle(longitude, day_of_year, hour, utc_offset)
    sine = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(omega)
    return np.arcsin(np.clip(sine, -1.0, 1.0))


@elementwise(units="1", long_name="sine of the mean height of the sun by day")
def mean_sine_of_altitude(latitude: Any, day_of_year: Any) -> Any:
    """Return the sine of the height of the sun, averaged over the day with the radiation as weight.

    Parameters
    ----------
    latitude : numeric
        -90 to 90, north positive. [degrees]
    day_of_year : numeric
        1 to 366.

    Returns
    -------
    numeric
        Sine of the altitude, at least 0.1. [1]

    Notes
    -----
    ASCE-2005 Eq. D.5; the bound is that of the REF-ET program, for days on which the sun hardly rises.

    Examples
    --------
    >>> round(mean_sine_of_altitude(39.4575, 182), 3)
    0.754
    """
    at_equator, season, width = c.SUN_OF_DAY
    phi = np.radians(latitude)
    seasonal = season * phi * np.sin(2 * np.pi / c.DAYS_PER_YEAR * day_of_year - c.DECLINATION_PHASE)
    return np.maximum(np.sin(at_equator + seasonal - width * phi**2), c.LEAST_SINE_OF_DAY)
