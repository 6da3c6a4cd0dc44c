"""The embedded climatology: what the weather of a place and season *usually* is, with no network at all.

The grid ``etolib/data/climatology.nc`` (0.5 degree, 12 months, land) is derived by ``tools/build_climatology.py``;
its origins and licences stand in ``etolib/data/README.md``. Here it becomes one value per day:

- in space bilinear between the covered land cells around the place (sea cells have no weight);
- in height by a lapse rate between the mean height of those cells and the place, at constant relative humidity;
- in time by the smoothest yearly curve that has the given monthly means.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib import config
from etolib.equations.constants import TETENS_A, TETENS_B
from etolib.errors import NotCovered, SourceUnavailable
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.embedded import Variable, variables
from etolib.words import Text, say

INFO = catalogue.SOURCES["climatology"]
NAME = INFO.name
FILE = Path(__file__).resolve().parent.parent / "data" / "climatology.nc"
LAPSE_RATE = 0.0055  # K m-1, mean temperature near the surface: annual 5.4 to 5.8 K km-1, Rolland (2003), J. Climate 16
EARTH_RADIUS = 6371.0  # km
CELL = 0.5  # degrees
LAND_CELL = 0.1  # degrees
SEA_STEP = -2.0  # m, the step of the height grid that holds sea level
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTHLY = ("tmean", "diurnal_range", "ea", "rs", "precipitation")
DIRECTIONS = ("north", "north_east", "east", "south_east", "south", "south_west", "west", "north_west")
ORIGINS = ("gldas", "gldas_of_neighbours", "defaults")
COLUMNS = INFO.provides
Array = NDArray[np.float64]


def _variable(name: str) -> Variable:
    """Return a variable of the embedded grid; an error names what to do where it cannot be read."""
    try:
        return variables(FILE)[name]
    except (OSError, ValueError, KeyError) as error:
        raise SourceUnavailable(
            say("embedded_maps_unreadable", error=str(error)),
            source=NAME,
            suggestion=say("install_again"),
            retryable=False,
        ) from error


@dataclass(frozen=True)
class Cells:
    """The embedded maps at one place, before the correction for height.

    ``monthly`` holds 12 means per variable of the grid, ``u2`` the wind of the year [m s-1], ``elevation`` the mean
    height of the cells [m], ``origin`` where annual radiation, humidity and wind of the heaviest cell come from (one
    of `ORIGINS`).
    """

    monthly: dict[str, Array]
    u2: float
    elevation: float
    origin: str


@lru_cache(maxsize=512)
def _cell(row: int, column: int) -> Cells | None:
    """Return the fields of one grid cell, None where it is not covered."""
    u2 = float(_variable("u2").at(row, column))
    if math.isnan(u2):
        return None
    return Cells(
        monthly={name: _variable(name).at(row, column) for name in MONTHLY},
        u2=u2,
        elevation=float(_variable("elevation").at(row, column)),
        origin=ORIGINS[int(_variable("origin").packed_at(row, column))],
    )


def _cells(latitude: float, longitude: float) -> Cells | None:
    """Return the maps at a place: bilinear between covered cells; None where there is none around."""
    y, x = (latitude + 90) / CELL - 0.5, (longitude + 180) / CELL - 0.5
    row, column = math.floor(y), math.floor(x)
    found = []
    for i, wi in ((row, row + 1 - y), (row + 1, y - row)):
        for j, wj in ((column, column + 1 - x), (column + 1, x - column)):
            cell = _cell(min(max(i, 0), 359), j % 720)
            if cell is not None and wi * wj > 0:
                found.append((wi * wj, cell))
    total = sum(weight for weight, _ in found)
    if total == 0:
        return None
    return Cells(
        monthly={name: sum((w * cell.monthly[name] for w, cell in found), np.zeros(12)) / total for name in MONTHLY},
        u2=sum(w * cell.u2 for w, cell in found) / total,
        elevation=sum(w * cell.elevation for w, cell in found) / total,
        origin=max(found, key=lambda pair: pair[0])[1].origin,
    )


@lru_cache(maxsize=1)
def _land() -> NDArray[np.bool_]:
    """Return the land mask in 0.1 degree cells, south to north, from 180 W. Shape (1800, 3600)."""
    return np.asarray(_variable("land").packed(), dtype=bool)


def is_land(latitude: float, longitude: float) -> bool:
    """Return whether the 0.1 degree cell of a place holds any land.

    >>> is_land(0.0, -30.0), is_land(-22.7, -47.6)
    (False, True)
    """
    column = int((longitude + 180) / LAND_CELL) % 3600
    return bool(_land()[min(int((latitude + 90) / LAND_CELL), 1799), column])


@lru_cache(maxsize=4096)
def surface(latitude: float, longitude: float) -> tuple[float, bool]:
    """Return height above sea level and whether the place is land, from the embedded grid.

    Parameters
    ----------
    latitude, longitude : float
        The place. [degrees]

    Returns
    -------
    elevation : float
        Height of the 1/12 degree cell, 0 at sea; steps of 28 m, can be far off in narrow valleys. [m]
    is_land : bool
        Whether the 0.1 degree cell holds any land.

    Examples
    --------
    >>> surface(0.0, -30.0)
    (0.0, False)
    """
    if not is_land(latitude, longitude):
        return 0.0, False
    value = float(_variable("surface").at(min(int((latitude + 90) * 12), 2159), int((longitude + 180) * 12) % 4320))
    return (0.0 if math.isnan(value) or value == SEA_STEP else value), True


def nearest_land(latitude: float, longitude: float) -> tuple[float, Text]:
    """Return distance [km] and compass direction of the nearest land that the climatology covers.

    Parameters
    ----------
    latitude, longitude : float
        The place. [degrees]

    Examples
    --------
    >>> distance, direction = nearest_land(50.0, -6.5)
    >>> distance < 100, direction
    (True, 'south-east')
    """
    wind = _variable("u2")
    covered = wind.packed() != wind.fill
    land = _land() & np.repeat(np.repeat(covered, 5, axis=0), 5, axis=1)
    rows, columns = np.nonzero(land)
    lat1, lat2 = math.radians(latitude), np.radians((rows + 0.5) * LAND_CELL - 90)
    step = np.radians((columns + 0.5) * LAND_CELL - 180 - longitude)
    haversine = np.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * np.cos(lat2) * np.sin(step / 2) ** 2
    best = int(np.argmin(haversine))
    distance = 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, float(haversine[best]))))
    east = math.sin(step[best]) * math.cos(lat2[best])
    north = math.cos(lat1) * math.sin(lat2[best]) - math.sin(lat1) * math.cos(lat2[best]) * math.cos(step[best])
    return distance, say(DIRECTIONS[round(math.atan2(east, north) / (math.pi / 4)) % 8])


@lru_cache(maxsize=1)
def _year_operator() -> Array:
    """Return the matrix that turns 12 monthly means into 365 daily values. Shape (365, 12).

    Of all yearly curves with exactly these monthly means it gives the one with the least sum of squared second
    differences around the year (a periodic smoothing spline with equality constraints).
    """
    days = 365
    mean = np.zeros((12, days))
    start = 0
    for month, length in enumerate(MONTH_DAYS):
        mean[month, start : start + length] = 1 / length
        start += length
    # The smoothest curve through constraints is a constant plus their responses: the inverse of the squared second
    # difference, a circulant, applied to each. Without BLAS, whose last bits depend on the number of its threads:
    # a worker must say what every other says.
    eigenvalues = (2 - 2 * np.cos(2 * np.pi * np.arange(days // 2 + 1) / days)) ** 2
    inverse = np.concatenate([[0.0], 1 / eigenvalues[1:]])
    responses = np.fft.irfft(np.fft.rfft(mean, axis=1) * inverse, n=days, axis=1)
    system = np.ones((13, 13))
    system[:12, :12] = np.einsum("id,jd->ij", mean, responses)
    system[12, 12] = 0.0
    weights = np.linalg.solve(system, np.eye(13)[:, :12])
    return np.asarray(np.einsum("id,ij->dj", responses, weights[:12]) + weights[12])


def year_curve(monthly: Array, lower: float | None = None) -> Array:
    """Return 365 daily values with the given monthly means, smooth around the year.

    Parameters
    ----------
    monthly : array, shape (12,)
        Monthly means.
    lower : float, optional
        The least value a day can have; where the smooth curve falls below it, the month's days are cut there and
        the rest of that month is scaled so that the monthly mean stays.

    Returns
    -------
    daily : array, shape (365,)
        The same unit.

    Examples
    --------
    >>> curve = year_curve(np.array([5.0, 4, 3, 1, 0, 0, 0, 0, 1, 2, 3, 4]), lower=0.0)
    >>> round(float(curve[:31].mean()), 6), bool((curve >= 0).all())
    (5.0, True)
    """
    daily = np.asarray((_year_operator() * monthly).sum(axis=1))
    if lower is None or daily.min() >= lower:
        return daily
    start = 0
    for mean, length in zip(monthly, MONTH_DAYS, strict=True):
        above = np.maximum(daily[start : start + length] - lower, 0.0)
        wanted = max(float(mean) - lower, 0.0)
        daily[start : start + length] = lower + (above * wanted / above.mean() if above.mean() > 0 else wanted)
        start += length
    return daily


def _saturation_ratio(warmer: Array, base: Array) -> Array:
    """Return es(warmer) / es(base) (FAO-56 Eq. 11)."""
    return np.exp(TETENS_A * warmer / (warmer + TETENS_B) - TETENS_A * base / (base + TETENS_B))


def _day_index(period: Period) -> Array:
    """Return the position of each day in a year of 365 days; 29 February lies half way between its neighbours."""
    index = pd.date_range(period.start, period.end)
    starts = np.concatenate([[0], np.cumsum(MONTH_DAYS)[:-1]])
    month, day = index.month.to_numpy(), index.day.to_numpy()
    return np.where((month == 2) & (day == 29), 58.5, starts[month - 1] + day - 1.0)


def annual_range(site: Site) -> float | None:
    """Return the mean temperature of the warmest minus that of the coldest month, None where the maps have none. [K]

    >>> round(annual_range(Site(52.15, -106.6))), annual_range(Site(0.0, -30.0))
    (33, None)
    """
    cells = _cells(site.latitude, site.longitude)
    return None if cells is None else float(np.ptp(cells.monthly["tmean"]))


def _maps_at(site: Site) -> tuple[float, Cells]:
    """Return the height of the surface [m] and the maps at a place; `NotCovered` where there are none."""
    elevation, is_land = surface(site.latitude, site.longitude)
    if not is_land:
        distance, direction = nearest_land(site.latitude, site.longitude)
        raise NotCovered(
            say("lies_in_open_sea", place=str(site)),
            source=NAME,
            suggestion=say("nearest_land", distance=f"{distance:.0f}", direction=direction),
        )
    cells = _cells(site.latitude, site.longitude)
    if cells is None:
        raise NotCovered(
            say("maps_have_no_data_at", place=str(site)),
            source=NAME,
            suggestion=say("choose_land_or_network"),
        )
    return elevation, cells


class Climatology:
    """Source ``climatology``: monthly means of the embedded grid as daily values of any date."""

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the usual weather of the days of ``period``.

        Raises
        ------
        NotCovered
            At sea, in Antarctica, and for dates outside of 1700 to 2261.
        SourceUnavailable
            Where the grid is missing from the installation.
        """
        period = self.info.clip(period, config.today())
        surface_elevation, cells = _maps_at(site)
        elevation = surface_elevation if site.elevation is None else site.elevation
        shift = LAPSE_RATE * (cells.elevation - elevation)
        tmean = cells.monthly["tmean"] + shift
        ea = cells.monthly["ea"] * _saturation_ratio(tmean, cells.monthly["tmean"])

        position = _day_index(period)
        days = np.arange(365.0)

        def daily(monthly: Array, lower: float | None = None) -> Array:
            return np.interp(position, days, year_curve(monthly, lower))

        middle, half = daily(tmean), daily(cells.monthly["diurnal_range"], 1.0) / 2
        frame = pd.DataFrame(
            {
                "tmin": middle - half,
                "tmax": middle + half,
                "tmean": middle,
                "ea": daily(ea, 0.001),
                "rs": daily(cells.monthly["rs"], 0.0),
                "u2": np.full(len(period), cells.u2),
                "precipitation": daily(cells.monthly["precipitation"], 0.0),
                "kind": "climatology",
            },
            index=pd.DatetimeIndex(pd.date_range(period.start, period.end), name="date"),
        )
        meta = {
            "model": "etolib embedded climatology, 0.5 degree monthly means",
            "latitude": site.latitude,
            "longitude": site.longitude,
            "elevation": round(cells.elevation, 1),
            "day": "climatological day",
            "retrieved": None,
            "url": None,
            "from_cache": False,
            "stale": False,
            "attribution": self.info.attribution,
            "licence": catalogue.words(self.info.licence),
            "wind": "annual mean of GLDAS at 10 m brought to 2 m by FAO-56 Eq. 47",
            "estimated": list(self.info.estimates),
            "origin": cells.origin,
            "height_correction": {
                "site_elevation": round(elevation, 1),
                "cell_elevation": round(cells.elevation, 1),
                "lapse_rate": LAPSE_RATE,
                "temperature_shift": round(shift, 2),
            },
        }
        warnings = [say("climatology_caveat")]
        if cells.origin == "defaults":
            warnings.append(say("small_island_assumptions"))
        return SourceData(source=NAME, frame=frame, meta=meta, warnings=warnings)
