"""Open-Meteo's ensemble mean and spread: how far the members of ECMWF's ensemble lie apart on the days to come.

No weather is taken from it while a forecast has the day: the fusion asks it how sure that forecast is
(`etolib.fusion.ahead`). Hours are asked, because of days the provider gives no spread. The spread of a day is the mean
of its hours': hours that err together, which is the most it can be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from etolib.errors import BadResponse
from etolib.site import Period, Site
from etolib.sources import canonical, lifetime, open_meteo_hours
from etolib.sources.base import SourceData
from etolib.sources.network import client
from etolib.sources.network.keeping import Lifetime
from etolib.sources.open_meteo import HOURLY, HOURS, Answer, OpenMeteo, answers_of, place_of, shape_of
from etolib.sources.open_meteo_hours import daily, days_of, laid_out, sunlight
from etolib.sources.shape import Is
from etolib.words import Text, say

SPREAD = "_spread"
"""Ending of the columns that hold a standard deviation between members."""

_HOURLY: Mapping[str, tuple[str, str, float]] = {
    "temperature_2m": ("tmean", "°C", 1.0),
    "relative_humidity_2m": ("rhmean", "%", 1.0),
    "wind_speed_10m": ("u2", "m/s", float(canonical.u2_from_10m(1.0))),
    "shortwave_radiation": ("rs", "W/m²", 0.0036),  # mean of the hour before its label -> MJ m-2 of that hour
}
"""Column, unit and factor of what is asked; of each the spread too, in the same unit."""

MOST = {"tmean": 15.0, "rhmean": 45.0, "u2": 12.0, "rs": 15.0}
"""Spreads beyond these are no spreads. [degC; %; m s-1; MJ m-2 day-1]"""


def names() -> list[str]:
    """Return the hourly variables that are asked.

    >>> names()[:2]
    ['temperature_2m', 'temperature_2m_spread']
    """
    return [name + ending for name in _HOURLY for ending in ("", SPREAD)]


def read(data: Any, site: Site) -> Answer:
    """Read the answer for one place: means and spreads of days, canonical units.

    Raises
    ------
    ValueError
        Where the body is not such an answer.
    BadResponse
        Where a unit, the zone or the place is not what was asked.
    """
    latitude, longitude = place_of(data, site)
    warnings: list[Text] = []
    stamps, found, missing = open_meteo_hours.read(data, names())
    columns: dict[str, np.ndarray] = {}
    for name, values in found.items():
        column, unit, factor = _HOURLY[name.removesuffix(SPREAD)]
        canonical.conversion("open_meteo_ensemble", name, data["hourly_units"].get(name), {unit: canonical.SAME})
        columns[column + name[len(name.removesuffix(SPREAD)) :]] = values * factor
    hours = canonical.table(stamps, columns, warnings)
    return Answer(_of_days(hours, site), tuple(missing), latitude, longitude, None, tuple(warnings))


def _of_days(hours: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return days: means of 24 hours; of radiation the sum of the hours that end within the day."""
    days = days_of(hours, 400, "a forecast")
    if not len(days):
        return pd.DataFrame(columns=hours.columns, index=days, dtype=float)
    light = sunlight(site, days)
    found = {}
    for name in hours.columns:
        radiation = name.startswith("rs")
        values = laid_out(hours[name], days, labelled_at_end=radiation)
        with np.errstate(over="ignore", invalid="ignore"):
            found[name] = daily(values, light) if radiation else values.mean(axis=1)
    return pd.DataFrame(found, index=days)


def _plausible(name: str, values: pd.Series) -> pd.Series:
    """Return a spread without what cannot be one: members never all agree on a whole day to come."""
    return values.where((values > 0) & (values <= MOST[name]))


class OpenMeteoEnsemble(OpenMeteo):
    """The ensemble of ECMWF as Open-Meteo gives it: means, and standard deviations between members."""

    variables = 2 * len(_HOURLY)

    def _params(self, sites: Sequence[Site], inside: Period) -> dict[str, str]:
        params = super()._params(sites, inside)
        del params["daily"]
        return params | {"hourly": ",".join(names())}

    def _read(self, body: bytes, sites: Sequence[Site]) -> list[Answer]:
        return [read(one, site) for one, site in zip(answers_of(body, sites), sites, strict=True)]

    def _lifetime(self, answers: Sequence[Answer], inside: Period, today: dt.date) -> Lifetime:
        return lifetime.ENSEMBLE

    def _data(
        self, site: Site, answer: Answer, reply: client.Reply, period: Period, inside: Period, today: dt.date
    ) -> SourceData:
        info = self.info
        warnings: list[Text] = []
        canonical.clipped(period, inside, info.title, warnings)
        warnings += [say("of_source", source=info.title, sentence=text) for text in answer.warnings]
        frame = canonical.finish(answer.frame, inside, today=today, forecast=True, warnings=warnings, named=info.title)
        spreads = {
            name + SPREAD: _plausible(name, answer.frame[name + SPREAD]).reindex(frame.index)
            for name in MOST
            if name + SPREAD in answer.frame
        }
        absent = [name for name in MOST if name + SPREAD not in spreads or spreads[name + SPREAD].isna().all()]
        if len(absent) == len(MOST):
            sentence = say("gave_no_spread", source=info.name)
            raise BadResponse(sentence, source=info.name, suggestion=say("interval_by_days_ahead"))
        if lost := [name for name in MOST if name not in frame]:
            warnings.append(say("left_out", source=info.title, variables=lost))
        if absent:
            told = say("no_spread_of", variables=absent)
            warnings.append(say("of_source", source=info.title, sentence=told))
        warnings += canonical.said_of(info.title, reply)
        meta = {**canonical.provenance(info, site, reply), **self._where(site, answer), "missing": list(answer.missing)}
        return SourceData(info.name, frame.assign(**spreads), meta, warnings)


SHAPES = {
    "/v1/ensemble": shape_of(
        "hourly", {name: Is(_HOURLY[name.removesuffix(SPREAD)][1]) for name in names()}, HOURLY, HOURS
    )
}
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
