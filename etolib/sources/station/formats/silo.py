"""Files of SILO (Queensland): the spaced "standard" formats with their notes, and the comma-separated ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.sources.station.cells import number, split
from etolib.sources.station.formats.text import headed, places
from etolib.sources.station.layout import Table

_NOTES = {
    "latitude": r"Lat,\s*Long:\s*(-?[\d.]+)", "longitude": r"Lat,\s*Long:\s*-?[\d.]+\s+(-?[\d.]+)",
    "elevation": r"Elevation:\s*(-?[\d.]+)\s*m",
}  # fmt: skip
_FACT = re.compile(r"^(latitude|longitude|elevation)\s*=\s*(-?\d+(?:\.\d+)?)")


_CODE = re.compile(r"^S[a-z]{2}$")
_LONG_TERM = frozenset({"7", "75"})
"""Codes of values that are the long-term mean of the day; interpolated ones (2, 25, 35) are weather of the day."""


def spaced_header(lines: Sequence[str]) -> int | None:
    """Return which line names the columns of a spaced file, None where none does.

    >>> spaced_header(['" * Elevation:  169m "', "Date       Day Date2      T.Max Smx T.Min Smn Rain   Srn"])
    1
    """
    return next((i for i, line in enumerate(lines[:100]) if line.split()[:2] == ["Date", "Day"]), None)


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a SILO file with the place of its notes (or of its column ``metadata``).

    The first line of a spaced file is a made-up day of 1770, there for spreadsheets; the days begin below the header.
    """
    start = spaced_header(lines)
    if start is None:
        rows = [[cell.strip() for cell in row] for row in split([x for x in lines if x.strip()], ",", name)]
        names, body = rows[0], rows[1:]
        delimiter, facts = ",", _of_metadata(names, body)
    else:
        names = lines[start].split()
        body = [line.split() for line in lines[start + 1 :] if re.match(r"^\s*\d{8}\s", line)]
        delimiter, facts = " ", places(lines[:start], _NOTES)
    beside = {i: i + 1 for i, code in enumerate(names[1:]) if _CODE.match(code)}
    beside |= {names.index(n.removesuffix("_source")): i for i, n in enumerate(names)
               if n.endswith("_source") and n.removesuffix("_source") in names}  # fmt: skip
    estimates = {i: (flag, _LONG_TERM) for i, flag in beside.items()}
    return replace(headed(names, body, delimiter), facts=facts, estimates=estimates)


def _of_metadata(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return what the column ``metadata`` says of the place, a fact in each of its first rows."""
    if "metadata" not in names:
        return {}
    at = names.index("metadata")
    facts = (_FACT.match(row[at].strip()) for row in rows[:20] if len(row) > at)
    first = dict(zip(names, rows[0] if rows else [], strict=False))
    here = {n: number(first[n], ".") for n in ("latitude", "longitude") if n in first}
    return {n: value for n, value in here.items() if value == value} | {
        fact[1]: float(fact[2]) for fact in facts if fact
    }
