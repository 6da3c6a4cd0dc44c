"""The text of a station file: from bytes to rows under their header, whatever separates them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etolib.errors import InputError, Problem
from etolib.sources.station.names import unit_of

MAX_BYTES = 50 << 20
MAX_UNPACKED = 400 << 20  # bytes an Excel file may hold inside; a zip of nothing can be a thousand times its size
DELIMITERS = (";", "\t", "|", ",")
ABSENT = {"", "na", "n/a", "nan", "null", "none", "-", "--", "---", "m", "*", "nd", "nodata", "missing", "undefined"}
FILLS = (-99.0, -99.9, -99.99, -999.0, -999.9, -999.99, -9999.0, -9999.9, -6999.0)


@dataclass(frozen=True)
class Table:
    """Rows of text under their header, and what the lines above it told."""

    names: list[str]
    units: list[str | None]
    rows: list[list[str]]
    delimiter: str
    decimal: str
    facts: Mapping[str, float] = field(default_factory=dict)
    note: str | None = None
    monthly: pd.DataFrame | None = None
    daily: pd.DataFrame | None = None


def content(file: str | Path | bytes, filename: str | None) -> tuple[bytes, str]:
    if isinstance(file, bytes):
        data, name = file, filename or "file"
    else:
        path = Path(file)
        if not path.is_file():
            raise InputError([Problem("file", str(file), "does not exist")])
        if path.stat().st_size > MAX_BYTES:
            raise InputError([Problem("file", path.name, f"is larger than {MAX_BYTES >> 20} MB")])
        data, name = path.read_bytes(), filename or path.name
    if not data.strip():
        raise InputError([Problem("file", name, "is empty")])
    if len(data) > MAX_BYTES:
        raise InputError([Problem("file", name, f"is larger than {MAX_BYTES >> 20} MB")])
    return data, name


def open_table(file: str | Path | bytes, filename: str | None) -> Table:
    data, name = content(file, filename)
    if data[:4] == b"PK\x03\x04":
        return _grid(_excel(data, name), "", name)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError([Problem("file", name, "is an old Excel file", "save it as .xlsx or CSV")])
    text = _decode(data, name)
    lines = re.split(r"\r\n|\n|\r", text)
    special = _aquacrop(lines, name) or _climwat(lines, name)
    if special:
        return special
    facts: dict[str, float] = {}
    if any(line.strip() == "-END HEADER-" for line in lines[:60]):
        end = next(i for i, line in enumerate(lines) if line.strip() == "-END HEADER-")
        facts, units = _power_header(lines[:end])
        table = _grid(_cells([line for line in lines[end + 1 :] if line.strip()], ",", name), ",", name)
        return replace(
            table, facts=facts, units=[units.get(n, u) for n, u in zip(table.names, table.units, strict=True)]
        )
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        raise InputError([Problem("file", name, "has no rows")])
    delimiter = _delimiter(lines)
    rows = [line.split() for line in lines] if delimiter == " " else _cells(lines, delimiter, name)
    return _grid(rows, delimiter, name)


def _cells(lines: Sequence[str], delimiter: str, name: str) -> list[list[str]]:
    """Return the cells of each line."""
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise InputError([Problem("file", name, f"is no table of text ({error})")]) from error


def _decode(data: bytes, name: str) -> str:
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InputError([Problem("file", name, "is not text and not Excel", "save it as CSV or .xlsx")])


def _excel(data: bytes, name: str) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            inside = sum(part.file_size for part in parts.infolist())
        if inside > MAX_UNPACKED:
            raise InputError([Problem("file", name, f"holds more than {MAX_UNPACKED >> 20} MB", "save it as CSV")])
        sheets = pd.read_excel(io.BytesIO(data), sheet_name=None, header=None, dtype=object, engine="openpyxl")
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken archive makes it meet
        raise InputError([Problem("file", name, f"cannot be read as Excel ({type(error).__name__})",
                                  "save it again, or as CSV")]) from error  # fmt: skip
    best = max(sheets.values(), key=lambda sheet: sheet.shape[0] * min(sheet.shape[1], 20), default=pd.DataFrame())
    return [["" if pd.isna(v) else _cell(v) for v in row] for row in best.itertuples(index=False)]


def _cell(value: Any) -> str:
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%dT%H:%M:%S")
    return str(value).strip()


def _delimiter(lines: Sequence[str]) -> str:
    """Return what separates the columns: the sign that cuts most of the lines into the same number of parts.

    >>> _delimiter(["date;tmax", "2024-01-01;23,4", "2024-01-02;24,0"])
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


_NUMBER_COMMA = re.compile(r"^[+-]?\d{1,3}(?:\.\d{3})*,\d+$|^[+-]?\d+,\d+$")
_NUMBER_POINT = re.compile(r"^[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?$")


def _numeric(cell: str) -> bool:
    return bool(_NUMBER_POINT.match(cell) or _NUMBER_COMMA.match(cell))


def _grid(rows: list[list[str]], delimiter: str, name: str) -> Table:
    """Return the table in rows of text: the header is the line before the first line of data."""
    rows = [[cell.strip() for cell in row] for row in rows]
    widths = [len(row) for row in rows if any(row)]
    if not widths:
        raise InputError([Problem("file", name, "has no rows")])
    width = max(set(widths), key=lambda n: (widths.count(n), n))
    if width < 2:
        raise InputError([Problem("file", name, "has one column only", "separate the columns by commas or semicolons")])

    def is_data(row: list[str]) -> bool:
        filled = [cell for cell in row if cell]
        good = sum(_numeric(cell) or date_like(cell) for cell in filled)
        return len(row) >= width - 1 and len(filled) >= 2 and good >= max(2, 0.5 * len(filled))

    first = next((i for i, row in enumerate(rows) if is_data(row)), None)
    if first is None:
        raise InputError([Problem("file", name, "holds no row of numbers", "it must be a table of daily weather")])
    above = [i for i in range(first) if sum(bool(cell) for cell in rows[i]) >= max(2, width // 2)]
    if not above:
        raise InputError([Problem("file", name, "has no header row", "name the columns in the first line")])
    header = above[-1]
    units: list[str | None] = [None] * width
    filled = [cell for cell in rows[header] if cell]
    if len(above) > 1 and above[-2] == header - 1 and sum(unit_of(c) is not None for c in filled) >= 0.5 * len(filled):
        units = [unit_of(cell) for cell in _pad(rows[header], width)]
        header -= 1
    names = _pad(rows[header], width)
    body = [_pad(row, width) for row in rows[first:] if any(row)]
    cells = [cell for row in body[:500] for cell in row]
    commas = sum(bool(_NUMBER_COMMA.match(c)) for c in cells)
    points = sum("." in c and bool(_NUMBER_POINT.match(c)) for c in cells)
    return Table(names, units, body, delimiter, "," if commas > points else ".", _facts(rows[:header]))


def _pad(row: list[str], width: int) -> list[str]:
    return (row + [""] * width)[:width]


def _facts(rows: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return latitude, longitude and elevation that lines above the header tell (``Latitude: -15,78``)."""
    found: dict[str, float] = {}
    for row in rows[:40]:
        text = " ".join(row)
        for what, pattern in (("latitude", r"lat\w*"), ("longitude", r"lon\w*"), ("elevation", r"(?:alt|elev)\w*")):
            match = re.search(rf"\b{pattern}\s*[:=;,]?\s*(-?\d+(?:[.,]\d+)?)", text, re.IGNORECASE)
            if match:
                found[what] = float(match[1].replace(",", "."))
    return found


def _power_header(lines: Sequence[str]) -> tuple[dict[str, float], dict[str, str | None]]:
    """Return place and units out of the header block of a NASA POWER CSV file."""
    facts: dict[str, float] = {}
    units: dict[str, str | None] = {}
    for line in lines:
        place = re.search(r"latitude\s+(-?\d+(?:\.\d+)?)\s+longitude\s+(-?\d+(?:\.\d+)?)", line, re.IGNORECASE)
        height = re.search(r"=\s*(-?\d+(?:\.\d+)?)\s*meters", line)
        parameter = re.match(r"^([A-Z0-9_]+)\s+.*\(([^()]+)\)\s*$", line.strip())
        if place:
            facts["latitude"], facts["longitude"] = float(place[1]), float(place[2])
        elif height:
            facts["elevation"] = float(height[1])
        elif parameter:
            units[parameter[1]] = unit_of(parameter[2])
    return facts, units


def _aquacrop(lines: Sequence[str], name: str) -> Table | None:
    """Return the table of an AquaCrop temperature file (.Tnx, .TMP), None where it is none.

    Its files of rain and ETo, and the list that names all of them (.CLI), are refused by name.
    """
    if len(lines) > 2 and "aquacrop version" in lines[1].lower():
        named = [line.strip() for line in lines[2:12] if line.strip().lower().endswith((".tnx", ".tmp"))]
        if named:
            raise InputError([Problem("file", name, "is a list of AquaCrop files and holds no values",
                                      f"choose the file of temperatures that it names: {named[0][:80]}")])  # fmt: skip
    rule = next((i for i, line in enumerate(lines[:20]) if re.match(r"^\s*={5,}", line)), None)
    if rule is None or rule < 5:
        return None
    numbers = [match for line in lines[1:rule] if (match := re.match(r"^\s*(\d+)\s*:\s*(.*)$", line))]
    if len(numbers) < 4 or "1=daily" not in numbers[0][2].replace(" ", "").lower():
        return None
    kind, day, month, year = (int(match[1]) for match in numbers[:4])
    if kind != 1:
        words = {2: "10-day", 3: "monthly"}.get(kind, "unknown")
        raise InputError(
            [
                Problem(
                    "file", name, f"holds {words} records; daily ones are needed", "choose the daily file of AquaCrop"
                )
            ]
        )
    if year == 1901:
        raise InputError(
            [
                Problem(
                    "file",
                    name,
                    "is not linked to a year (its first year is 1901)",
                    "write the real first year in its fifth line",
                )
            ]
        )
    title = lines[rule - 1]
    labels = [part for part in re.split(r"\s{2,}|\t", title.strip()) if part]
    if len(labels) == 1:
        raise InputError([Problem("file", name, f"is an AquaCrop file of {labels[0]!r} and holds no temperatures",
                                  "choose the file of temperatures of the same place (.Tnx or .TMP)")])  # fmt: skip
    rows = [line.split() for line in lines[rule + 1 :] if line.strip()]
    try:
        start = dt.date(year, month, day)
        values = np.array([[float(cell) for cell in row] for row in rows])
    except ValueError:
        raise InputError([Problem("file", name, "is an AquaCrop file with a row that is not numbers")]) from None
    if values.ndim != 2 or values.shape[1] != len(labels):
        raise InputError([Problem("file", name, f"has {values.shape[-1]} columns under {len(labels)} titles")])
    dates = [(start + dt.timedelta(days=i)).isoformat() for i in range(len(values))]
    body = [[date, *row] for date, row in zip(dates, rows, strict=True)]
    return Table(["date", *labels], [None] * (len(labels) + 1), body, " ", ".")


def _climwat(lines: Sequence[str], name: str) -> Table | None:
    """Return the months of a CLIMWAT file (.pen), a line of the station and twelve of means; None where it is none.

    Columns: maximum and minimum temperature [°C], humidity [%], wind [km/day], sunshine [h], radiation
    [MJ m-2 day-1], ETo [mm/day]. The station's line holds country, name, elevation, latitude, its half of the globe
    (``N.L.``, ``S.L.``), longitude and its half. Where a half cannot be read the place is not taken from the file. The
    file of rain beside it (.cli) has three columns and is refused by name.
    """
    body = [line for line in lines if line.strip()]
    if not 13 <= len(body) <= 14 or not body[0].lstrip().startswith('"'):
        return None
    rows = [re.split(r"[\s,]+", line.strip().strip(",")) for line in body[1:13]]
    widths = {len(row) for row in rows}
    if widths not in ({3}, {7}) or not all(_NUMBER_POINT.match(cell) for row in rows for cell in row):
        return None
    if widths == {3}:
        raise InputError([Problem("file", name, "is the file of rain of a CLIMWAT station and holds no temperatures",
                                  "choose its other file (.pen)")])  # fmt: skip
    values = np.array(rows, dtype=float)
    low, high = np.minimum(values[:, 0], values[:, 1]), np.maximum(values[:, 0], values[:, 1])
    months = pd.DataFrame(
        {"tmin": low, "tmax": high, "rhmean": values[:, 2], "u2": values[:, 3] / 86.4, "sunshine": values[:, 4],
         "rs": values[:, 5], "eto": values[:, 6]},
        index=range(1, 13),
    )  # fmt: skip
    facts = _climwat_place(_cells([body[0]], ",", name)[0])
    return Table([], [], [], " ", ".", facts, "CLIMWAT monthly means", monthly=months)


def _climwat_place(head: Sequence[str]) -> dict[str, float]:
    """Return elevation, latitude and longitude of the first line of a CLIMWAT file, as far as they are certain.

    >>> _climwat_place(["Brazil", "X", "550", "22.7", "S.L.", "47.6", "W.L."])
    {'elevation': 550.0, 'latitude': -22.7, 'longitude': -47.6}
    >>> _climwat_place(["Location 77", "SRINAGAR", "1587", "34.08", "N.L.", "74.83", " 01"])
    {'elevation': 1587.0, 'latitude': 34.08}
    """
    cells = [cell.strip() for cell in head]
    found: dict[str, float] = {}
    if len(cells) < 3 or not _NUMBER_POINT.match(cells[2]):
        return found
    found["elevation"] = float(cells[2])
    for key, at, plus, minus in (("latitude", 3, "N", "S"), ("longitude", 5, "E", "W")):
        if len(cells) > at + 1 and _NUMBER_POINT.match(cells[at]):
            half, degrees = cells[at + 1][:1].upper(), float(cells[at])
            if half in (plus, minus):
                found[key] = -abs(degrees) if half == minus else degrees
            elif degrees < 0:
                found[key] = degrees
    return found


def date_like(cell: str) -> bool:
    return bool(re.match(r"^\d{1,4}[-/. ][A-Za-z\d]{1,3}[-/. ]\d{1,4}(?:[T ].*)?$", cell))


def number(cell: str, decimal: str) -> float:
    """Return a cell as a number, NaN where it says that there is none; ValueError where it is other text.

    >>> number("1.234,5", ","), number("-999", "."), number("T", ".")
    (1234.5, nan, 0.0)
    """
    text = cell.strip().strip('"').replace("\u2212", "-")
    if text.lower() in ABSENT:
        return math.nan
    if text in ("T", "t", "Tr", "tr"):
        return 0.0  # trace of rain
    if decimal == ",":
        text = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return math.nan if value in FILLS or not math.isfinite(value) else value


def is_empty(cell: str) -> bool:
    text = cell.strip().strip('"').lower()
    if text in ABSENT:
        return True
    try:
        return float(text.replace(",", ".")) in FILLS
    except ValueError:
        return False
