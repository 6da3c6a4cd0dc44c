"""AquaCrop: its climate files in one archive: .CLI with .Tnx, .ETo and .PLU.

AquaCrop knows no absent value: the longest run of days that have temperatures, ETo and rain is written, and a README
says which days are left out.

References
----------
Raes, D., Steduto, P., Hsiao, T. C., Fereres, E. (2023): AquaCrop version 7.1 reference manual, chapter 2, climate data.
FAO, Rome.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from etolib.errors import InputError, Problem
from etolib.result.citation import header_lines
from etolib.result.columns import rounded
from etolib.result.formats.format import Format
from etolib.words import say

if TYPE_CHECKING:
    import pandas as pd

    from etolib.result.result import Result

NEEDED = ("tmin", "tmax", "eto", "precipitation")
_VERSION = " 7.1   : AquaCrop Version (August 2023)"
_CO2 = "MaunaLoa.CO2"  # comes with AquaCrop
_FILES = {
    ".Tnx": ("  Tmin (C)   TMax (C)", ("tmin", "tmax")),
    ".ETo": ("  Average ETo (mm/day)", ("eto",)),
    ".PLU": ("  Total Rain (mm)", ("precipitation",)),
}


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """Return the longest run of days of a table that lack nothing AquaCrop needs; empty where there is none."""
    known = table[list(NEEDED)].notna().all(axis=1).to_numpy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    first, end = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    return table.iloc[first:end]


def content(result: Result) -> bytes:
    """Return the archive.

    Raises
    ------
    InputError
        Where no day has all of Tmin, Tmax, ETo and rain.
    """
    days = complete(result.table)
    if days.empty:
        raise InputError([Problem("output", ".zip", say("aquacrop_needs_whole_days", names=list(NEEDED)))])
    name = f"eto_{result.site.latitude:.4f}_{result.site.longitude:.4f}"
    title = f"{result.site} - etolib"
    files = {f"{name}.CLI": "\r\n".join([title, _VERSION, *(f"{name}{ending}" for ending in _FILES), _CO2, ""])}
    for ending, (head, columns) in _FILES.items():
        files[f"{name}{ending}"] = _records(title, days, head, columns)
    left, first, last = len(result.table) - len(days), days["date"].iloc[0].date(), days["date"].iloc[-1].date()
    about = [
        *header_lines(result),
        f"AquaCrop files: {first} to {last}; {left} days of the period are left out: AquaCrop knows no absent value, "
        "and this is the longest run of days without one",
        f"Copy all files to AquaCrop's folder DATA, where {_CO2} lies already",
    ]
    files["README.txt"] = "\r\n".join([*about, ""])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0)), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _records(title: str, days: pd.DataFrame, head: str, columns: tuple[str, ...]) -> str:
    """Return one file: title, first day, and a line of numbers a day."""
    first = days["date"].iloc[0]
    lines = [
        title,
        "     1  : Daily records (1=daily, 2=10-daily and 3=monthly data)",
        f"{first.day:6d}  : First day of record (1, 11 or 21 for 10-day or 1 for months)",
        f"{first.month:6d}  : First month of record",
        f"{first.year:6d}  : First year of record (1901 if not linked to a specific year)",
        "",
        head,
        "=" * 24,
    ]
    rows = rounded(days)[list(columns)].to_numpy(float)
    lines += ["".join(f"{value:10.2f}" for value in row) for row in rows]
    return "\r\n".join([*lines, ""])


FORMAT = Format("aquacrop", ".zip", content, "application/zip")
