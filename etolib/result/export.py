"""Take a result away: CSV, Excel, NetCDF, JSON, citation."""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pandas as pd

from etolib._version import __version__
from etolib.request import STATION
from etolib.variables import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

    from etolib.result.result import Result

PathLike = str | os.PathLike[str]

UNITS = {name: variable.units for name, variable in VARIABLES.items()} | {
    "eto_lower": "mm day-1",
    "eto_upper": "mm day-1",
}
DECIMALS = {name: max(variable.decimals, 2) for name, variable in VARIABLES.items()} | {
    "eto_lower": 2,
    "eto_upper": 2,
    "ea": 3,
}

METHOD = (
    "Allen, R.G., Pereira, L.S., Raes, D., Smith, M. (1998): Crop evapotranspiration. "
    "FAO Irrigation and Drainage Paper 56, Eq. 6"
)


def header_lines(result: Result) -> list[str]:
    """Return provenance as short lines: what, where, how, from whom, with which warnings."""
    about = result.provenance
    site = result.site
    lines = [
        f"Reference evapotranspiration (ETo), FAO-56 Penman-Monteith, etolib {__version__}",
        f"place: latitude {site.latitude:.5f}, longitude {site.longitude:.5f}"
        + (f", elevation {site.elevation:g} m ({about.get('elevation_source')})" if site.elevation is not None else "")
        + (f", {site.name}" if site.name else ""),
        f"period: {result.period}; day: {about.get('day')}",
        f"created: {about.get('created')}",
        f"method: {METHOD}",
    ]
    for name, source in about.get("sources", {}).items():
        lines.append(f"source {name}: {source.get('attribution')}; licence: {source.get('licence')}")
    lines += [f"choice: {reason}" for reason in about.get("choice", [])]
    lines += [f"warning: {warning}" for warning in result.warnings]
    units = ", ".join(f"{c} [{UNITS[c]}]" for c in result.table.columns if c in UNITS)
    lines.append(f"units: {units}; empty = absent")
    return [" ".join(line.split()) for line in lines]


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    return table.round({c: d for c, d in DECIMALS.items() if c in table.columns})


def to_csv(result: Result, path: PathLike | None = None) -> str:
    """Return CSV text: ``# `` lines, a header row, ISO dates, empty where absent. Write it where a path is given."""
    buffer = io.StringIO()
    buffer.writelines(f"# {line}\n" for line in header_lines(result))
    _rounded(result.table).to_csv(buffer, index=False, date_format="%Y-%m-%d", lineterminator="\n")
    text = buffer.getvalue()
    if path is not None:
        _write(path, text.encode())
    return text


def to_excel(result: Result, path: PathLike) -> None:
    """Write sheets ``ETo``, ``sources`` (ETo of each source) and ``about`` (provenance)."""
    import xlsxwriter

    about = pd.DataFrame({"about": header_lines(result)})
    each = result.source_eto.round(2).rename_axis("date").reset_index()
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, table, width in (("ETo", _rounded(result.table), 12), ("sources", each, 12), ("about", about, 120)):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 0, width)
            for at, (title, values) in enumerate(table.items()):
                sheet.write_string(0, at, str(title), head)
                _fill(sheet, at, values, day)
    _write(path, buffer.getvalue())


_EXCEL_ORIGIN = pd.Timestamp("1899-12-30")  # Excel's day 0
_EXCEL_FIRST = 61  # 1 March 1900; Excel believes in a 29 February of that year, and counts wrongly before it


def _fill(sheet: Any, at: int, values: pd.Series, day: Any) -> None:
    """Write a column under its title: numbers, dates in the format ``day``, text; nothing where a value is absent."""
    if pd.api.types.is_datetime64_any_dtype(values):
        for row, number in enumerate((values - _EXCEL_ORIGIN).dt.days.tolist(), start=1):
            if number >= _EXCEL_FIRST:
                sheet.write_number(row, at, number, day)
            else:
                sheet.write_string(row, at, values.iloc[row - 1].date().isoformat())
    elif pd.api.types.is_numeric_dtype(values):
        for row, number in enumerate(values.tolist(), start=1):
            if math.isfinite(number):
                sheet.write_number(row, at, number)
    else:
        for row, text in enumerate(values.tolist(), start=1):
            if isinstance(text, str) and text:
                sheet.write_string(row, at, text[:_EXCEL_TEXT])


_EXCEL_TEXT = 32767  # characters a cell can hold


def to_dataset(result: Result) -> xr.Dataset:
    """Return an xarray Dataset: dimension ``time`` (and ``source`` for the values of each), CF-1.11 attributes."""
    import xarray as xr

    table = result.table.set_index("date").rename_axis("time")
    variables: dict[str, Any] = {}
    for name in table.columns:
        column = table[name]
        if name in VARIABLES:
            variable = VARIABLES[name]
            attrs = {"units": variable.units, "long_name": variable.long_name, "cell_methods": variable.cell_methods}
            if variable.standard_name:
                attrs["standard_name"] = variable.standard_name
            variables[name] = ("time", column.to_numpy(float), attrs)
        elif name in UNITS:
            end = name.removeprefix("eto_")
            attrs = {"units": UNITS[name], "long_name": f"{end} limit of the 95 % interval of eto"}
            variables[name] = ("time", column.to_numpy(float), attrs)
        else:
            variables[name] = ("time", column.fillna("").to_numpy(dtype=str), {"long_name": name})
    variables["eto"][2]["ancillary_variables"] = "eto_lower eto_upper quality kind"
    variables["eto_by_source"] = (
        ("time", "source_name"),
        result.source_eto.reindex(table.index).to_numpy(float),
        {"units": "mm day-1", "long_name": "reference evapotranspiration of each source by itself"},
    )
    site = result.site
    coords: dict[str, Any] = {
        "time": ("time", table.index.to_numpy(), {"standard_name": "time", "long_name": "local solar day"}),
        "source_name": list(result.source_eto.columns),
        "latitude": ((), site.latitude, {"units": "degrees_north", "standard_name": "latitude"}),
        "longitude": ((), site.longitude, {"units": "degrees_east", "standard_name": "longitude"}),
    }
    if site.elevation is not None:
        coords["elevation"] = ((), site.elevation, {"units": "m", "standard_name": "surface_altitude"})
    return xr.Dataset(
        variables,
        coords=coords,
        attrs={
            "Conventions": "CF-1.11",
            "title": "Daily reference evapotranspiration (ETo)",
            "source": "; ".join(result.provenance.get("sources", {})),
            "history": f"{result.provenance.get('created')} etolib {__version__}",
            "references": METHOD,
            "comment": "\n".join(header_lines(result)),
        },
    )


def to_netcdf(result: Result, path: PathLike) -> None:
    """Write the dataset as NetCDF-4 (compressed)."""
    data = result.dataset
    encoding = {name: {"zlib": True, "complevel": 4} for name, v in data.data_vars.items() if v.dtype.kind == "f"}
    encoding["time"] = {"units": "days since 1970-01-01", "dtype": "int32"}  # type: ignore[dict-item]
    for name in ("latitude", "longitude", "elevation"):  # CF: a coordinate is never missing
        encoding[name] = {"_FillValue": None}  # type: ignore[dict-item]
    with _whole(path) as part:
        data.to_netcdf(
            part, engine="h5netcdf", encoding={name: v for name, v in encoding.items() if name in data.variables}
        )


def to_json(result: Result, path: PathLike | None = None) -> str:
    """Return JSON text: results (rows of the table), warnings, provenance. NaN becomes null."""
    table = _rounded(result.table).assign(date=result.table["date"].dt.strftime("%Y-%m-%d")).astype(object)
    rows = table.where(table.notna(), None).to_dict("records")
    text = json.dumps(
        {"results": rows, "warnings": result.warnings, "provenance": result.provenance}, indent=1, ensure_ascii=False
    )
    if path is not None:
        _write(path, text.encode())
    return text


def own_file(result: Result) -> str | None:
    """Return the name of the user's own station file, None where the result has none."""
    own = result.provenance.get("sources", {}).get(STATION)
    return None if own is None else str(own.get("title", "")).removeprefix("own station file ") or "station.csv"


def to_citation(result: Result) -> str:
    """Return one paragraph: etolib, the equation, and each source used with its licence."""
    parts = [f"ETo computed with etolib {__version__}.", f"{METHOD}."]
    for source in result.provenance.get("sources", {}).values():
        parts.append(f"{source.get('attribution')} ({source.get('licence')}).")
    return " ".join(parts)


def _write(path: PathLike, data: bytes) -> None:
    """Write a file whole or not at all."""
    with _whole(path) as part:
        part.write_bytes(data)


@contextmanager
def _whole(path: PathLike) -> Iterator[Path]:
    """Give a name to write to, and move it to its place when all is written."""
    target = Path(path)
    part = target.with_name(f".etolib-{uuid4().hex}.part")  # short: the name itself may be as long as names can be
    try:
        yield part
        part.replace(target)
    finally:
        with suppress(OSError):  # a folder that went away has no rest in it
            part.unlink(missing_ok=True)
