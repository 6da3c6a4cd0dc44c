"""Hourly reference evapotranspiration (FAO-56 Eq. 53 and the standardized equation of 2005).

At night, and with a low sun, Rs/Rso says nothing about clouds: the cloud term of the longwave equation is taken
from another hour of the same place. So the hours of a series belong together, along one time axis, and the rule is

- ASCE-2005: an hour whose sun stands above 0.3 rad has its own cloud term (Eq. 62);
- FAO-56: an hour with Ra > 0 has its own; the night takes that of the hour 2 to 3 h before sunset (p. 75);
- any other hour takes the last hour before it that has one, else the next after it; where the series holds none
  (one hour at night, polar night) Rs/Rso is taken as 0.8, the book's value in Example 19.

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.equations import air, conventions, radiation, soil, sun
from etolib.equations import constants as c
from etolib.equations.conventions import CONVENTIONS, Convention, Surface
from etolib.equations.elementwise import elementwise
from etolib.errors import InputError, Problem
from etolib.words import say


def hourly_terms(
    *,
    temperature: Any,
    ea: Any,
    rs: Any,
    u2: Any,
    latitude: Any,
    longitude: Any,
    elevation: Any,
    day_of_year: Any,
    hour: Any,
    utc_offset: Any,
    relative_shortwave: Any = None,
    rso: Any = None,
    convention: Convention | str = "fao56",
    surface: str = "short",
    axis: int = 0,
) -> dict[str, Any]:
    """Return every term of the hourly equation, for arrays with time along ``axis``; parameters as `eto_hourly`.

    Examples
    --------
    >>> terms = hourly_terms(temperature=np.array([38.0]), ea=np.array([3.445]), rs=np.array([2.45]),
    ...     u2=np.array([3.3]), latitude=np.array([16.217]), longitude=np.array([-16.25]),
    ...     elevation=np.array([8.0]), day_of_year=np.array([274.0]), hour=np.array([14.5]),
    ...     utc_offset=np.array([-1.0]), convention="fao56")
    >>> terms["rn"].round(3), terms["g"].round(3)
    (array([1.749]), array([0.175]))
    """
    # Long: a line for each equation, in the order of the book, and one for each term.
    convention, own_sky = conventions.with_clear_sky(convention, rso)
    crop = _hourly_surface(convention, surface)
    pressure = air.atmospheric_pressure(elevation, convention=convention)
    gamma = air.psychrometric_constant(pressure)
    delta = air.vapour_pressure_slope(temperature, convention=convention)
    es = air.saturation_vapour_pressure(temperature)
    when = (day_of_year, hour, utc_offset)
    ra = sun.extraterrestrial_radiation_hourly(latitude, longitude, *when, convention=convention)
    if own_sky is None:
        own_sky = _clear_sky(ra, ea, pressure, latitude, longitude, elevation, when, convention)
    own = radiation.cloud_term(rs, own_sky, convention)
    trusted, source = _hours_with_clouds(ra, latitude, longitude, when, convention)
    if relative_shortwave is None:
        cloud = _carried(own, trusted, source, axis)
    else:
        cloud = _assumed(own, trusted, relative_shortwave)
    rns = radiation.net_shortwave(rs)
    rnl = radiation.net_longwave_hourly(temperature, ea, cloud, convention=convention)
    rn = rns - rnl
    is_day = (rn >= 0 if convention.day_by_net_radiation else ra + 0 * rn > 0) * 1.0
    g = soil.soil_heat_flux_hourly(rn, is_day, surface=surface, convention=convention)
    cd = np.where(is_day > 0, crop.cd_day, crop.cd_night)
    vpd = air.deficit(es, ea, convention)
    denominator = delta + gamma * (1 + cd * u2)
    radiation_term = c.MM_PER_MJ * delta * (rn - g) / denominator
    aerodynamic_term = gamma * crop.cn_hour / (temperature + c.PM_KELVIN) * u2 * vpd / denominator
    return {
        "pressure": pressure,
        "gamma": gamma,
        "delta": delta,
        "es": es,
        "vpd": vpd,
        "ra": ra,
        "rso": own_sky,
        "cloud_term": cloud,
        "rns": rns,
        "rnl": rnl,
        "rn": rn,
        "g": g,
        "radiation_term": radiation_term,
        "aerodynamic_term": aerodynamic_term,
        "eto": radiation_term + aerodynamic_term,
    }


def _hourly_surface(convention: Convention, surface: str) -> Surface:
    """Return a surface that has an hourly equation; `InputError` where it has none."""
    crop = convention.surfaces.get(surface)
    if crop is None or crop.cn_hour is None:
        pairs = [(name, v) for v in CONVENTIONS.values() for name, s in v.surfaces.items() if s.cn_hour is not None]
        known = [f"{name} ({v})" for name, v in pairs]
        raise InputError([Problem("surface", surface, say("surface_not_known_for", name=str(convention), names=known))])
    return crop


When = tuple[Any, Any, Any]  # day of year, hour, offset


def _clear_sky(
    ra: Any, ea: Any, pressure: Any, latitude: Any, longitude: Any, elevation: Any, when: When, convention: Convention
) -> Any:
    if convention.rso == "simple":
        return radiation.clear_sky_radiation(ra, elevation)
    altitude = sun.solar_altitude(latitude, longitude, *when, convention=convention)
    sine = np.maximum(np.sin(altitude), c.LEAST_SINE_OF_HOUR)
    return radiation.clear_sky_radiation_full(ra, ea, pressure, sine, convention=convention)


def _hours_with_clouds(ra: Any, latitude: Any, longitude: Any, when: When, convention: Convention) -> tuple[Any, Any]:
    """Return which hours have a cloud term of their own, and whose term the hours without one may take."""
    if convention.cloud_from_altitude is None:
        trusted = ra > 0
    else:
        altitude = sun.solar_altitude(latitude, longitude, *when, convention=convention)
        trusted = altitude >= convention.cloud_from_altitude
    if convention.evening is None:
        return trusted, trusted
    least, most = convention.evening
    sunset = sun.sunset_hour_angle(latitude, when[0], convention=convention)
    before = sunset - sun.solar_time_angle(longitude, *when)
    return trusted, (before >= least) & (before <= most)


def _assumed(own: Any, trusted: Any, relative_shortwave: Any) -> Any:
    assumed = c.CLOUD_A * relative_shortwave - c.CLOUD_B
    return np.where(np.isnan(own), own, np.where(trusted, own, assumed))


def _carried(own: np.ndarray, trusted: np.ndarray, source: np.ndarray, axis: int) -> np.ndarray:
    """Return the cloud term of every hour: its own where trusted, else that of the nearest source before or after."""
    own, trusted, source = np.broadcast_arrays(own, trusted, source)
    own, trusted, source = (np.moveaxis(a, axis, -1) for a in (own, trusted, source))
    length = own.shape[-1]
    # A missing hour gives nothing to its neighbours.
    at = np.where(source & ~np.isnan(own), np.arange(length), -1)
    before = np.maximum.accumulate(at, axis=-1)
    after = np.where(at < 0, length, at)
    after = np.minimum.accumulate(after[..., ::-1], axis=-1)[..., ::-1]
    chosen = np.where(before >= 0, before, np.minimum(after, length - 1))
    taken = np.take_along_axis(own, chosen, axis=-1)
    nowhere = (before < 0) & (after == length)
    taken = np.where(nowhere, c.CLOUD_A * c.NIGHT_RELATIVE_SHORTWAVE - c.CLOUD_B, taken)
    cloud = np.where(trusted | np.isnan(own), own, taken)
    return np.moveaxis(cloud, -1, axis)


@elementwise(
    units="mm h-1",
    long_name="hourly reference evapotranspiration (Penman-Monteith)",
    cell_methods="time: mean",
    options=("surface", "convention", "axis"),
    dtype_of=("temperature", "ea", "rs", "u2"),
    words=("rso",),
    aliases={"rs": "rs_hourly", "rso": "rs_hourly"},
    sequence=True,
)
def eto_hourly(
    *,
    temperature: Any,
    ea: Any,
    rs: Any,
    u2: Any,
    latitude: Any,
    longitude: Any,
    elevation: Any,
    day_of_year: Any,
    hour: Any,
    utc_offset: Any,
    relative_shortwave: Any = None,
    rso: Any = None,
    convention: Convention | str = "fao56",
    surface: str = "short",
    axis: int = 0,
) -> Any:
    """Return the hourly reference evapotranspiration.

    Parameters
    ----------
    temperature : numeric
        Mean air temperature of the hour at 2 m. [degC]
    ea : numeric
        Actual vapour pressure. [kPa]
    rs : numeric
        Solar radiation. [MJ m-2 h-1]
    u2 : numeric
        Wind speed at 2 m. [m s-1]
    latitude, longitude : numeric
        Degrees north, degrees east. [degrees]
    elevation : numeric
        Height above sea level. [m]
    day_of_year : numeric
        1 to 366.
    hour : numeric
        Standard clock time of the middle of the hour: 14.5 for 14 to 15 h. [h]
    utc_offset : numeric
        Clock minus UTC, without daylight saving. [h]
    relative_shortwave : numeric, optional
        Rs/Rso to take in hours that have no cloud term of their own. [1]
    rso : numeric or {"simple", "full"}, optional
        Clear-sky radiation [MJ m-2 h-1], or how it is computed: from the elevation, or by ASCE-2005 Appendix D. As the
        convention does by default.
    convention : Convention or str
        FAO-56 Eq. 53 (``"fao56"``, grass only) by default, as in the daily functions: the method of the whole product.
        The standardized equation is ``"asce2005"``; any of `etolib.equations.conventions` is taken.
    surface : {"short", "tall"}
        Grass or alfalfa.
    axis : int
        Time axis of arrays; DataArrays use ``time``, or else the first dimension.

    Returns
    -------
    numeric
        Reference evapotranspiration, of the array type of the inputs. [mm h-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number.

    Notes
    -----
    FAO-56 Eq. 53; ASCE-2005 Eq. 1 with Table 1 (Cd of day and night), Eqs. 44 to 66. See the module for the night.

    Examples
    --------
    >>> round(eto_hourly(temperature=38.0, ea=3.445, rs=2.45, u2=3.3, latitude=16.217, longitude=-16.25,
    ...     elevation=8, day_of_year=274, hour=14.5, utc_offset=-1, convention="fao56"), 2)
    0.63
    """
    return hourly_terms(
        temperature=temperature,
        ea=ea,
        rs=rs,
        u2=u2,
        latitude=latitude,
        longitude=longitude,
        elevation=elevation,
        day_of_year=day_of_year,
        hour=hour,
        utc_offset=utc_offset,
        relative_shortwave=relative_shortwave,
        rso=rso,
        convention=convention,
        surface=surface,
        axis=axis,
    )["eto"]
