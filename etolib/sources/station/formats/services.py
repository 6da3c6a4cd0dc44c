"""Services whose downloads do not say their units, a row for each system of units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.formats.scale import numbers, temperature_unit
from etolib.sources.station.formats.text import find_header, under

_WANTED = ("datetime", "tempmax", "tempmin")
_SOURCE = (
    "Visual Crossing, Weather Data Documentation and Unit groups: daily windspeed is the largest of the hours and "
)
_SOURCE += "left out, windspeedmean the mean; solarenergy in MJ/m² in every group"


def visual_crossing_units(head: Head) -> str | None:
    """Return the units of temperature of a file of Visual Crossing by its values, None where it is none or is unclear.

    Kelvin are above 200; °C and °F are told by the humidity beside them, without it only degrees above 60.
    """
    if find_header(head.lines, *_WANTED) is None:
        return None
    table = under(head.lines, head.name, *_WANTED)
    high = numbers(table, "tempmax")
    if not np.isfinite(high).any():
        return None
    if np.nanmedian(high) > 200:
        return "K"
    found = temperature_unit(*(numbers(table, name) for name in ("temp", "dew", "humidity")))
    return found or ("°F" if np.nanmax(high) > 60 else None)


def _columns(temperature: Spec, rain: Spec, wind: Spec) -> Mapping[str, Spec]:
    """Return the columns with the units of these."""
    largest = dict.fromkeys(("windspeed", "windspeedmax"), Spec(None, why="largest_of_the_day"))
    return {
        **largest, "name": Spec("station"), "latitude": Spec("latitude"), "longitude": Spec("longitude"),
        "datetime": Spec("date"), "tempmax": replace(temperature, variable="tmax"),
        "tempmin": replace(temperature, variable="tmin"), "temp": replace(temperature, variable="tmean"),
        "dew": replace(temperature, variable="tdew"), "humidity": Spec("rhmean", "%"),
        "precip": replace(rain, variable="precipitation"), "windspeedmean": replace(wind, variable="u2"),
        "solarenergy": Spec("rs", "MJ/m²"),
    }  # fmt: skip


def _row(name: str, title: str, unit: str | None, columns: Mapping[str, Spec]) -> Format:
    return Format(
        name=name,
        title=title,
        recognise=lambda head: find_header(head.lines, *_WANTED) is not None and visual_crossing_units(head) == unit,
        columns=columns,
        closed=True,
        wind_height=10.0,
        day="midnight to midnight, local time",
        source=_SOURCE,
    )


FORMATS: tuple[Format, ...] = (
    _row(
        "visual_crossing",
        "Visual Crossing",
        "°C",
        _columns(Spec(None, "°C"), Spec(None, "mm"), Spec(None, "km/h", choices=("km/h", "mph"))),
    ),
    _row(
        "visual_crossing_us",
        "Visual Crossing, US units",
        "°F",
        _columns(Spec(None, "°F"), Spec(None, "in"), Spec(None, "mph")),
    ),
    _row(
        "visual_crossing_base",
        "Visual Crossing, base units",
        "K",
        _columns(Spec(None, "K"), Spec(None, "mm"), Spec(None, "m/s")),
    ),
    _row(
        "visual_crossing_unclear",
        "Visual Crossing, units unclear",
        None,
        _columns(
            Spec(None, choices=("°C", "°F")), Spec(None, choices=("mm", "in")), Spec(None, choices=("km/h", "mph"))
        ),
    ),
)
