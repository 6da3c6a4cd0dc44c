"""The cells of an Excel file, read as they stand in it: nothing is laid out for cells that are not there."""

from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from collections.abc import Iterator
from typing import Any

from etolib.errors import InputError, Problem
from etolib.sources.station import bounds
from etolib.words import say

_ABSENT = frozenset(
    ("#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
     "NaN", "None", "n/a", "nan", "null")
)  # fmt: skip
"""Words of a cell that say that there is no value."""


def sheets(data: bytes, name: str) -> dict[str, list[list[str]]]:
    """Return the cells of each sheet by its title: as wide as its last column, as long as its last row.

    Raises
    ------
    InputError
        Where it is no Excel file, or holds more than `etolib.sources.station.bounds` allow.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            bounds.of_archive(archive, name)
            bounds.of_parts(archive, name)
        return dict(_read(data, name))
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken archive makes it meet
        raise InputError([Problem("file", name, say("not_read_as_excel", error=type(error).__name__),
                                  say("save_it_again"))]) from error  # fmt: skip


def _read(data: bytes, name: str) -> Iterator[tuple[str, list[list[str]]]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    held = 0
    try:
        for sheet in book.worksheets:
            rows = _table(sheet, name, held)
            held += len(rows) * len(rows[0]) if rows else 0
            yield str(sheet.title), rows
    finally:
        book.close()


def _table(sheet: Any, name: str, held: int) -> list[list[str]]:
    """Return the cells of a sheet; ``held`` are those of the sheets before."""
    found: dict[int, dict[int, str]] = {}
    width = 0
    texts: dict[str, str] = {}  # one of each
    for at, cells in _rows(sheet):
        row = {cell["column"]: text for cell in cells if (text := _text(cell))}
        if not row:
            continue
        last = max(row)
        if at > bounds.MOST_LINES or last > bounds.MOST_COLUMNS or min(at, *row) < 1:
            where = f"{_letters(last)}{at}"
            rule = say("bound_far_cell", sheet=repr(str(sheet.title)), cell=where,
                       most=f"{_letters(bounds.MOST_COLUMNS)}{bounds.MOST_LINES}")  # fmt: skip
            bounds.refuse(name, rule, say("bound_empty_it"))
        width = max(width, last)
        for column, text in row.items():
            row[column] = texts.setdefault(text, text)
        found.setdefault(at, {}).update(row)
        if at > len(found) + 1000 or len(found) % 1000 == 0:
            bounds.of_cells(held + max(found) * width, name)
    length = max(found, default=0)
    bounds.of_cells(held + length * width, name)
    empty: dict[int, str] = {}
    table = []
    for at in range(1, length + 1):
        row = found.pop(at, empty)
        table.append([row.get(column, "") for column in range(1, width + 1)])
    return table


def _rows(sheet: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield the number of each row of a sheet and the cells that are there."""
    from openpyxl.worksheet._reader import WorkSheetParser  # the rows of the sheet itself are filled up

    book = sheet.parent
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source, sheet._shared_strings, data_only=book.data_only, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        yield from parser.parse()


def _text(cell: dict[str, Any]) -> str:
    """Return a cell as text, empty where it says that there is none.

    >>> _text({"value": 3.0, "data_type": "n"}), _text({"value": " NA ", "data_type": "s"})
    ('3', 'NA')
    """
    value = cell["value"]
    if value is None or cell["data_type"] == "e":
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%dT%H:%M:%S")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a number beyond all others")
        return str(int(value)) if value == int(value) else str(value)
    text = str(value)
    return "" if text in _ABSENT else text.strip()


def _letters(column: int) -> str:
    """Return the letters of a column.

    >>> _letters(1), _letters(27), _letters(16384)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
