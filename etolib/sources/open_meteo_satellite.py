"""Open-Meteo's satellite radiation: what geostationary satellites saw hour by hour, as radiation of local solar days.

One request asks for two models: the long record of the disk the place lies in (SARAH-3 under Meteosat, Himawari under
Japan's satellite), and the provider's own selection (``satellite_radiation_seamless``: MTG, LSA SAF, Himawari), which
is fresher, was seen to have no older days, and once lost sixteen months of a disk. A day is the record's where that is
whole, else the selection's; the provenance says which, day by day.

Hours may be absent. A day counts where the hours that are there hold nearly all of the radiation above the air
(`etolib.sources.open_meteo_hours`); what is absent in the dark is darkness. A zero under a high sun is a gap that was
filled, not weather.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from etolib.errors import BadResponse, InvalidRequest, NotCovered
from etolib.site import Period, Site
from etolib.sources import canonical, lifetime, open_meteo_hours, revision
from etolib.sources.base import SourceData
from etolib.sources.network import client
from etolib.sources.network.keeping import Lifetime
from etolib.sources.open_meteo import HOURLY, HOURS, Answer, OpenMeteo, answers_of, place_of, shape_of, zone
from etolib.sources.open_meteo_hours import daily, days_of, laid_out, sunlight
from etolib.sources.open_meteo_models import runs
from etolib.sources.shape import Is
from etolib.words import Text, say

SELECTION = "satellite_radiation_seamless"
"""The provider's own choice among the satellites of the last years."""

METEOSAT, HIMAWARI = "eumetsat_sarah3", "jma_jaxa_himawari"
"""The long records: from 1983 between 65 W and 65 E, and from 2015 over Asia and Australia."""

_METEOSAT_HOURS = range(-5, 5)
"""Solar zones (hours from UTC) whose places lie nearer to Meteosat than to Himawari."""

VARIABLE = "shortwave_radiation"
_UNITS = {"W/m²": (0.0036, 0.0)}  # mean of the hour before its label -> MJ m-2 of that hour

MIDDLE_OFF = 1.5
"""How far the middle of the radiation may lie from the sun's, over `MIDDLE_DAYS` or more, before its hours are held to
be those of another zone. [h]"""

MIDDLE_DAYS = 10


def models(site: Site) -> tuple[str, str]:
    """Return the two models asked for a place, the one that comes first before the other.

    >>> models(Site(-22.7, -47.6)), models(Site(-35.3, 149.1))[0]
    (('eumetsat_sarah3', 'satellite_radiation_seamless'), 'jma_jaxa_himawari')
    """
    return (METEOSAT if site.utc_offset in _METEOSAT_HOURS else HIMAWARI), SELECTION


def read(data: Any, site: Site) -> Answer:
    """Read the answer for one place: daily radiation by model, columns in the order of `models`. [MJ m-2 day-1]

    Raises
    ------
    ValueError
        Where the body is not such an answer.
    BadResponse
        Where a unit, the zone or the place is not what was asked, or the hours are not those of the place's sun.
    """
    latitude, longitude = place_of(data, site)
    warnings: list[Text] = []
    of_model = {f"{VARIABLE}_{model}": model for model in models(site)}
    stamps, found, missing = open_meteo_hours.read(data, of_model)
    columns: dict[str, np.ndarray] = {}
    for name, values in found.items():
        factor, offset = canonical.conversion("open_meteo_satellite", name, data["hourly_units"].get(name), _UNITS)
        columns[of_model[name]] = values * factor + offset
    frame = canonical.table(stamps, columns, warnings)
    absent = tuple(of_model[name] for name in missing)
    return Answer(_of_days(frame, site), absent, latitude, longitude, None, tuple(warnings))


def _of_days(hours: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the days of hours that are labelled with their end; the last hour of the last day is dark."""
    days = days_of(hours, 366 * 120, "the archive")
    if not len(days):
        return pd.DataFrame(columns=hours.columns, index=days, dtype=float)
    light = sunlight(site, days)
    found = {}
    for name in hours.columns:
        values = laid_out(hours[name], days, labelled_at_end=True)
        _in_place(values, light)
        found[name] = daily(values, light)
    return pd.DataFrame(found, index=days)


def _in_place(hours: np.ndarray, light: np.ndarray) -> None:
    """Raise `BadResponse` where the middle of the radiation lies hours from noon: its hours are of another zone."""
    known = np.isfinite(hours) & (hours > 0)
    rows = known.sum(axis=1) >= 4
    if rows.sum() < MIDDLE_DAYS:
        return
    clock = np.arange(24) + 0.5
    with np.errstate(over="ignore", invalid="ignore"):
        seen = np.where(known, hours, 0.0)[rows].sum(axis=0)
        above = np.where(known, light, 0.0)[rows].sum(axis=0)
        apart = (seen @ clock) / seen.sum() - (above @ clock) / max(above.sum(), 1e-9)
    if not abs(apart) <= MIDDLE_OFF:
        raise BadResponse(say("radiation_of_other_hours", hours=f"{apart:+.1f}"), suggestion=say("report_this"))


def _first_of(by_model: pd.DataFrame) -> pd.Series:
    """Return the radiation of each day from the first model that has it."""
    return by_model.bfill(axis=1).iloc[:, 0] if by_model.shape[1] else pd.Series(np.nan, index=by_model.index)


class OpenMeteoSatellite(OpenMeteo):
    """The satellite radiation of Open-Meteo: one column, ``rs``."""

    variables = 2  # one of each model

    def _params(self, sites: Sequence[Site], inside: Period) -> dict[str, str]:
        params = super()._params(sites, inside)
        del params["daily"], params["wind_speed_unit"]
        return params | {"hourly": VARIABLE, "models": ",".join(models(sites[0])), "timezone": zone(sites[0])}

    def _ask(
        self, sites: Sequence[Site], inside: Period, today: dt.date, deadline: float | None = None
    ) -> client.Reply:
        try:
            return super()._ask(sites, inside, today, deadline)
        except InvalidRequest as error:
            if "no data is available" in (error.body or "").lower():
                said = say("no_data_for_place", source=self.info.name, error="HTTP 400")
                raise NotCovered(said, source=self.info.name, suggestion=say("choose_another_source_here")) from error
            raise

    def _read(self, body: bytes, sites: Sequence[Site]) -> list[Answer]:
        return [read(one, site) for one, site in zip(answers_of(body, sites), sites, strict=True)]

    @staticmethod
    def differs(before: Sequence[Answer], after: Sequence[Answer], fetched: float) -> dict[str, Any] | None:
        """Return what a second answer for one place changed of the radiation, whichever model it is of."""
        if len(before) != 1 or len(after) != 1:
            return {}
        old, new = (pd.DataFrame({"rs": _first_of(one[0].frame)}) for one in (before, after))
        return revision.differences(old, new, fetched)

    def _lifetime(self, answers: Sequence[Answer], inside: Period, today: dt.date) -> Lifetime:
        """Return how long an answer is good: what is absent, or not yet of the long record, may come soon."""
        days = pd.date_range(inside.start, inside.end)
        first = [answer.frame.iloc[:, 0].reindex(days) for answer in answers if answer.frame.shape[1]]
        if (today - inside.end).days <= lifetime.NEWEST_DAYS:
            return lifetime.NEWEST
        if (today - inside.end).days <= lifetime.SETTLED_AFTER:
            return lifetime.ARCHIVE_RECENT
        final = len(first) == len(answers) and all(column.notna().all() for column in first)
        return lifetime.FINAL if final else lifetime.HOLES

    def _data(
        self, site: Site, answer: Answer, reply: client.Reply, period: Period, inside: Period, today: dt.date
    ) -> SourceData:
        info, by_model = self.info, answer.frame
        warnings: list[Text] = []
        canonical.clipped(period, inside, info.title, warnings)
        warnings += [say("of_source", source=info.title, sentence=text) for text in answer.warnings]
        days_of: dict[str, list[list[str]]] = {}
        within = (by_model.index >= pd.Timestamp(inside.start)) & (by_model.index <= pd.Timestamp(inside.end))
        open_days = within.copy()
        for model in by_model.columns:
            take = open_days & by_model[model].notna().to_numpy()
            open_days &= ~take
            if take.any():
                days_of[str(model)] = runs(pd.DatetimeIndex(by_model.index[take]))
        frame = canonical.finish(
            pd.DataFrame({"rs": _first_of(by_model)}),
            inside,
            today=today,
            forecast=False,
            warnings=warnings,
            named=info.title,
        )
        if "rs" not in frame:
            raise BadResponse(
                say("gave_none_of", source=info.name, variable="rs"),
                source=info.name, suggestion=say("choose_other_days_or_source"),
            )  # fmt: skip
        for model in answer.missing:
            stand_in = say("other_model_stands_in", model=model, other=", ".join(days_of))
            warnings.append(say("of_source", source=info.title, sentence=stand_in))
        warnings += canonical.said_of(info.title, reply)
        meta = {
            **canonical.provenance(info, site, reply), **self._where(site, answer),
            "model": "+".join(days_of), "days_of_model": days_of, "missing": list(answer.missing), "wind": None,
        }  # fmt: skip
        return SourceData(info.name, frame, meta, warnings)


_named = partial("{}_{}".format, VARIABLE)
SHAPES = {
    "/v1/archive": shape_of(
        "hourly", {_named(SELECTION): Is(*_UNITS)}, HOURLY, HOURS,
        **{_named(model): HOURLY for model in (METEOSAT, HIMAWARI)},
    )
}  # fmt: skip
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
