"""Single values of a station that are no weather of its place: they count as missing, and are said to.

A column as a whole is judged elsewhere (`etolib.sources.station.judge`), by its median, which one day does not move.
Here a day, or an hour, is set beside what is usual at the place on its date (`etolib.sources.station.expected`) and
beside the sun. The limits are far from any weather, so that a record day stays; what is only unlikely is marked where
the sources are compared (`etolib.fusion.faults.values`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from etolib.equations import sun
from etolib.equations.air import saturation_vapour_pressure
from etolib.site import Site
from etolib.sources.canonical import in_words
from etolib.sources.station.expected import LEVEL, SUNNY, UNKNOWN_HEIGHT, Days, day_to_day, index_of, usual
from etolib.words import Text, say

DARKEST = 0.01
"""Share of the radiation above the air that passes the thickest clouds; of days it is seldom less than 0.05."""

NEVER = 7.0
"""Standard deviations beyond which no temperature of a day is weather. The heat of June 2021 reached 5.9 of them at
Forks, Washington (43.4 degC where 17 is usual in the climatology): what lies nearer is kept, and marked where the
sources are compared."""

DEW_ROOM, VAPOUR_ROOM = 1.0, 1.1
"""How far a dew point may lie above the day's maximum, and vapour above saturation at it: two sensors. [K; 1]"""

TEMPERATURES = ("tmin", "tmax", "tmean")


def room(site: Site) -> float | None:
    """Return how far a temperature may lie from what is usual on its date; None where that is not known. [K]

    >>> round(room(Site(38.5, -121.8, 18.0)))
    37
    """
    spread = day_to_day(site)
    if spread is None:
        return None
    height = UNKNOWN_HEIGHT if site.elevation is None else 0.0
    return NEVER * float(np.sqrt(LEVEL["temperature"] ** 2 + spread**2 + height**2))


def of_hours(dates: Days, site: Site) -> tuple[Any, Any] | None:
    """Return between which temperatures those of hours lie, each of shape (rows,); None where that is not known."""
    low, high, most = usual("tmin", dates, site), usual("tmax", dates, site), room(site)
    return None if low is None or high is None or most is None else (low - most, high + most)


def without(frame: pd.DataFrame, site: Site, warnings: list[Text], named: str) -> pd.DataFrame:
    """Return days without the values that cannot be.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns by day.
    site : Site
        Of the station.
    warnings : list of Text
        Grows by what is left out.
    named : str
        How warnings call the source.

    Examples
    --------
    >>> days = pd.DataFrame({"tmin": [14.0, -40.0], "tmax": [31.0, 30.0]}, pd.to_datetime(["2023-07-01", "2023-07-02"]))
    >>> said = []
    >>> without(days, Site(38.5, -121.8, 18.0), said, "station")["tmin"].tolist()
    [14.0, nan]
    >>> str(said[0])
    'station: 1 value of tmin is no weather of this place (-40 on 2023-07-02, where 17 is usual) and counts as missing'
    """
    index = index_of(pd.DatetimeIndex(frame.index))
    ra = np.asarray(sun.extraterrestrial_radiation(site.latitude, index.day_of_year.to_numpy(float)))
    most = room(site)
    kept = {str(name): frame[name].to_numpy(float, copy=True) for name in frame.columns}
    for name, values in kept.items():
        level = usual(name, index, site)
        if level is None:
            continue
        wrong = np.zeros(len(values), bool)
        if name in TEMPERATURES and most is not None:
            wrong = np.abs(values - level) > most
        elif name == "rs":
            wrong = (ra > SUNNY) & (values < DARKEST * ra)
        elif name in ("rhmean", "rhmax"):
            wrong = values <= 0
        if wrong.any():
            first = int(np.argmax(wrong))
            said = {"value": f"{values[first]:g}", "day": str(index[first].date()), "usual": f"{level[first]:.0f}"}
            sentence = say("values_no_weather_here", count=int(wrong.sum()), variable=name, **said)
            warnings.append(say("of_source", source=named, sentence=sentence))
            values[wrong] = np.nan
    for name, excess in _above_saturation(kept).items():
        sentence = say("humidity_above_saturation", variable=name, count=int(excess.sum()))
        warnings.append(say("of_source", source=named, sentence=sentence))
        kept[name][excess] = np.nan
    if {"tmin", "tmax"} <= kept.keys():
        still = (kept["tmin"] == kept["tmax"]) & (ra > SUNNY)
        if still.any():
            sentence = say("no_range_of_temperature", days=in_words(index[still]))
            warnings.append(say("of_source", source=named, sentence=sentence))
            for name in TEMPERATURES:
                if name in kept:
                    kept[name][still] = np.nan
    return pd.DataFrame(kept, index=frame.index)


def _above_saturation(kept: dict[str, Any]) -> dict[str, Any]:
    """Return by humidity the days on which it lies above what the warmest air of the day can hold."""
    found = {}
    if "tmax" in kept and "tdew" in kept:
        found["tdew"] = kept["tdew"] > kept["tmax"] + DEW_ROOM
    if "tmax" in kept and "ea" in kept:
        found["ea"] = kept["ea"] > VAPOUR_ROOM * np.asarray(saturation_vapour_pressure(kept["tmax"]))
    return {name: wrong for name, wrong in found.items() if wrong.any()}
