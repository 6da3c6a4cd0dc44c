"""DWD's open files of daily observations, ``.../daily/kl/recent/``: the list of stations, and an archive for each.

The stations are invented: one on every half degree of a box around Germany, its number made of its row and column.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, html
from tests.simulator.clock import Clock
from tests.simulator.tables import cell_text, cells_of, count, zipped
from tests.simulator.weather import Weather

FOLDER = "/climate_environment/CDC/observations_germany/climate/daily/kl/recent/"
DAYS = 500
SOUTH, WEST, ROWS, COLUMNS = 47.5, 6.0, 15, 18
NAMES = ("QN_3", "FX", "FM", "QN_4", "RSK", "RSKF", "SDK", "SHK_TAG", "NM", "VPM", "PM", "TMK", "UPM", "TXK", "TNK",
         "TGK")  # fmt: skip


def place_of(identifier: str) -> tuple[float, float]:
    """Return latitude and longitude of a station."""
    row, column = divmod(int(identifier), 100)
    return SOUTH + 0.5 * row + 0.03, WEST + 0.5 * column + 0.04


def number_of(latitude: float, longitude: float) -> str:
    """Return the number of the station at a place."""
    return f"{round((latitude - SOUTH) / 0.5 - 0.06) * 100 + round((longitude - WEST) / 0.5 - 0.08):05d}"


def answer(path: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return the file of a path."""
    name, today = path.removeprefix(FOLDER), clock.today()
    if name == "KL_Tageswerte_Beschreibung_Stationen.txt":
        return Answer(
            document={"stations": _stations(today)}, content_type="text/plain; charset=iso-8859-1", render=list_of
        )
    identifier = name.removeprefix("tageswerte_KL_").removesuffix("_akt.zip")
    if not path.startswith(FOLDER) or not identifier.isdigit() or int(identifier) // 100 >= ROWS:
        return html(404, "Not Found")
    return _archive(identifier, today, weather)


def _stations(today: dt.date) -> list[dict[str, Any]]:
    found = []
    for identifier in (f"{100 * row + column:05d}" for row in range(ROWS) for column in range(COLUMNS)):
        latitude, longitude = place_of(identifier)
        found.append({"id": identifier, "last": f"{today - dt.timedelta(1):%Y%m%d}", "latitude": latitude,
                      "longitude": longitude, "height": round(sky.elevation(latitude, longitude))})  # fmt: skip
    return found


def list_of(document: dict[str, Any]) -> bytes:
    """Return the list of stations as DWD writes it."""
    lines = [
        "Stations_id von_datum bis_datum Stationshoehe geoBreite geoLaenge Stationsname Bundesland Abgabe",
        "----------- --------- --------- ------------- --------- --------- ------------ ---------- ------",
    ]
    lines += [
        f"{row['id']} 19500101 {row['last']} {row['height']:14d} {row['latitude']:11.4f} {row['longitude']:9.4f} "
        f"{name_of(row['id']):40s} {'Hessen':40s} Frei"
        for row in document["stations"]
    ]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def name_of(identifier: str) -> str:
    """Return the name of a station."""
    return f"Müsterstadt-{identifier}"


def places_of(identifier: str) -> bytes:
    """Return where a station has stood, as the archives say it: the rows of its past places first."""
    latitude, longitude = place_of(identifier)
    head = "Stations_id;Stationshoehe;Geogr.Breite;Geogr.Laenge;von_datum;bis_datum;Stationsname"
    rows = [
        f"{int(identifier):11d};{height:8.2f};{north:9.4f};{east:9.4f};{begin};{end:8s};{name_of(identifier)}"
        for height, north, east, begin, end in (
            (90.0, latitude + 0.2, longitude, "19500101", "19791231"), (80.0, latitude, longitude, "19800101", ""),
        )
    ]  # fmt: skip
    return ("\r\n".join([head, *rows]) + "\r\n").encode("latin-1")


def _archive(identifier: str, today: dt.date, weather: Weather) -> Answer:
    place = place_of(identifier)
    height = round(sky.elevation(*place))
    first, last = today - dt.timedelta(DAYS), today - dt.timedelta(1)
    days = weather.days("dwd", "dwd", place, place, first, last, 0, height=height)
    found = days.values
    columns = {
        "FM": np.round(found["ws10"], 1), "FX": np.round(found["ws10max"] * 1.6, 1),
        "RSK": np.round(found["precipitation"], 1), "SDK": np.round(found["sunshine"], 3),
        "NM": np.round(found["cloud"] / 12.5, 1), "VPM": np.round(10 * sky.saturation(found["tdew"]), 1),
        "PM": np.round(10 * found["pressure"], 2), "TMK": np.round(found["tmean"], 1),
        "UPM": np.round(found["rhmean"], 2), "TXK": np.round(found["tmax"], 1), "TNK": np.round(found["tmin"], 1),
        "TGK": np.round(found["tmin"] - 1.5, 1),
    }  # fmt: skip
    daily: dict[str, Any] = {"time": [(first + dt.timedelta(i)).isoformat() for i in range(DAYS)]}
    for name in ("TXK", *(name for name in NAMES if name != "TXK")):  # what faults spoil first is a temperature
        fixed = {"QN_3": 3, "QN_4": 3, "RSKF": 6, "SHK_TAG": 0}.get(name)
        daily[name] = [fixed] * DAYS if fixed is not None else [float(v) for v in columns[name]]
    document = {"latitude": place[0], "longitude": place[1], "daily": daily, "daily_units": {}, "states_no_units": True}
    produkt = f"produkt_klima_tag_{first:%Y%m%d}_{last:%Y%m%d}_{identifier}.txt"
    beside = {f"Metadaten_Geographie_{identifier}.txt": places_of(identifier)}
    return Answer(document=document, content_type="application/zip", render=zipped(produkt, table_of, beside),
                  origin=days.origin)  # fmt: skip


def table_of(document: dict[str, Any]) -> bytes:
    """Return the document as DWD writes it."""
    daily, number = document["daily"], number_of(document["latitude"], document["longitude"])
    names = [name for name in NAMES if name in daily]
    lines = [";".join(["STATIONS_ID", "MESS_DATUM", *(f"{name:>4}" for name in names), "eor"])]
    for row in range(count(daily)):
        day = str(daily["time"][row]).replace("-", "")
        cells = [f"{cell_text(value, '.1f', '-999'):>6}" for value in cells_of(daily, names, row)]
        lines.append(";".join([f"{int(number):11d}", day, *cells, "eor"]))
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")
