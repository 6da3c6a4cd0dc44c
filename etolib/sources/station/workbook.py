"""The cells of an Excel file, read as they stand in it: nothing is laid out for cells that are not there."""

from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from collections.abc import Iterator
from typing import Any

from etolib.errors import InputError, MissingPackage, Problem
from etolib.extras import needed
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
    except (InputError, MissingPackage, MemoryError):
        raise
    except Exception as error:  # openpyxl raises whatever a broken archive makes it meet
        raise InputError([Problem("file", name, say("not_read_as_excel", error=type(error).__name__),
                                  say("save_it_again"))]) from error  # fmt: skip


def _read(data: bytes, name: str) -> Iterator[tuple[str, list[list[str]]]]:
    # The parts of openpyxl by themselves: as a whole it reads a sheet once more to know how large it is.
    with needed():
        from openpyxl.reader.excel import ExcelReader
        from openpyxl.styles.stylesheet import apply_stylesheet

    book = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    book.read_manifest()
    book.read_strings()
    book.read_workbook()
    apply_stylesheet(book.archive, book.wb)
    held = 0
    with book.archive as archive:
        for sheet, link in book.parser.find_sheets():
            if "chartsheet" in link.Type or link.target not in book.valid_files:
                continue
            cells = _Cells(book, str(sheet.name), name, held)
            with archive.open(link.target) as source:
                cells.parse(source)
            rows = cells.table()
            held += len(rows) * cells.width
            yield str(sheet.name), rows


class _Cells:
    """The cells of a sheet that have a value, by row and column, as text; its XML is read as it comes.

    Attributes
    ----------
    found : dict of int to dict of int to str
    width : int
        The last column of any.
    """

    def __init__(self, reader: Any, title: str, name: str, held: int) -> None:
        self.found: dict[int, dict[int, str]] = {}
        self.width = 0
        self._title, self._name, self._held = title, name, held  # ``held``: the cells of the sheets before
        self._strings, self._book = reader.shared_strings, reader.wb
        self._texts: dict[str, str] = {}  # one of each
        self._columns: dict[str, int] = {}  # by their letters
        self._row = self._column = 0
        self._kind, self._style = "n", 0
        self._parts: list[str] = []
        self._last = 0  # the last row that has a value
        self._prefix: str | None = None
        self._parser: Any = None

    def parse(self, source: Any) -> None:
        """Read the XML of the sheet."""
        from xml.parsers import expat

        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        while chunk := source.read(1 << 16):
            parser.Parse(chunk)
        parser.Parse(b"", True)

    def table(self) -> list[list[str]]:
        """Return the rows to the last that has a value, all as wide as the widest."""
        length, columns = max(self.found, default=0), range(1, self.width + 1)
        bounds.of_cells(self._held + length * self.width, self._name)
        rows = (self.found.pop(at, {}) for at in range(1, length + 1))
        return [[row.get(column, "") for column in columns] for row in rows]

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if self._prefix is None:  # the first tag: what stands before its name stands before all
            self._prefix = tag[: -len("worksheet")]
            if tag != self._prefix + "worksheet":
                raise ValueError("no sheet")
        tag = tag[len(self._prefix) :]
        if tag == "c":
            self._place(attributes.get("r"))
            self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", 0))
            self._parts = []
        elif tag in ("v", "t"):
            self._parser.CharacterDataHandler = self._parts.append
        elif tag == "row":
            row = attributes.get("r")
            self._row, self._column = (self._row + 1 if row is None else int(float(row))), 0
            if self._row in self.found:
                raise ValueError("a row twice")
        elif tag == "rPh":  # how a word is spoken
            self._kind = "rPh"

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            from openpyxl.utils import column_index_from_string

            column = self._columns[letters] = int(column_index_from_string(letters))
        self._column = column

    def _end(self, tag: str) -> None:
        tag = tag[len(self._prefix or "") :]
        if tag in ("v", "t"):
            self._parser.CharacterDataHandler = None
            if self._kind == "rPh":
                self._parts.pop()
        elif tag == "rPh":
            self._kind = "inlineStr"
        elif tag == "c" and self._parts:
            text = self._text("".join(self._parts))
            if text:
                self._keep(self._texts.setdefault(text, text))
        elif tag == "row" and self._row in self.found and self._row > self._last:
            self._last = self._row
            if self._last % 1000 == 0 or self._last > len(self.found) + 1000:
                bounds.of_cells(self._held + self._last * self.width, self._name)

    def _keep(self, text: str) -> None:
        row, column = self._row, self._column
        if row > bounds.MOST_LINES or column > bounds.MOST_COLUMNS:
            most = f"{_letters(bounds.MOST_COLUMNS)}{bounds.MOST_LINES}"
            title, cell = repr(self._title), f"{_letters(column)}{row}"
            rule = say("bound_far_cell", sheet=title, cell=cell, most=most)
            bounds.refuse(self._name, rule, say("bound_empty_it"))
        if row < 1:
            raise ValueError("no row")
        self.width = max(self.width, column)
        self.found.setdefault(row, {})[column] = text

    def _text(self, text: str) -> str:
        """Return what a cell says, empty where that is nothing."""
        kind = self._kind
        if kind == "n":
            return self._moment(text) if self._style in self._book._date_formats else _number(text)
        if kind == "e":
            return ""
        if kind == "b":
            return str(bool(int(text)))
        if kind == "s":
            text = self._strings[int(text)]
        elif kind == "d":
            from openpyxl.utils.datetime import from_ISO8601

            return _plain(from_ISO8601(text))
        return "" if text in _ABSENT else text.strip()

    def _moment(self, text: str) -> str:
        """Return a number that is shown as a date."""
        from openpyxl.utils.datetime import from_excel

        book = self._book
        try:
            value = from_excel(float(text), book.epoch, timedelta=self._style in book._timedelta_formats)
        except (OverflowError, ValueError):  # Excel shows ####
            return ""
        return _plain(value)


def _number(text: str) -> str:
    """Return a number as Python writes it, whole ones without a fraction.

    >>> _number("3.0"), _number("0.10000000000000001"), _number("1E3")
    ('3', '0.1', '1000')
    """
    if text.isascii() and text.isdigit() and len(text) < 15:
        return text if text[0] != "0" else str(int(text))
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number beyond all others")
    if value == int(value):
        return str(int(value)) if "." in text or "e" in text.lower() else str(int(text))
    return str(value)


def _plain(value: Any) -> str:
    """Return a date, a moment, a time of day or a duration as text."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%dT%H:%M:%S")
    return str(value)


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
