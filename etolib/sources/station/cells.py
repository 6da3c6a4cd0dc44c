"""What one cell of a file says: a number, a date, or that there is none."""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from etolib.errors import InputError, Problem
from etolib.words import say

ABSENT = {"", "na", "n/a", "nan", "null", "none", "-", "--", "---", "m", "*", "nd", "nodata", "missing", "undefined"}
SURE = (-999.0, -999.9, -999.99, -9999.0, -9999.9, -6999.0)
TRACES = ("T", "t", "Tr", "tr")
"""How a trace of rain is written."""
FILLS = (-99.0, -99.9, -99.99, *SURE)
"""Numbers that stand for none; the first three may be tenths of a degree: in a column `stand_ins` tells."""

STAND_INS = re.compile(r"-?(?:9{2,}(?:\.9+)?|[678]9{2,}|8{3,}(?:\.8+)?|32767|32768|65535|2147483647)$")
"""How numbers look that stand for none. They do where the others of the column are much smaller: see `stand_ins`."""

NUMBER_COMMA = re.compile(r"^[+\-\u2212]?\d{1,3}(?:\.\d{3})*,\d+$|^[+\-\u2212]?\d+,\d+$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$")
_THOUSANDS_COMMA = re.compile(r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$")
_MARKED = re.compile(r"(?<=\d) ?[*#†‡]+$")
_COMMA_OF_OTHERS = re.compile(r"^[+-]?\d+,\d{1,2}$")  # a decimal comma in a file of points: no thousands
_MINUS = re.compile(r"^(?:[\u2212\u2013] ?|- )(?=\d)")  # a sign of minus, a dash, one apart from its number
_FULL_WIDTH = "０１２３４５６７８９－＋"
NUMBER_POINT = re.compile(r"^[+\-\u2212]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?$")


def split(lines: Sequence[str], delimiter: str, name: str) -> list[list[str]]:
    """Return the cells of each line; ``name`` of the file for messages."""
    try:
        seen: dict[str, str] = {}  # one of each: most cells are numbers of few digits, and stand there many times
        return [[seen.setdefault(cell, cell) for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error as error:
        raise InputError([Problem("file", name, say("no_table_of_text", error=str(error)))]) from error


def is_number(cell: str) -> bool:
    """Return whether a cell is written as a number, with a decimal point or comma.

    >>> is_number("3.5"), is_number("1.234,5"), is_number("\u22123.5"), is_number("x")
    (True, True, True, False)
    """
    return bool(NUMBER_POINT.match(cell) or NUMBER_COMMA.match(cell))


def date_like(cell: str) -> bool:
    """Return whether a cell looks like a date.

    >>> date_like("01/02/2024"), date_like("2024-02-01T00:00"), date_like("20240201")
    (True, True, False)
    """
    return bool(re.match(r"^\d{1,4}[-/. ][A-Za-z\d]{1,3}[-/. ]\d{1,4}(?:[T ].*)?$", cell))


def number(cell: str, decimal: str, fills: Sequence[float] = FILLS) -> float:
    """Return a cell as a number, NaN where it says that there is none; ValueError where it is other text.

    >>> number("1.234,5", ","), number("-999", "."), number("T", ".")
    (1234.5, nan, 0.0)
    >>> number("\u20135.2", "."), number("- 5,2", ",")
    (-5.2, -5.2)
    """
    if decimal == "." or "." not in cell:  # most cells are written as Python writes them
        try:
            value = float(cell)
        except ValueError:
            pass
        else:
            return math.nan if value in fills or not math.isfinite(value) else value
    text = _MINUS.sub("-", cell.strip().strip('"'))
    if text and text[0] in _FULL_WIDTH:
        text = unicodedata.normalize("NFKC", text)
    if not text.isascii() or "'" in text or " " in text:  # thousands
        text = re.sub(r"(?<=\d)[\xa0\u202f' ](?=\d{3}(?:\D|$))", "", text)
    if text.lower() in ABSENT:
        return math.nan
    if text in TRACES:
        return 0.0
    text = _MARKED.sub("", text)
    if decimal == ",":
        text = text.replace(".", "").replace(",", ".") if "," in text or _THOUSANDS_COMMA.match(text) else text
    elif _THOUSANDS.match(text):
        text = text.replace(",", "")
    elif _COMMA_OF_OTHERS.match(text):
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return math.nan if value in fills or not math.isfinite(value) else value


def is_empty(cell: str) -> bool:
    """Return whether a cell says that there is no value.

    >>> is_empty("NA"), is_empty("-999"), is_empty("0")
    (True, True, False)
    """
    text = cell.strip().strip('"').lower()
    if text in ABSENT:
        return True
    try:
        return float(text.replace(",", ".")) in FILLS
    except ValueError:
        return False


def stand_ins(values: NDArray[np.float64]) -> list[float]:
    """Return the numbers of a column that stand for none: nines and their like, far from all others.

    A number below 100 (99.9) must stand there twice: it may be a day's rain.

    >>> stand_ins(np.array([21.5, 9999.0, -7999.0, 20.0])), stand_ins(np.array([999.9, 1012.0]))
    ([-7999.0, 9999.0], [])
    >>> stand_ins(np.array([99.9, 12.0])), stand_ins(np.array([99.9, 99.9, 12.0]))
    ([], [99.9])
    >>> stand_ins(np.array([-99.0, 12.0])), stand_ins(np.array([-99.0, -147.0, 12.0]))  # tenths of a degree
    ([-99.0], [])
    """
    found, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    looks = np.array([abs(v) >= 1e8 or bool(STAND_INS.match(f"{v:.15g}")) for v in found], dtype=bool)
    if not looks.any() or (looks.all() and found[-1] >= 0):
        return []
    top = float(np.abs(found[~looks]).max(initial=0.0))
    least = float(found[~looks].min(initial=0.0))
    sure = (np.abs(found) >= 100) | (found < 0) | (counts > 1)
    far = (np.abs(found) > 2 * top) | ((found < 0) & (least >= 0))
    return [float(v) for v in found[looks & sure & far]]
