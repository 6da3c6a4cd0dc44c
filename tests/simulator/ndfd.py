"""US forecast database (NDFD), simulated: ``ndfdXMLclient.php`` for one point and the element ``evp24``, in DWML.

No answer of the service with this element was ever seen. The document is written as the specification of DWML has its
neighbours; element, names, unit and hours are assumptions, which the reader does not share: it reads what is stated.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd

from etolib.reference import eto
from etolib.site import Site
from tests.simulator import sky
from tests.simulator.answer import Answer, Query, one
from tests.simulator.clock import Clock
from tests.simulator.weather import SIMULATED, NoWeather, Weather

PATH = "/xml/sample_products/browser_interface/ndfdXMLclient.php"
DAYS = 8
BEGINS = 12
"""Hour at which a day of the simulated element begins. [UTC]"""
PER_MM = {"inches": 1 / 25.4, "millimeters": 1.0}


def answer(path: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return the answer to a path and query: a document, or what the service calls an error, with status 200."""
    try:
        latitude, longitude = float(one(query, "lat") or ""), float(one(query, "lon") or "")
        weather.need_simulated()
    except (ValueError, NoWeather):
        return error("The point is not one")
    if path != PATH or one(query, "product") != "time-series" or one(query, "evp24") is None:
        return error("This simulator knows the product time-series and the element evp24 only.")
    if not (24 <= latitude <= 50 and -126 <= longitude <= -66 and sky.is_land(latitude, longitude)):
        return error("No data were found using the following input: " + f"{latitude}, {longitude}")
    unit = "inches" if one(query, "Unit") == "e" else "millimeters"
    first = dt.datetime.combine(clock.today(), dt.time(BEGINS), dt.UTC)
    zone = dt.timezone(dt.timedelta(hours=round(longitude / 15)))
    starts = [(first + dt.timedelta(days=day)).astimezone(zone) for day in range(DAYS)]
    depths = _depths(latitude, longitude, first)
    document = {
        "latitude": latitude, "longitude": longitude, "created": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "tag": "evapotranspiration", "name": "Daily Reference Crop Evapotranspiration", "hours": 24,
        "daily": {"time": [start.isoformat() for start in starts],
                  "evp24": [round(float(depth) * PER_MM[unit], 3) for depth in depths]},
        "daily_units": {"evp24": unit},
    }  # fmt: skip
    return Answer(document=document, content_type="text/xml", render=render, origin=SIMULATED)


def _depths(latitude: float, longitude: float, first: dt.datetime) -> Any:
    """Return ETo [mm] of each 24 hours of the simulated weather."""
    hour = int(first.timestamp()) // 3600
    height = sky.elevation(latitude, longitude)
    air = sky.hourly(latitude, longitude, np.arange(hour, hour + 24 * DAYS), "nws", height)
    table = {name: np.asarray(air[name]).reshape(DAYS, 24) for name in ("temperature", "rh", "wind")}
    days = pd.DataFrame(
        {
            "tmin": table["temperature"].min(axis=1), "tmax": table["temperature"].max(axis=1),
            "rhmean": table["rh"].mean(axis=1), "u2": table["wind"].mean(axis=1) * 0.75,
        },
        index=pd.date_range(first.date(), periods=DAYS, name="date"),
    )  # fmt: skip
    return eto(days, Site(latitude, longitude, height)).eto.to_numpy()


def error(text: str) -> Answer:
    """Return what the service answers where it has nothing: an error in XML, with status 200."""
    body = f'<?xml version="1.0"?><error><h2>ERROR</h2><pre><problem>{escape(text)}</problem></pre></error>'
    return Answer(body=body.encode(), content_type="text/xml")


def render(document: Any) -> bytes:
    """Return a document as DWML; what a fault has taken out of it is not there."""
    daily, units = document["daily"], document.get("daily_units", {})
    values = daily.get("evp24")
    layout = "".join(
        f"<start-valid-time>{escape(str(start))}</start-valid-time>"
        f"<end-valid-time>{escape(_end(start, document['hours']))}</end-valid-time>"
        for start in daily["time"]
    )
    unit = f" units={quoteattr(units['evp24'])}" if "evp24" in units else ""
    key = f"k-p24h-n{len(daily['time'])}-1"
    element = "".join('<value xsi:nil="true"/>' if one is None else f"<value>{one}</value>" for one in values or [])
    tag = document["tag"]
    if values is not None:
        element = f'<{tag}{unit} time-layout="{key}"><name>{escape(document["name"])}</name>{element}</{tag}>'
    place = f'<point latitude="{document["latitude"]}" longitude="{document["longitude"]}"/>'
    return (
        '<?xml version="1.0"?>\n<dwml version="1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><head>'
        f"<product><creation-date>{document['created']}</creation-date></product></head><data>"
        f"<location><location-key>point1</location-key>{place}</location>"
        f'<time-layout time-coordinate="local" summarization="none"><layout-key>{key}</layout-key>{layout}'
        f'</time-layout><parameters applicable-location="point1">{element}</parameters></data></dwml>'
    ).encode()


def _end(start: Any, hours: int) -> str:
    try:
        return (dt.datetime.fromisoformat(start) + dt.timedelta(hours=hours)).isoformat()
    except ValueError:  # a fault has made it no time
        return str(start)
