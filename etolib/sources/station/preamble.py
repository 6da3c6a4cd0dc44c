"""Units that the lines above a table give to quantities: ``Units: Temperature in deg F, wind in km/h``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from etolib.sources.station.headers import take_apart
from etolib.sources.station.names import read_name
from etolib.sources.station.units import QUANTITY, UNITS

LINES = 40
_SYSTEMS = (
    (re.compile(r"\b(?:metric|metrisch|metrico|metrica|metrique|si)\b"),
     {"temperature": "°C", "wind": "m/s", "water": "mm"}),
    (re.compile(r"\b(?:imperial|english|us|u\.s\.|american|standard)\s+units?\b|\bunits?\s*[:=]\s*"
                r"(?:imperial|english|us|american)\b"), {"temperature": "°F", "wind": "mph", "water": "in"}),
)  # fmt: skip


@dataclass(frozen=True)
class Above:
    """What the lines above a table say: the unit of each quantity, and what columns are, by their names."""

    units: Mapping[str, str]
    columns: Mapping[str, str]


def read(lines: Sequence[str], names: Sequence[str]) -> Above:
    """Return what lines say of quantities and of columns."""
    return Above(units(lines), legend(lines, names))


def units(lines: Sequence[str]) -> dict[str, str]:
    """Return the unit of each quantity that the lines name with one.

    >>> units(["Units: Temperature in deg F; wind in km/h"])
    {'temperature': '°F', 'wind': 'km/h'}
    >>> units(["all units metric"])["temperature"], units(["Elevation: 100 m"])
    ('°C', {})
    """
    found: dict[str, str] = {}
    for line in lines[:LINES]:
        text = line[:300].lower()
        for piece in re.split(r"[,;|]|\band\b|\be\b|\bund\b|\by\b|\bet\b", re.sub(r"\b(?:units?|unidades?|"
                              r"einheit(?:en)?|unites?|unita)\b\s*[:=]?", " ", text)):  # fmt: skip
            parts = take_apart(piece.replace(":", " ").replace("=", " "))
            quantity = QUANTITY.get(read_name(parts.text).variable or "")
            unit = parts.unit_for(quantity)[0]
            if quantity is not None and unit is not None:
                found.setdefault(quantity, unit)
        if re.search(r"unit|unidad|einheit|unites|unita", text):
            for pattern, system in _SYSTEMS:
                if pattern.search(text):
                    found = {**system, **found}
    return {quantity: unit for quantity, unit in found.items() if unit in UNITS[quantity]}


_ENTRY = re.compile(r"\W*([A-Za-z][\w. ]{0,20}?)\s*(?::|=|\s[-–]\s)\s*(.{4,160})")


def legend(lines: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return what the lines say of the columns, by their names.

    >>> legend(["FFM : vent moyen (en km/h)", "Station: X"], ["date", "FFM"])
    {'FFM': 'vent moyen (km/h)'}
    """
    found: dict[str, str] = {}
    for line in lines[:LINES]:
        match = _ENTRY.fullmatch(line[:300].strip())
        if match is not None and match[1] in names and match[1] not in found:
            found[match[1]] = re.sub(r"([(\[])\s*(?:en|em|in)\s+", r"\1", match[2].strip())
    return found
