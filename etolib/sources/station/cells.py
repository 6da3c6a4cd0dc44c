"""What one cell of a file says: a number, a date, or that there is none."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence

from etolib.errors import InputError, Problem
from etolib.words import say

ABSENT = {"", "na", "n/a", "nan", "null", "none", "-", "--", "---", "m", "*", "nd", "nodata", "missing", "undefined"}
FILLS = (-99.0, -99.9, -99.99, -999.0, -999.9, -999.99, -9999.0, -9999.9, -6999.0)

NUMBER_COMMA = re.compile(r"^[+-]?\d{1,3}(?:\.\d{3})*,\d+$|^[+-]?\d+,\d+$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$")
NUMBER_POINT = re.compile(r"^[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?$")


def split(lines: Sequence[str], delimiter: str, name: str) -> list[list[str]]:
    """Return the cells of each line; ``name`` of the file for messages."""
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise InputError([Problem("file", name, say("no_table_of_text", error=str(error)))]) from error


def is_number(cell: str) -> bool:
    """Return whether a cell is written as a number, with a decimal point or comma.

    >>> is_number("3.5"), is_number("1.234,5"), is_number("x")
    (True, True, False)
    """
    return bool(NUMBER_POINT.match(cell) or NUMBER_COMMA.match(cell))


def date_like(cell: str) -> bool:
    """Return whether a cell looks like a date.

    >>> date_like("01/02/2024"), date_like("2024-02-01T00:00"), date_like("20240201")
    (True, True, False)
    """
    return bool(re.match(r"^\d{1,4}[-/. ][A-Za-z\d]{1,3}[-/. ]\d{1,4}(?:[T ].*)?$", cell))


def number(cell: str, decimal: str) -> float:
    """Return a cell as a number, NaN where it says that there is none; ValueError where it is other text.

    >>> number("1.234,5", ","), number("-999", "."), number("T", ".")
    (1234.5, nan, 0.0)
    """
    text = cell.strip().strip('"').replace("\u2212", "-")
    if not text.isascii() or "'" in text or " " in text:  # thousands
        text = re.sub(r"(?<=\d)[\xa0\u202f' ](?=\d{3}(?:\D|$))", "", text)
    if text.lower() in ABSENT:
        return math.nan
    if text in ("T", "t", "Tr", "tr"):
        return 0.0  # trace of rain
    if decimal == ",":
        text = text.replace(".", "").replace(",", ".") if "," in text else text
    elif _THOUSANDS.match(text):
        text = text.replace(",", "")
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return math.nan if value in FILLS or not math.isfinite(value) else value


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
