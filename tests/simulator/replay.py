"""Replay of a data folder: daily values of real places, as two providers gave them.

The folder is laid out as a validation pack: ``cities.csv`` (city, lat, lon, alt) and ``cities/<city>.parquet``
with columns ``nasa_*`` and ``om_*``. Only what the folder holds is answered; nothing is filled in. The Open-Meteo
forecast products answer from the same ``om_*`` columns as the archive, so that in a replay a forecast is perfect.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tests.simulator.sky import Array

COLUMNS = {
    "nasa": {
        "tmax": "nasa_tmax",
        "tmin": "nasa_tmin",
        "tmean": "nasa_tmean",
        "rhmean": "nasa_rh",
        "ws2": "nasa_ws2",
        "rs": "nasa_rs",
        "precipitation": "nasa_pr",
    },
    "open_meteo": {
        "tmax": "om_tmax",
        "tmin": "om_tmin",
        "tmean": "om_tmean",
        "rhmean": "om_rh",
        "ws10": "om_ws10",
        "rs": "om_rs",
        "precipitation": "om_pr",
        "et0": "om_et0_api",
    },
}
"""Names used by the provider modules and the columns that hold them, by family of provider."""


Cells = Callable[[float, float], object]
"""Function from latitude and longitude to whatever names the grid cells of a point."""


@dataclass(frozen=True)
class City:
    """A place of the data folder."""

    name: str
    latitude: float
    longitude: float
    elevation: float


class Replay:
    """The places and days of a data folder; files are read when first asked for."""

    def __init__(self, folder: str | Path, radius: float = 0.5) -> None:
        self.folder = Path(folder)
        self.radius = radius
        table = pd.read_csv(self.folder / "cities.csv")
        self.cities = [
            City(name, latitude, longitude, height)
            for name, latitude, longitude, height in zip(table.city, table.lat, table.lon, table.alt, strict=True)
            if self._file(name).exists()
        ]
        self._frames: dict[str, pd.DataFrame] = {}
        self._lock = threading.Lock()

    def _file(self, city: str) -> Path:
        return self.folder / "cities" / f"{city}.parquet"

    def nearest(self, latitude: float, longitude: float, cells: Cells | None = None) -> City | None:
        """Return the nearest place within ``radius`` degrees, else None.

        Where a provider answers per grid cell, ``cells`` gives the cells of a point, and a place in the same cells
        comes before a nearer one in others: it had the same answer from the genuine service.
        """

        def distance(city: City) -> float:
            east = (city.longitude - longitude + 180) % 360 - 180
            return float(np.hypot(city.latitude - latitude, east * np.cos(np.radians(latitude))))

        near = [city for city in self.cities if distance(city) <= self.radius]
        if cells is not None:
            here = cells(latitude, longitude)
            near = [city for city in near if cells(city.latitude, city.longitude) == here] or near
        return min(near, key=distance, default=None)

    def frame(self, city: City) -> pd.DataFrame:
        """Return all days of a place, indexed by date."""
        with self._lock:
            if city.name not in self._frames:
                table = pd.read_parquet(self._file(city.name))
                self._frames[city.name] = table.set_index(pd.DatetimeIndex(table.pop("date")))
            return self._frames[city.name]

    def daily(self, family: str, city: City, first: dt.date, last: dt.date) -> dict[str, Array]:
        """Return what the folder holds for these days; NaN on days it has not."""
        frame = self.frame(city).reindex(pd.date_range(first, last, freq="D"))
        columns = COLUMNS[family]
        return {name: frame[column].to_numpy(float) for name, column in columns.items() if column in frame}
