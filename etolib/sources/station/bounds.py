"""How much a file may hold: checked before anything of it is parsed, so that no file keeps a machine busy.

A year of hours and ten columns has 90,000 cells, thirty years of days and as many columns 330,000.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from etolib.errors import InputError, Problem
from etolib.words import Text, say

MOST_BYTES = 50 << 20
"""Of a file."""

MOST_LINES = 400_000
"""Of a file of text, and rows of a sheet: ten years of quarters of an hour have 351,000."""

LONGEST_LINE = 500_000
"""Bytes of one line."""

MOST_COLUMNS = 2_000
"""Of a line or of a sheet."""

MOST_CELLS = 2_000_000
"""Of a file of text, of the tables in a workbook together, of a table of places in Parquet."""

MOST_VALUES = 2_500_000
"""Values in a file of places in JSON."""

MOST_UNPACKED = 120 << 20
"""Bytes an Excel file may hold inside."""

MOST_RATIO = 150
"""How many times its own size a part of an Excel file may unpack to, from `RATIO_FROM` on; numbers make some 15."""

RATIO_FROM = 8 << 20

MOST_PARTS = 1_000
"""Parts (sheets, styles ..) in an Excel file."""

MOST_TAGS = 6_000_000
"""Signs ``<`` in the parts of an Excel file: a cell has four."""

_SEPARATORS = (b",", b";", b"\t", b"|")


def refuse(name: str, rule: Text, hint: Text) -> None:
    """Raise `InputError` of a file that holds more than it may."""
    raise InputError([Problem("file", name, rule, hint)])


def of_size(size: int, name: str) -> None:
    """Refuse a file that is too large.

    >>> of_size(1000, "a.csv")
    """
    if size > MOST_BYTES:
        refuse(name, say("larger_than", size=MOST_BYTES >> 20), say("bound_keep_less"))


def of_text(data: bytes, name: str) -> None:
    """Refuse text with too many lines, columns or cells, or with a line that is too long.

    Counted in bytes, before a letter is decoded.

    >>> of_text(b"date,tmax\\n2024-01-01,30\\n", "a.csv")
    >>> of_text(b"a" + b"," * 5000, "a.csv")
    Traceback (most recent call last):
        ...
    etolib.errors.InputError: file = 'a.csv': has 5001 columns in line 1; at most 2000 are read...
    """
    marks = data.count(b"\n"), data.count(b"\r")
    count = max(marks) + 1
    if count > MOST_LINES:
        refuse(name, say("bound_lines", number=count, most=MOST_LINES), say("bound_keep_less"))
    lines: Iterable[bytes] = io.BytesIO(data) if marks[0] else data.split(b"\r")
    for at, line in enumerate(lines, start=1):
        if len(line) <= MOST_COLUMNS:
            continue
        if len(line) > LONGEST_LINE:
            refuse(name, say("bound_line", line=at, most=LONGEST_LINE), say("bound_is_it_a_table"))
        width = max(max(line.count(mark) for mark in _SEPARATORS) + 1, len(line.split()))
        if width > MOST_COLUMNS:
            rule = say("bound_columns", number=width, line=at, most=MOST_COLUMNS)
            refuse(name, rule, say("bound_keep_columns"))
    cells = count + max(data.count(mark) for mark in _SEPARATORS)
    if data.count(b" ") > MOST_CELLS:  # of a file in columns of blanks nobody knows without looking
        cells = max(cells, sum(len(line.split()) for line in io.BytesIO(data)))
    of_cells(cells, name)


def of_cells(cells: int, name: str) -> None:
    """Refuse a table with too many cells.

    >>> of_cells(330_000, "a.csv")
    """
    if cells > MOST_CELLS:
        refuse(name, say("bound_cells", number=cells, most=MOST_CELLS), say("bound_keep_less"))


def of_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive that unpacks to too much, by what it says of itself: no more than that is ever read of it."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        refuse(name, say("bound_parts", number=len(parts), most=MOST_PARTS), say("save_as_csv"))
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        refuse(name, say("holds_more_than", size=MOST_UNPACKED >> 20), say("save_as_csv"))
    for part in parts:
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("a compression that Excel does not use")
        if part.file_size > max(RATIO_FROM, MOST_RATIO * part.compress_size):
            rule = say("bound_ratio", number=part.file_size // max(part.compress_size, 1), most=MOST_RATIO)
            refuse(name, rule, say("save_as_csv"))


def of_parts(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive whose XML has too many tags, or declares entities, which no table needs."""
    tags = 0
    for part in archive.infolist():
        if not part.filename.lower().endswith((".xml", ".rels")):
            continue
        with archive.open(part) as stream:
            before = b""
            while chunk := stream.read(1 << 20):
                tags += chunk.count(b"<")
                seen = before + chunk
                if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\x00" in chunk:
                    refuse(name, say("bound_entities"), say("save_as_csv"))
                if tags > MOST_TAGS:
                    refuse(name, say("bound_cells", number=tags // 4, most=MOST_TAGS // 4), say("bound_keep_less"))
                before = chunk[-16:]


def of_json(data: bytes, name: str) -> None:
    """Refuse JSON with too many values.

    >>> of_json(b'{"a": [1, 2]}', "a.json")
    """
    values = sum(data.count(mark) for mark in (b",", b"[", b"{"))
    if values > MOST_VALUES:
        refuse(name, say("bound_cells", number=values, most=MOST_VALUES), say("bound_keep_less"))
