"""NASA POWER's Zarr stores (version 2, consolidated): weather and radiation by day, one chunk for each cell.

The metadata and the axes are documents as well as the chunks, so that faults of documents spoil them. Real chunks hold
more cells and years.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import zlib
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, html
from tests.simulator.clock import Clock
from tests.simulator.weather import Weather

STORES = {
    "merra2/temporal/power_merra2_daily_temporal_lst.zarr": (np.arange(361) / 2 - 90, np.arange(576) * 0.625 - 180),
    "syn1deg/temporal/power_syn1deg_daily_temporal_lst.zarr": (np.arange(180) - 89.5, np.arange(360) - 179.5),
}
"""Latitudes and longitudes of the two stores. [degrees]"""
WEATHER, SOLAR = STORES
STARTS = tuple(f"/{path}/" for path in STORES)
FIRST = dt.date(2023, 12, 1)
LATE = 3
"""How many days the newest is behind."""
FIELDS = {
    "T2M_MIN": ("C", "tmin", 1.0), "T2M_MAX": ("C", "tmax", 1.0), "T2M": ("C", "tmean", 1.0),
    "T2MDEW": ("C", "tdew", 1.0), "RH2M": ("%", "rhmean", 1.0), "WS2M": ("m/s", "ws2", 1.0),
    "PS": ("kPa", "pressure", 1.0), "PRECTOTCORR": ("mm/day", "precipitation", 1.0),
    "ALLSKY_SFC_SW_DWN": ("W/m^2", "rs", 1 / 0.0864),
}  # fmt: skip
"""Unit, column of the simulated weather and factor of every variable; the last one is in the second store."""
FILL = -999.0
_PATH = re.compile(r"^/(?P<store>.+\.zarr)/(?P<key>[^/]+(?:/[^/]+)?)$")


def fields_of(store: str) -> list[str]:
    """Return the variables of a store."""
    return list(FIELDS)[-1:] if store == SOLAR else list(FIELDS)[:-1]


def chunk_of(name: str, latitude: float, longitude: float) -> str:
    """Return the path of the chunk of a variable at the centre of a cell."""
    store = SOLAR if name in fields_of(SOLAR) else WEATHER
    rows, columns = STORES[store]
    row, column = int(np.abs(rows - latitude).argmin()), int(np.abs(columns - longitude).argmin())
    return f"/{store}/{name}/0.{row}.{column}"


def answer(path: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return what stands under a path."""
    found = _PATH.match(path)
    if found is None or found["store"] not in STORES:
        return html(404, "Not Found")
    store, key, last = found["store"], found["key"], clock.today() - dt.timedelta(LATE)
    metadata = _metadata(store, (last - FIRST).days + 1)
    if key == ".zmetadata" or key in metadata["metadata"]:
        return Answer(document=metadata["metadata"].get(key, metadata), origin="simulated")
    name, _, number = key.partition("/")
    axes: dict[str, Any] = dict(zip(("lat", "lon"), STORES[store], strict=True))
    axes["time"] = np.arange((last - FIRST).days + 1)
    if name in axes and number == "0":
        document = {"chunk": [float(value) for value in axes[name]]}
        return Answer(document=document, content_type="application/octet-stream", render=_axis, origin="simulated")
    if name not in fields_of(store) or not re.fullmatch(r"0\.\d+\.\d+", number):
        return html(404, "Not Found")
    row, column = map(int, number.split(".")[1:])
    if row >= len(axes["lat"]) or column >= len(axes["lon"]):
        return html(404, "Not Found")
    _, source, factor = FIELDS[name]
    values = _days(float(axes["lat"][row]), float(axes["lon"][column]), last)[source] * factor
    document = {"chunk": [round(float(value), 2) for value in values]}
    return Answer(document=document, content_type="application/octet-stream", render=_chunk, origin="simulated")


@functools.lru_cache(maxsize=64)
def _days(latitude: float, longitude: float, last: dt.date) -> dict[str, Any]:
    return sky.daily(latitude, longitude, FIRST, last, round(longitude / 15), "nasa_power")


def _metadata(store: str, days: int) -> dict[str, Any]:
    rows, columns = STORES[store]
    metadata: dict[str, Any] = {".zgroup": {"zarr_format": 2}, ".zattrs": {"title": "Simulated POWER"}}
    for name, length in (("time", days), ("lat", len(rows)), ("lon", len(columns))):
        metadata[f"{name}/.zarray"] = _array([length], [length], None, "<f8")
        metadata[f"{name}/.zattrs"] = {"_ARRAY_DIMENSIONS": [name]}
    metadata["time/.zattrs"] |= {"units": f"days since {FIRST}", "calendar": "proleptic_gregorian"}
    packed = [{"id": "fixedscaleoffset", "offset": 0, "scale": 100, "dtype": "<f8", "astype": "<i4"}]
    for name in fields_of(store):
        metadata[f"{name}/.zarray"] = _array([days, len(rows), len(columns)], [days, 1, 1], packed, "<f8")
        metadata[f"{name}/.zattrs"] = {"_ARRAY_DIMENSIONS": ["time", "lat", "lon"], "units": FIELDS[name][0]}
    return {"zarr_consolidated_format": 1, "metadata": metadata}


def _array(shape: list[int], chunks: list[int], filters: Any, dtype: str) -> dict[str, Any]:
    return {"zarr_format": 2, "shape": shape, "chunks": chunks, "dtype": dtype, "order": "C", "fill_value": None,
            "compressor": {"id": "zlib", "level": 1}, "filters": filters}  # fmt: skip


def _packed(document: dict[str, Any], change: Any) -> bytes:
    """Return numbers as a chunk; where there is a text among them, something that is none."""
    values = [FILL if value is None else value for value in document["chunk"]]
    if any(isinstance(value, str) for value in values):
        return json.dumps(values).encode()
    return zlib.compress(change(np.array(values, dtype="<f8")).tobytes(), 1)


def _axis(document: dict[str, Any]) -> bytes:
    return _packed(document, lambda values: values)


def _chunk(document: dict[str, Any]) -> bytes:
    lowest = np.iinfo("<i4").min  # what a number that is none becomes
    return _packed(
        document, lambda values: np.where(np.isnan(values), lowest, np.round(values * 100)).astype("<i8").astype("<i4")
    )
