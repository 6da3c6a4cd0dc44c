"""The methods of `etolib.equations.tables.eto`: one row each, and the equations that need less than Penman-Monteith.

A new method is a function, a row of `METHODS` and a test.

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`; the others in the notes of each function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.equations import air, conventions, kernel, radiation, sun
from etolib.equations import constants as c
from etolib.equations.conventions import ASCE2005, FAO56, Convention
from etolib.equations.daily import daily_terms
from etolib.equations.elementwise import elementwise, ordered
from etolib.equations.formula import WEATHER


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
    ra = sun.extraterrestrial_radiation(latitude, day_of_year, convention=convention)
    if sky is None:
        sky = radiation.clear_sky_of_day(
            ra,
            elevation,
            latitude=latitude,
            day_of_year=day_of_year,
            ea=ea,
            pressure=air.atmospheric_pressure(elevation, convention=convention),
            convention=convention,
        )
    rn = radiation.net_shortwave(rs) - radiation.net_longwave(tmin, tmax, ea, rs, sky, convention=convention)
    return alpha * _energy_share(tmin, tmax, elevation, convention) * radiation.energy_to_water(rn)


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
    return c.MAKKINK * _energy_share(tmin, tmax, elevation, conventions.get(convention)) * radiation.energy_to_water(rs)


def _energy_share(tmin: Any, tmax: Any, elevation: Any, convention: Convention) -> Any:
    delta = air.vapour_pressure_slope(air.mean_temperature(tmin, tmax), convention=convention)
    return delta / (delta + air.psychrometric_constant(air.atmospheric_pressure(elevation, convention=convention)))


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


Values = Mapping[str, Any]
Equation = Callable[[Values, Values, Convention], Any]
"""A method on completed inputs, the place (latitude, elevation, day_of_year) and a convention."""


@dataclass(frozen=True)
class Method:
    """One way to compute `eto`.

    Attributes
    ----------
    equation : callable
        The equation, on completed inputs; arrays in, an array out. [mm day-1]
    uses : tuple of str
        The inputs it takes.
    source : str
        Where it is printed.
    convention : Convention
        The numbers it is meant for; a caller may name others.
    surface : {"short", "tall"}
        Grass or alfalfa.
    has_terms : bool
        Whether its result is the sum of a radiation term and an aerodynamic term.
    """

    equation: Equation
    uses: tuple[str, ...]
    source: str
    convention: Convention = FAO56
    surface: str = "short"
    has_terms: bool = True


def _penman_monteith(surface: str) -> Equation:
    def equation(values: Values, place: Values, convention: Convention) -> Any:
        weather: dict[str, Any] = {name: values[name] for name in WEATHER}
        how: dict[str, Any] = {"convention": convention, "surface": surface, "rso": values.get("rso")}
        if "pressure" in values:
            return daily_terms(**weather, **place, **how, pressure=values["pressure"])["eto"]
        return kernel.daily(**weather, **place, **how, checked=True)

    return equation


def _hargreaves(values: Values, place: Values, convention: Convention) -> Any:
    where = {"latitude": place["latitude"], "day_of_year": place["day_of_year"]}
    return eto_hargreaves(tmin=values["tmin"], tmax=values["tmax"], **where, convention=convention)


def _priestley_taylor(values: Values, place: Values, convention: Convention) -> Any:
    weather = {name: values[name] for name in ("tmin", "tmax", "ea", "rs")}
    return eto_priestley_taylor(**weather, **place, rso=values.get("rso"), convention=convention)


def _makkink(values: Values, place: Values, convention: Convention) -> Any:
    weather = {name: values[name] for name in ("tmin", "tmax", "rs")}
    return eto_makkink(**weather, elevation=place["elevation"], convention=convention)


def _turc(values: Values, place: Values, convention: Convention) -> Any:
    humidity = 100 * values["ea"] / air.mean_saturation_vapour_pressure(values["tmin"], values["tmax"])
    return eto_turc(tmin=values["tmin"], tmax=values["tmax"], rs=values["rs"], rhmean=np.minimum(humidity, 100.0))


METHODS: dict[str, Method] = {
    "fao56": Method(_penman_monteith("short"), WEATHER, "FAO-56 Eq. 6"),
    "asce2005": Method(_penman_monteith("short"), WEATHER, "ASCE-2005 Eq. 1", ASCE2005),
    "asce2005_tall": Method(_penman_monteith("tall"), WEATHER, "ASCE-2005 Eq. 1", ASCE2005, "tall"),
    "hargreaves": Method(_hargreaves, ("tmin", "tmax"), "FAO-56 Eq. 52", has_terms=False),
    "priestley_taylor": Method(
        _priestley_taylor, ("tmin", "tmax", "ea", "rs"), "Priestley and Taylor (1972)", has_terms=False
    ),
    "makkink": Method(_makkink, ("tmin", "tmax", "rs"), "Makkink (1957), de Bruin (1987)", has_terms=False),
    "turc": Method(_turc, ("tmin", "tmax", "ea", "rs"), "Turc (1961)", has_terms=False),
}
"""Methods of `eto` by name."""
