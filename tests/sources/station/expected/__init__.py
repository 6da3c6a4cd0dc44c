"""What the examples of `tests/files` hold, by format and file, worked out by hand from the numbers in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

NONE = math.nan

LANGLEY = 0.04184  # MJ m-2, the thermochemical calorie
AT_10_M = 4.87 / math.log(67.8 * 10 - 5.42)  # FAO-56 Eq. 47
AT_3_M = 4.87 / math.log(67.8 * 3 - 5.42)
MPH = 0.44704  # m s-1
KNOT = 1852 / 3600
INCH = 25.4

HEIGHTS = {
    10.0: ("dwd", "dwd_hourly", "dwd_ten_minutes", "meteoswiss", "knmi", "knmi_hourly", "meteo_france", "aemet", "era5",
           "isd_lite",
           "eccc_hourly", "inmet", "inmet_tempo", "inmet_daily", "bdmep", "bdmep_hourly", "bdmep_old", "bom_eto",
           "fawn", "ghcnd", "ghcnd_long", "ghcnd_dly", "noaa_cdo_standard", "noaa_cdo_metric", "noaa_unclear", "gsod",
           "gsod_old", "gridmet", "agera5", "meteostat", "meteostat_hourly", "open_meteo", "visual_crossing",
           "visual_crossing_us", "visual_crossing_base", "visual_crossing_unclear"),
    3.0: ("agrimet", "agrimet_hourly", "azmet", "azmet_api"),
    2.0: ("siar", "cimis", "cimis_hourly", "coagmet", "cabo", "pcse", "dssat", "agmip", "nasa_power", "climwat",
          "etolib"),
    None: ("apsim", "fluxnet", "toa5", "toaci1", "hobo", "davis", "davis_weatherlink_com", "ecowitt_gateway",
           "ecowitt_net"),
}  # fmt: skip
"""By height [m] what measures there; of those under None every owner decides, so it is asked."""
HEIGHT = {name: height for height, names in HEIGHTS.items() for name in names}
STATED = {"nasa_power_kwh.csv": 10.0, "nasa_power.json": 10.0, "cabo.023": 10.0, "dssat.WTH": 3.0}
"""Files that state a height of their own, by their names."""
WITHOUT_WIND = {"aquacrop", "daymet", "silo", "bom_observations", "bom_climate", "eccc", "swat"}
"""Formats that give no mean wind."""


def celsius(*fahrenheit: float) -> list[float]:
    """Return °F in °C."""
    return [(value - 32) / 1.8 for value in fahrenheit]


def times(factor: float, *values: float) -> list[float]:
    """Return each value times a factor."""
    return [factor * value for value in values]


@dataclass(frozen=True)
class Expected:
    """What is read from one file.

    ``columns`` are in canonical units (NaN where absent) and all that there are; ``site`` latitude, longitude and
    elevation; ``asked`` the parameters of `read_station` that answer what is uncertain, ``answers`` what is said of
    columns so that the file can be read at all; ``hourly`` where the rows are
    no days; ``refused`` words of the sentence where the file is not read.
    """

    first: str = ""
    columns: dict[str, Sequence[float]] = field(default_factory=dict)
    site: tuple[float, float, float | None] | None = None
    asked: tuple[str, ...] = ()
    answers: dict[str, dict[str, object]] = field(default_factory=dict)
    hourly: bool = False
    days: int = 3
    refused: str = ""
