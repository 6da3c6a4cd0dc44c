"""Which model Open-Meteo's numbers are of, day by day.

``era5_seamless`` is ERA5 (0.25 degree) with the temperature and humidity of ERA5-Land (0.1 degree) where that has the
day; wind, radiation, rain and pressure are always ERA5's. Where ERA5-Land has none, at sea or on days that are not
there yet, the answer is filled from ERA5 without a word. `WITNESS` is a variable that only ERA5-Land has: asked with
the others it is null where the day was filled (read in the server's source of 2026-08, not seen live).
It costs no request of its own, but a request weighs a ninth more (12 variables for 11), so it is asked only while
ERA5-Land may still be filled in: older gaps were closed (open-meteo issue 2122), and its record begins in 1950.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from etolib.site import Period
from etolib.sources import canonical
from etolib.sources.lifetime import SETTLED_AFTER
from etolib.sources.row import SourceInfo
from etolib.words import Text, say

SEAMLESS, LAND, COARSE = "era5_seamless", "era5_land", "era5"
WITNESS = "snow_depth_max"
FIRST_LAND_DAY = dt.date(1950, 1, 1)


def witnessed(model: str | None, period: Period, today: dt.date) -> bool:
    """Return whether the witness is asked for the days of a period."""
    return model == SEAMLESS and (today - period.end).days <= SETTLED_AFTER


def runs(days: pd.DatetimeIndex) -> list[list[str]]:
    """Return days as stretches, first and last of each.

    >>> runs(pd.DatetimeIndex(["2024-02-28", "2024-02-29", "2024-03-05"]))
    [['2024-02-28', '2024-02-29'], ['2024-03-05', '2024-03-05']]
    """
    breaks = np.flatnonzero(np.diff(days.to_numpy()) > np.timedelta64(1, "D")) + 1
    return [[str(part[0].date()), str(part[-1].date())] for part in np.split(days, breaks) if len(part)]


def filled(model: str | None, days: pd.DatetimeIndex, witness: pd.Series | None) -> pd.DatetimeIndex:
    """Return the days whose temperature and humidity are of ERA5 and not of ERA5-Land, as far as that is known.

    Parameters
    ----------
    model : str, optional
        What was asked.
    days : pandas.DatetimeIndex
        Days that have a temperature.
    witness : pandas.Series, optional
        The witness by day; None: it was not asked.

    Examples
    --------
    >>> days = pd.date_range("2026-08-29", periods=3)
    >>> filled(SEAMLESS, days, pd.Series([0.0, np.nan, 0.0], days))[0]
    Timestamp('2026-08-30 00:00:00')
    >>> len(filled("era5", days, None)), len(filled(SEAMLESS, pd.date_range("1949-12-31", periods=2), None))
    (0, 1)
    """
    if model != SEAMLESS:
        return days[:0]
    before = days < pd.Timestamp(FIRST_LAND_DAY)
    absent = np.zeros(len(days), bool) if witness is None else witness.reindex(days).isna().to_numpy()
    return days[before | absent]


def days_of_model(
    model: str | None, days: pd.DatetimeIndex, coarse: pd.DatetimeIndex, asked: bool
) -> dict[str, object]:
    """Return the stretches of days by the model that gave their temperature and humidity."""
    if model != SEAMLESS:
        return {str(model): runs(days)} if len(days) else {}
    fine = days.difference(coarse)
    name = LAND if asked else f"{LAND} (not asked)"
    return {key: runs(part) for key, part in ((name, fine), (COARSE, coarse)) if len(part)}


def told(
    info: SourceInfo, frame: pd.DataFrame, witness: pd.Series | None, forecast: bool, warnings: list[Text]
) -> dict[str, Any]:
    """Return the models by stretches of days, for the provenance; ``warnings`` grows where days were filled."""
    model = info.settings.get("model")
    there = pd.DatetimeIndex(frame.index[frame["tmax"].notna()])
    coarse = filled(model, there, witness)
    if 0 < len(coarse) < len(there):  # a place without ERA5-Land, at sea, has nothing to be filled
        sentence = say("filled_from_era5", days=canonical.in_words(coarse))
        warnings.append(say("of_source", source=info.title, sentence=sentence))
    found: dict[str, Any] = {"days_of_model": days_of_model(model, there, coarse, witness is not None)}
    if forecast:  # the seam between what a model made of the days that are over, and of those to come
        parts = {kind: there[frame.loc[there, "kind"] == kind] for kind in ("observed", "forecast")}
        found["days_of_kind"] = {kind: runs(days) for kind, days in parts.items() if len(days)}
    return found
