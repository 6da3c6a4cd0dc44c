"""What a file may hold: the hostile ones are refused before they are parsed, each with the sentence of its bound."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from etolib.errors import EtolibError, InputError
from etolib.places_reader import read_places
from etolib.sources.station import bounds, workbook
from etolib.sources.station.file import read

DAYS = [f"2024-01-{day:02d}" for day in range(1, 29)]
CSV = "date,tmax,tmin\n" + "".join(f"{day},30.5,20.5\n" for day in DAYS)
SMALL = {
    "MOST_BYTES": 20_000, "MOST_LINES": 200, "LONGEST_LINE": 2_000, "MOST_COLUMNS": 50, "MOST_CELLS": 1_000,
    "MOST_UNPACKED": 100_000, "RATIO_FROM": 5_000, "MOST_RATIO": 50, "MOST_PARTS": 30, "MOST_TAGS": 6_000,
}  # fmt: skip
"""Bounds a thousand times closer, so that files that pass them are made in milliseconds."""


@pytest.fixture
def small(monkeypatch):
    for name, value in SMALL.items():
        monkeypatch.setattr(bounds, name, value)


def sheet(*rows, before="", parts=(), compression=zipfile.ZIP_DEFLATED):
    """Return an Excel file with rows of raw XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        body = f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", body)
        for name, text in parts:
            archive.writestr(name, text)
    return made.getvalue()


def row(number, **cells):
    made = "".join(
        f'<c r="{c}{number}"><v>{v}</v></c>'
        if not isinstance(v, str)
        else f'<c r="{c}{number}" t="inlineStr"><is><t>{v}</t></is></c>'
        for c, v in cells.items()
    )
    return f'<row r="{number}">{made}</row>'


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACK}/content-types"><Default Extension="rels" ContentType="application/'
    'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/><Override PartName='
    f'"/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACK}/relationships"><Relationship Id="rId1" Type="{_DOCS}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCS}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACK}/relationships"><Relationship Id="rId1" Type="{_DOCS}'
    '/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
HEAD = row(1, A="date", B="tmax", C="tmin")
BODY = [row(n, A=day, B=30.5, C=20.5) for n, day in enumerate(DAYS, start=2)]

CLOSE = {
    "bytes": ((CSV + "\n" * 20_000).encode(), "larger_than"),
    "blank lines": ((CSV + "\n" * 300).encode(), "bound_lines"),
    "old line ends": ((CSV + "\n" * 300).replace("\n", "\r").encode(), "bound_lines"),
    "two bytes a letter": ((CSV + "\n" * 300).encode("utf-16"), "bound_lines"),
    "comments": (("#\n" * 300 + CSV).encode(), "bound_lines"),
    "one date": ((CSV + "2024-01-01,30.5,20.5\n" * 300).encode(), "bound_lines"),
    "commas": ((CSV + "," * 1_500).encode(), "bound_columns"),
    "words": ((CSV + "a " * 900).encode(), "bound_columns"),
    "one line": ((CSV + "a" * 3_000).encode(), "bound_line"),
    "nothing but zeros": (CSV.encode() + b"\0" * 3_000, "bound_line"),
    "brackets": ((CSV.replace("tmin", "tmin" + "(" * 3_000)).encode(), "bound_line"),
    "cells": ((CSV + ("," * 30 + "\n") * 100).encode(), "bound_cells"),
    "blanks": (("1 " * 24 + "\n").encode() * 90, "bound_cells"),
    "a cell in the corner": (sheet(HEAD, *BODY, row(1048576, XFD=1)), "bound_far_cell"),
    "a cell below": (sheet(HEAD, *BODY, row(1048576, A=1)), "bound_far_cell"),
    "full width, sparse": (sheet(HEAD, *(row(n, A=day, AX=1) for n, day in enumerate(DAYS, 2))), "bound_cells"),
    "a row behind all others, first": (sheet(row(190, AX=1), HEAD, *BODY), "bound_cells"),
    "unpacked": (sheet(HEAD, *BODY, " " * 120_000), "holds_more_than"),
    "ratio": (sheet(HEAD, *BODY, " " * 90_000), "bound_ratio"),
    "tags": (sheet(HEAD, *(f"<row><a{n}/></row>" for n in range(2_500))), "bound_cells"),
    "parts": (sheet(HEAD, *BODY, parts=[(f"x{i}", "") for i in range(40)]), "bound_parts"),
    "entities": (sheet(HEAD, before='<!DOCTYPE x [<!ENTITY a "aaa">]>'), "bound_entities"),
    "entities in letters of two bytes": (sheet(HEAD, parts=[("xl/styles.xml", "<a/>".encode("utf-16"))]), "bound_ent"),
}


@pytest.mark.parametrize("kind", CLOSE)
def test_each_bound_has_its_sentence(small, kind):
    data, key = CLOSE[kind]
    with pytest.raises(InputError) as refused:
        read(data, filename="x.csv")
    (problem,) = refused.value.problems
    assert problem.rule.key.startswith(key)
    assert problem.suggestion


def test_what_is_within_the_bounds_is_read(small):
    assert len(read(CSV.encode()).frame) == 28
    assert len(read(sheet(HEAD, *BODY)).frame) == 28


def test_cells_without_a_value_count_for_nothing(small):
    styled = '<row r="1048576"><c r="XFD1048576" s="0"/><c r="A1048576"/></row>'
    assert len(read(sheet(HEAD, *BODY, styled)).frame) == 28


def test_what_an_archive_says_of_itself_is_all_that_is_read_of_it(small):
    liar = bytearray(sheet(HEAD, *BODY, " " * 60_000))
    at = liar.rfind(b"xl/worksheets/sheet1.xml") - 46  # its entry in the directory at the end
    assert liar[at : at + 4] == b"PK\x01\x02"
    liar[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(InputError, match="Excel"):
        read(bytes(liar), filename="x.xlsx")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_whose_output_nobody_can_bound_are_refused(method):
    with pytest.raises(InputError, match="BadZipFile"):
        read(sheet(HEAD, *BODY, compression=method))


@pytest.mark.parametrize(
    ("ending", "data", "key"),
    [
        (".json", b"[" * 200_000, "bound_deep"),
        (".geojson", b'{"type":"FeatureCollection","features":' + b'[{"a":' * 50_000, "bound_deep"),
        (".json", b'{"a":[' + b"1," * 4_000_000, "bound_cells"),
        (".csv", b"name,latitude,longitude\n" + b"a,1,2\n" * 700_000, "bound_lines"),
        (".csv", b"name,latitude,longitude\n" + b"a,1,2\n" * 100_001, "more_places_than"),
        (".parquet", b"PAR1no", "no_parquet"),
    ],
)
def test_files_of_places_have_the_same_bounds(tmp_path, ending, data, key):
    path = tmp_path / f"places{ending}"
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        read_places(path)
    assert refused.value.problems[0].rule.key == key


def test_a_table_of_parquet_is_refused_by_what_it_says_of_itself(tmp_path):
    path = tmp_path / "places.parquet"
    pd.DataFrame({"latitude": np.zeros(2_000_000), "longitude": 0.0}).to_parquet(path)
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match="has some 4000000 cells"):
        read_places(path)


def hostile(chance):
    """Return a file of some hundred bytes that is damaged on purpose: random rows, references, types, signs."""
    letters = chance.choice(["A", "B", "XFD", "ZZZ", "AX", "a", "", "1"])
    number = chance.choice([0, -1, 1, 2, 50, 199, 1048576, 10**12, ""])
    kind = chance.choice(["n", "s", "b", "e", "str", "inlineStr", "d", "x", ""])
    value = chance.choice(["1", "1e999", "-1", "nan", "9" * 400, "2024-01-01", "&lt;b&gt;", "", "=1+1", "\u202e"])
    cell = f'<c r="{letters}{number}" t="{kind}" s="{chance.choice(["0", "7", "-1", "x"])}"><v>{value}</v></c>'
    rows = [f'<row r="{number}">{cell * chance.randrange(1, 60)}</row>' for _ in range(chance.randrange(1, 5))]
    data = sheet(*chance.choice([[HEAD, *BODY], [HEAD], []]), *rows)
    if chance.random() < 0.3:
        at = chance.randrange(len(data))
        data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    return data


def signs(chance):
    """Return text of separators, quotes, brackets, zeros and lines in any number."""
    parts = [
        ",",
        ";",
        "\t",
        "|",
        '"',
        "(",
        "[",
        "\n",
        "\r",
        "\r\n",
        " ",
        "\0",
        "#",
        "9",
        "é",
        "2024-01-01",
        "tmax",
        "\ufeff",
    ]
    lines = "".join(chance.choice(parts) * chance.choice([1, 1, 2, 40, 400]) for _ in range(chance.randrange(1, 40)))
    return (chance.choice(["", CSV]) + lines).encode(chance.choice(["utf-8", "utf-16", "utf-8-sig"]))


@pytest.mark.parametrize("make", [hostile, signs])
def test_whatever_comes_is_read_within_the_bounds_or_refused_by_a_sentence(small, make, monkeypatch):
    held = []
    laid_out = workbook._Cells.table

    def seen(cells):
        held.append(laid_out(cells))
        return held[-1]

    monkeypatch.setattr(workbook._Cells, "table", seen)
    for seed in range(150):
        try:
            read(make(random.Random(seed)), filename="x")
        except EtolibError:
            continue
    assert all(len(rows) * len(rows[0]) <= SMALL["MOST_CELLS"] for rows in held if rows)


def test_sheets_are_those_that_pandas_reads():
    chance = random.Random(5)
    moments = [dt.datetime.fromisoformat(text) for text in ("2024-01-02", "2024-01-02 03:04")]
    others = [dt.time(6, 30), dt.timedelta(hours=30), "1e5", "=1+1", "ä"]
    values = [None, "", " a ", "NA", "nan", 3, 3.0, -2.5, 1e300, True, *moments, *others]
    for _ in range(25):
        book = openpyxl.Workbook()
        for title in range(chance.randrange(1, 3)):
            page = book.create_sheet(f"s{title}")
            for _ in range(chance.randrange(30)):
                page.cell(chance.randrange(1, 12), chance.randrange(1, 9), chance.choice(values))
        made = io.BytesIO()
        book.save(made)
        frames = pd.read_excel(made, sheet_name=None, header=None, dtype=object, engine="openpyxl")
        wanted = {
            title: _trimmed([["" if pd.isna(v) else _plain(v) for v in one] for one in frame.itertuples(index=False)])
            for title, frame in frames.items()
        }
        assert workbook.sheets(made.getvalue(), "x.xlsx") == wanted


def _trimmed(rows):
    """Return rows without those at the end, and columns at the right, that hold nothing: pandas keeps some."""
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((i for row in rows for i, cell in enumerate(row, 1) if cell), default=0)
    return [row[:width] for row in rows]


def _plain(value):
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%dT%H:%M:%S")
    return str(value).strip()
