"""From a file to its table: bytes, encodings, Excel, and the layouts that are known by their first lines."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from etolib.errors import InputError, Problem
from etolib.sources.station import bounds, json_lines, long_table, strangers, workbook
from etolib.sources.station.cells import is_number, split
from etolib.sources.station.east_asia import words_in
from etolib.sources.station.formats import HEAD, recognise
from etolib.sources.station.headers import take_apart
from etolib.sources.station.layout import Table, columns_of, delimiter_of, find_table, trimmed
from etolib.sources.station.names import classify
from etolib.words import Text, say


def content(file: str | Path | bytes, filename: str | None) -> tuple[bytes, str]:
    """Return the bytes of a file and its name; InputError where there are none, or too many."""
    if isinstance(file, bytes):
        data, name = file, filename or "file"
    else:
        path = Path(file)
        if not path.is_file():
            raise InputError([Problem("file", str(file), say("does_not_exist"))])
        try:
            bounds.of_size(path.stat().st_size, path.name)
            with path.open("rb") as stream:  # no more than may be: some files do not say how large they are
                data, name = stream.read(bounds.MOST_BYTES + 1), filename or path.name
        except OSError as error:
            rule = say("file_cannot_be_read", error=error.strerror or str(error))
            raise InputError([Problem("file", path.name, rule)]) from error
    if not data.strip():
        raise InputError([Problem("file", name, say("is_empty"))])
    bounds.of_size(len(data), name)
    return data, name


def open_table(
    file: str | Path | bytes, filename: str | None, form: str | None = None, sheet: str | None = None
) -> Table:
    """Return the table in a file.

    Parameters
    ----------
    file : str, pathlib.Path or bytes
        Path, or the content itself.
    filename : str or None
        Named in messages where ``file`` is the content.
    form : str, optional
        Name of its format, where it is not to be recognised.
    sheet : str, optional
        Which sheet of an Excel file; by default the largest that has columns of temperature.

    Raises
    ------
    InputError
        Where there is none, or no such format or sheet.

    Examples
    --------
    >>> open_table(b"date;tmax\\n2024-01-01;23,4\\n2024-01-02;24,0\\n", None).names
    ['date', 'tmax']
    """
    data, name = content(file, filename)
    if data[:4] == b"PK\x03\x04" and not strangers.is_other_archive(data):
        return _of_workbook(workbook.sheets(data, name), name, form, sheet)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError([Problem("file", name, say("old_excel_file"), say("save_as_xlsx_or_csv"))])
    strangers.refuse(data, name)
    lines = _lines(data, name)
    known = recognise(lines, name, form)
    if known is not None and known.table is not None:
        return replace(trimmed(known.table(lines, name)), format=known)
    open_end = bool(lines[-1].strip())
    lines = _bare(lines)
    if not lines:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    delimiter = delimiter_of(lines)
    rows = columns_of(lines, name) if delimiter == " " else split(lines, delimiter, name)
    notes = _cut_cell(rows) if open_end and delimiter != " " else ()
    table = _found(rows, delimiter, name)
    return replace(table, format=known, notes=(*table.notes, *notes))


def _cut_cell(rows: list[list[str]]) -> tuple[Text, ...]:
    """Empty the last cell of a file that ends within a row: a number cut off is another one; return what is said."""
    if len(rows) < 3 or not len(rows[-1]) < len(rows[-2]) == len(rows[-3]) or not is_number(rows[-1][-1].strip()):
        return ()
    told = say("last_row_cut_off", name=repr(", ".join(rows[-1])[:60]))
    rows[-1] = [*rows[-1][:-1], ""]
    return (told,)


def _found(rows: list[list[str]], delimiter: str, name: str) -> Table:
    """Return the table in rows of text, with a column for each element where it is in long form."""
    table = long_table.read(rows, delimiter)
    return find_table(rows, delimiter, name) if table is None else table


def _lines(data: bytes, name: str) -> list[str]:
    """Return the lines of a file of text, of JSON those of its table."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and json_lines.is_json(text := decode(data, name)):
        return json_lines.lines_of(text, name)
    bounds.of_text(data, name)
    return re.split(r"\r\n|\n|\r", decode(data, name))


def _bare(lines: Sequence[str]) -> list[str]:
    """Return the lines that are not empty, without the signs of a comment: a header may stand behind one."""
    kept = [line for line in lines if line.strip()]
    first = next((i for i, line in enumerate(kept) if not line.startswith("#")), len(kept))
    return [re.sub(r"^#+[ \t]*(?=[^\s,;|])", "", line) for line in kept[:first]] + [
        line for line in kept[first:] if not line.startswith("#")
    ]


def _of_workbook(sheets: dict[str, list[list[str]]], name: str, form: str | None, wanted: str | None) -> Table:
    """Return the table of the sheet that is wanted, else of the largest that could be a station."""
    if wanted is not None:
        found = next((title for title in sheets if title.strip().casefold() == wanted.strip().casefold()), None)
        if found is None:
            raise InputError([Problem("sheet", wanted, say("not_in_the_file"), say("sheets_are", names=list(sheets)))])
        return _of_cells(sheets[found], name, form)
    ordered = sorted(sheets, key=lambda title: -sum(min(len(row), 20) for row in sheets[title]))
    if len(ordered) == 1:
        return _of_cells(sheets[ordered[0]], name, form)
    tables = {}
    for title in ordered:
        with contextlib.suppress(InputError):
            if _could_be_a_station(table := _of_cells(sheets[title], name, form)):
                tables[title] = table
    if not tables:  # what is wrong with the largest is said
        return _of_cells(sheets[ordered[0]], name, form) if ordered else _of_cells([], name, form)
    first, *others = tables
    table = tables[first]
    if left := [title for title in ordered if title not in tables and sheets[title]]:
        table = replace(table, notes=(*table.notes, say("sheets_not_read", names=left, sheet=repr(first))))
    return replace(table, sheets=(first, *others)) if others else table


def _could_be_a_station(table: Table) -> bool:
    """Return whether a table is of a known format, or its columns name the temperature of days or of their parts."""
    if table.format is not None or table.monthly is not None:
        return True
    named = {classify(take_apart(header).text) for header in table.names}
    return {"tmin", "tmax"} <= named or bool({"tmean", "tdry"} & named)


def _of_cells(rows: list[list[str]], name: str, form: str | None) -> Table:
    """Return the table of a sheet, known by the look of its first rows as if they were text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(rows[:HEAD])
    known = recognise(text.getvalue().split("\n"), name, form)
    if known is None or known.table is None:
        return replace(_found(rows, "", name), format=known)
    writer.writerows(rows[HEAD:])
    return replace(trimmed(known.table(text.getvalue().split("\n"), name)), format=known)


def decode(data: bytes, name: str) -> str:
    """Return the text of a file: in the first encoding that fits, of those of East Asia in the one that gives words."""
    best, most = None, -1
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            continue
        if encoding not in _EAST:
            return text
        if (count := words_in(text[:4000])) > most:
            best, most = text, count
    if best is not None:
        return best
    raise InputError([Problem("file", name, say("not_text_and_not_excel"), say("save_as_csv_or_xlsx"))])


def _encodings(data: bytes) -> tuple[str, ...]:
    """Return the encodings to try: by the mark at the front, by zeros, by high bytes in pairs (East Asia)."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    sample = data[:4000]
    if b"\x00" in sample:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if max(even, odd) > 0.4 * len(sample) / 2 and min(even, odd) < 0.02 * len(sample):
            return ("utf-16-be" if even > odd else "utf-16-le",)
    high = [i for i, byte in enumerate(sample) if byte >= 0x80]
    pairs = sum(i + 1 < len(sample) and (sample[i + 1] >= 0x80 or i - 1 in set(high)) for i in high)
    longest = max(map(len, re.findall(rb"[\x80-\xff]+", sample)), default=0)  # "çã" is two in cp1252
    if len(high) >= 4 and pairs >= 0.7 * len(high) and longest > 2:
        return ("utf-8-sig", "cp949", "cp932", "gb18030") if _is_korean(sample) else (
            "utf-8-sig", "cp932", "gb18030", "cp949")  # fmt: skip
    older = [encoding for encoding, degree in _DEGREES.items() if re.search(degree + rb" ?[CF]\b", sample)]
    return ("utf-8-sig", *older, "cp1252", "latin-1")


_EAST = ("cp949", "cp932", "gb18030")
_DEGREES = {"cp850": rb"\xf8", "mac_roman": rb"\xa1"}
"""Older encodings by their sign of degrees, which before C or F is nothing in cp1252."""


def _is_korean(sample: bytes) -> bool:
    """Return whether both bytes of the pairs lie where Hangul stands (0xB0 to 0xC8 first)."""
    high = [byte for byte in sample if byte >= 0x80]
    return sum(0xB0 <= byte <= 0xC8 for byte in high[0::2]) > 0.5 * len(high[0::2])
