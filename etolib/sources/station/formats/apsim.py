"""Weather files of APSIM (.met): constants, comments with ``!``, the names of the columns, their units in brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.errors import InputError, Problem
from etolib.sources.station.formats.text import headed
from etolib.sources.station.layout import Table
from etolib.sources.station.units import unit_of
from etolib.words import say

_SECTION = re.compile(r"^\s*\[[\w.]*(?:met\.weather|weather\.met|weather)[\w.]*\]", re.IGNORECASE)
_UNITS = {"radn": "MJ/m²", "maxt": "°C", "mint": "°C", "meant": "°C", "rain": "mm", "vp": "hPa", "rh": "%"}
"""Units of the columns where the brackets are empty."""
_CONSTANT = re.compile(r"^\s*(latitude|longitude|elevation|altitude)\s*=\s*(-?\d+(?:\.\d+)?)", re.IGNORECASE)


def is_apsim(lines: Sequence[str]) -> bool:
    """Return whether lines are those of a weather file of APSIM.

    >>> is_apsim(["[weather.met.weather]", "latitude = -27.85"]), is_apsim(["date,tmax"])
    (True, False)
    """
    return any(_SECTION.match(line) for line in lines[:40])


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of an APSIM file with the place of its constants.

    Raises
    ------
    InputError
        Where no line names ``maxt`` and ``mint``.
    """
    told = [line.split("!")[0].rstrip() for line in lines]
    at = next((i for i, line in enumerate(told) if {"maxt", "mint"} <= set(line.lower().split())), None)
    if at is None:
        raise InputError([Problem("file", name, say("no_header_row"), say("name_the_columns"))])
    names = told[at].split()
    if not {"month", "day_of_month"} & {n.lower() for n in names}:
        names = ["doy" if n.lower() == "day" else n for n in names]  # APSIM's "day" beside the year alone
    stated: list[str] = []
    if at + 1 < len(told) and told[at + 1].strip().startswith("("):
        stated = re.findall(r"\(([^()]*)\)", told[at + 1])
    body = [line.split() for line in told[at + (2 if stated else 1) :] if line.strip()]
    table = headed(names, body, " ")
    units = [unit_of(cell) for cell in (stated + [""] * len(names))[: len(names)]]
    facts = {}
    for line in told[:at]:
        if match := _CONSTANT.match(line):
            key = match[1].lower()
            facts["elevation" if key == "altitude" else key] = float(match[2])
    return replace(table, units=[u or _UNITS.get(n.lower()) for n, u in zip(names, units, strict=True)], facts=facts)
