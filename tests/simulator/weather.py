"""Where the numbers come from: the replayed folder where it has the place, else the simulated weather."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from tests.simulator import sky
from tests.simulator.replay import Cells, City, Replay
from tests.simulator.sky import Array

SIMULATED = "simulated"
FALLBACKS = ("simulated", "none")


class NoWeather(LookupError):
    """The place is not in the data folder and simulated weather is not wanted."""


@dataclass(frozen=True)
class Days:
    """Daily values by name, and where they come from."""

    values: dict[str, Array]
    origin: str


class Weather:
    """The weather behind all providers.

    Parameters
    ----------
    data : path, optional
        Folder to replay. Without it everything is simulated.
    fallback : {"simulated", "none"}
        What a place outside the folder, or a provider the folder has no column for, gets.
    radius : float
        How far a place of the folder may be from the asked point. [degrees]
    """

    def __init__(self, data: str | Path | None = None, fallback: str = "simulated", radius: float = 0.5) -> None:
        if fallback not in FALLBACKS:
            raise ValueError(f"fallback {fallback!r} is not one of {', '.join(FALLBACKS)}")
        self.replay = Replay(data, radius) if data is not None else None
        self.fallback = fallback

    def city(self, latitude: float, longitude: float, cells: Cells | None = None) -> City | None:
        """Return the replayed place for a point, None where it is simulated."""
        return self.replay.nearest(latitude, longitude, cells) if self.replay else None

    def elevation(self, latitude: float, longitude: float) -> tuple[float, str]:
        """Return height [m] and origin; `NoWeather` outside the folder where nothing is simulated."""
        city = self.city(latitude, longitude)
        if city is not None:
            return city.elevation, f"replay {city.name}"
        self.need_simulated()
        return sky.elevation(latitude, longitude), SIMULATED

    def need_simulated(self) -> None:
        """Raise `NoWeather` where simulated weather is not wanted."""
        if self.fallback == "none":
            raise NoWeather

    def days(
        self,
        family: str,
        provider: str,
        asked: tuple[float, float],
        cell: tuple[float, float],
        first: dt.date,
        last: dt.date,
        offset: int,
        *,
        height: float | None = None,
        lag: int = 0,
        cells: Cells | None = None,
    ) -> Days:
        """Return the days of a point.

        ``family`` picks the columns of the folder, ``provider`` the error of the simulated weather; the folder is
        searched with the ``asked`` point, the simulated weather is that of the answering ``cell``.
        """
        city = self.city(*asked, cells)
        if city is not None and self.replay is not None:
            return Days(self.replay.daily(family, city, first, last), f"replay {city.name}")
        self.need_simulated()
        return Days(sky.daily(*cell, first, last, offset, provider, height=height, lag=lag), SIMULATED)
