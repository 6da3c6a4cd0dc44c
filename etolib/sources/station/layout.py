"""Finding the table in a file: what separates its columns, where its header stands, what the lines above it say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import NUMBER_COMMA, NUMBER_POINT, date_like, is_number
from etolib.sources.station.units import unit_of
from etolib.words import say

if TYPE_CHECKING:
    from etolib.sources.station.formats.row import Format

DELIMITERS = (";", "\t", "|", ",")


@dataclass(frozen=True)
class Table:
    """Rows of text under their header, and what the lines above it say.

    ``facts`` are latitude, longitude [degrees] and elevation [m], ``wind_height`` [m] and ``time_zone`` [h from UTC];
    ``monthly`` the means of a file that holds no days;
    ``format`` the row of a format it is known as; ``above`` the lines above the header.
    """

    names: list[str]
    units: list[str | None]
    rows: list[list[str]]
    delimiter: str
    decimal: str
    facts: Mapping[str, float] = field(default_factory=dict)
    monthly: pd.DataFrame | None = None
    format: Format | None = None
    above: tuple[str, ...] = ()


def delimiter_of(lines: Sequence[str]) -> str:
    """Return what separates the columns: the sign that cuts most of the lines into the same number of parts.

    >>> delimiter_of(["date;tmax", "2024-01-01;23,4", "2024-01-02;24,0"])
    ';'
    """
    sample = list(lines[:200])
    best, score = " ", 0.0
    for sign in DELIMITERS:
        counts = [line.count(sign) for line in sample]
        common = max(set(counts), key=lambda n: (n > 0, counts.count(n), n))
        if common == 0:
            continue
        share = counts.count(common) / len(counts)
        # A comma may be a decimal; the other signs are hardly ever anything but separators.
        worth = share * (1.0 if sign == "," else 2.0)
        if share >= 0.5 and worth > score:
            best, score = sign, worth
    return best


def find_table(rows: list[list[str]], delimiter: str, name: str) -> Table:
    """Return the table in rows of text: the header is the line before the first line of data."""
    rows = [[cell.strip() for cell in row] for row in rows]
    widths = [len(row) for row in rows if any(row)]
    if not widths:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    width = max(set(widths), key=lambda n: (widths.count(n), n))
    if width < 2:
        raise InputError([Problem("file", name, say("one_column_only"), say("separate_the_columns"))])

    def is_data(row: list[str]) -> bool:
        filled = [cell for cell in row if cell]
        good = sum(is_number(cell) or date_like(cell) for cell in filled)
        return len(row) >= width - 1 and len(filled) >= 2 and good >= max(2, 0.5 * len(filled))

    first = next((i for i, row in enumerate(rows) if is_data(row)), None)
    if first is None:
        raise InputError([Problem("file", name, say("no_row_of_numbers"), say("must_be_daily_weather"))])
    above = [i for i in range(first) if sum(bool(cell) for cell in rows[i]) >= max(2, width // 2)]
    if not above:
        raise InputError([Problem("file", name, say("no_header_row"), say("name_the_columns"))])
    header = above[-1]
    units: list[str | None] = [None] * width
    filled = [cell for cell in rows[header] if cell]
    if len(above) > 1 and above[-2] == header - 1 and sum(unit_of(c) is not None for c in filled) >= 0.5 * len(filled):
        units = [unit_of(cell) for cell in _pad(rows[header], width)]
        header -= 1
    names = _pad(rows[header], width)
    body = [_pad(row, width) for row in rows[first:] if any(row)]
    cells = [cell for row in body[:500] for cell in row]
    commas = sum(bool(NUMBER_COMMA.match(c)) for c in cells)
    points = sum("." in c and bool(NUMBER_POINT.match(c)) for c in cells)
    return Table(
        names,
        units,
        body,
        delimiter,
        "," if commas > points else ".",
        _facts(rows[:header]),
        above=tuple(", ".join(filter(None, row)) for row in rows[:header]),
    )


def _pad(row: list[str], width: int) -> list[str]:
    return (row + [""] * width)[:width]


def _facts(rows: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return latitude, longitude and elevation that lines above the header give (``Latitude: -15,78``)."""
    found: dict[str, float] = {}
    for row in rows[:40]:
        text = " ".join(row)
        for what, pattern in (("latitude", r"lat\w*"), ("longitude", r"lon\w*"), ("elevation", r"(?:alt|elev)\w*")):
            match = re.search(rf"\b{pattern}\s*[:=;,]?\s*(-?\d+(?:[.,]\d+)?)", text, re.IGNORECASE)
            if match:
                found[what] = float(match[1].replace(",", "."))
    return found
