"""Files that were taken away from the page, opened again; and the table of the page as a person reads it."""

from __future__ import annotations

import io
import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from etolib.result.columns import name_in
from etolib.unit_systems import METRIC

SHOWN = ("eto", "eto_lower", "eto_upper", "precipitation")
PROGRAMS = ("netcdf", "json", "parquet", "aquacrop")
"""Formats that are in SI units, whatever the page shows."""
READ = ("csv", "xlsx", "report")
"""Formats that people read: in the units of the page."""
ALL = (*PROGRAMS, *READ, "png", "script", "notebook", "citation")


def saved(page: Any, name: str, folder: Path) -> Path:
    """Click a file of the page; return where it is."""
    with page.expect_download() as waiting:
        page.locator(f".etolib-download-{name}").click()
    folder.mkdir(exist_ok=True)
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def shown(page: Any, mark: str = ".") -> pd.DataFrame:
    """Return the numbers of the table of the page as they are written there, by date."""
    rows = page.evaluate(
        "[...document.querySelectorAll('.etolib-results table tbody tr')]"
        ".map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    found = pd.DataFrame([row[:5] for row in rows], columns=["date", *SHOWN]).set_index("date")
    return found.map(lambda text: np.nan if text == "–" else float(text.replace(mark, ".").replace("−", "-")))


def csv_of(file: Path) -> pd.DataFrame:
    """Return the rows of a CSV by date."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    return pd.read_csv(io.StringIO("".join(line for line in lines if line[:2] != "# ")), index_col="date")


class _Report(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.inside = dict(attrs).get("id") == "days" if tag == "table" else self.inside
        if self.inside and tag == "tr":
            self.rows.append([])
        elif self.inside and tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def _report(file: Path) -> pd.DataFrame:
    page = _Report()
    page.feed(file.read_text(encoding="utf-8"))
    head, *rows = page.rows
    names = [title.partition(" [")[0] for title in head]
    return (
        pd.DataFrame([row for row in rows if len(row) == len(head)], columns=names).set_index("date").replace("", None)
    )


def _aquacrop(file: Path) -> pd.DataFrame:
    """Return ETo and rain of the climate files, without dates."""
    found = {}
    with zipfile.ZipFile(file) as archive:
        for name, ending in (("eto", ".ETo"), ("precipitation", ".PLU")):
            inside = next(one for one in archive.namelist() if one.endswith(ending))
            lines = archive.read(inside).decode().splitlines()
            start = next(at for at, line in enumerate(lines) if set(line.strip()) == {"="})
            found[name] = [float(line) for line in lines[start + 1 :] if line.strip()]
    return pd.DataFrame(found)


def opened(name: str, file: Path) -> pd.DataFrame:
    """Return the rows of a file of numbers."""
    if name == "csv":
        return csv_of(file)
    if name == "xlsx":
        return pd.read_excel(file, sheet_name="ETo").set_index("date")
    if name == "report":
        return _report(file)
    if name == "netcdf":
        with xr.open_dataset(file) as dataset:
            return dataset[[*SHOWN]].to_dataframe()
    if name == "parquet":
        return pd.read_parquet(file).set_index("date")
    if name == "json":
        return pd.DataFrame(json.loads(file.read_text(encoding="utf-8"))["results"]).set_index("date")
    return _aquacrop(file)


def compare(name: str, file: Path, table: pd.DataFrame, units: str = METRIC) -> None:
    """Hold every number of a file against the table of the page, which is in ``units`` and in those of the file."""
    rows = opened(name, file)
    for column in SHOWN if name != "aquacrop" else ("eto", "precipitation"):
        numbers = rows[name_in(column, units)].astype(float).to_numpy()
        wanted = table[column].to_numpy()
        if name in ("netcdf", "parquet"):  # with all their digits
            numbers = np.round(numbers, 2)
        elif name == "aquacrop":
            wanted = wanted[: len(numbers)] if len(numbers) == len(wanted) else numbers
        np.testing.assert_allclose(numbers, wanted, rtol=0, atol=1e-9, err_msg=f"{name} {column}")
