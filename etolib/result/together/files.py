"""Files of several results: CSV, Excel, NetCDF, each with what every place stands on."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etolib import spreadsheets
from etolib._version import __version__
from etolib.extras import needed
from etolib.result.citation import METHOD, header_lines
from etolib.result.columns import in_units
from etolib.result.formats import netcdf as one_netcdf
from etolib.result.formats import xlsx as one_xlsx
from etolib.unit_systems import METRIC, unit

if TYPE_CHECKING:
    import xarray as xr

    from etolib.result.together.together import Together

DEPTH = "mm day-1"
_RATES = ["mean", "least", "most", "sum", "rain", "balance", "bias", "rmse"]


def header(together: Together, units: str = METRIC) -> list[str]:
    """Return what the places stand on as short lines: those of each begin with its label."""
    return [
        f"{label}: {line}"
        for label, one in zip(together.labels, together.results, strict=True)
        for line in header_lines(one, units)
    ]


def csv(together: Together, units: str = METRIC) -> bytes:
    """Return a table of days and places as CSV, below ``# `` lines of provenance."""
    depth = unit(DEPTH, units)
    about = f"ETo of each place [{depth.text}], {depth.decimals} decimals; empty = absent"
    table = _in_depths(together.table, units).rename(columns=spreadsheets.cell)
    return _csv([about, *header(together, units)], table.reset_index())


def days_csv(together: Together, units: str = METRIC) -> bytes:
    """Return every row of every place as CSV, below ``# `` lines of provenance."""
    days = together.days.assign(place=together.days["place"].map(spreadsheets.cell))
    return _csv(header(together, units), in_units(days, units))


def _csv(lines: list[str], table: pd.DataFrame) -> bytes:
    buffer = io.StringIO()
    buffer.write(spreadsheets.comments(lines))
    table.to_csv(buffer, index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return buffer.getvalue().encode()


def _in_depths(table: pd.DataFrame, units: str) -> pd.DataFrame:
    """Return a table of depths of water in a system of units, which its columns name where it is not the canonical."""
    depth = unit(DEPTH, units)
    shown: pd.DataFrame = unit(DEPTH).shown(table)
    if depth.suffix:
        shown = depth.shown(shown).rename(columns=lambda name: f"{name}_{depth.suffix}")
    return shown


def xlsx(together: Together, units: str = METRIC) -> bytes:
    """Return a workbook: ``ETo`` and ``rain`` (days and places), ``summary``, ``months``, ``days``, ``about``."""
    summary = together.summary
    depths = _in_depths(summary[_RATES], units)
    return one_xlsx.workbook(
        {
            "ETo": _in_depths(together.table, units).reset_index(),
            "rain": _in_depths(together.column("precipitation"), units).reset_index(),
            "summary": pd.concat([depths, summary.drop(columns=_RATES).round(4)], axis=1).reset_index(),
            "months": _in_depths(together.by_month.dropna(axis="columns", how="all"), units).reset_index(),
            "days": in_units(together.days, units),
            "about": pd.DataFrame({"about": header(together, units)}),
        }
    )


def dataset(together: Together) -> xr.Dataset:
    """Return dimensions ``place`` and ``time``; CF discrete sampling geometry of time series."""
    with needed():
        import xarray as xr

    parts = []
    for one in together.results:
        part = one_netcdf.dataset(one).drop_vars(["eto_by_source", "source_name"])
        elevation = np.nan if one.site.elevation is None else one.site.elevation
        parts.append(part.assign_coords(elevation=((), elevation, {"units": "m", "standard_name": "surface_altitude"})))
    texts = [name for name, values in parts[0].data_vars.items() if values.dtype.kind == "U"]
    data = xr.concat(parts, "place", join="outer", combine_attrs="drop", fill_value=dict.fromkeys(texts, ""))
    for name in data.variables:  # of equal attributes, those of the first
        data[name].attrs = dict(parts[0].variables[name].attrs) if name in parts[0].variables else {}
    about = [
        json.dumps({"provenance": one.provenance, "warnings": [str(w) for w in one.warnings]}, ensure_ascii=False,
                   default=str)
        for one in together.results
    ]  # fmt: skip
    data = data.assign_coords(
        place_name=("place", np.array(together.labels, dtype=str), {"long_name": "place", "cf_role": "timeseries_id"})
    )
    data["provenance"] = ("place", np.array(about, dtype=str), {"long_name": "provenance of the place, JSON"})
    data.attrs = {
        "Conventions": "CF-1.11",
        "featureType": "timeSeries",
        "title": "Daily reference evapotranspiration (ETo) of several places",
        "source": "; ".join(dict.fromkeys(s for one in together.results for s in one.provenance.get("sources", {}))),
        "history": f"{together.results[0].provenance.get('created')} etolib {__version__}",
        "references": METHOD,
        "comment": "\n".join(header(together)),
    }
    return data


def netcdf(together: Together, units: str = METRIC) -> bytes:
    """Return the dataset as NetCDF-4, compressed; in canonical units whatever those of the page are, as CF wants it."""
    return one_netcdf.written(together.dataset)
