"""Services that answer in tables of text, and the store of files: where their paths begin, and what answers."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulator import dwd, ghcn_hourly, gridmet, meteostat, ndfd, power_zarr, silo
from tests.simulator.answer import Answer, Query
from tests.simulator.clock import Clock
from tests.simulator.weather import Weather

STARTS = {
    "/cgi-bin/silo/": "silo",
    "/climate_environment/CDC/": "dwd",
    "/thredds/": "gridmet",
    "/daily/": "meteostat",
    "/v2/stations/": "meteostat_stations",
    ghcn_hourly.ROOT: "ghcn_hourly",
    "/xml/": "nws_fret",
    **dict.fromkeys(power_zarr.STARTS, "nasa_power_zarr"),
}
ANSWERS: dict[str, Callable[[str, Query, Clock, Weather], Answer]] = {
    "silo": silo.answer,
    "dwd": dwd.answer,
    "gridmet": gridmet.answer,
    "meteostat": meteostat.answer,
    "meteostat_stations": meteostat.answer,
    "ghcn_hourly": ghcn_hourly.answer,
    "nasa_power_zarr": power_zarr.answer,
    "nws_fret": ndfd.answer,
}
