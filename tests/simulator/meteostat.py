"""Meteostat's open files: the list of stations (JSON, gzip), and a file for each station and year (table, gzip).

The stations are invented: one on every half degree of land of a box around Germany and one around São Paulo. The
newest three days of the wind are a model's, as in quoted files.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, html
from tests.simulator.clock import Clock
from tests.simulator.tables import cell_text, cells_of, count, gzipped
from tests.simulator.weather import Weather

LIST = "/v2/stations/lite.json.gz"
_FILE = re.compile(r"^/daily/(\d{4})/(\w+)\.csv\.gz$")
FIRST = dt.date(1950, 1, 1)
BOXES = {"D": (47.5, 8.0), "S": (-24.5, -49.5)}
COUNTRIES = {"D": "DE", "S": "BR"}
SIDE = 12
MODELLED = 3
"""Newest days whose wind is a model's."""


def place_of(identifier: str) -> tuple[float, float]:
    """Return latitude and longitude of a station."""
    south, west = BOXES[identifier[0]]
    row, column = divmod(int(identifier[1:]), 100)
    return south + 0.5 * row + 0.02, west + 0.5 * column + 0.03


def stations() -> list[str]:
    """Return the ids of all stations."""
    return [f"{box}{100 * row + column:04d}" for box in BOXES for row in range(SIDE) for column in range(SIDE)]


def answer(path: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return the file of a path."""
    if path == LIST:
        return Answer(document={"list": _list(clock.today())}, content_type="application/gzip", render=_written,
                      origin="simulated")  # fmt: skip
    found = _FILE.match(path)
    if found is None or found[2] not in stations() or not FIRST.year <= int(found[1]) <= clock.today().year:
        return html(404, "Not Found")
    return _year(int(found[1]), found[2], clock.today(), weather)


def _written(document: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(document["list"], ensure_ascii=False).encode(), 1, mtime=0)


def _list(today: dt.date) -> list[dict[str, Any]]:
    span = {"start": FIRST.isoformat(), "end": (today - dt.timedelta(1)).isoformat()}
    listed = []
    for identifier in stations():
        latitude, longitude = place_of(identifier)
        location = {
            "latitude": latitude,
            "longitude": longitude,
            "elevation": round(sky.elevation(latitude, longitude)),
        }
        listed.append({"id": identifier, "name": {"en": f"Town {identifier}"}, "country": COUNTRIES[identifier[0]],
                       "region": None, "identifiers": {"national": None}, "location": location,
                       "timezone": "Europe/Berlin",
                       "inventory": {"hourly": {"start": None, "end": None}, "daily": span}})  # fmt: skip
    listed.append({"id": "NONE0", "name": {"en": "Never"}, "location": {"latitude": 52.4, "longitude": 13.1,
                   "elevation": None}, "inventory": {"daily": {"start": None, "end": None}}})  # fmt: skip
    return listed


def _year(year: int, identifier: str, today: dt.date, weather: Weather) -> Answer:
    place = place_of(identifier)
    first, last = dt.date(year, 1, 1), min(dt.date(year, 12, 31), today - dt.timedelta(1))
    found = weather.days("meteostat", "meteostat", place, place, first, last, 0).values
    days = len(found["tmax"])
    columns = {
        "tmax": found["tmax"], "tmin": found["tmin"], "temp": found["tmean"], "rhum": np.round(found["rhmean"]),
        "prcp": found["precipitation"], "wspd": found["ws10"] * 3.6, "pres": 10 * found["msl"],
        "tsun": np.round(found["sunshine"] * 60), "cldc": np.round(found["cloud"] / 12.5),
    }  # fmt: skip
    daily: dict[str, Any] = {"time": [(first + dt.timedelta(i)).isoformat() for i in range(days)]}
    daily |= {name: [float(round(v, 1)) for v in values] for name, values in columns.items()}
    document = {"latitude": place[0], "longitude": place[1], "daily": daily, "daily_units": {}, "states_no_units": True,
                "modelled_from": (today - dt.timedelta(MODELLED)).isoformat()}  # fmt: skip
    return Answer(document=document, content_type="application/gzip", render=gzipped(table_of), origin="simulated")


def table_of(document: dict[str, Any]) -> bytes:
    """Return the document as Meteostat writes it."""
    daily = document["daily"]
    names = [name for name in daily if name != "time"]
    lines = [",".join(["year,month,day", *(f"{name},{name}_source" for name in names)])]
    for row in range(count(daily)):
        day = str(daily["time"][row])
        cells = []
        for name, value in zip(names, cells_of(daily, names, row), strict=False):
            model = name == "wspd" and day >= document["modelled_from"]
            origin = "" if value is None else "metno_forecast" if model else "dwd_daily"
            cells += [cell_text(value, ".1f"), origin]
        lines.append(",".join([*(str(int(part)) for part in day.split("-")), *cells]))
    return ("\n".join(lines) + "\n").encode()
