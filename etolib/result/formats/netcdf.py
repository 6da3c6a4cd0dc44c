"""NetCDF-4 with CF attributes, and the dataset it is written from."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etolib._version import __version__
from etolib.extras import needed
from etolib.result.citation import METHOD, header_lines
from etolib.result.columns import UNITS
from etolib.result.formats.format import Format
from etolib.sources import catalogue
from etolib.variables import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

    from etolib.result.result import Result


def dataset(result: Result) -> xr.Dataset:
    """Return an xarray Dataset: dimension ``time`` (and ``source`` for the values of each), CF-1.11 attributes."""
    with needed():
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
    for name in map(str, result.published):
        title = catalogue.title(name)
        variables[f"eto_{name}"] = (
            "time",
            result.published[name].reindex(table.index).to_numpy(float),
            {"units": "mm day-1", "long_name": f"{title}, for comparison only", "cell_methods": "time: mean"},
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


def content(result: Result) -> bytes:
    """Return the file, compressed."""
    return written(result.dataset)


def written(data: xr.Dataset) -> bytes:
    """Return a dataset as a file, compressed."""
    with needed():
        import h5netcdf  # noqa: F401 (xarray writes with it)

    encoding: dict[str, dict[str, Any]] = {
        str(name): {"zlib": True, "complevel": 4} for name, v in data.data_vars.items() if v.dtype.kind == "f"
    }
    encoding["time"] = {"units": "days since 1970-01-01", "dtype": "int32"}
    for name in ("latitude", "longitude", "elevation"):  # CF: a coordinate is never missing
        encoding[name] = {"_FillValue": None}
    with tempfile.TemporaryDirectory(prefix="etolib-") as folder:
        path = Path(folder) / "eto.nc"
        data.to_netcdf(
            path, engine="h5netcdf", encoding={name: v for name, v in encoding.items() if name in data.variables}
        )
        return path.read_bytes()


FORMAT = Format("netcdf", ".nc", content, "application/x-netcdf", needs=("xarray", "h5netcdf"))
