"""How long an answer of a provider is kept, by what it is: one table, with the evidence for each line.

An answer is final, provisional (of products that their provider replaces), of days that still grow, or it has holes:
days or variables that should be there and are not. What is not there is never kept as if it stayed so.

Evidence (nothing of it was seen live from here):

- NASA POWER names the products of an answer in ``header.sources``, of the answer and not of the day. Live answers told
  elsewhere: ``GEOSIT, POWER`` for days of the last weeks and ``MERRA2, POWER`` for the same days later; ``FLASHFLUX,
  GEOSIT, POWER`` with radiation. MERRA-2 comes by months, one to two behind; SYN1deg three to four months behind
  (https://power.larc.nasa.gov/docs/methodology/, and projects that recorded headers in 2026-07 to 2026-09).
- Open-Meteo: its archive was damaged on 2026-07-01 and restored within hours or days (open-meteo/open-meteo issue
  1960); all of ERA5-Land was null for 2026-08-30 for at least eleven days (issue 2122). Rows of null are not final.
- US stations: 200 with an empty list, and reports that end hours ago while the day goes on (home-assistant/core issues
  119114, 145354, 148450).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from etolib.site import Period
from etolib.sources.network.keeping import Lifetime

HOUR, DAY = 3600.0, 86400.0

FINAL = Lifetime(90 * DAY)
"""Complete and of final products."""

PROVISIONAL = Lifetime(3 * DAY, 12 * DAY)
"""Of products that are replaced: asked again after 3 days, where nothing has changed after 6, then every 12."""

HOLES = Lifetime(1 * DAY, 30 * DAY)
"""Old, with days or variables that are not there: asked again after a day, where nothing has come after 2, 4 ... 30."""

NEWEST = Lifetime(6 * HOUR)
"""Of days so new that some are not there yet."""

FORECAST = Lifetime(1 * HOUR)
ENSEMBLE = Lifetime(3 * HOUR)
"""The ensemble runs every six hours."""
FRET = Lifetime(3 * HOUR)
"""Forecasters make it once a day; its service asks not to be asked for a point more often than once an hour."""

NASA_RECENT = Lifetime(12 * HOUR)
ARCHIVE_RECENT = Lifetime(1 * DAY)
"""Of days of the last `SETTLED_AFTER`, by the age alone."""

STATION_NOW = Lifetime(300.0)
STATION_DAY = Lifetime(7 * DAY)
STATION_THIN = Lifetime(1 * HOUR, 1 * DAY)
"""Reports of a station: of a day that goes on, of one that is over, and of one that is over and lacks its end."""

STATION_YEARS = {0: 12 * HOUR, 1: 7 * DAY}
STATION_YEAR = 60 * DAY
"""Files of a station, one a year: the present one grows, the last is completed, others rest. [s]"""

STATIONS_OF_THE_WORLD = 7 * DAY
"""A list of many thousands of stations, made anew now and then. [s]"""

STATION_LIST = Lifetime(1 * DAY)
NOTHING_LISTED = Lifetime(1 * HOUR, 1 * DAY)
"""A list of stations, and one of none."""

FOUND = Lifetime(30 * DAY)
NOT_FOUND = Lifetime(1 * DAY, 30 * DAY)
"""Names of places."""

HEIGHT = Lifetime(3650 * DAY)
NO_HEIGHT = Lifetime(1 * DAY, 90 * DAY)
"""Elevations; a pole has none for ever."""

SETTLED_AFTER = 120  # days; ERA5T is ERA5, and SYN1deg has followed FLASHFlux, after three to four months
NEWEST_DAYS = 10  # days in which a provider may still be late

REPLACED: Mapping[str, str] = {"GEOS": "MERRA2", "FLASHFLUX": "SYN1DEG"}
"""How names of provisional products of NASA POWER begin (GEOSIT, GEOS-IT, GEOSFP ...), and what replaces them."""

FINAL_PRODUCTS = frozenset(("MERRA2", "SYN1DEG", "SRB", "POWER"))
"""Names of products of NASA POWER that nothing replaces."""


def plain_name(product: str) -> str:
    """Return a product's name in one spelling.

    >>> plain_name("GEOS-IT"), plain_name("FLASHFlux"), plain_name("merra2")
    ('GEOSIT', 'FLASHFLUX', 'MERRA2')
    """
    return "".join(sign for sign in product.upper() if sign.isalnum())


def provisional(products: Iterable[str]) -> tuple[str, ...]:
    """Return which of the products an answer names are replaced later.

    >>> provisional(["MERRA2", "GEOSIT", "FLASHFLUX", "POWER"]), provisional(["merra2", "SYN1DEG"])
    (('GEOSIT', 'FLASHFLUX'), ())
    """
    return tuple(name for name in products if plain_name(name).startswith(tuple(REPLACED)))


def all_final(products: Iterable[str]) -> bool:
    """Return whether an answer names its products, and all of them are final.

    >>> all_final(["MERRA2", "SYN1DEG", "POWER"]), all_final(["POWER"]), all_final(["MERRA2", "NEWNAME"])
    (True, False, False)
    """
    names = {plain_name(name) for name in products}
    return names <= FINAL_PRODUCTS and "MERRA2" in names


def has_holes(frame: pd.DataFrame, period: Period, begins: Mapping[str, dt.date] | None = None) -> bool:
    """Return whether a day of a period is absent, or without a value that other days have.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns by day (or hour).
    period : Period
        The days asked for.
    begins : mapping of str to datetime.date, optional
        Columns that begin later: what was before they never had.

    Examples
    --------
    >>> days = pd.DataFrame({"tmax": [1.0, float("nan")]}, pd.to_datetime(["2024-01-01", "2024-01-02"]))
    >>> has_holes(days, Period("2024-01-01", "2024-01-02")), has_holes(days[:1], Period("2024-01-01", "2024-01-01"))
    (True, False)
    """
    if len(frame) == 0:
        return True
    index = pd.DatetimeIndex(frame.index)
    within = (index >= pd.Timestamp(period.start)) & (index < pd.Timestamp(period.end) + pd.Timedelta(days=1))
    if index[within].normalize().nunique() < len(period):
        return True
    for name, column in frame.items():
        first = (begins or {}).get(str(name))
        asked = within if first is None else within & (index >= pd.Timestamp(first))
        if np.isnan(column.to_numpy(float)[asked]).any():
            return True
    return False


def of_holes(age: int) -> Lifetime:
    """Return how long an answer with holes is kept whose last day is ``age`` days old.

    >>> of_holes(3) is NEWEST, of_holes(400) is HOLES
    (True, True)
    """
    return NEWEST if age <= NEWEST_DAYS else HOLES


def newest_absent(frame: pd.DataFrame, today: dt.date) -> bool:
    """Return whether the last days that the answer has are not whole yet."""
    recent = frame[frame.index >= pd.Timestamp(today - dt.timedelta(days=NEWEST_DAYS))]
    return bool(recent.isna().to_numpy().any())


def of_heights(heights: Sequence[float | None], headers: Mapping[str, str]) -> Lifetime:
    """Return how long elevations are kept: where there is none, somebody may fill it in."""
    return NO_HEIGHT if any(height is None for height in heights) else HEIGHT


def of_year(year: int, today: dt.date) -> float:
    """Return how long the file of a station and a year is kept. [s]"""
    return STATION_YEARS.get(today.year - year, STATION_YEAR)


def heights_differ(
    before: Sequence[float | None], after: Sequence[float | None], fetched: float
) -> dict[str, Any] | None:
    """Return None where elevations are the same as before; empty: they are others."""
    return None if list(before) == list(after) else {}
