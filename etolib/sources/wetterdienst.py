"""Station data of the package wetterdienst (DWD, GHCN, ECCC and many others) as a source: adapter only.

wetterdienst finds and downloads; what it returns, a table with one row per reading (its *long* shape), becomes a
station source here. The package is the optional extra ``etolib[stations]``; this module needs only its table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.air import wind_speed_2m
from etolib.errors import InputError, Problem
from etolib.site import Site
from etolib.sources import canonical
from etolib.sources.station.columns import Column
from etolib.sources.station.columns import Mapping as FileMapping
from etolib.sources.station.file import StationFile
from etolib.words import Text, say

# Name in wetterdienst 0.175: canonical name, quantity as wetterdienst calls it.
PARAMETERS: Mapping[str, tuple[str, str]] = {
    "temperature_air_min_2m": ("tmin", "temperature"),
    "temperature_air_max_2m": ("tmax", "temperature"),
    "temperature_air_mean_2m": ("tmean", "temperature"),
    "temperature_dew_point_mean_2m": ("tdew", "temperature"),
    "humidity_relative_mean": ("rhmean", "fraction"),
    "humidity_relative": ("rhmean", "fraction"),
    "humidity_relative_max": ("rhmax", "fraction"),
    "humidity_relative_min": ("rhmin", "fraction"),
    "pressure_vapor_mean": ("ea", "pressure"),
    "pressure_vapor": ("ea", "pressure"),
    "wind_speed_mean": ("u2", "speed"),
    "wind_speed": ("u2", "speed"),
    "radiation_global": ("rs", "energy_per_area"),
    "sunshine_duration": ("sunshine", "time"),
    "precipitation_amount": ("precipitation", "precipitation"),
    "pressure_air_site_mean": ("pressure", "pressure"),
    "pressure_air_site": ("pressure", "pressure"),
}
_UNITS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "temperature": {"°C": (1.0, 0.0), "K": (1.0, -273.15), "°F": (5 / 9, -160 / 9)},
    "fraction": {"-": (100.0, 0.0), "%": (1.0, 0.0)},
    "pressure": {"hPa": (0.1, 0.0), "Pa": (0.001, 0.0), "kPa": (1.0, 0.0)},
    "speed": {"m/s": (1.0, 0.0), "km/h": (1 / 3.6, 0.0), "kn": (1852 / 3600, 0.0)},
    "energy_per_area": {"J/cm²": (0.01, 0.0), "J/m²": (1e-6, 0.0), "kJ/m²": (0.001, 0.0)},
    "time": {"s": (1 / 3600, 0.0), "min": (1 / 60, 0.0), "h": (1.0, 0.0)},
    "precipitation": {"mm": (1.0, 0.0), "l/m²": (1.0, 0.0)},
}
DEFAULT_UNITS: Mapping[str, str] = {quantity: next(iter(units)) for quantity, units in _UNITS.items()}
"""What wetterdienst 0.175 returns where nobody has changed its ``unit_targets``."""


def from_values(
    table: Any,
    *,
    site: Site | None = None,
    units: Mapping[str, str] | None = None,
    wind_height: float = 10.0,
    name: str = "wetterdienst",
) -> StationFile:
    """Return daily readings of one station as a source.

    Parameters
    ----------
    table : pandas.DataFrame or polars.DataFrame
        Long shape: ``station_id``, ``resolution``, ``parameter``, ``timestamp`` (or ``date``), ``value``.
    site : Site, optional
        Where the station stands.
    units : mapping, optional
        Symbol by quantity, where they are not `DEFAULT_UNITS`.
    wind_height : float
        Height of the anemometer; 10 is what weather services use. [m]
    name : str
        Label of the source.

    Raises
    ------
    InputError
        Where there are several stations, no daily values, an unknown unit, or no temperatures.

    Examples
    --------
    >>> rows = [("1", "daily", p, "2024-06-01", v) for p, v in
    ...         (("temperature_air_min_2m", 11.0), ("temperature_air_max_2m", 23.5), ("humidity_relative_mean", 0.6))]
    >>> table = pd.DataFrame(rows, columns=["station_id", "resolution", "parameter", "timestamp", "value"])
    >>> from_values(table).frame.iloc[0].to_dict()
    {'tmin': 11.0, 'tmax': 23.5, 'rhmean': 60.0}
    """
    data = table.to_pandas() if hasattr(table, "to_pandas") else pd.DataFrame(table)
    when = "timestamp" if "timestamp" in data else "date"
    station = _only_station(data, when)
    chosen = {**DEFAULT_UNITS, **(units or {})}
    warnings: list[Text] = []
    columns: dict[str, pd.Series] = {}
    used: list[Column] = []
    for parameter, (variable, quantity) in PARAMETERS.items():
        rows = data[data["parameter"] == parameter]
        if variable in columns or rows.empty:
            continue
        unit = chosen[quantity]
        if unit not in _UNITS[quantity]:
            thing = say("unit_of", name=quantity)
            raise InputError([Problem(thing, unit, say("not_one_of", names=list(_UNITS[quantity])))])
        factor, offset = _UNITS[quantity][unit]
        values = rows["value"].to_numpy(dtype=float) * factor + offset
        height = wind_height if variable == "u2" else None
        if height is not None and height != 2.0:
            values = np.asarray(wind_speed_2m(values, height))
        days = [_day(moment) for moment in rows[when]]
        columns[variable] = canonical.table(days, {variable: values}, warnings)[variable]
        reasons = (say("its_name_in_wetterdienst"),)
        used.append(Column(parameter, len(used), variable, unit, True, height, reasons))
    if not {"tmin", "tmax"} <= columns.keys():
        parameters = ", ".join(sorted(set(data["parameter"].astype(str)))[:10])
        raise InputError([Problem("table", parameters, say("no_least_and_largest_temperature"))])
    frame = pd.DataFrame(columns)
    frame.index.name = "date"
    mapping = FileMapping(tuple(used), "", ".", "timestamps")
    return StationFile(frame, f"{name} {station}", site, mapping, warnings=tuple(warnings))


def _only_station(data: pd.DataFrame, when: str) -> str:
    """Return the station of a table; InputError where it is no daily table of one station."""
    absent = [column for column in ("station_id", "parameter", when, "value") if column not in data]
    if absent:
        names = ", ".join(map(str, data.columns))
        raise InputError([Problem("table", names, say("has_no_columns", names=absent), say("ask_for_the_long_shape"))])
    stations = data["station_id"].astype(str).unique()
    if len(stations) != 1:
        named = ", ".join(stations[:5])
        raise InputError([Problem("station_id", named, say("names_stations", count=len(stations)),
                                  say("keep_the_rows_of_one"))])  # fmt: skip
    if "resolution" in data and set(data["resolution"].astype(str)) != {"daily"}:
        resolutions = ", ".join(sorted(set(data["resolution"].astype(str))))
        raise InputError([Problem("resolution", resolutions, say("must_be_daily"))])
    return str(stations[0])


def _day(moment: Any) -> dt.date:
    return pd.Timestamp(moment).date()
