"""The tables that etolib itself writes: CSV and the first sheet of a workbook, in metric and US units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.formats.text import find_header, headed, places, rows_of
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain
from etolib.sources.station.units import CANONICAL, unit_of
from etolib.unit_systems import METRIC, SYSTEMS, unit
from etolib.variables import VARIABLES
from etolib.words import say

_WANTED = ("date", "quality", "source", "kind", "flags")
_READ = ("eto", "precipitation", "tmin", "tmax", "ea", "u2", "rs")
_LEFT = ("eto_lower", "eto_upper", "quality", "source", "kind", "flags")
_FOOT = 0.3048  # m


def recognise(head: Head) -> bool:
    """Return whether a file is one of ours, by the columns that no one else has together."""
    return find_header(head.lines, *_WANTED) is not None


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table with the place of its head; days that are no weather are marked as estimates.

    It is no record of a station, and is said not to be.
    """
    found = find_header(lines, *_WANTED)
    assert found is not None
    rows = rows_of(lines[found[0] :], found[1], name)
    table = headed(rows[0], rows[1:], found[1])
    facts = places(lines, {what: rf"\b{what} (-?\d+(?:\.\d+)?)" for what in ("latitude", "longitude", "elevation")})
    if re.search(r"\belevation -?[\d.]+ ft\b", "\n".join(lines[: found[0]])):
        facts["elevation"] = round(facts["elevation"] * _FOOT, 1)
    kind = rows[0].index("kind")
    marks = {at: (kind, frozenset(("climatology", "forecast"))) for at in range(len(rows[0]))}
    return replace(table, facts=facts, estimates=marks, notes=(say("is_file_of_etolib"),))


def _columns() -> dict[str, Spec]:
    """Return what the headers of both systems of units hold."""
    found = {"date": Spec("date"), **{plain(name): Spec(None) for name in _LEFT}}
    for system in SYSTEMS:
        for name in (*_READ, "eto_lower", "eto_upper"):
            shown = unit(VARIABLES[name].units if name in VARIABLES else "mm day-1", system)
            header = plain(f"{name}_{shown.suffix}" if shown.suffix else name)
            said = CANONICAL.get(name) if system == METRIC else unit_of(shown.text.removesuffix(" day-1"))
            found[header] = Spec(name, said) if name in _READ else Spec(None)
    return found


OWN = Format(
    name="etolib",
    title="etolib",
    recognise=recognise,
    table=read,
    columns=_columns(),
    closed=True,
    dates="%Y-%m-%d",
    wind_height=2.0,
    source="etolib.result.formats.csv and .xlsx: ISO dates, points, units that are not canonical in the headers",
)
