"""Units at the edge: explicit conversion to the canonical units, and what a strange number probably is.

Inside etolib every variable has one unit (`etolib.variables`). A number in another unit enters through `convert`,
with its unit said; nothing is guessed. Where a number cannot be weather in the canonical unit, `likely_cause`
tells which unit it looks like, so that the refusal is of use.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np

from etolib.errors import InputError, Problem
from etolib.variables import VARIABLES
from etolib.words import Text, say

_TEMPERATURE = {
    "degC": (1.0, 0.0),
    "C": (1.0, 0.0),
    "°C": (1.0, 0.0),
    "celsius": (1.0, 0.0),
    "Celsius": (1.0, 0.0),
    "degree_Celsius": (1.0, 0.0),
    "degrees_Celsius": (1.0, 0.0),
    "degree_C": (1.0, 0.0),
    "degrees_C": (1.0, 0.0),
    "K": (1.0, -273.15),
    "kelvin": (1.0, -273.15),
    "degF": (5 / 9, -160 / 9),
    "F": (5 / 9, -160 / 9),
    "°F": (5 / 9, -160 / 9),
    "fahrenheit": (5 / 9, -160 / 9),
}
_SPEED = {
    "m s-1": (1.0, 0.0),
    "m/s": (1.0, 0.0),
    "km h-1": (1 / 3.6, 0.0),
    "km/h": (1 / 3.6, 0.0),
    "km day-1": (1 / 86.4, 0.0),
    "km/day": (1 / 86.4, 0.0),
    "mph": (0.44704, 0.0),
    "knot": (1852 / 3600, 0.0),
    "kt": (1852 / 3600, 0.0),
}
_PRESSURE = {
    "kPa": (1.0, 0.0),
    "Pa": (1e-3, 0.0),
    "mb": (0.1, 0.0),
    "hPa": (0.1, 0.0),
    "mbar": (0.1, 0.0),
    "mmHg": (0.133322387415, 0.0),
}
LANGLEY = 0.04184
"""What a langley is, a thermochemical calorie on a square centimetre [MJ m-2]: 4.184e4 J m-2 in NIST SP 811, B.8.

Networks that publish langleys convert by it (CIMIS: 1 W m-2 = 2.065 Ly day-1). FAO-56 Table 3 has 0.041868 for
cal cm-2, of the calorie of the steam tables, which is 0.07 % more."""

_RADIATION = {
    "MJ m-2 day-1": (1.0, 0.0),
    "MJ m-2 d-1": (1.0, 0.0),
    "MJ m-2": (1.0, 0.0),
    "MJ/m2/day": (1.0, 0.0),
    "W m-2": (0.0864, 0.0),
    "W/m2": (0.0864, 0.0),
    "J m-2": (1e-6, 0.0),
    "J m-2 day-1": (1e-6, 0.0),
    "kJ m-2 day-1": (1e-3, 0.0),
    "kWh m-2 day-1": (3.6, 0.0),
    "Wh m-2 day-1": (3.6e-3, 0.0),
    "langley day-1": (LANGLEY, 0.0),
    "cal cm-2 day-1": (LANGLEY, 0.0),
    "mm day-1": (2.45, 0.0),
}
_RADIATION_HOURLY = {
    "MJ m-2 h-1": (1.0, 0.0),
    "MJ m-2": (1.0, 0.0),
    "W m-2": (0.0036, 0.0),
    "W/m2": (0.0036, 0.0),
    "J m-2": (1e-6, 0.0),
    "kJ m-2": (1e-3, 0.0),
    "Wh m-2": (0.0036, 0.0),
    "langley h-1": (LANGLEY, 0.0),
}
_PERCENT = {"%": (1.0, 0.0), "percent": (1.0, 0.0), "fraction": (100.0, 0.0), "1": (100.0, 0.0)}
_WATER = {
    "mm day-1": (1.0, 0.0),
    "mm/day": (1.0, 0.0),
    "mm d-1": (1.0, 0.0),
    "mm": (1.0, 0.0),
    "m": (1000.0, 0.0),
    "cm": (10.0, 0.0),
    "inch": (25.4, 0.0),
    "in": (25.4, 0.0),
    "kg m-2 s-1": (86400.0, 0.0),
    "mm s-1": (86400.0, 0.0),
    "mm h-1": (24.0, 0.0),
    "kg m-2": (1.0, 0.0),
    "kg m-2 day-1": (1.0, 0.0),
    "m day-1": (1000.0, 0.0),
}
_DURATION = {"h": (1.0, 0.0), "hour": (1.0, 0.0), "s": (1 / 3600, 0.0), "min": (1 / 60, 0.0)}

UNITS: dict[str, dict[str, tuple[float, float]]] = {
    **dict.fromkeys(("tmin", "tmax", "tmean", "tdew", "tdry", "twet", "temperature"), _TEMPERATURE),
    **dict.fromkeys(("rhmin", "rhmax", "rhmean", "cloud"), _PERCENT),
    **dict.fromkeys(("ea", "pressure"), _PRESSURE),
    "u2": _SPEED,
    **dict.fromkeys(("rs", "rso", "soil_heat_flux"), _RADIATION),
    "rs_hourly": _RADIATION_HOURLY,
    **dict.fromkeys(("precipitation", "eto"), _WATER),
    "sunshine": _DURATION,
    "a_psy": {"degC-1": (1.0, 0.0), "K-1": (1.0, 0.0)},
}
"""Accepted units of each variable with (factor, offset) to the canonical unit."""

_LENGTH = {"m": (1.0, 0.0), "km": (1000.0, 0.0), "cm": (0.01, 0.0), "ft": (0.3048, 0.0), "mi": (1609.344, 0.0)}
_ANGLE = {
    **dict.fromkeys(("degrees", "degree", "deg", "°", "degrees_north", "degree_north", "degrees_N", "degreeN",
                     "degrees_east", "degree_east", "degrees_E", "degreeE"), (1.0, 0.0)),
    **dict.fromkeys(("radian", "radians", "rad"), (180 / np.pi, 0.0)),
}  # fmt: skip
_OF_PARAMETERS: dict[str, dict[str, tuple[float, float]]] = {
    **UNITS,
    **dict.fromkeys(("elevation", "height"), _LENGTH),
    **dict.fromkeys(("latitude", "longitude"), _ANGLE),
    **dict.fromkeys(("ra", "g"), _RADIATION),
    **dict.fromkeys(("daylight", "duration"), _DURATION),
    "relative_humidity": _PERCENT,
    "wind": _SPEED,
}
"""The same for every parameter of an equation that has a unit."""


def convert(values: Any, name: str, unit: str) -> Any:
    """Return values of variable ``name`` given in ``unit`` in its canonical unit, as the same array type.

    Parameters
    ----------
    values : numeric
        Numbers in ``unit``; arrays, Series and DataArrays (dask too) keep their type.
    name : str
        Canonical variable.
    unit : str
        One of the units of that variable in `UNITS`.

    Returns
    -------
    numeric
        The same quantity in the canonical unit.

    Raises
    ------
    InputError
        For a variable or unit that is not known.

    Examples
    --------
    >>> round(convert(68.0, "tmin", "degF"), 6)
    20.0
    >>> round(convert(250.0, "rs", "W m-2"), 6)
    21.6
    >>> convert(1.0, "rs", "lux")
    Traceback (most recent call last):
    ...
    etolib.errors.InputError: unit of rs = 'lux': is not known; give one of MJ m-2 day-1, MJ m-2 d-1, ...
    """
    if hasattr(getattr(values, "data", values), "to") and hasattr(getattr(values, "data", values), "units"):
        raise InputError([Problem(say("unit_of", name=name), unit, say("has_its_own_unit"), say("leave_out_the_unit"))])
    factor, offset = factors(name, unit)
    if isinstance(values, list | tuple):
        values = np.asarray(values, dtype=float)
    if factor == 1.0 and offset == 0.0:
        return values
    return values * factor + offset if offset else values * factor


def factors(name: str, unit: str) -> tuple[float, float]:
    """Return (factor, offset) that take ``unit`` to the canonical unit of variable ``name``.

    >>> factors("u2", "mph")
    (0.44704, 0.0)
    """
    table = _OF_PARAMETERS.get(name)
    if table is None:
        raise InputError([Problem("variable", name, say("has_no_units_here", names=list(UNITS)))])
    try:
        return _find(table, unit)
    except (KeyError, AttributeError):
        raise InputError(
            [Problem(say("unit_of", name=name), unit, say("is_not_known"), say("give_one_of", names=list(table)))]
        ) from None


def is_rate(unit: str) -> bool:
    """Return whether a unit is that of a rate: an amount by time, or a power.

    >>> is_rate("W m-2"), is_rate("kg m-2 s-1"), is_rate("J m**-2"), is_rate("m")
    (True, True, False, False)
    """
    powers = dict(_parts(_plain(unit)))
    return "W" in powers or any(powers.get(time, 0) < 0 for time in ("s", "min", "h", "day"))


def has_units(name: str) -> bool:
    """Return whether a variable or a parameter of an equation has units that are known here."""
    return name in _OF_PARAMETERS


def _find(table: dict[str, tuple[float, float]], unit: str) -> tuple[float, float]:
    """Return the conversion of a unit however it is written; KeyError where the table has none."""
    text = _plain(unit)
    if text in table:
        return table[text]
    wanted = _parts(text)
    alike = [found for known, found in table.items() if wanted and _parts(_plain(known)) == wanted]
    return alike[0] if alike else table[text]


def _plain(unit: str) -> str:
    """Return a unit without the spelling of powers: ``m s**-1``, ``m s^-1`` and ``m s⁻¹`` are ``m s-1``."""
    text = unit.strip().replace("**", "").replace("^", "")
    return text.translate(str.maketrans("⁻⁰¹²³", "-0123"))


_SYMBOLS: dict[str, tuple[str, ...]] = {
    "m": ("meter", "meters", "metre", "metres"), "km": ("kilometer", "kilometers", "kilometre", "kilometres"),
    "mm": ("millimeter", "millimeters", "millimetre", "millimetres"), "cm": ("centimeter", "centimetre"),
    "ft": ("foot", "feet"), "in": ("inch", "inches"), "mi": ("mile", "miles"),
    "s": ("sec", "second", "seconds"), "min": ("minute", "minutes"), "h": ("hr", "hrs", "hour", "hours"),
    "day": ("d", "days"), "W": ("watt", "watts"), "J": ("joule", "joules"), "kJ": ("kilojoule", "kilojoules"),
    "MJ": ("megajoule", "megajoules"), "Wh": ("watt_hour",), "kWh": ("kilowatt_hour",), "kg": ("kilogram", "kilograms"),
    "Pa": ("pascal", "pascals"), "hPa": ("hectopascal", "hectopascals"), "kPa": ("kilopascal", "kilopascals"),
    "mbar": ("mb", "millibar", "millibars"), "knot": ("kt", "kts", "kn", "knots"), "%": ("percent", "pct"),
    "degC": ("C", "celsius", "centigrade", "degreeC", "degreesC", "degree_celsius", "degrees_celsius"),
    "degF": ("F", "fahrenheit", "degreeF", "degreesF", "degree_fahrenheit", "degrees_fahrenheit"),
    "K": ("kelvin", "kelvins", "degK", "degreeK"), "langley": ("ly", "langleys"), "mph": ("mi/h",),
}  # fmt: skip
_SYMBOL_OF = {spelling: symbol for symbol, spellings in _SYMBOLS.items() for spelling in (symbol, *spellings)}
_FACTOR = re.compile(r"\s*([/*·.]|per )?\s*([A-Za-z_°%]+)\s*([+-]?\d+)?")


@functools.lru_cache(maxsize=1024)
def _parts(unit: str) -> tuple[tuple[str, int], ...]:
    """Return the factors of a unit with their powers, sorted; nothing where one is not known.

    >>> _parts("W/m2") == _parts("watt / meter ** 2".replace("**", "")) == _parts("W m-2")
    True
    """
    text = re.sub(r"^(?:deg(?:ree)?s?|°)[ ._]?(?=[CFcf]\b|[Cc]els|[Ff]ahr)", "", unit.strip().replace("º", "°"))
    powers: dict[str, int] = {}
    at = 0
    while at < len(text):
        match = _FACTOR.match(text, at)
        if match is None:
            return ()
        word = match[2]
        symbol = _SYMBOL_OF.get(word) or _SYMBOL_OF.get(word.lower()) if len(word) > 2 else _SYMBOL_OF.get(word)
        if symbol is None:
            symbol = _SYMBOL_OF.get(word.upper()) if word in ("c", "f", "k") else None
        if symbol is None:
            return ()
        power = int(match[3] or 1) * (-1 if match[1] in ("/", "per ") else 1)
        powers[symbol] = powers.get(symbol, 0) + power
        at = match.end()
    return tuple(sorted(powers.items()))


LIMITS: dict[str, tuple[float, float, str]] = {
    **{v.name: (v.lower, v.upper, v.units) for v in VARIABLES.values() if v.name != "eto"},
    # Wider than weather on record: the equations also serve saturated air at a heat record.
    "ea": (0, 10, "kPa"),
    "tdew": (-100, 46, "degC"),
    "rs_hourly": (0, 6, "MJ m-2 h-1"),
    "soil_heat_flux": (-20, 20, "MJ m-2 day-1"),
    "rain_of_month": (0, 20000, "mm"),
    "latitude": (-90, 90, "degrees"),
    "longitude": (-360, 360, "degrees"),
    "elevation": (-450, 9000, "m"),
    "day_of_year": (1, 366, ""),
    "temperature": (-100, 60, "degC"),
    "tdry": (-100, 60, "degC"),
    "twet": (-100, 60, "degC"),
    "relative_humidity": (0, 110, "%"),
    "wind": (0, 120, "m s-1"),
    "height": (0.1, 500, "m"),
    "daylight": (0, 24, "h"),
    "hour": (0, 24, "h"),
    "utc_offset": (-15, 15, "h"),
    "duration": (0, 24, "h"),
    "albedo": (0, 1, ""),
    "ra": (0, 60, "MJ m-2 day-1"),
    "rso": (0, 60, "MJ m-2 day-1"),
}
"""Plausible range and unit of every parameter, by its name."""


def likely_cause(name: str, values: Any) -> Text | None:
    """Return what numbers outside the range of a variable probably are, None where nothing fits.

    >>> likely_cause("rs", [210.0, 280.0])
    'this looks like W m-2: convert it with etolib.units.convert(values, "rs", "W m-2")'
    """
    middle = float(np.median(np.asarray(values, dtype=float)))
    for unit in _GUESSES.get(name, ()):
        factor, offset = factors(name, unit)
        low, high, _ = _GUESS_RANGE.get(name, LIMITS[name])
        if low <= middle * factor + offset <= high:
            return say("looks_like_unit", name=name, unit=unit)
    if abs(middle) >= 900 or middle in (-99.0, -99.9):
        return say("looks_like_fill_value")
    return None


_GUESSES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("tmin", "tmax", "tmean", "tdew", "tdry", "twet"), ("K", "degF")),
    "ea": ("hPa", "Pa"),
    "pressure": ("hPa", "Pa"),
    "u2": ("km h-1", "km day-1"),
    "sunshine": ("min", "s"),
    "rs_hourly": ("W m-2",),
    "rs": ("W m-2", "kJ m-2 day-1", "J m-2 day-1"),
}
_GUESS_RANGE: dict[str, tuple[float, float, str]] = {
    **dict.fromkeys(("tmin", "tmax", "tmean", "tdew", "tdry", "twet"), (-40.0, 50.0, "degC")),
    "ea": (0.05, 6.7, "kPa"),
}
