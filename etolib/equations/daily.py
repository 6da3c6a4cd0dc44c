"""Reference evapotranspiration of a day: the equations, on any array type; `tables` serves what has gaps.

The numbers and bounds in which the books differ stand in `etolib.equations.conventions`. Negative results (polar
night, dew) are left as the equation gives them. Pressure is computed from the elevation, as the book does, unless the
caller asks otherwise.

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`.
"""

from __future__ import annotations

from typing import Any

from etolib.equations import air, conventions, kernel, radiation, sun
from etolib.equations import constants as c
from etolib.equations.conventions import Convention
from etolib.equations.elementwise import elementwise
from etolib.equations.formula import WEATHER

TERMS: dict[str, tuple[str, str, str]] = {
    "tmean": ("degC", "mean air temperature", "FAO-56 Eq. 9"),
    "pressure": ("kPa", "atmospheric pressure", "FAO-56 Eq. 7"),
    "gamma": ("kPa degC-1", "psychrometric constant", "FAO-56 Eq. 8"),
    "delta": ("kPa degC-1", "slope of the vapour pressure curve", "FAO-56 Eq. 13"),
    "es": ("kPa", "saturation vapour pressure", "FAO-56 Eq. 12"),
    "ea": ("kPa", "actual vapour pressure", "FAO-56 Eqs. 14-19, 48"),
    "vpd": ("kPa", "vapour pressure deficit", "FAO-56 Eq. 6"),
    "u2": ("m s-1", "wind speed at 2 m", "FAO-56 Eq. 47"),
    "dr": ("1", "inverse relative distance of Earth and Sun", "FAO-56 Eq. 23"),
    "declination": ("radian", "solar declination", "FAO-56 Eq. 24"),
    "sunset_hour_angle": ("radian", "sunset hour angle", "FAO-56 Eq. 25"),
    "daylight": ("h", "maximum duration of sunshine", "FAO-56 Eq. 34"),
    "ra": ("MJ m-2 day-1", "extraterrestrial radiation", "FAO-56 Eq. 21"),
    "rs": ("MJ m-2 day-1", "global solar radiation", "FAO-56 Eqs. 35, 50, 51"),
    "rso": ("MJ m-2 day-1", "clear-sky solar radiation", "FAO-56 Eq. 37"),
    "relative_shortwave": ("1", "Rs/Rso as the longwave term takes it", "FAO-56 Eq. 39"),
    "rns": ("MJ m-2 day-1", "net shortwave radiation", "FAO-56 Eq. 38"),
    "rnl": ("MJ m-2 day-1", "net longwave radiation", "FAO-56 Eq. 39"),
    "rn": ("MJ m-2 day-1", "net radiation", "FAO-56 Eq. 40"),
    "g": ("MJ m-2 day-1", "soil heat flux", "FAO-56 Eq. 42"),
    "radiation_term": ("mm day-1", "radiation term", "FAO-56 Eq. 6"),
    "aerodynamic_term": ("mm day-1", "aerodynamic term", "FAO-56 Eq. 6"),
    "eto": ("mm day-1", "reference evapotranspiration", "FAO-56 Eq. 6"),
}
"""What an agronomist wants to see for one day: unit, words and equation of every term."""


def daily_terms(
    *,
    tmin: Any,
    tmax: Any,
    ea: Any,
    rs: Any,
    u2: Any,
    latitude: Any,
    elevation: Any,
    day_of_year: Any,
    convention: Convention | str = "fao56",
    surface: str = "short",
    pressure: Any = None,
    g: Any = 0.0,
    rso: Any = None,
) -> dict[str, Any]:
    """Return every term of the daily Penman-Monteith equation, by the book, equation by equation.

    Parameters
    ----------
    tmin, tmax : ndarray
        Daily minimum and maximum air temperature at 2 m. [degC]
    ea : ndarray
        Actual vapour pressure. [kPa]
    rs : ndarray
        Solar radiation. [MJ m-2 day-1]
    u2 : ndarray
        Wind speed at 2 m. [m s-1]
    latitude, elevation, day_of_year : ndarray
        [degrees], [m], 1 to 366.
    convention : Convention or str
        One of `etolib.equations.conventions`, or its name.
    surface : {"short", "tall"}
        Grass or alfalfa.
    pressure : ndarray, optional
        Atmospheric pressure; from the elevation by default. [kPa]
    g : ndarray
        Soil heat flux. [MJ m-2 day-1]
    rso : ndarray, "simple" or "full", optional
        Clear-sky radiation, or how it is computed; as the convention does by default. [MJ m-2 day-1]

    Returns
    -------
    dict
        The names of `TERMS`.

    Examples
    --------
    >>> terms = daily_terms(tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, u2=2.078, latitude=50.8, elevation=100,
    ...                     day_of_year=187)
    >>> round(terms["radiation_term"], 2), round(terms["aerodynamic_term"], 2)
    (2.81, 1.07)
    """
    # Long: a line for each equation, in the order of the book, and one for each term.
    convention, sky = conventions.with_clear_sky(convention, rso)
    crop = convention.surface(surface)
    tmean = air.mean_temperature(tmin, tmax)
    given_pressure = air.atmospheric_pressure(elevation, convention=convention) if pressure is None else pressure
    gamma = air.psychrometric_constant(given_pressure)
    delta = air.vapour_pressure_slope(tmean, convention=convention)
    es = air.mean_saturation_vapour_pressure(tmin, tmax)
    vpd = air.deficit(es, ea, convention)
    when = {"latitude": latitude, "day_of_year": day_of_year}
    ra = sun.extraterrestrial_radiation(**when, convention=convention)
    if sky is None:
        air_above = {"ea": ea, "pressure": given_pressure}
        sky = radiation.clear_sky_of_day(ra, elevation, **when, **air_above, convention=convention)
    cloud = radiation.cloud_term(rs, sky, convention)
    rns = radiation.net_shortwave(rs)
    rnl = radiation.net_longwave(tmin, tmax, ea, rs, sky, convention=convention)
    rn = rns - rnl
    denominator = delta + gamma * (1 + crop.cd * u2)
    radiation_term = c.MM_PER_MJ * delta * (rn - g) / denominator
    aerodynamic_term = gamma * crop.cn / (tmean + c.PM_KELVIN) * u2 * vpd / denominator
    return {
        "tmean": tmean,
        "pressure": given_pressure,
        "gamma": gamma,
        "delta": delta,
        "es": es,
        "ea": ea,
        "vpd": vpd,
        "u2": u2,
        "dr": sun.inverse_relative_distance(day_of_year),
        "declination": sun.solar_declination(day_of_year, convention=convention),
        "sunset_hour_angle": sun.sunset_hour_angle(**when, convention=convention),
        "daylight": sun.daylight_hours(**when, convention=convention),
        "ra": ra,
        "rs": rs,
        "rso": sky,
        "relative_shortwave": (cloud + c.CLOUD_B) / c.CLOUD_A,
        "rns": rns,
        "rnl": rnl,
        "rn": rn,
        "g": g,
        "radiation_term": radiation_term,
        "aerodynamic_term": aerodynamic_term,
        "eto": radiation_term + aerodynamic_term,
    }


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (FAO-56 Penman-Monteith)",
    cell_methods="time: mean",
    options=("convention",),
    words=("rso",),
    dtype_of=WEATHER,
    self_checking=True,
)
def eto_fao56(
    *,
    tmin: Any,
    tmax: Any,
    ea: Any,
    rs: Any,
    u2: Any,
    latitude: Any,
    elevation: Any,
    day_of_year: Any,
    convention: Convention | str = "fao56",
    g: Any = None,
    rso: Any = None,
) -> Any:
    """Return the daily reference evapotranspiration of grass by FAO-56 Penman-Monteith.

    Parameters
    ----------
    tmin, tmax : numeric
        Daily minimum and maximum air temperature at 2 m. [degC]
    ea : numeric
        Actual vapour pressure. [kPa]
    rs : numeric
        Solar radiation. [MJ m-2 day-1]
    u2 : numeric
        Wind speed at 2 m. [m s-1]
    latitude : numeric
        -90 to 90, north positive. [degrees]
    elevation : numeric
        Height above sea level. [m]
    day_of_year : numeric
        1 to 366.
    convention : Convention or str
        The book of 1998 (``"fao56"``), the standardized short reference of 2005 (``"asce2005"``), or another of
        `etolib.equations.conventions`.
    g : numeric, optional
        Soil heat flux; 0 for a day (Eq. 42). Monthly means take `etolib.equations.soil.soil_heat_flux_month`.
        [MJ m-2 day-1]
    rso : numeric or {"simple", "full"}, optional
        Clear-sky radiation [MJ m-2 day-1], or how it is computed: from the elevation, or with humidity, pressure and
        the height of the sun. As the convention does by default.

    Returns
    -------
    numeric
        Reference evapotranspiration, of the array type of the inputs (number, array, Series, DataArray, dask); float32
        weather gives float32. NaN in any input gives NaN in that cell only. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number and the likely cause. Inputs on dask are checked when
        they are computed.

    Notes
    -----
    FAO-56 Eq. 6. Large arrays run through the compiled formula of `etolib.equations.kernel`, with the same bits.

    Examples
    --------
    >>> round(eto_fao56(tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, u2=2.078, latitude=50.8, elevation=100,
    ...                 day_of_year=187), 1)
    3.9
    """
    return kernel.daily(
        tmin=tmin,
        tmax=tmax,
        ea=ea,
        rs=rs,
        u2=u2,
        latitude=latitude,
        elevation=elevation,
        day_of_year=day_of_year,
        convention=convention,
        g=g,
        rso=rso,
    )


@elementwise(
    units="mm day-1",
    long_name="reference evapotranspiration (ASCE standardized Penman-Monteith)",
    cell_methods="time: mean",
    options=("surface", "convention"),
    words=("rso",),
    dtype_of=WEATHER,
    self_checking=True,
)
def eto_asce(
    *,
    tmin: Any,
    tmax: Any,
    ea: Any,
    rs: Any,
    u2: Any,
    latitude: Any,
    elevation: Any,
    day_of_year: Any,
    surface: str = "short",
    rso: Any = None,
    convention: Convention | str = "asce2005",
) -> Any:
    """Return the daily standardized reference evapotranspiration of ASCE-EWRI 2005.

    Parameters
    ----------
    tmin, tmax, ea, rs, u2, latitude, elevation, day_of_year : numeric
        As in `eto_fao56`.
    surface : {"short", "tall"}
        Grass (ETos) or alfalfa (ETrs).
    rso : numeric or {"simple", "full"}, optional
        Clear-sky radiation [MJ m-2 day-1], or how it is computed: ``"simple"`` from the elevation (Eq. 19, the
        default), ``"full"`` by Appendix D, as the REF-ET program does.
    convention : Convention or str
        Another set of numbers than ``"asce2005"``.

    Returns
    -------
    numeric
        Reference evapotranspiration, of the array type of the inputs. [mm day-1]

    Raises
    ------
    InputError
        With every parameter that holds an impossible number and the likely cause.

    Notes
    -----
    ASCE-2005 Eq. 1 with Table 1: Cn 900, Cd 0.34 (short); Cn 1600, Cd 0.38 (tall).

    Examples
    --------
    >>> round(eto_asce(tmin=10.9, tmax=32.4, ea=1.27, rs=22.4, u2=1.94 * 0.920924, latitude=40.41, elevation=1462.4,
    ...                day_of_year=183, surface="tall"), 2)
    7.32
    """
    return kernel.daily(
        tmin=tmin,
        tmax=tmax,
        ea=ea,
        rs=rs,
        u2=u2,
        latitude=latitude,
        elevation=elevation,
        day_of_year=day_of_year,
        convention=convention,
        surface=surface,
        rso=rso,
    )
