"""Tables in text, as services send them: rows of cells, numbers read strictly.

A text that is cut off is a table with fewer rows, or a number with fewer digits, and says nothing of it: whoever reads
rows here says how a row ends (`Ends`), and a last row that does not end so makes the answer a broken one.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

Ends = Literal["line", "cells"]
"""How a whole row is known: by the end of its line, or by having all its cells (where the last one is no number)."""


def _text(body: bytes, encoding: str = "utf-8") -> str:
    """Return a text without its mark of byte order; ValueError where it is a page or JSON."""
    text = body.decode(encoding)  # UnicodeDecodeError is a ValueError
    if text.lstrip("\ufeff \r\n")[:1] in ("<", "{", "["):
        raise ValueError("this is no table")
    return text.lstrip("\ufeff")


def rows(body: bytes, *, separator: str = ",", ends: Ends = "line", encoding: str = "utf-8") -> list[list[str]]:
    """Return the rows of a table, cells without the spaces around them; ValueError where it is none, or is cut off.

    Empty lines are left out.

    >>> rows(b"day, tmin\\n2024-01-01, 12.5\\n")
    [['day', 'tmin'], ['2024-01-01', '12.5']]
    >>> rows(b"day, tmin\\n2024-01-01, 12.")
    Traceback (most recent call last):
    ...
    ValueError: the table is cut off in its last row
    """
    text = _text(body, encoding)
    if ends == "line" and text and not text.endswith("\n"):
        raise ValueError("the table is cut off in its last row")
    try:
        read = list(csv.reader(text.splitlines(), delimiter=separator, strict=True))
    except csv.Error as error:
        raise ValueError(f"the table cannot be read: {error}") from None
    found = [[cell.strip() for cell in row] for row in read if any(cell.strip() for cell in row)]
    if len(found) < 2:
        raise ValueError("the table has no rows")
    width = len(found[0])
    for number, row in enumerate(found[1:], start=2):
        if len(row) != width:
            raise ValueError(f"row {number} has {len(row)} cells instead of {width}")
    return found


def picked(body: bytes, names: Sequence[str], *, separator: str = "|") -> dict[str, list[str]]:
    """Return some columns of a wide table as texts, the others never laid out; ValueError where it is none, or cut off.

    Every row must have as many cells as the first; a row that repeats the first is left out. No cell is in quotes.
    Where a column of ``names`` is the last one, the text must end with a line.

    >>> picked(b"day|a|b\\n1|2.5|x\\n", ["b", "day"])
    {'b': ['x'], 'day': ['1']}
    """
    text = _text(body)
    head, *lines = text.splitlines() or [""]
    heads = head.split(separator)
    if absent := [name for name in names if heads.count(name) != 1]:
        raise ValueError(f"the column {absent[0]!r} is not there once")
    places = [heads.index(name) for name in names]
    if len(heads) - 1 in places and not text.endswith("\n"):
        raise ValueError("the table is cut off in its last row")
    found: dict[str, list[str]] = {name: [] for name in names}
    for number, line in enumerate(lines, start=2):
        if not line.strip() or line == head:
            continue
        cells = line.split(separator)
        if len(cells) != len(heads):
            raise ValueError(f"row {number} has {len(cells)} cells instead of {len(heads)}")
        for name, place in zip(names, places, strict=True):
            found[name].append(cells[place].strip())
    if not found[names[0]]:
        raise ValueError("the table has no rows")
    return found


def number(text: str, missing: Sequence[str] = ()) -> float:
    """Return a cell as a number, NaN where it is empty or says so; ValueError where it is anything else.

    >>> number(" 12.5"), number(""), number("-999", ("-999",))
    (12.5, nan, nan)
    """
    cell = text.strip()
    if cell == "" or cell.lower() in ("nan", "null") or cell in missing:
        return math.nan
    if "_" in cell or not cell.isascii():  # float() takes 1_000 and digits of other scripts
        raise ValueError(f"{cell[:40]!r} stands where a number should be")
    value = float(cell)
    return value if math.isfinite(value) else math.nan


def column(table: Sequence[Sequence[str]], name: str, missing: Sequence[str] = ()) -> np.ndarray:
    """Return a column of `rows` as numbers (n,); ValueError where it is not there once.

    >>> column([["day", "tmin"], ["1", "12.5"], ["2", ""]], "tmin")
    array([12.5,  nan])
    """
    return np.array([number(cell, missing) for cell in cells(table, name)], dtype=float)


def cells(table: Sequence[Sequence[str]], name: str) -> list[str]:
    """Return a column of `rows` as texts; ValueError where it is not there, or stands twice."""
    if table[0].count(name) != 1:
        raise ValueError(f"the column {name!r} is not there once")
    place = table[0].index(name)
    return [row[place] for row in table[1:]]
