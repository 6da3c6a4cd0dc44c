"""Grids of North America at a point, a row each."""

from __future__ import annotations

import re

from etolib.sources.station.formats import grids_tables as tables
from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.formats.text import HEAD, LONGEST
from etolib.sources.station.names import plain

DAYMET = Format(
    name="daymet",
    title="Daymet",
    recognise=lambda head: tables.daymet_header(head.lines) is not None,
    table=tables.daymet,
    columns={
        "year": Spec("year"), "yday": Spec("doy"), **dict.fromkeys(("date", "time", "datetime"), Spec("date")),
        **dict.fromkeys(("srad", "srad w m 2", "srad w m2"), Spec("rs", "MJ/m²")),
        **dict.fromkeys(("prcp", "prcp mm day", "prcp mm"), Spec("precipitation", "mm")),
        **dict.fromkeys(("vp", "vp pa"), Spec("ea", "kPa", scale=0.001)),
        **{f"{name}{unit}": Spec(name, "°C") for name in ("tmax", "tmin")
           for unit in ("", " c", " deg c", " degrees c")},
    },
    closed=True,
    day="24 hours of the stations that feed it",
    source="Daymet V4 R1 (doi:10.3334/ORNLDAAC/2129), variables: srad is the mean over the daylight, dayl its length; "
    "years of 365 days",
)  # fmt: skip

_GRIDMET = {
    "tmin": ("tmmn", "daily_minimum_temperature"), "tmax": ("tmmx", "daily_maximum_temperature"),
    "rhmin": ("rmin", "daily_minimum_relative_humidity"), "rhmax": ("rmax", "daily_maximum_relative_humidity"),
    "rs": ("srad", "daily_mean_shortwave_radiation_at_surface"), "u2": ("vs", "daily_mean_wind_speed"),
    "precipitation": ("pr", "precipitation_amount"),
    "eto": ("pet", "eto", "daily_mean_reference_evapotranspiration_grass"),
}  # fmt: skip
_WRITTEN = {
    "K": ("", " k", " unit k"), "°C": (" c", " degc", " deg c"), "°F": (" f", " degf", " deg f"),
    "%": ("", " unit"), "W/m²": ("", " w m 2", " w m2", " unit w m 2"), "m/s": ("", " m s", " unit m s"),
    "mm": ("", " mm", " unit mm"),
}  # fmt: skip
"""How the unit of a column of gridMET is written after its name, plainly."""
_UNITS = {
    **dict.fromkeys(("tmin", "tmax"), ("K", "°C", "°F")), **dict.fromkeys(("rhmin", "rhmax"), ("%",)), "rs": ("W/m²",),
    "u2": ("m/s",), **dict.fromkeys(("precipitation", "eto"), ("mm",)),
}  # fmt: skip


def _gridmet_columns() -> dict[str, Spec]:
    columns = {name: Spec("date") for name in ("yyyy mm dd", "time", "date", "day", "datetime", "system time start")}
    for variable, names in _GRIDMET.items():
        for unit in _UNITS[variable]:
            for ending in _WRITTEN[unit]:
                columns |= {f"{plain(name)}{ending}": Spec(variable, unit) for name in names}
    return columns | {
        "lat": Spec("latitude"), "latitude unit degrees north": Spec("latitude"), "lon": Spec("longitude"),
        "longitude unit degrees east": Spec("longitude"),
    }  # fmt: skip


def _is_gridmet(head: Head) -> bool:
    """Return whether the first lines hold a header with both temperatures of gridMET."""
    for line in head.lines[:HEAD]:
        # Its long names stand with their strokes: anybody may call a column "Daily maximum temperature".
        words = set(re.findall(r"tmm[nx]|daily_m\w+_temperature", line[:LONGEST].lower()))
        if any({low, high} <= words for low, high in zip(_GRIDMET["tmin"], _GRIDMET["tmax"], strict=True)):
            return True
    return False


GRIDMET = Format(
    name="gridmet",
    title="gridMET",
    recognise=_is_gridmet,
    columns=_gridmet_columns(),
    closed=True,
    wind_height=10.0,
    day="midnight to midnight, Mountain Standard Time",
    source="gridMET (climatologylab.org/gridmet.html) and the attributes of its netCDF files: K, W m-2 of 24 hours, "
    "wind at 10 m, pet is ASCE of grass, etr of alfalfa",
)

FORMATS: tuple[Format, ...] = (DAYMET, GRIDMET)
