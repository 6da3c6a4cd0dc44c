"""What people read numbers in: metric units, or those of the United States. Conversion leaves through here only.

Inside etolib every variable has its canonical unit (`etolib.variables`). Files and pages that people read may be in US
units; their numbers are made of the rounded canonical ones with the factors of `etolib.units`, so that both systems say
the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from etolib.errors import InputError, Problem
from etolib.units import factors
from etolib.words import say

METRIC, US = "metric", "us"

SYSTEMS = (METRIC, US)
"""The systems of units that numbers can be shown and written in."""


@dataclass(frozen=True)
class Unit:
    """A unit as people read it.

    Attributes
    ----------
    text : str
        As files write it: ``in day-1``.
    decimals : int
        Of a number in it.
    suffix : str
        What a column in it has behind its name, so that no name means two units: ``eto_in``. Empty in canonical units.
    factor, offset : float
        What takes a number in it to the canonical unit: canonical = number * factor + offset.
    """

    text: str
    decimals: int
    suffix: str = ""
    factor: float = 1.0
    offset: float = 0.0

    @property
    def sign(self) -> str:
        """The unit as a page writes it, nothing where a number has none.

        >>> unit("degC", US).sign, unit("MJ m-2 day-1").sign, unit("kPa degC-1").sign, unit("1").sign
        ('°F', 'MJ/m²/d', 'kPa/°C', '')
        """
        if self.text == "1":
            return ""
        shown = re.sub(r" (\w+)-1", r"/\1", self.text).replace(" m-2", "/m²")
        return shown.replace("degC", "°C").replace("degF", "°F").replace("/day", "/d").replace("radian", "rad")

    def of(self, canonical: Any) -> Any:
        """Return numbers of the canonical unit in this one, with all their digits: numbers, arrays and Series.

        >>> round(unit("m", US).of(0.9144), 9)
        3.0
        """
        return (canonical - self.offset) / self.factor

    def canonical(self, typed: float) -> float:
        """Return a number that somebody has typed in this unit in the canonical one: 3 ft are 0.9144 m, 68 °F 20 °C.

        >>> unit("m", US).canonical(3.0), unit("degC", US).canonical(68.0), unit("degC").canonical(20.1)
        (0.9144, 20.0, 20.1)
        """
        if self.factor == 1.0 and self.offset == 0.0:
            return typed
        return round(typed * self.factor + self.offset, 9)

    def shown(self, canonical: Any) -> Any:
        """Return numbers of the canonical unit in this one, rounded: numbers, arrays and Series as they come.

        >>> unit("mm day-1", US).shown(25.4), unit("degC", US).shown(20.0)
        (1.0, 68.0)
        """
        if self.factor == 1.0 and self.offset == 0.0:
            return _rounded(canonical, self.decimals)
        return _rounded((canonical - self.offset) / self.factor, self.decimals)

    def name(self, column: str) -> str:
        """Return the name of a column in this unit.

        >>> unit("mm day-1", US).name("eto"), unit("mm day-1").name("eto")
        ('eto_in', 'eto')
        """
        return f"{column}_{self.suffix}" if self.suffix else column


# Of the canonical unit: text, suffix, decimals, and by which variable and unit `etolib.units` knows it. A number has as
# many decimals as bring back that of the metric files; depths of water one less, as the US write them: 0.001 in is
# 0.025 mm. W m-2 and mbar are what weather stations of the US show.
_US = {
    "degC": ("degF", "degF", 2, "tmin", "degF"),
    "m s-1": ("mph", "mph", 2, "u2", "mph"),
    "kPa": ("mbar", "mbar", 2, "ea", "mbar"),
    "MJ m-2 day-1": ("W m-2", "W_m2", 1, "rs", "W m-2"),
    "mm day-1": ("in day-1", "in", 3, "eto", "in"),
    "mm": ("in", "in", 3, "eto", "in"),
    "m": ("ft", "ft", 0, "elevation", "ft"),
}
_DECIMALS = {"kPa": 3, "m": 0}


def check(system: Any) -> str:
    """Return the name of a system of units; `InputError` for any other.

    >>> check("us")
    'us'
    """
    if system not in SYSTEMS:
        raise InputError([Problem("units", system, say("must_be_one_of", names=list(SYSTEMS)))])
    return str(system)


@cache
def unit(canonical: str, system: str = METRIC) -> Unit:
    """Return in what a canonical unit is read; itself where the system has no other.

    Parameters
    ----------
    canonical : str
        As in `etolib.variables`: ``mm day-1``, ``degC``.
    system : {"metric", "us"}

    Examples
    --------
    >>> unit("m s-1", "us").text, unit("%", "us").text, unit("kPa").decimals
    ('mph', '%', 3)
    """
    if check(system) == METRIC or canonical not in _US:
        return Unit(canonical, _DECIMALS.get(canonical, 2))
    text, suffix, decimals, name, known = _US[canonical]
    return Unit(text, decimals, suffix, *factors(name, known))


def _rounded(values: Any, decimals: int) -> Any:
    return values.round(decimals) if hasattr(values, "round") else round(values, decimals)
