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
    return replace(with_units(headed(header, body, ",")), facts=_place(blocks[0]))


def _place(block: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the place where it is one; which of several is the station is asked first."""
    if len(block) != 2:
        return {}
    named = dict(zip(block[0], block[1], strict=False))
    facts = {key: number(named.get(key, ""), ".") for key in ("latitude", "longitude", "elevation")}
    facts["time_zone"] = number(named.get("utc_offset_seconds", ""), ".") / 3600
    return {key: value for key, value in facts.items() if value == value}
