"""GHCN-hourly's open files: the list of stations (CSV), and a table for each station and year (between bars).

The stations are invented: one on every half degree of land of a box around Germany and one around São Paulo. Those on
odd columns have reported since May 2024 only, those on every fourth diagonal report every three hours. A report is of
minute 53, as of airports; the newest are two days old. Every 41st wind is marked as erroneous.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, html
from tests.simulator.clock import Clock
from tests.simulator.tables import cell_text, cells_of, count
from tests.simulator.weather import Weather

ROOT = "/oa/global-historical-climatology-network/hourly/"
LIST = f"{ROOT}doc/ghcnh-station-list.csv"
_FILE = re.compile(rf"^{ROOT}access/by-year/(\d{{4}})/psv/GHCNh_(\w+)_(\d{{4}})\.psv$")
FIRST, OPENED = dt.date(1973, 1, 1), dt.date(2024, 5, 15)
BOXES = {"GMM": (47.5, 8.0), "BRM": (-24.5, -49.5)}
COUNTRIES = {"GMM": "DE", "BRM": "BR"}
SIDE = 12
ELEMENTS = {
    "temperature": ".1f", "dew_point_temperature": ".1f", "station_level_pressure": ".1f", "sea_level_pressure": ".1f",
    "wind_direction": ".0f", "wind_speed": ".1f", "relative_humidity": ".0f", "wet_bulb_temperature": ".1f",
}  # fmt: skip
"""Elements of a file and how many digits they have; real ones have some fifty, five codes beside each."""
CODES = ("Measurement_Code", "Quality_Code", "Report_Type", "Source_Code", "Source_Station_ID")
WRONG, MARKED = 41, 59.0
"""Every so manyth wind is this wrong one, and marked."""


def place_of(identifier: str) -> tuple[float, float]:
    """Return latitude and longitude of a station."""
    south, west = BOXES[identifier[:3]]
    row, column = divmod(int(identifier[3:]), 100)
    return round(south + 0.5 * row + 0.05, 4), round(west + 0.5 * column + 0.02, 4)


def stations() -> list[str]:
    """Return the ids of all stations."""
    return [f"{box}{100 * row + column:08d}" for box in BOXES for row in range(SIDE) for column in range(SIDE)]


def step_of(identifier: str) -> int:
    """Return how many hours lie between two reports of a station."""
    return 3 if sum(divmod(int(identifier[3:]), 100)) % 4 == 0 else 1


def opened(identifier: str) -> dt.date:
    """Return the first day of a station."""
    return OPENED if int(identifier[3:]) % 2 else FIRST


def answer(path: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return the file of a path."""
    if path == LIST:
        return Answer(document={"stations": _list()}, content_type="text/csv", render=list_of)
    found = _FILE.match(path)
    last = clock.today() - dt.timedelta(2)
    if found is None or found[1] != found[3] or found[2] not in stations():
        return html(404, "Not Found")
    year = int(found[1])
    if not opened(found[2]).year <= year <= last.year:
        return html(404, "Not Found")
    return _year(found[2], max(dt.date(year, 1, 1), opened(found[2])), min(dt.date(year, 12, 31), last))


def _list() -> list[dict[str, Any]]:
    rows = []
    for identifier in stations():
        latitude, longitude = place_of(identifier)
        rows.append({"id": identifier, "latitude": latitude, "longitude": longitude, "height": _height(identifier),
                     "name": f"TOWN {identifier[-4:]}", "country": COUNTRIES[identifier[:3]]})  # fmt: skip
    bogus = {"id": "AGM00060350", "latitude": 37.083, "longitude": 6.45, "height": -999.0, "name": "BOGUS ALGERIAN",
             "country": "DZ"}  # fmt: skip
    return [*rows, bogus]  # as the real list has it


def _height(identifier: str) -> float:
    return round(sky.elevation(*place_of(identifier)), 1)


def list_of(document: dict[str, Any]) -> bytes:
    """Return the list of stations as NOAA writes it."""
    lines = ["GHCN_ID,LATITUDE,LONGITUDE,ELEVATION,STATE,NAME,GSN,(US)HCN_(US)CRN,WMO_ID,ICAO,ISO_CODE"]
    lines += [
        f"{row['id']},{row['latitude']},{row['longitude']},{row['height']:.1f},,{row['name']},,,,,{row['country']}"
        for row in document["stations"]
    ]
    return ("\n".join(lines) + "\n").encode()


def _year(identifier: str, first: dt.date, last: dt.date) -> Answer:
    place = place_of(identifier)
    begin, end = sky.day_number(first) * 24, (sky.day_number(last) + 1) * 24
    hours = np.arange(begin, end)
    air = sky.hourly(*place, hours, "ghcn_hourly")
    take = hours % step_of(identifier) == 0
    wind = np.where(hours % WRONG == 0, MARKED, air["wind"])
    columns = {
        "temperature": air["temperature"], "dew_point_temperature": air["dewpoint"],
        "station_level_pressure": 10 * air["pressure"], "sea_level_pressure": 10 * air["msl"],
        "wind_direction": air["direction"], "wind_speed": wind, "relative_humidity": air["rh"],
        "wet_bulb_temperature": (air["temperature"] + air["dewpoint"]) / 2,
    }  # fmt: skip
    moments = [dt.datetime.fromtimestamp(int(hour) * 3600 - 420, dt.UTC) for hour in hours[take]]
    hourly: dict[str, Any] = {"time": [f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in moments]}
    hourly |= {name: [float(round(v, 1)) for v in values[take]] for name, values in columns.items()}
    document = {
        "latitude": place[0], "longitude": place[1], "station": identifier, "hourly": hourly, "hourly_units": {},
        "states_no_units": True,
    }  # fmt: skip
    return Answer(document=document, content_type="text/plain", render=table_of, origin="simulated")


def table_of(document: dict[str, Any]) -> bytes:
    """Return the document as NOAA writes it."""
    hourly = document["hourly"]
    names = [name for name in hourly if name != "time"]
    head = ["STATION", "Station_name", "DATE", "LATITUDE", "LONGITUDE", "ELEVATION"]
    lines = ["|".join([*head, *(f"{name}|{'|'.join(f'{name}_{code}' for code in CODES)}" for name in names)])]
    place = f"{document['latitude']:.4f}|{document['longitude']:.4f}|35.0"
    for row in range(count(hourly)):
        cells = [document["station"], "TOWN", str(hourly["time"][row]), place]
        for name, value in zip(names, cells_of(hourly, names, row), strict=False):
            code = "3" if name == "wind_speed" and value == MARKED else "1"
            codes = "||||" if value is None else f"|{code}|FM15|413|ICAO-EDDB"
            cells.append(f"{cell_text(value, ELEMENTS.get(name, '.1f'))}|{codes}")
        lines.append("|".join(cells))
    return ("\n".join(lines) + "\n").encode()
