"""What is said with no network, against station records of the world: the climatology, alone and taught by a station.

A folder holds ``stations.csv`` (station, latitude, longitude, elevation) and one ``<station>.parquet`` each: ``date``,
canonical columns, ``wind_3m`` where wind was measured at 3 m, ``eto_published`` where the agency prints its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from etolib.equations.air import wind_speed_2m
from etolib.extras import needed
from etolib.fusion import fuse_sources
from etolib.reference import eto
from etolib.scores import interval_score
from etolib.site import Period, Site
from etolib.sources.climatology import NAME, Climatology
from etolib.validation.own_record import seasonal_means

SEASONS = ("DJF", "MAM", "JJA", "SON")
PLACE = ("latitude", "longitude", "elevation")
MEANS = {"means of 15 days": 7, "of 31 days": 15}
"""Days to either side in a station's own seasonal means."""

LONG = 3 * 365 - 10
"""Days of a record whose seasons are told one by one: with fewer one dry spring makes a season."""


@dataclass(frozen=True)
class Record:
    """A station's record.

    Attributes
    ----------
    name : str
    site : Site
        With an elevation.
    weather : pandas.DataFrame
        By date without gaps, canonical columns.
    reference : pandas.Series
        ETo as published, else FAO-56 of the station's own columns. [mm day-1]
    """

    name: str
    site: Site
    weather: pd.DataFrame
    reference: pd.Series


def records(folder: Path) -> Iterator[Record]:
    """Yield the stations of a folder whose file is there."""
    with needed():
        import pyarrow  # noqa: F401 (reads the files)

    places = pd.read_csv(folder / "stations.csv").set_index("station")
    for name in map(str, places.index):
        path = folder / f"{name}.parquet"
        if path.exists():
            table = pd.read_parquet(path)
            table = table.set_index(pd.DatetimeIndex(table.pop("date"), name="date")).asfreq("D")
            if "wind_3m" in table:
                table["u2"] = wind_speed_2m(table.pop("wind_3m").to_numpy(), 3.0)
            latitude, longitude, height = (float(places[column][name]) for column in PLACE)
            site = Site(latitude, longitude, height, name)
            published = [table.pop(name) for name in ("eto_published", "etr_published") if name in table]
            truth = published[0] if published else eto(table, site).eto
            yield Record(name, site, table, truth.astype(float))


def usual(record: Record, taught: pd.Series | None = None) -> pd.DataFrame:
    """Return the climatology's ``eto``, ``lower`` and ``upper`` on the days of a record. [mm day-1]

    ``taught`` is what of the reference it may learn from, nothing by default.
    """
    days = record.reference.index
    frame = Climatology().fetch(record.site, Period(days[0].date(), days[-1].date())).frame
    fused = fuse_sources({NAME: frame}, record.site, taught)
    return pd.DataFrame({"eto": fused.eto, "lower": fused.lower, "upper": fused.upper})


def score(record: Record, said: pd.DataFrame) -> dict[str, float]:
    """Return the annual ``bias`` [%], ``rmse``, ``coverage`` [%] and ``width`` of what was said of a record's days.

    And the coverage of each season, NaN where the record has fewer than `LONG` days. [mm day-1 where nothing is said]
    """
    truth = record.reference
    both = (truth.notna() & said["eto"].notna()).to_numpy()
    error = (said["eto"] - truth)[both]
    row = {
        "days": float(both.sum()),
        "bias": 100 * float(error.sum() / truth[both].sum()),
        "rmse": float(np.sqrt((error**2).mean())),
        **interval_score(said["lower"].to_numpy(), said["upper"].to_numpy(), truth.to_numpy(float)),
    }
    season = pd.DatetimeIndex(truth.index).month.to_numpy() % 12 // 3
    for number, name in enumerate(SEASONS):
        rows = (season == number) & (both.sum() >= LONG)
        lower, upper, own = (column.to_numpy(float)[rows] for column in (said["lower"], said["upper"], truth))
        row[name] = interval_score(lower, upper, own)["coverage"]
    return row


def climatology_scores(folder: Path) -> pd.DataFrame:
    """Return the scores of the climatology alone, a row for each station of a folder."""
    return pd.DataFrame({record.name: score(record, usual(record)) for record in records(folder)}).T


def halves(reference: pd.Series) -> dict[str, np.ndarray]:
    """Return which days each half of a record has: in time, and in years by turns."""
    there = reference.notna().to_numpy()
    first = np.cumsum(there) <= there.sum() / 2
    even = pd.DatetimeIndex(reference.index).year.to_numpy() % 2 == 0
    return {"first half": first, "second half": ~first, "even years": even, "odd years": ~even}


def teaching_scores(folder: Path, names: Sequence[str]) -> pd.DataFrame:
    """Return how the climatology does that half a record has taught, on the other half, a row for each half.

    ``untaught``, ``taught`` and those of `MEANS` (the station's own, `own_record.seasonal_means`) are root mean square
    errors, ``coverage`` [%] and ``width`` those of the interval. [mm day-1]
    """
    rows = {}
    for record in (record for record in records(folder) if record.name in names):
        untaught = usual(record)
        for half, days in halves(record.reference).items():
            known = record.reference.where(days)
            if not 0 < known.notna().sum() < record.reference.notna().sum():
                continue
            other = record.reference.where(~days)
            taught = usual(record, known)
            said = score(replace(record, reference=other), taught)
            rows[f"{record.name}, {half}"] = {
                "days": said["days"],
                "untaught": score(replace(record, reference=other), untaught)["rmse"],
                **{name: float(np.sqrt(((seasonal_means(known, d) - other) ** 2).mean())) for name, d in MEANS.items()},
                "taught": said["rmse"],
                "coverage": said["coverage"],
                "width": said["width"],
            }
    return pd.DataFrame(rows).T
