"""The methods of `etolib.equations.tables.eto`: one row each.

A new method is a function (in `temperature`, `radiation_methods` or `combination`), a row of `METHODS` and a test.

References
----------
FAO-56 and ASCE-2005 as in `etolib.equations.air`; the others in the notes of each function.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.equations import air, kernel, sun
from etolib.equations import constants as c
from etolib.equations.combination import eto_blaney_criddle, eto_penman_1963, eto_priestley_taylor, eto_romanenko
from etolib.equations.conventions import ASCE2005, FAO56, Convention
from etolib.equations.daily import daily_terms
from etolib.equations.formula import WEATHER
from etolib.equations.radiation_methods import (
    eto_abtew,
    eto_fao24_radiation,
    eto_hargreaves_1982,
    eto_jensen_haise,
    eto_makkink,
    eto_makkink_knmi,
    eto_turc,
)
from etolib.equations.temperature import (
    eto_droogers_allen,
    eto_hamon,
    eto_hargreaves,
    eto_mcguinness_bordne,
    eto_oudin,
    eto_thornthwaite,
)

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
        The inputs it takes; those that no rule fills (``precipitation``) must be in the data.
    source : str
        Where it is printed.
    convention : Convention
        The numbers it is meant for; a caller may name others.
    surface : {"short", "tall"}
        Grass or alfalfa.
    has_terms : bool
        Whether its result is the sum of a radiation term and an aerodynamic term.
    of_months : tuple of str
        Inputs that are made of the months of the record, names of `etolib.equations.months.OF_MONTHS`.
    for_months : bool
        Whether it is made for means of months, though it is computed day by day.
    """

    equation: Equation
    uses: tuple[str, ...]
    source: str
    convention: Convention = FAO56
    surface: str = "short"
    has_terms: bool = True
    of_months: tuple[str, ...] = ()
    for_months: bool = False


def _penman_monteith(surface: str) -> Equation:
    def equation(values: Values, place: Values, convention: Convention) -> Any:
        weather: dict[str, Any] = {name: values[name] for name in WEATHER}
        how: dict[str, Any] = {"convention": convention, "surface": surface, "rso": values.get("rso")}
        own = {"pressure": values.get("pressure"), "g": values.get("soil_heat_flux")}
        if any(value is not None for value in own.values()):
            given = {name: value for name, value in own.items() if value is not None}
            return daily_terms(**weather, **place, **how, **given)["eto"]
        return kernel.daily(**weather, **place, **how, checked=True)

    return equation


def _rhmean(values: Values, place: Values, convention: Convention) -> Any:
    es = air.mean_saturation_vapour_pressure(values["tmin"], values["tmax"])
    return np.minimum(100 * values["ea"] / es, 100.0)


def _rhmin(values: Values, place: Values, convention: Convention) -> Any:
    return np.minimum(100 * values["ea"] / air.saturation_vapour_pressure(values["tmax"]), 100.0)


def _sunshine(values: Values, place: Values, convention: Convention) -> Any:
    """Return the sunshine that belongs to the solar radiation (FAO-56 Eq. 35 turned round)."""
    where = {"latitude": place["latitude"], "day_of_year": place["day_of_year"]}
    ra = sun.extraterrestrial_radiation(**where, convention=convention)
    share = (values["rs"] / np.where(ra > 0, ra, np.inf) - c.ANGSTROM_A) / c.ANGSTROM_B
    return np.clip(share, 0.0, 1.0) * sun.daylight_hours(**where, convention=convention)


def _tmean_of_month(values: Values, place: Values, convention: Convention) -> Any:
    return air.mean_temperature(values["tmin_of_month"], values["tmax_of_month"])


_DERIVED: dict[str, Equation] = {"rhmean": _rhmean, "rhmin": _rhmin, "sunshine": _sunshine, "tmean": _tmean_of_month}
"""Inputs of an equation that follow from the completed ones."""


def _by(function: Callable[..., Any], **renamed: str) -> Equation:
    """Return a public equation as a method: its parameters are taken by name, ``renamed`` ones by another."""
    parameters = inspect.signature(function).parameters
    required = [n for n, p in parameters.items() if p.default is inspect.Parameter.empty]

    def equation(values: Values, place: Values, convention: Convention) -> Any:
        known = {**place, **values}
        given = {
            name: _DERIVED[name](values, place, convention) if name in _DERIVED else known[renamed.get(name, name)]
            for name in required
        }
        if "convention" in parameters:
            given["convention"] = convention
        if "rso" in parameters:
            given["rso"] = values.get("rso")
        return function(**given)

    return equation


def _abtew(values: Values, place: Values, convention: Convention) -> Any:
    # The equation has no temperature in it; a day without temperature is still a day without data.
    return eto_abtew(rs=values["rs"]) + 0 * (values["tmin"] + values["tmax"])


def _of_months(function: Callable[..., Any]) -> Equation:
    """Return an equation for months as a method; a day without temperature has no value in it either."""
    month = _by(function, tmin="tmin_of_month", tmax="tmax_of_month")

    def equation(values: Values, place: Values, convention: Convention) -> Any:
        return month(values, place, convention) + 0 * (values["tmin"] + values["tmax"])

    return equation


_TEMPERATURES = ("tmin", "tmax")
_WITH_RADIATION = ("tmin", "tmax", "rs")
_WITH_HUMIDITY = ("tmin", "tmax", "ea", "rs")
_MONTH = ("tmin_of_month", "tmax_of_month")

METHODS: dict[str, Method] = {
    "fao56": Method(_penman_monteith("short"), WEATHER, "FAO-56 Eq. 6"),
    "asce2005": Method(_penman_monteith("short"), WEATHER, "ASCE-2005 Eq. 1", ASCE2005),
    "asce2005_tall": Method(_penman_monteith("tall"), WEATHER, "ASCE-2005 Eq. 1", ASCE2005, "tall"),
    "hargreaves": Method(
        _by(eto_hargreaves), _TEMPERATURES, "Hargreaves and Samani (1985), FAO-56 Eq. 52", has_terms=False
    ),
    "priestley_taylor": Method(
        _by(eto_priestley_taylor), _WITH_HUMIDITY, "Priestley and Taylor (1972)", has_terms=False
    ),
    "makkink": Method(_by(eto_makkink), _WITH_RADIATION, "Makkink (1957), de Bruin (1987)", has_terms=False),
    "turc": Method(_by(eto_turc), _WITH_HUMIDITY, "Turc (1961)", has_terms=False),
    "penman_1963": Method(_by(eto_penman_1963), WEATHER, "Penman (1963), ASCE Manual 70 Eq. 6.15", has_terms=False),
    "fao24_radiation": Method(
        _by(eto_fao24_radiation), WEATHER, "FAO-24 radiation method, Frevert et al. (1983)", has_terms=False
    ),
    "blaney_criddle": Method(
        _by(eto_blaney_criddle),
        WEATHER,
        "FAO-24 Blaney-Criddle, Frevert et al. (1983)",
        has_terms=False,
        for_months=True,
    ),
    "thornthwaite": Method(
        _of_months(eto_thornthwaite),
        _TEMPERATURES,
        "Thornthwaite (1948)",
        has_terms=False,
        of_months=(*_MONTH, "heat_index"),
    ),
    "hamon": Method(_by(eto_hamon), _TEMPERATURES, "Hamon (1963), Lu et al. (2005)", has_terms=False),
    "oudin": Method(_by(eto_oudin), _TEMPERATURES, "Oudin et al. (2005) Eq. 3", has_terms=False),
    "jensen_haise": Method(_by(eto_jensen_haise), _WITH_RADIATION, "Jensen and Haise (1963)", has_terms=False),
    "mcguinness_bordne": Method(
        _by(eto_mcguinness_bordne), _TEMPERATURES, "McGuinness and Bordne (1972), Oudin et al. (2005)", has_terms=False
    ),
    "abtew": Method(_abtew, _WITH_RADIATION, "Abtew (1996)", has_terms=False),
    "romanenko": Method(
        _by(eto_romanenko), ("tmin", "tmax", "ea"), "Romanenko (1961), Oudin et al. (2005)", has_terms=False
    ),
    "hargreaves_1982": Method(
        _by(eto_hargreaves_1982), _WITH_RADIATION, "Hargreaves and Samani (1982)", has_terms=False
    ),
    "makkink_knmi": Method(_by(eto_makkink_knmi), _WITH_RADIATION, "De Bruin and Lablans (1998)", has_terms=False),
    "droogers_allen": Method(
        _of_months(eto_droogers_allen),
        (*_TEMPERATURES, "precipitation"),
        "Droogers and Allen (2002)",
        has_terms=False,
        of_months=(*_MONTH, "rain_of_month"),
    ),
}
"""Methods of `eto` by name."""
