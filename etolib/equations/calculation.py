"""One calculation of `eto`: what was asked, run on arrays of a table or of a block of a grid."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import numpy as np

from etolib.equations import air, conventions, filling, radiation, sun
from etolib.equations.conventions import FAO56, Convention
from etolib.equations.daily import TERMS, daily_terms
from etolib.equations.elementwise import checked_inputs
from etolib.equations.formula import WEATHER
from etolib.equations.methods import METHODS, Method
from etolib.errors import InputError, Problem
from etolib.words import say

OWN = ("pressure", "rso", "soil_heat_flux")
"""Inputs that take the place of what the equation computes itself, where they have a number."""

Arrays = Mapping[str, np.ndarray]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Calculation:
    """Method, convention and rules of one call of `eto`; it pickles into a dask graph.

    Attributes
    ----------
    name : str
        The method, a name of `etolib.equations.methods.METHODS`.
    convention : Convention
        The numbers it is computed with.
    rules : mapping
        ``krs``, ``dew_point_offset`` and ``psychrometer`` of `etolib.equations.filling.complete`.
    use_pressure : bool
        Take the pressure that is given.
    """

    name: str
    convention: Convention
    rules: Mapping[str, Any] = field(default_factory=dict)
    use_pressure: bool = False

    @property
    def method(self) -> Method:
        """The row of the method."""
        return METHODS[self.name]

    @property
    def term_names(self) -> tuple[str, ...]:
        """The terms that have a meaning for the method."""
        parts = ("radiation_term", "aerodynamic_term")
        return tuple(name for name in TERMS if self.method.has_terms or name not in parts)

    @property
    def unfilled(self) -> tuple[str, ...]:
        """The inputs of the method that no rule fills."""
        uses = METHODS[self.name].uses if self.name in METHODS else ()  # an unknown one is told with the rest
        return tuple(name for name in uses if name not in filling.FILLED)

    def without(self, there: Collection[str]) -> list[Problem]:
        """Return what the method needs and the data do not have; tmin and tmax every method needs."""
        return [
            Problem(name, None, say("method_needs_it", method=self.name), say("add_column_or_other_method", name=name))
            for name in self.unfilled
            if name not in there
        ]

    def run(self, given: Arrays, place: Arrays) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
        """Return the completed inputs, the codes of their flags, and ETo [mm day-1]."""
        done = filling.complete(
            given,
            latitude=place["latitude"],
            elevation=place["elevation"],
            day_of_year=place["day_of_year"],
            pressure=self._pressure(given, place) if "twet" in given else None,
            convention=self.convention,
            **self.rules,
        )
        values, codes = dict(done.values), dict(done.codes)
        for name in self.unfilled:
            values[name] = np.broadcast_to(given[name], values["tmin"].shape)
            codes[name] = filling.given_or_missing(np.isnan(values[name]))
        values |= {name: np.broadcast_to(given[name], values["tmin"].shape) for name in self.method.of_months}
        with checked_inputs():
            values |= self._own(given, place, values["ea"])
            result = self.method.equation(values, place, self.convention)
        return values, codes, np.broadcast_to(result, values["tmin"].shape)

    def _pressure(self, given: Arrays, place: Arrays) -> np.ndarray:
        """Return the pressure of the elevation, or that given where it is to be used. [kPa]"""
        pressure = np.asarray(air.atmospheric_pressure(place["elevation"], convention=self.convention))
        if self.use_pressure and "pressure" in given:
            return np.where(np.isnan(given["pressure"]), pressure, given["pressure"])
        return pressure

    def _own(self, given: Arrays, place: Arrays, ea: np.ndarray) -> dict[str, np.ndarray]:
        """Return the pressure and the clear sky that were given, computed where they have a gap."""
        own = {}
        pressure = self._pressure(given, place)
        if self.use_pressure and "pressure" in given:
            own["pressure"] = pressure
        if "rso" in given:
            where = {"latitude": place["latitude"], "day_of_year": place["day_of_year"]}
            ra = sun.extraterrestrial_radiation(**where, convention=self.convention)
            computed = radiation.clear_sky_of_day(
                ra, place["elevation"], **where, ea=ea, pressure=pressure, convention=self.convention
            )
            own["rso"] = np.where(np.isnan(given["rso"]), computed, given["rso"])
        if "soil_heat_flux" in given:  # that of a day is taken as 0 (FAO-56 Eq. 42)
            own["soil_heat_flux"] = np.nan_to_num(given["soil_heat_flux"], nan=0.0)
        return own

    def terms(self, values: Arrays, place: Arrays) -> dict[str, Any]:
        """Return every term of the equation from completed inputs."""
        with checked_inputs():
            terms = daily_terms(
                **{name: values[name] for name in WEATHER},
                **place,
                pressure=values.get("pressure"),
                rso=values.get("rso"),
                g=values.get("soil_heat_flux", np.zeros(1)),
                convention=self.convention,
                surface=self.method.surface,
            )
            if not self.method.has_terms:
                terms["eto"] = self.method.equation(values, place, self.convention)
        return {name: terms[name] for name in self.term_names}


@dataclass(frozen=True)
class Options:
    """The options of a calculation, those of `etolib.eto` and of the fusion alike; `etolib.eto` explains each.

    Examples
    --------
    >>> Options(krs="coast").calculation().rules["krs"]
    'coast'
    >>> Options(krs="mountain").calculation()
    Traceback (most recent call last):
    ...
    etolib.errors.InputError: krs = 'mountain': must be one of interior, coast, island, or a number
    """

    krs: str | float = "interior"
    dew_point_offset: float = 0.0
    psychrometer: str | None = None
    use_pressure: bool = False
    convention: Convention | str | None = None
    rso: str | None = None

    def calculation(self, method: str = "fao56", problems: list[Problem] | None = None) -> Calculation:
        """Return the calculation; what is wrong is added to ``problems`` where they are given, else `InputError`."""
        found: list[Problem] = []
        usual = METHODS[method].convention if method in METHODS else FAO56
        if method not in METHODS:
            found.append(Problem("method", method, say("must_be_one_of", names=list(METHODS))))
        rules: dict[str, Any] = {name: getattr(self, name) for name in ("krs", "dew_point_offset", "psychrometer")}
        found += filling.rule_problems(**rules)
        numbers = FAO56
        try:
            numbers, _ = conventions.with_clear_sky(self.convention or usual, self.rso)
        except InputError as error:
            found += error.problems
        if problems is not None:
            problems += found
        elif found:
            raise InputError(found)
        return Calculation(method, numbers, rules, self.use_pressure)


def takes_options(function: F) -> F:
    """Show the options in the signature of a function that takes them as ``**options``, and refuse others."""
    shape = inspect.signature(function)
    plain = [one for one in shape.parameters.values() if one.kind is not one.VAR_KEYWORD]
    more = [inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=f.type)
            for f in fields(Options)]  # fmt: skip
    whole = shape.replace(parameters=[*plain, *more])

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            whole.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{function.__name__}() {error}") from None
        return function(*args, **kwargs)

    checked.__signature__ = whole  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]
