"""Units that stand behind every number of a column (``21.5 °C``): taken out of the cells, and kept for the column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from etolib.sources.station.units import unit_of

SAMPLE = 200
"""Rows that are looked at."""

_MOST = 0.7  # of the cells of a column
_WITH_UNIT = re.compile(r"([+-]?\d[\d.,]*)\s?([^\d\s.,:/;-][^\d]{0,11}\d?)")


def taken_out(rows: Sequence[Sequence[str]]) -> tuple[list[list[str]], dict[int, str]]:
    """Return rows without the units in their cells, and the unit of each column that has one.

    Examples
    --------
    >>> taken_out([["day", "t"], ["1", "21.5 °C"], ["2", "-3 °C"], ["3", "--"]])
    ([['day', 't'], ['1', '21.5'], ['2', '-3'], ['3', '--']], {1: '°C'})
    """
    sample = rows[:SAMPLE]
    found: dict[int, str] = {}
    for column in range(max(map(len, sample), default=0)):
        cells = [match for row in sample if column < len(row) and (match := _WITH_UNIT.fullmatch(row[column]))]
        if len(cells) < 2:
            continue
        (unit, count), *_ = Counter(match[2].strip() for match in cells).most_common(1)
        filled = sum(column < len(row) and any(map(str.isdigit, row[column])) for row in sample)
        if count >= _MOST * filled and unit.lower() not in ("am", "pm", "a", "p", "h", "d") and unit_of(unit):
            found[column] = unit
    if not found:
        return [list(row) for row in rows], {}
    return [[_bare(cell, found.get(i)) for i, cell in enumerate(row)] for row in rows], found


def _bare(cell: str, unit: str | None) -> str:
    if unit is None or (match := _WITH_UNIT.fullmatch(cell)) is None or match[2].strip() != unit:
        return cell
    return match[1]
