"""gridMET on its THREDDS server: point tables of packed values (``/thredds/ncss/grid/``), attributes (``.das``)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from tests.simulator.answer import Answer, Query, html, one
from tests.simulator.clock import Clock
from tests.simulator.tables import cell_text, cells_of, count
from tests.simulator.weather import Weather

TABLES, ATTRIBUTES = "/thredds/ncss/grid/", "/thredds/dodsC/"
FIRST = dt.date(1979, 1, 1)
OFFSET = -7  # its days begin and end at 07 UTC
FILL = 32767
VARIABLES = {
    "tmmx": ("daily_maximum_temperature", "K", 0.1, 220.0),
    "tmmn": ("daily_minimum_temperature", "K", 0.1, 210.0),
    "rmax": ("daily_maximum_relative_humidity", "%", 0.1, 0.0),
    "rmin": ("daily_minimum_relative_humidity", "%", 0.1, 0.0),
    "srad": ("daily_mean_shortwave_radiation_at_surface", "W m-2", 0.1, 0.0),
    "vs": ("daily_mean_wind_speed", "m/s", 0.1, 0.0),
    "pr": ("precipitation_amount", "mm", 0.1, 0.0),
}


def file_of(dataset: str) -> str:
    """Return the name of the file of a data set."""
    return f"agg_met_{dataset}_1979_CurrentYear_CONUS.nc"


def answer(path: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return the server's answer to a path and query."""
    for dataset in VARIABLES:
        if path == f"{ATTRIBUTES}{file_of(dataset)}.das":
            return Answer(body=_attributes(dataset), content_type="text/plain")
        if path == f"{TABLES}{file_of(dataset)}":
            return _table(dataset, query, clock, weather)
    return html(404, "Not Found")


def _attributes(dataset: str) -> bytes:
    name, unit, scale, offset = VARIABLES[dataset]
    return (
        "Attributes {\n"
        '    lon {\n        String units "degrees_east";\n    }\n'
        f'    {name} {{\n        Int16 _FillValue {FILL};\n        String units "{unit}";\n'
        f"        Int16 missing_value {FILL};\n        Float64 scale_factor {scale};\n"
        f"        Float64 add_offset {offset};\n    }}\n"
        "    NC_GLOBAL {\n"
        '        String note5 "Days correspond approximately to calendar days ending at midnight, '
        'Mountain Standard Time (7 UTC the next calendar day)";\n    }\n}\n'
    ).encode()


def _table(dataset: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    name, unit, scale, offset = VARIABLES[dataset]
    try:
        latitude, longitude = (float(one(query, key) or "") for key in ("latitude", "longitude"))
        first, last = (dt.date.fromisoformat((one(query, key) or "")[:10]) for key in ("time_start", "time_end"))
    except ValueError:
        return Answer(400, body=b"Invalid request\n", content_type="text/plain")
    if one(query, "var") != name or one(query, "accept") != "csv":
        return Answer(400, body=b"Variable is not contained in the requested dataset\n", content_type="text/plain")
    if not (25.0 <= latitude <= 49.45 and -124.85 <= longitude <= -67.0):
        return Answer(400, body=b"Requested Lat/Lon Point is not contained in the Data\n", content_type="text/plain")
    first, last = max(first, FIRST), min(last, clock.today() - dt.timedelta(1))
    found = weather.days("gridmet", "gridmet", (latitude, longitude), (latitude, longitude), first, last, OFFSET).values
    values = {
        "tmmx": found["tmax"] + 273.15, "tmmn": found["tmin"] + 273.15, "rmax": found["rhmax"], "rmin": found["rhmin"],
        "srad": found["rs"] / 0.0864, "vs": found["ws10"], "pr": found["precipitation"],
    }[dataset]  # fmt: skip
    packed = np.round((values - offset) / scale)
    dates = [(first + dt.timedelta(i)).isoformat() for i in range(len(packed))]
    document = {
        "latitude": latitude, "longitude": longitude,
        "daily": {"time": dates, name: [float(v) for v in packed]}, "daily_units": {name: unit},
    }  # fmt: skip
    return Answer(document=document, content_type="text/csv", render=table_of, origin="simulated")


def table_of(document: dict[str, Any]) -> bytes:
    """Return the document as the server writes it."""
    daily, units = document["daily"], document.get("daily_units")
    names = [name for name in daily if name != "time"]
    marked = [f'{name}[unit="{units[name]}"]' if units else name for name in names]
    lines = [",".join(['time,latitude[unit="degrees_north"],longitude[unit="degrees_east"]', *marked])]
    for row in range(count(daily)):
        cells = [cell_text(value, ".1f", f"{FILL}.0") for value in cells_of(daily, names, row)]
        place = f"{document['latitude']:.4f},{document['longitude']:.4f}"
        lines.append(",".join([f"{daily['time'][row]}T00:00:00Z", place, *cells]))
    return ("\n".join(lines) + "\n").encode()
