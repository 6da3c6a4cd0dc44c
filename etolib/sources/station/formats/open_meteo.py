"""Downloads of Open-Meteo: a table of places, an empty line, then a table of hours, of days, or both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import number, split
from etolib.sources.station.formats.text import headed, with_units
from etolib.sources.station.layout import Table
from etolib.words import say

_WHICH = "location_id"
_WHERE = ("latitude", "longitude", "elevation")


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of days of an Open-Meteo download, that of hours where there is none, with the place.

    Raises
    ------
    InputError
        Where only places stand in it.
    """
    blocks = [
        [[cell.strip() for cell in row] for row in split(list(block), ",", name)]
        for filled, block in groupby(lines, key=lambda line: bool(line.strip(" ,\t")))
        if filled
    ]
    tables = [block for block in blocks[1:] if "time" in block[0] and len(block) > 1]
    if not tables:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    days = [block for block in tables if re.fullmatch(r"\d{4}-\d\d-\d\d", block[1][block[0].index("time")])]
    header, *body = (days or tables)[0]
    table = with_units(headed(header, body, ","))
    table = replace(table, units=["mph" if unit == "mp/h" else unit for unit in table.units], facts=_place(blocks[0]))
    return _with_places(table, blocks[0])


def _with_places(table: Table, places: Sequence[Sequence[str]]) -> Table:
    """Return the table of several places with the place of each row beside it."""
    if len(places) <= 2 or _WHICH not in places[0] or _WHICH not in table.names:
        return table
    named = {row[places[0].index(_WHICH)]: dict(zip(places[0], row, strict=False)) for row in places[1:]}
    at = table.names.index(_WHICH)
    rows = [[*row, *(named.get(row[at], {}).get(key, "") for key in _WHERE)] for row in table.rows]
    units: list[str | None] = [*table.units, *[None] * len(_WHERE)]
    return replace(table, names=[*table.names, *_WHERE], units=units, rows=rows)


def _place(block: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the place where it is one; which of several is the station is asked first."""
    if len(block) != 2:
        return {}
    named = dict(zip(block[0], block[1], strict=False))
    facts = {key: number(named.get(key, ""), ".") for key in _WHERE}
    facts["time_zone"] = number(named.get("utc_offset_seconds", ""), ".") / 3600
    return {key: value for key, value in facts.items() if value == value}
