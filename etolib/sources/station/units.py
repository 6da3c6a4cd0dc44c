"""Units people write, and their conversion to the canonical ones. Imports nothing heavy: a page shows the list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from etolib.units import LANGLEY, factors

Conversion = tuple[float, float]

_FAHRENHEIT = factors("tmin", "degF")
_MMHG, _ = factors("pressure", "mmHg")

UNITS: Mapping[str, Mapping[str, Conversion]] = {
    "temperature": {
        "°C": (1.0, 0.0), "°F": _FAHRENHEIT, "K": (1.0, -273.15), "0.1 °C": (0.1, 0.0),
    },
    "humidity": {"%": (1.0, 0.0), "fraction": (100.0, 0.0), "0.1 %": (0.1, 0.0)},
    "vapour pressure": {
        "kPa": (1.0, 0.0), "hPa": (0.1, 0.0), "Pa": (0.001, 0.0), "mmHg": (_MMHG, 0.0), "inHg": (3.386389, 0.0),
        "0.1 hPa": (0.01, 0.0),
    },
    "wind": {
        "m/s": (1.0, 0.0), "km/h": (1 / 3.6, 0.0), "mph": (0.44704, 0.0), "kn": (1852 / 3600, 0.0),
        "km/day": (1 / 86.4, 0.0), "mi/day": (1609.344 / 86400, 0.0), "ft/s": (0.3048, 0.0),
        "0.1 m/s": (0.1, 0.0), "0.1 kn": (185.2 / 3600, 0.0), "m/min": (1 / 60, 0.0), "cm/s": (0.01, 0.0),
    },
    "radiation": {
        "MJ/m²": (1.0, 0.0), "W/m²": (0.0864, 0.0), "kWh/m²": (3.6, 0.0), "Wh/m²": (0.0036, 0.0),
        "Ly": (LANGLEY, 0.0), "J/cm²": (0.01, 0.0), "kJ/m²": (0.001, 0.0), "J/m²": (1e-6, 0.0), "kW/m²": (86.4, 0.0),
        "kcal/m²": (LANGLEY / 10, 0.0), "kJ/cm²": (10.0, 0.0), "0.1 MJ/m²": (0.1, 0.0), "mW/cm²": (0.864, 0.0),
        "BTU/ft²": (0.01135653, 0.0), "mWh/cm²": (0.036, 0.0),
        "MJ/m²/h": (24.0, 0.0), "kJ/m²/h": (0.024, 0.0), "J/cm²/h": (0.24, 0.0),
        "Ly/min": (LANGLEY * 1440, 0.0), "Ly/h": (LANGLEY * 24, 0.0),
    },
    "water": {
        "mm": (1.0, 0.0), "in": (25.4, 0.0), "cm": (10.0, 0.0), "m": (1000.0, 0.0), "0.1 mm": (0.1, 0.0),
        "0.01 in": (0.254, 0.0), "0.1 in": (2.54, 0.0), "mm/s": (86400.0, 0.0),
    },
    "pressure": {
        "kPa": (1.0, 0.0), "hPa": (0.1, 0.0), "Pa": (0.001, 0.0), "mmHg": (_MMHG, 0.0), "inHg": (3.386389, 0.0),
        "0.1 hPa": (0.01, 0.0), "bar": (100.0, 0.0), "atm": (101.325, 0.0), "psi": (6.894757, 0.0),
    },
    "duration": {"h": (1.0, 0.0), "min": (1 / 60, 0.0), "s": (1 / 3600, 0.0), "0.1 h": (0.1, 0.0)},
}  # fmt: skip
"""Factor and offset to the canonical unit, by quantity and unit. Exact, or the thermochemical calorie for Ly."""

FLUXES = ("W/m²", "kW/m²", "mW/cm²", "MJ/m²/h", "kJ/m²/h", "J/cm²/h", "Ly/min", "Ly/h")
"""Units of radiation that are means over a row; in the others a row holds an amount."""

QUANTITY: Mapping[str, str] = {
    "tmin": "temperature", "tmax": "temperature", "tmean": "temperature", "tdew": "temperature",
    "tdry": "temperature", "twet": "temperature",
    "rhmin": "humidity", "rhmax": "humidity", "rhmean": "humidity", "ea": "vapour pressure", "u2": "wind",
    "rs": "radiation", "precipitation": "water", "pressure": "pressure", "sunshine": "duration", "eto": "water",
}  # fmt: skip

CANONICAL: Mapping[str, str] = {
    name: next(unit for unit, change in UNITS[quantity].items() if change == (1.0, 0.0))
    for name, quantity in QUANTITY.items()
}
"""The unit of a column that has the canonical name exactly."""


def conversion(variable: str | None, unit: str | None) -> Conversion:
    """Return factor and offset from a unit to the canonical one of a variable; of an unknown one they change nothing.

    >>> conversion("u2", "cm/s"), conversion("u2", None)
    ((0.01, 0.0), (1.0, 0.0))
    """
    return UNITS.get(QUANTITY.get(variable or "", ""), {}).get(unit or "", (1.0, 0.0))


FOREIGN = ("°", "µmol/m²/s", "mol/m²", "lx", "V", "A", "Ah", "g/kg", "g/m³", "m³/m³", "ppm", "dBm", "L", "mi",
           "km", "ft", "day", "Hz", "Ω", "rpm", "year", "month", "dS/m", "octa", "UVI", "Bft")  # fmt: skip
"""Units of things that are no weather of the equation: a column in one of them is something else."""

# --- how they are written ---------------------------------------------------------------------------------------------

_BASES: Mapping[str, tuple[str, ...]] = {
    "°C": ("c", "°c", "degc", "celsius", "centigrade", "celcius", "degcelsius", "degreescelsius", "gradcelsius",
           "grauscelsius", "gradoscelsius", "degrescelsius", "gradicelsius", "oc", "degreec", "degreesc", "degrec",
           "grausc", "gradosc", "gradc", "degreecelsius", "℃", "celsiusdegrees", "*c", "cdeg", "degresc", "gradic",
           "grc"),
    "°F": ("f", "°f", "degf", "fahrenheit", "degreef", "degreesf", "degfahrenheit", "degreesfahrenheit", "of",
           "grausf", "gradosf", "gradf", "℉", "farenheit", "degreefahrenheit", "*f", "fdeg", "grausfahrenheit",
           "gradosfahrenheit", "gradfahrenheit"),
    "K": ("k", "kelvin", "kelvins", "degk", "°k", "degreesk", "degreeskelvin", "degkelvin"),
    "%": ("%", "percent", "pct", "porcento", "porciento", "prozent", "pourcent", "percento", "perc", "%rh", "rh%"),
    "fraction": ("fraction", "0-1", "frac", "decimal", "fracao", "fraccion"),
    "kn": ("kn", "kt", "kts", "knots", "knot", "nudos", "nos", "noeuds", "knoten", "nodi"),
    "mph": ("mph", "milesperhour", "miperh"), "kmh": ("kmh", "kph", "kmph", "kmhr"), "mps": ("mps",),
    "ftps": ("fps",),
    "MJ": ("mj", "megajoule", "megajoules"), "kJ": ("kj", "kilojoule", "kilojoules"), "J": ("j", "joule", "joules"),
    "W": ("w", "watt", "watts", "wat"), "kW": ("kw", "kilowatt", "kilowatts"), "mW": ("mw", "milliwatt", "milliwatts"),
    "mWh": ("mwh",),
    "kWh": ("kwh", "kw-hr", "kwhr", "kilowatthour", "kilowatthours"), "Wh": ("wh", "watthour", "watthours", "whr"),
    "Ly": ("ly", "langley", "langleys"), "cal": ("cal", "gcal", "calorie", "calories", "calorias"),
    "kcal": ("kcal",), "BTU": ("btu",),
    "kPa": ("kpa", "kilopascal", "kilopascals"), "hPa": ("hpa", "mbar", "mb", "mbars", "millibar", "millibars",
    "hectopascal", "hectopascals", "milibar", "milibares", "mbs"), "Pa": ("pa", "pascal", "pascals"),
    "mmHg": ("mmhg", "torr", "torrs", "mm-hg", "mmdehg", "mmofhg"), "inHg": ("inhg", "in-hg", "inchhg", "incheshg",
    "inofhg", "inchesofmercury", "inchesmercury", "hgin", "inmercury", "inchesofhg"),
    "bar": ("bar", "bars"), "atm": ("atm",), "psi": ("psi",),
    "mm": ("mm", "millimeters", "millimeter", "millimetres", "millimetre", "milimetros", "milimetro", "millimetri",
           "lm-2"),
    "cm": ("cm", "centimeters", "centimetres", "centimeter"),
    "in": ("in", "inch", "inches", '"', "pulgadas", "polegadas"),
    "m": ("m", "meter", "meters", "metre", "metres", "metros", "metro", "mtr", "mts"),
    "km": ("km", "kilometer", "kilometers", "kilometre", "kilometres", "kms", "quilometros", "kilometros"),
    "mi": ("mi", "mile", "miles", "millas", "milhas"), "ft": ("ft", "feet", "foot"),
    "kg": ("kg", "kilogram"), "L": ("l", "liter", "liters", "litre", "litres", "litros"), "g": ("g", "gram", "grams"),
    "s": ("s", "sec", "secs", "second", "seconds", "segundos", "segundo", "sekunden", "secondes", "secondi",
          "seg"),
    "min": ("min", "minutes", "mins", "minute", "minutos", "minuten", "minuti"),
    "h": ("h", "hr", "hrs", "hour", "hours", "horas", "hora", "stunden", "stunde", "heures", "heure", "ore",
          "hs"),
    "day": ("d", "day", "days", "dia", "dias", "tag", "tage", "jour", "jours", "giorno", "giorni", "dy", "24h",
    "24hr"),
    "°": ("deg", "°", "degree", "degrees", "graus", "grados", "grad", "degtrue", "degn", "degreestrue", "º", "gradi"),
    "µmol": ("umol", "µmol", "micromol", "micromoles", "umoles", "uem"), "mol": ("mol", "moles", "mmol"),
    "lx": ("lux", "lx", "klux"), "V": ("v", "volt", "volts", "mv", "vdc"), "A": ("a", "amp", "ma", "amps"),
    "Ah": ("ah",), "ppm": ("ppm",), "dBm": ("dbm", "db"), "Hz": ("hz",), "Ω": ("ohm", "ohms", "kohm"), "rpm": ("rpm",),
    "octa": ("octas", "okta", "oktas", "octa"), "UVI": ("uvi",), "year": ("yr", "year"), "month": ("month",),
    "dS": ("ds",), "Bft": ("bft", "beaufort", "bf"),
}  # fmt: skip
_BASE_OF = {spelling: base for base, spellings in _BASES.items() for spelling in spellings}

_COMPOSED: Mapping[tuple[str, ...], str] = {
    # Units above and below the line; time of a day below is of the amount of a day and is dropped first.
    ("°C",): "°C", ("°F",): "°F", ("K",): "K", ("%",): "%", ("fraction",): "fraction", ("kn",): "kn", ("mph",): "mph",
    ("kmh",): "km/h", ("mps",): "m/s", ("ftps",): "ft/s", ("m", "s-1"): "m/s", ("km", "h-1"): "km/h",
    ("mi", "h-1"): "mph", ("ft", "s-1"): "ft/s", ("m", "min-1"): "m/min", ("cm", "s-1"): "cm/s",
    ("MJ",): "MJ/m²", ("MJ", "m-2"): "MJ/m²", ("kJ",): "kJ/m²", ("kJ", "m-2"): "kJ/m²", ("J", "m-2"): "J/m²",
    ("J", "cm-2"): "J/cm²", ("kJ", "cm-2"): "kJ/cm²", ("W",): "W/m²", ("W", "m-2"): "W/m²", ("kW", "m-2"): "kW/m²",
    ("mW", "cm-2"): "mW/cm²", ("mWh", "cm-2"): "mWh/cm²",
     ("kWh",): "kWh/m²", ("kWh", "m-2"): "kWh/m²", ("Wh",): "Wh/m²", ("Wh", "m-2"): "Wh/m²",
    ("W", "h", "m-2"): "Wh/m²", ("kW", "h", "m-2"): "kWh/m²", ("kW", "h"): "kWh/m²",
    ("Ly",): "Ly", ("cal", "cm-2"): "Ly", ("cal", "cm-1"): "Ly", ("kcal", "m-2"): "kcal/m²", ("BTU", "ft-2"): "BTU/ft²",
    ("W", "m2"): "W/m²", ("MJ", "m2"): "MJ/m²", ("kJ", "m2"): "kJ/m²", ("J", "cm2"): "J/cm²", ("kWh", "m2"): "kWh/m²",
    ("Wh", "m2"): "Wh/m²",
    ("MJ", "m-2", "h-1"): "MJ/m²/h", ("kJ", "m-2", "h-1"): "kJ/m²/h", ("J", "cm-2", "h-1"): "J/cm²/h",
    ("Ly", "min-1"): "Ly/min", ("cal", "cm-2", "min-1"): "Ly/min", ("Ly", "h-1"): "Ly/h", ("cal", "cm-2",
    "h-1"): "Ly/h",
    ("J", "m-2", "s-1"): "W/m²", ("kJ", "m-2", "s-1"): "kW/m²",
    ("kPa",): "kPa", ("hPa",): "hPa", ("Pa",): "Pa", ("mmHg",): "mmHg", ("inHg",): "inHg", ("bar",): "bar",
    ("atm",): "atm", ("psi",): "psi", ("mm", "Hg"): "mmHg", ("in", "Hg"): "inHg",
    ("mm",): "mm", ("cm",): "cm", ("in",): "in", ("m",): "m", ("kg", "m-2"): "mm", ("L", "m-2"): "mm",
    ("kg", "m-2", "s-1"): "mm/s", ("mm", "s-1"): "mm/s",
    ("h",): "h", ("min",): "min", ("s",): "s", ("h", "day-1"): "h",
    ("Bft",): "Bft", ("°",): "°", ("µmol", "m-2", "s-1"): "µmol/m²/s", ("µmol",): "µmol/m²/s", ("µmol", "s-1",
    "m-2"): "µmol/m²/s",
    ("mol", "m-2"): "mol/m²", ("mol",): "mol/m²", ("mol", "m-2", "s-1"): "mol/m²", ("lx",): "lx", ("V",): "V",
    ("A",): "A", ("Ah",): "Ah", ("g", "kg-1"): "g/kg", ("kg", "kg-1"): "g/kg", ("g", "m-3"): "g/m³",
    ("kg", "m-3"): "g/m³", ("m3", "m-3"): "m³/m³", ("ppm",): "ppm", ("dBm",): "dBm", ("L",): "L", ("Hz",): "Hz",
    ("Ω",): "Ω", ("rpm",): "rpm", ("octa",): "octa", ("UVI",): "UVI", ("day",): "day", ("dS", "m-1"): "dS/m",
    ("km",): "km", ("mi",): "mi", ("ft",): "ft", ("year",): "year", ("month",): "month",
}  # fmt: skip
_BY_DAY: Mapping[str, str] = {"km": "km/day", "mi": "mi/day"}
"""What a length becomes over a day; everything else over a day is the amount of that day."""

AMBIGUOUS = frozenset(("c", "f", "k", "m", "h", "s", "in", "d", "g", "l", "a", "v", "j", "w", "min", "of", "oc", "day",
                       "deg", "hora", "horas", "hour", "hours", "minute", "second", "dia", "tag", "ma", "ds",
                       "year", "month", "yr", "nos", "month", "ore", "mi", "mb", "atm", "bar", "decimal", "grad", "hs",
                       "24h", "ah", "frac"))  # fmt: skip
"""Spellings that are a unit only where a unit is expected: in brackets, behind a comma, at the end of a name."""

_SCALES = (
    (re.compile(r"^(?:0[.,]1(?!\d)|1/10(?!\d)|tenths?|10ths|x0[.,]1|zehntel|decimos?|decimas?|dixiemes?|decimi)"
                r"\s*(?:th)?\s*(?:of\s+(?:a\s+)?|de\s+|di\s+|x\s*|\*\s*)?"), "0.1 "),
    (re.compile(r"^(?:0[.,]01|1/100|hundredths?|100ths|centesim\w*|hundertstel)\s*"
                r"(?:of\s+(?:an?\s+)?|de\s+|x\s*|\*\s*)?"), "0.01 "),
)  # fmt: skip
_POWERS = str.maketrans({"²": "2", "³": "3", "⁻": "-", "¹": "1", "−": "-", "–": "-", "·": " ", "⋅": " ", "•": " ",
                         "×": " ", "\xa0": " ", "µ": "u", "μ": "u", "˚": "°", "º": "°", "☉": "", "^": ""})  # fmt: skip
_LONGEST = 40  # characters that a unit may have


def unit_of(text: str) -> str | None:
    """Return the unit a text means, None where it means none; units of other things (`FOREIGN`) are units too.

    >>> unit_of("Deg F"), unit_of("MJ m-2 day-1"), unit_of("daily mean")
    ('°F', 'MJ/m²', None)
    >>> unit_of("cal/cm2/day"), unit_of("m s**-1"), unit_of("0.1 degrees Celsius"), unit_of("km d-1")
    ('Ly', 'm/s', '0.1 °C', 'km/day')
    >>> unit_of("µmol/m²/s"), unit_of("LGR S/N: 10000001")
    ('µmol/m²/s', None)
    """
    return _unit_of(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _unit_of(text: str) -> str | None:
    bare = " ".join(text.strip().strip("[]{}").lower().replace("**", "").translate(_POWERS).split())
    while bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1].strip()
    bare = re.sub(r"^(?:in|em|en)\s+(?=\S)(?!hg)", "", _plain_letters(bare)).rstrip(".;:")
    for pattern, scale in _SCALES:
        if (match := pattern.match(bare)) and match.end():
            inner = _composed(bare[match.end() :])
            return None if inner is None else scale + inner if _known(scale + inner) else None
    return _composed(bare)


def _known(unit: str) -> bool:
    return any(unit in units for units in UNITS.values())


def _plain_letters(text: str) -> str:
    return text.translate(str.maketrans("áàâãäéèêëíìîïóòôõöúùûüç", "aaaaaeeeeiiiiooooouuuuc"))


def _composed(bare: str) -> str | None:
    """Return the unit of a text in lower case with plain powers."""
    if not bare:
        return None
    joined = bare.replace(" ", "").replace(".", "")
    if (base := _BASE_OF.get(joined)) is not None:
        return _COMPOSED.get((base,))
    parts = _factors(bare)
    if parts is None:
        return None
    if len(parts) > 2 and parts[-1] == "day":  # MJm2day
        parts = (*parts[:-1], "day-1")
    over_day = "day-1" in parts
    kept = tuple(part for part in parts if part != "day-1")
    for order in (kept, tuple(sorted(kept))):
        if (unit := _COMPOSED.get(order)) is not None:
            return _BY_DAY.get(unit, unit) if over_day else unit
    return next((unit for key, unit in _COMPOSED.items() if sorted(key) == sorted(kept)), None)


_FACTOR = re.compile(r"\s*(?P<sign>/|per\b|por\b|par\b|pro\b)?\s*(?:square\s+|sq\.?\s*|quadrat)?"
                     r'(?P<name>[a-z°%"µ℃℉*]+(?:-hr)?)'
                     r"(?P<power>\s?-?\d)?\s*(?P<after>squared|quadrados?|cuadrados?|carre)?[.\s*]*")  # fmt: skip


def _factors(bare: str) -> tuple[str, ...] | None:
    """Return the factors of a unit (``m``, ``s-1``); None where a part is no unit."""
    parts: list[str] = []
    at, under = 0, False
    while at < len(bare):
        match = _FACTOR.match(bare, at)
        if match is None or match.end() == at:
            return None
        under = under or match["sign"] is not None
        # Behind a line, what a time stands for is below it too: MJ/m2.day
        below = match["sign"] is not None or (under and _BASE_OF.get(match["name"]) in ("day", "h", "s"))
        squared = match["after"] is not None or "sq" in bare[match.start() : match.start("name")]
        power = int((match["power"] or "").replace(" ", "") or (2 if squared else 1))
        split = _split_name(match["name"], first=at == 0)
        if split is None:
            return None
        for i, base in enumerate(split):
            exponent = (power if i == len(split) - 1 else 1) * (-1 if below else 1)
            parts.append(base if exponent == 1 else f"{base}{exponent}")
        at = match.end()
    return tuple(parts)


def _split_name(name: str, *, first: bool) -> tuple[str, ...] | None:
    """Return the bases of letters written together: ``wm`` of ``Wm-2`` is W and m."""
    if (base := _BASE_OF.get(name)) is not None:
        return (base,)
    if name == "hg":
        return ("Hg",)
    if not first:
        return None
    for cut in range(len(name) - 1, 0, -1):
        one, other = _BASE_OF.get(name[:cut]), _BASE_OF.get(name[cut:])
        if one in ("MJ", "kJ", "J", "W", "kWh", "Wh", "m", "km", "cal", "kW", "µmol", "kg", "mm", "mol") and other:
            return (one, other)
    return None
