"""SILO's Data Drill: ``/cgi-bin/silo/DataDrillDataset.php`` as a table (format ``csv``).

The layout is that of answers quoted in public code: values padded with spaces, after each the code of its origin,
notes in the last column and, where there are more notes than days, in rows without a date. Requests that SILO does not
like get status 200 and a sentence that begins with "Sorry"; its exact words are not known, those here are made up.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, html, one
from tests.simulator.clock import Clock
from tests.simulator.tables import cell_text, cells_of, count
from tests.simulator.weather import Weather

PATH = "/cgi-bin/silo/DataDrillDataset.php"
FIRST = dt.date(1889, 1, 1)
SATELLITE_FROM = dt.date(2016, 1, 1)
LETTERS = {
    "R": "daily_rain", "X": "max_temp", "N": "min_temp", "V": "vp", "J": "radiation", "G": "rh_tmin", "H": "rh_tmax",
    "F": "et_short_crop",
}  # fmt: skip
COMPUTED = ("rh_tmin", "rh_tmax", "et_short_crop")
U2_OF_10 = 4.87 / math.log(67.8 * 10 - 5.42)


def answer(path: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return SILO's answer to a path and query."""
    if path != PATH:
        return html(404, "Not Found")
    if "@" not in (one(query, "username") or ""):
        return sorry("you must provide a valid email address")
    if one(query, "format") != "csv":
        return sorry("this simulator knows the format csv only")
    try:
        latitude, longitude = (round(float(one(query, name) or "") / 0.05) * 0.05 for name in ("lat", "lon"))
        first, last = (
            dt.datetime.strptime(one(query, name) or "", "%Y%m%d").date()  # noqa: DTZ007 - a calendar day has no zone
            for name in ("start", "finish")
        )
        names = [LETTERS[letter] for letter in one(query, "comment") or ""]
    except (ValueError, KeyError):
        return sorry("the request could not be understood")
    inside = 112 <= longitude <= 154 and -44 <= latitude <= -10 and sky.is_land(latitude, longitude)
    if not inside:
        return sorry("no data are available for this location")
    last = min(last, clock.today() - dt.timedelta(1))
    if first < FIRST or last < first:
        return sorry("no data are available for these dates")
    return _days(names, round(latitude, 2), round(longitude, 2), first, last, clock.today(), weather)


def sorry(text: str) -> Answer:
    """Return what SILO does not like: status 200, and words."""
    return Answer(200, body=f"Sorry, {text}.\n".encode(), content_type="text/plain")


def _days(
    names: list[str], latitude: float, longitude: float, first: dt.date, last: dt.date, today: dt.date, weather: Weather
) -> Answer:
    height = sky.elevation(latitude, longitude)
    offset = math.floor(longitude / 15 + 0.5)
    place = (latitude, longitude)
    days = weather.days("silo", "silo", place, place, first, last, offset, height=height)
    found, dates = days.values, [first + dt.timedelta(i) for i in range((last - first).days + 1)]
    table = {
        "daily_rain": np.round(found["precipitation"], 1), "max_temp": np.round(found["tmax"], 1),
        "min_temp": np.round(found["tmin"], 1), "vp": np.round(10 * sky.saturation(found["tdew"]), 1),
        "radiation": np.round(found["rs"], 1),
    }  # fmt: skip
    vapour = table["vp"] / 10
    for name, air in (("rh_tmin", "min_temp"), ("rh_tmax", "max_temp")):
        table[name] = np.round(np.minimum(100 * vapour / sky.saturation(table[air]), 100), 1)
    calm = found | {"ws10": np.full(len(dates), 2 / U2_OF_10)}
    table["et_short_crop"] = np.round(sky._penman_monteith(calm, height), 1)
    daily: dict[str, Any] = {"time": [day.isoformat() for day in dates]}
    for name in names:
        daily[name] = [float(v) for v in table[name]]
        daily[f"{name}_source"] = [_code(name, day, today) for day in dates]
    document = {"latitude": latitude, "longitude": longitude, "elevation": round(height, 1),
                "daily": daily, "daily_units": {}, "extracted": f"{today:%Y%m%d}", "states_no_units": True}  # fmt: skip
    return Answer(document=document, content_type="text/csv", render=table_of, origin=days.origin)


def _code(name: str, day: dt.date, today: dt.date) -> int:
    if name in COMPUTED:
        return 26
    if name == "max_temp" and day >= today - dt.timedelta(1):
        return 75
    if name == "radiation" and day >= SATELLITE_FROM:
        return 42
    return 35 if day.year < 1957 and name != "daily_rain" else 25


def table_of(document: dict[str, Any]) -> bytes:
    """Return the document as SILO writes it."""
    notes = [f"elevation={document['elevation']:6.1f} m"] if "elevation" in document else []
    notes += ["reference=r", f"extracted={document['extracted']}", "dataset=BoM Only"]
    names = [name for name in document["daily"] if name != "time"]
    place = f" {document['latitude']:.4f}, {document['longitude']:.4f}"
    lines = [",".join(["latitude,longitude,YYYY-MM-DD", *names, "metadata"])]
    for row in range(count(document["daily"])):
        cells = [cell_text(value, "6.1f") for value in cells_of(document["daily"], names, row)]
        note = notes[row] if row < len(notes) else ""
        lines.append(",".join([place, document["daily"]["time"][row], *cells, f'"{note}"']))
    lines += [place + "," * (len(names) + 1) + f',"{note}"' for note in notes[count(document["daily"]) :]]
    return ("\n".join(lines) + "\n").encode()
