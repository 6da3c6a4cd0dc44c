"""Units people write, and their conversion to the canonical ones. Imports nothing heavy: a page shows the list."""

from __future__ import annotations

from collections.abc import Mapping

Conversion = tuple[float, float]

UNITS: Mapping[str, Mapping[str, Conversion]] = {
    "temperature": {"°C": (1.0, 0.0), "°F": (5 / 9, -160 / 9), "K": (1.0, -273.15), "0.1 °C": (0.1, 0.0)},
    "humidity": {"%": (1.0, 0.0), "fraction": (100.0, 0.0)},
    "vapour pressure": {"kPa": (1.0, 0.0), "hPa": (0.1, 0.0), "mmHg": (0.1333224, 0.0)},
    "wind": {
        "m/s": (1.0, 0.0), "km/h": (1 / 3.6, 0.0), "mph": (0.44704, 0.0), "kn": (1852 / 3600, 0.0),
        "km/day": (1 / 86.4, 0.0), "mi/day": (1609.344 / 86400, 0.0), "ft/s": (0.3048, 0.0),
        "0.1 m/s": (0.1, 0.0),
    },
    "radiation": {
        "MJ/m²": (1.0, 0.0), "W/m²": (0.0864, 0.0), "kWh/m²": (3.6, 0.0), "Wh/m²": (0.0036, 0.0),
        "Ly": (0.04184, 0.0), "J/cm²": (0.01, 0.0), "kJ/m²": (0.001, 0.0), "J/m²": (1e-6, 0.0),
    },
    "water": {"mm": (1.0, 0.0), "in": (25.4, 0.0), "cm": (10.0, 0.0), "0.1 mm": (0.1, 0.0)},
    "pressure": {
        "kPa": (1.0, 0.0), "hPa": (0.1, 0.0), "Pa": (0.001, 0.0), "mmHg": (0.1333224, 0.0), "inHg": (3.386389, 0.0),
    },
    "duration": {"h": (1.0, 0.0), "min": (1 / 60, 0.0), "s": (1 / 3600, 0.0)},
}  # fmt: skip
"""Factor and offset to the canonical unit, by quantity and unit. Exact, or the thermochemical calorie for Ly."""

FLUXES = ("W/m²",)
"""Units of radiation that are means over a row; in the others a row holds an amount."""

QUANTITY: Mapping[str, str] = {
    "tmin": "temperature", "tmax": "temperature", "tmean": "temperature", "tdew": "temperature",
    "rhmin": "humidity", "rhmax": "humidity", "rhmean": "humidity", "ea": "vapour pressure", "u2": "wind",
    "rs": "radiation", "precipitation": "water", "pressure": "pressure", "sunshine": "duration", "eto": "water",
}  # fmt: skip

CANONICAL: Mapping[str, str] = {
    name: next(unit for unit, change in UNITS[quantity].items() if change == (1.0, 0.0))
    for name, quantity in QUANTITY.items()
}
"""The unit of a column that has the canonical name exactly."""

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "°C": ("c", "degc", "deg c", "celsius", "oc", "°c", "ºc", "graus c"),
    "°F": ("f", "degf", "deg f", "fahrenheit", "of", "°f", "ºf"),
    "K": ("k", "kelvin"),
    "%": ("%", "percent", "pct", "porcento"),
    "fraction": ("fraction", "0-1", "frac"),
    "m/s": ("m/s", "ms-1", "m s-1", "m.s-1", "mps", "m/sec", "ms"),
    "km/h": ("km/h", "kmh", "km h-1", "kph", "kmph"),
    "mph": ("mph", "mi/h", "miles/h", "miles per hour"),
    "kn": ("kn", "kt", "kts", "knots", "knot"),
    "km/day": ("km/day", "km/d", "km d-1", "km/dia"),
    "mi/day": ("mi/day", "miles/day", "mi/d"),
    "ft/s": ("ft/s", "fps"),
    "MJ/m²": ("mj/m2", "mj/m²", "mj m-2", "mj/m^2", "mj/m2/day", "mj/m²/day", "mj m-2 day-1", "mj m-2 d-1",
              "mj/m^2/day", "mj/m2/d", "mj/m²/d", "mj"),
    "W/m²": ("w/m2", "w/m²", "w m-2", "w/m^2", "wm-2", "watt/m2"),
    "kWh/m²": ("kwh/m2", "kwh/m²", "kw-hr/m^2/day", "kwh/m2/day", "kwh m-2", "kwh/m²/day", "kwh"),
    "Wh/m²": ("wh/m2", "wh/m²", "wh/m^2"),
    "Ly": ("ly", "ly/day", "langley", "langleys", "cal/cm2", "cal/cm²", "cal/cm2/day"),
    "J/cm²": ("j/cm2", "j/cm²"),
    "kJ/m²": ("kj/m2", "kj/m²", "kj m-2", "kj/m^2"),
    "J/m²": ("j/m2", "j/m²", "j m-2", "j/m^2", "j m-2 d-1", "j m-2 day-1", "j/m2/day"),
    "mm": ("mm", "mm/day", "mm/d", "mm day-1", "mm d-1", "mm/dia", "millimeters"),
    "in": ("in", "inch", "inches", "in/day", "in.", "\""),
    "cm": ("cm",),
    "kPa": ("kpa",),
    "hPa": ("hpa", "mbar", "mb", "mbars", "millibar", "millibars"),
    "Pa": ("pa",),
    "mmHg": ("mmhg",),
    "inHg": ("inhg", "in hg"),
    "h": ("h", "hr", "hrs", "hour", "hours", "horas"),
    "min": ("min", "minutes", "mins"),
    "s": ("s", "sec", "seconds"),
}  # fmt: skip
_UNIT = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}


def unit_of(text: str) -> str | None:
    """Return the unit a text means, None where it means none.

    >>> unit_of("Deg F"), unit_of("MJ m-2 day-1"), unit_of("daily")
    ('°F', 'MJ/m²', None)
    """
    bare = " ".join(text.strip().strip("().[]").lower().replace("⁻", "-").replace("¹", "1").split())
    return _UNIT.get(bare) or _UNIT.get(bare.replace(" ", ""))
