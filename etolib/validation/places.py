"""Reading a folder of validation data: sources and reference of many places as canonical tables.

The layout is that of the data pack: ``cities.csv`` (city, lat, lon, alt) and ``cities/<city>.parquet`` with one row a
day. Only cities whose file is there are read. Wind at 10 m is brought to 2 m here (FAO-56 Eq. 47), and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from etolib.equations.air import wind_speed_2m
from etolib.errors import InputError, Problem
from etolib.extras import needed
from etolib.site import Site
from etolib.words import say

NASA = "nasa_power"
OPEN_METEO = "open_meteo_archive"

COLUMNS = {
    NASA: {
        "nasa_tmin": "tmin",
        "nasa_tmax": "tmax",
        "nasa_tmean": "tmean",
        "nasa_rh": "rhmean",
        "nasa_ws2": "u2",
        "nasa_rs": "rs",
        "nasa_pr": "precipitation",
    },
    OPEN_METEO: {
        "om_tmin": "tmin",
        "om_tmax": "tmax",
        "om_tmean": "tmean",
        "om_rh": "rhmean",
        "om_ws10": "u10",
        "om_rs": "rs",
        "om_pr": "precipitation",
    },
}
"""Columns of the data pack by source, and their canonical names (``u10``: wind at 10 m)."""

REFERENCE = "xavier_eto"
API = "om_et0_api"
WIND_AT_2M = float(wind_speed_2m(1.0, 10.0))


@dataclass(frozen=True)
class Place:
    """One place of a study.

    Attributes
    ----------
    name : str
    site : Site
    frames : dict of str to pandas.DataFrame
        Canonical daily tables by source, on one date index without gaps.
    reference : ndarray, shape (days,)
        Reference ETo, NaN where absent or hidden. [mm day-1]
    api : ndarray, shape (days,)
        ETo as the provider computes it, NaN where absent. [mm day-1]
    """

    name: str
    site: Site
    frames: dict[str, pd.DataFrame]
    reference: np.ndarray
    api: np.ndarray

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Dates of all arrays."""
        return pd.DatetimeIndex(next(iter(self.frames.values())).index)

    def with_reference(self, reference: np.ndarray) -> Place:
        """Return the same place with another (hidden in part) reference."""
        return replace(self, reference=reference)


def load(data: str | Path, cities: Iterable[str] | None = None) -> list[Place]:
    """Read the places of a folder.

    Parameters
    ----------
    data : path
        The folder.
    cities : iterable of str, optional
        Names; all whose file is there by default.

    Returns
    -------
    list of Place
        Sorted by name.

    Raises
    ------
    InputError
        Where the folder, a city or a column is missing; lists all problems.
    """
    with needed():
        import pyarrow  # noqa: F401 (reads the files)

    folder = Path(data)
    table = folder / "cities.csv"
    if not table.is_file():
        raise InputError([Problem("data", str(data), say("holds_no_cities_csv"), say("name_the_validation_folder"))])
    listed = pd.read_csv(table).set_index("city")
    present = sorted(name for name in listed.index if (folder / "cities" / f"{name}.parquet").is_file())
    wanted = present if cities is None else list(dict.fromkeys(cities))
    hint = say("there_are", names=present) if present else say("there_are_none")
    problems = [Problem("city", name, say("city_has_no_file"), hint) for name in wanted if name not in present]
    if not present:
        problems.append(Problem("data", str(data), say("holds_no_city")))
    if problems:
        raise InputError(problems)
    return [_place(folder, name, listed.loc[name]) for name in sorted(wanted)]


def _place(folder: Path, name: str, row: pd.Series) -> Place:
    table = pd.read_parquet(folder / "cities" / f"{name}.parquet")
    lacking = [column for columns in COLUMNS.values() for column in columns if column not in table]
    if lacking or "date" not in table:
        raise InputError([Problem("file", f"{name}.parquet", say("lacks_columns", names=lacking or ["date"]))])
    table = table.set_index(pd.DatetimeIndex(pd.to_datetime(table["date"]), name="date")).drop(columns="date")
    if table.index.has_duplicates:
        raise InputError([Problem("file", f"{name}.parquet", say("holds_a_date_twice"))])
    table = table.sort_index().asfreq("D").astype(float)
    site = Site(float(row["lat"]), float(row["lon"]), float(row["alt"]), name)
    frames = {source: canonical(table, source) for source in COLUMNS}
    empty = np.full(len(table), np.nan)
    reference = table[REFERENCE].to_numpy() if REFERENCE in table else empty
    return Place(name, site, frames, reference, table[API].to_numpy() if API in table else empty)


def canonical(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return one source's columns of a data-pack table under canonical names, wind at 2 m."""
    frame = table[list(COLUMNS[source])].rename(columns=COLUMNS[source])
    if "u10" in frame:
        frame["u2"] = frame.pop("u10") * WIND_AT_2M
    return frame


def distances(sites: Sequence[Site]) -> np.ndarray:
    """Return great-circle distances between places, shape (n, n). [km]

    >>> distances([Site(0, 0), Site(0, 1)]).round(1).tolist()
    [[0.0, 111.2], [111.2, 0.0]]
    """
    latitude = np.radians([site.latitude for site in sites])
    longitude = np.radians([site.longitude for site in sites])
    half = (
        np.sin((latitude[:, None] - latitude) / 2) ** 2
        + np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    distance: np.ndarray = 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return distance
