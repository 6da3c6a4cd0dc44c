"""Open-Meteo: reanalysis since 1940, forecast to 14 days ahead, and the elevation of any place.

The day is the local solar day: the fixed zone ``Etc/GMT±N`` (sign reversed by POSIX, no daylight saving) at
round(longitude / 15) h, the same hours as NASA POWER's day. Wind comes at 10 m and is brought to 2 m here.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse
from etolib.site import Period, Site
from etolib.sources import canonical, grouping, lifetime, open_meteo_models, revision
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.network.keeping import Lifetime
from etolib.sources.open_meteo_access import budget, headers, limited_until, root
from etolib.sources.shape import Column, Days, Is, List, Nearby, Number, Object, Read, Same, Shape, Words
from etolib.words import Text, say

_C = {"°C": canonical.SAME}
_PERCENT = {"%": canonical.SAME}

VARIABLE_MAP: Mapping[str, tuple[str, Mapping[str, canonical.Conversion]]] = {
    "temperature_2m_max": ("tmax", _C),
    "temperature_2m_min": ("tmin", _C),
    "temperature_2m_mean": ("tmean", _C),
    "dew_point_2m_mean": ("tdew", _C),
    "relative_humidity_2m_max": ("rhmax", _PERCENT),
    "relative_humidity_2m_min": ("rhmin", _PERCENT),
    "relative_humidity_2m_mean": ("rhmean", _PERCENT),
    "wind_speed_10m_mean": ("u2", {"m/s": canonical.SAME}),  # asked for; km/h is the provider's default
    "shortwave_radiation_sum": ("rs", {"MJ/m²": canonical.SAME}),
    "precipitation_sum": ("precipitation", {"mm": canonical.SAME}),
    "surface_pressure_mean": ("pressure", {"hPa": (0.1, 0.0)}),
}
HOURLY_MAP: Mapping[str, tuple[str, Mapping[str, canonical.Conversion]]] = {
    "temperature_2m": ("temperature", _C),
    "dew_point_2m": ("dewpoint", _C),
    "relative_humidity_2m": ("rh", _PERCENT),
    "wind_speed_10m": ("wind2", {"m/s": canonical.SAME}),
    "surface_pressure": ("pressure", {"hPa": (0.1, 0.0)}),
    "shortwave_radiation": ("rs", {"W/m²": (0.0036, 0.0)}),  # mean of the hour before its label
    "precipitation": ("precipitation", {"mm": canonical.SAME}),  # sum of the hour before its label
    "cloud_cover": ("cloud", _PERCENT),
}
_PRECEDING = ("rs", "precipitation")
_VERSION = "open-meteo-1"
_ELEVATION_VERSION = "elevation-1"
_LIST_DEADLINE = 120.0  # s; a list is worth waiting for the provider's next minute


def zone(site: Site) -> str:
    """Return the fixed zone of the local solar day; POSIX turns the sign.

    >>> zone(Site(0, -47.6)), zone(Site(0, 151.2)), zone(Site(51.5, -0.1))
    ('Etc/GMT+3', 'Etc/GMT-10', 'Etc/GMT')
    """
    return f"Etc/GMT{-site.utc_offset:+d}" if site.utc_offset else "Etc/GMT"


def coordinate(latitude: float) -> float:
    """Return the latitude to ask for: whole southern degrees moved by 11 m.

    The provider's elevation tiles seem to be taken one degree too far south there (read in its source, not
    confirmed); a step of 0.0001 degree avoids the question.

    >>> coordinate(-15.0), coordinate(-15.5), coordinate(15.0)
    (-15.0001, -15.5, 15.0)
    """
    rounded = round(latitude, 4)
    return rounded - 0.0001 if rounded < 0 and rounded > -90 and rounded.is_integer() else rounded


@dataclass(frozen=True)
class Answer:
    """One place of an answer: canonical columns by day, place and elevation of the cell."""

    frame: pd.DataFrame
    missing: tuple[str, ...]
    latitude: float
    longitude: float
    elevation: float | None
    warnings: tuple[Text, ...]
    witness: pd.Series | None = None  # of ERA5-Land, see `open_meteo_models`


def parse(
    body: bytes,
    requested: Sequence[str] | None = None,
    *,
    places: Sequence[Site] | None = None,
    hourly: bool = False,
) -> list[Answer]:
    """Read a daily answer (JSON): one object for one place, a list for several.

    With ``hourly`` the index is the begin of each hour: sums and radiation, which the provider labels with the end of
    their hour, are moved to it.

    Raises
    ------
    ValueError
        Where the body is not such an answer.
    BadResponse
        Where a unit, the zone or the place is not what was asked.
    """
    items = answers_of(body, places)
    table = HOURLY_MAP if hourly else VARIABLE_MAP
    names = tuple(table if requested is None else requested)
    return [_one(item, names, None if places is None else places[i], hourly) for i, item in enumerate(items)]


def answers_of(body: bytes, places: Sequence[Site] | None) -> list[Any]:
    """Return the answer of each place, in the order they were asked; ValueError where some are missing."""
    data = canonical.read_json(body)
    items = data if isinstance(data, list) else [data]
    if places is not None and len(items) != len(places):
        raise ValueError(f"{len(items)} places where {len(places)} were asked")
    return items


def place_of(data: Any, site: Site | None) -> tuple[float, float]:
    """Return latitude and longitude of the cell; `BadResponse` where zone or place are not those of ``site``."""
    latitude, longitude = canonical.number(data["latitude"]), canonical.number(data["longitude"])
    if math.isnan(latitude) or math.isnan(longitude):
        raise ValueError("the place is missing")
    if site is not None:
        if canonical.number(data["utc_offset_seconds"]) != site.utc_offset * 3600:
            raise BadResponse(
                say("answered_for_days_of", answered=str(data["timezone"]), asked=zone(site)),
                suggestion=say("report_this"),
            )
        away = canonical.distance_km(site.latitude, site.longitude, latitude, longitude)
        if away > 200:
            raise BadResponse(say("answered_for_a_place_away", distance=f"{away:.0f}"))
    return latitude, longitude


def _one(data: Any, names: Sequence[str], site: Site | None, hourly: bool) -> Answer:
    latitude, longitude = place_of(data, site)
    step, table = ("hourly", HOURLY_MAP) if hourly else ("daily", VARIABLE_MAP)
    values_of, units = data[step], data[f"{step}_units"]
    times = values_of["time"]
    if not isinstance(times, list):
        raise ValueError("the dates are missing")
    days = [dt.datetime.fromisoformat(text) if hourly else dt.date.fromisoformat(text) for text in times]
    columns: dict[str, np.ndarray] = {}
    missing = []
    for name in names:
        column, known = table[name]
        if name not in values_of:
            missing.append(name)
            continue
        values = canonical.numbers(values_of[name], len(days))
        if units.get(name) == "undefined" and np.isnan(values).all():
            missing.append(name)
            continue
        factor, offset = canonical.conversion("open_meteo", name, units.get(name), known)
        values = values * factor + offset
        columns[column] = canonical.u2_from_10m(values) if column in ("u2", "wind2") else values
    warnings: list[Text] = []
    frame = canonical.table(days, columns, warnings)
    if hourly and len(frame):
        if frame.index[-1] - frame.index[0] > pd.Timedelta(days=366 * 120):
            raise ValueError("the hours span more than the archive")
        axis = pd.date_range(frame.index[0] - pd.Timedelta(hours=1), frame.index[-1], freq="h", name="time")
        frame = frame.reindex(axis)
        moved = [name for name in _PRECEDING if name in frame]
        frame[moved] = frame[moved].shift(-1)
    height = data.get("elevation")
    elevation = None if height is None or math.isnan(canonical.number(height)) else canonical.number(height)
    seen = values_of.get(open_meteo_models.WITNESS)
    witness = None if seen is None else pd.Series(canonical.numbers(seen, len(days)), pd.DatetimeIndex(days))
    witness = None if witness is None else witness[~witness.index.duplicated()]
    return Answer(frame, tuple(missing), latitude, longitude, elevation, tuple(warnings), witness)


def differs(before: Sequence[Answer], after: Sequence[Answer], fetched: float) -> dict[str, Any] | None:
    """Return what a second answer for one place changed of days that were over when the first was fetched."""
    if len(before) != 1 or len(after) != 1:
        return {}  # places of a list are compared one by one
    return revision.differences(before[0].frame, after[0].frame, fetched)


def _places(sites: Sequence[Site]) -> dict[str, str]:
    return {
        "latitude": ",".join(f"{coordinate(s.latitude):.4f}" for s in sites),
        "longitude": ",".join(f"{s.longitude:.4f}" for s in sites),
    }


class OpenMeteo:
    """One weather service of Open-Meteo."""

    family = "Open-Meteo"  # all its services count together
    variables = len(VARIABLE_MAP)  # asked of a place, which a request costs by
    differs = staticmethod(differs)

    def __init__(self, info: SourceInfo) -> None:
        self.info = info
        self.model = info.settings.get("model")
        self.forecast = "forecast" in info.kinds

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` within the window; raises a `SourceError`."""
        return self.fetch_many([site], period)[0]

    def fetch_many(self, sites: Sequence[Site], period: Period) -> list[SourceData]:
        """Return the same days for many places, in as few requests as their solar days allow; order kept."""
        today = config.today()
        inside = self.info.clip(period, today)
        found: dict[int, SourceData] = {}
        for part in grouping.parts(sites, grouping.size(len(inside))):
            here = [sites[i] for i in part]
            reply = self._ask(here, inside, today)
            for i, site, answer in zip(part, here, reply.data, strict=True):
                found[i] = self._data(site, answer, reply, period, inside, today)
        return [found[i] for i in range(len(sites))]

    def fetch_hourly(self, site: Site, period: Period) -> SourceData:
        """Return hourly weather by the hour of local solar time at which each interval begins.

        ``frame`` has the index ``time`` and the columns temperature, dewpoint [degC], rh, cloud [%], wind2 [m s-1],
        pressure [kPa], rs [MJ m-2 h-1], precipitation [mm h-1]. The last hour of the newest day of the window has no
        radiation and rain: they would come with the day after.
        """
        today = config.today()
        inside = self.info.clip(period, today)
        day = dt.timedelta(days=1)
        asked = Period(inside.start, min(inside.end + day, self.info.window(today)[1]))
        params = {k: v for k, v in self._params([site], asked).items() if k != "daily"} | {
            "hourly": ",".join(HOURLY_MAP)
        }
        reply = client.fetch(
            self._url(), params, source=self.info.name,
            check=lambda body: parse(body, places=[site], hourly=True),
            ttl=lambda answers, headers: self._lifetime(answers, inside, today), deadline=120.0, read=60.0,
            budget=budget(self.info.service), weight=grouping.weight(len(HOURLY_MAP), len(asked)),
            limited_until=limited_until, headers=headers(), version=_VERSION,
        )  # fmt: skip
        (answer,) = reply.data
        warnings: list[Text] = list(answer.warnings)
        canonical.clipped(period, inside, self.info.title, warnings)
        if answer.missing:
            left_out = [HOURLY_MAP[name][0] for name in answer.missing]
            warnings.append(say("left_out", source=self.info.title, variables=left_out))
        axis = pd.date_range(inside.start, inside.end + day, freq="h", inclusive="left", name="time")
        meta = {**canonical.provenance(self.info, site, reply), **self._where(site, answer)}
        return SourceData(self.info.name, answer.frame.reindex(axis), meta, warnings)

    def _where(self, site: Site, answer: Answer) -> dict[str, Any]:
        away = canonical.distance_km(site.latitude, site.longitude, answer.latitude, answer.longitude)
        return {
            "model": self.model,
            "latitude": round(answer.latitude, 6),
            "longitude": round(answer.longitude, 6),
            "elevation": answer.elevation,
            "distance_km": round(away, 2),
            "wind": "10 m brought to 2 m (FAO-56 Eq. 47)",
        }

    def prefetch(self, sites: Sequence[Site], period: Period) -> int:
        """Bring the days of many places to the cache, where `fetch` finds each; return the number of requests.

        Places that are in the cache already are not asked for. Of a period so long that a request holds one place only
        nothing is asked: `fetch` does the same.
        """
        today = config.today()
        inside = self.info.clip(period, today)
        places = grouping.size(len(inside))
        if places == 1:
            return 0
        door, url = client.door(), self._url()
        absent = self._absent(sites, inside)
        parts = grouping.parts(absent, places)
        for part in parts:
            here = [absent[i] for i in part]
            reply = self._ask(here, inside, today, _LIST_DEADLINE)
            if len(here) > 1:
                for site, item, one in zip(here, json.loads(reply.body), reply.data, strict=True):
                    body = json.dumps(item, ensure_ascii=False).encode()
                    door.put(
                        url, self._params([site], inside), body, like=reply, data=[one], version=_VERSION,
                        check=partial(self._read, sites=[site]), differs=self.differs,
                        ttl=lambda answers, headers: self._lifetime(answers, inside, today),
                    )  # fmt: skip
        return len(parts)

    def asks(self, sites: Sequence[Site], period: Period, known: set[object]) -> list[float]:
        """Return the weight of each request that places of a lot will cost, beyond what is in the cache.

        ``known`` holds what was asked for other lots; what is asked now is added.
        """
        inside = self.info.clip(period, config.today())
        absent = [
            site
            for site in self._absent(sites, inside)
            if (*_places([site]).values(), inside, self.info.name) not in known
        ]
        known |= {(*_places([site]).values(), inside, self.info.name) for site in absent}
        parts = grouping.parts(absent, grouping.size(len(inside)))
        return [self._weight(inside, len(part)) for part in parts]

    def budget(self) -> Budget:
        """Return what the provider allows."""
        return budget(self.info.service)

    def _absent(self, sites: Sequence[Site], inside: Period) -> list[Site]:
        """Return the places whose days are not in the cache, each point once."""
        door, url = client.door(), self._url()
        points = {tuple(_places([site]).values()): site for site in reversed(sites)}
        return [
            site
            for site in reversed(points.values())
            if not door.has(url, self._params([site], inside), version=_VERSION)
        ]

    def _url(self) -> str:
        return root(self.info.service) + self.info.settings["path"]

    def _params(self, sites: Sequence[Site], inside: Period) -> dict[str, str]:
        params = {
            **_places(sites),
            "start_date": str(inside.start),
            "end_date": str(inside.end),
            "daily": ",".join([*VARIABLE_MAP, *self._witness(inside)]),
            "wind_speed_unit": "ms",
            "timezone": zone(sites[0]),
        }
        return params | ({"models": self.model} if self.model else {})

    def _witness(self, inside: Period) -> list[str]:
        asked = open_meteo_models.witnessed(self.model, inside, config.today())
        return [open_meteo_models.WITNESS] if asked else []

    def _weight(self, inside: Period, places: int) -> float:
        return grouping.weight(self.variables + len(self._witness(inside)), len(inside), places)

    def _ask(
        self, sites: Sequence[Site], inside: Period, today: dt.date, deadline: float | None = None
    ) -> client.Reply:
        return client.fetch(
            self._url(), self._params(sites, inside), source=self.info.name,
            check=lambda body: self._read(body, sites),
            ttl=lambda answers, headers: self._lifetime(answers, inside, today), differs=self.differs,
            deadline=deadline or (60.0 if self.forecast else 120.0), read=30.0 if self.forecast else 60.0,
            budget=budget(self.info.service), weight=self._weight(inside, len(sites)),
            limited_until=limited_until, headers=headers(), version=_VERSION,
        )  # fmt: skip

    def _read(self, body: bytes, sites: Sequence[Site]) -> list[Answer]:
        return parse(body, places=sites)

    def _lifetime(self, answers: Sequence[Answer], inside: Period, today: dt.date) -> float | Lifetime:
        """Return how long an answer is kept: an hour where it is a forecast, a day where days are new."""
        if self.forecast and (today - inside.end).days < lifetime.NEWEST_DAYS:
            return lifetime.FORECAST
        if (today - inside.end).days <= lifetime.SETTLED_AFTER or any(a.missing for a in answers):
            return lifetime.ARCHIVE_RECENT
        holes = any(lifetime.has_holes(a.frame, inside) for a in answers)
        return lifetime.HOLES if holes else lifetime.FINAL

    def _data(
        self, site: Site, answer: Answer, reply: client.Reply, period: Period, inside: Period, today: dt.date
    ) -> SourceData:
        info = self.info
        warnings: list[Text] = []
        canonical.clipped(period, inside, info.title, warnings)
        warnings += [say("of_source", source=info.title, sentence=text) for text in answer.warnings]
        frame = canonical.finish(
            answer.frame, inside, today=today, forecast=self.forecast, warnings=warnings, named=info.title
        )
        missing = [VARIABLE_MAP[name][0] for name in answer.missing]
        if lost := canonical.lost(missing, frame):
            warnings.append(say("left_out", source=info.title, variables=lost))
        canonical.require(info.name, frame, ("tmin", "tmax"))
        away = canonical.distance_km(site.latitude, site.longitude, answer.latitude, answer.longitude)
        if away > 25:
            sentence = say("cell_away", distance=f"{away:.0f}")
            warnings.append(say("of_source", source=info.title, sentence=sentence))
        warnings += canonical.said_of(info.title, reply)
        meta = {
            **canonical.provenance(info, site, reply), **self._where(site, answer), "missing": missing,
            **open_meteo_models.told(info, frame, answer.witness, self.forecast, warnings),
        }  # fmt: skip
        return SourceData(info.name, frame, meta, warnings)


def elevations(sites: Sequence[Site]) -> list[float | None]:
    """Return elevations [m] from the 90 m Copernicus model, None where it has none (the pole); 100 places at most.

    The service writes a bare ``nan`` there, which is no JSON.
    """
    return list(_ask_elevations(sites).data)


def prefetch_elevations(sites: Sequence[Site]) -> int:
    """Bring many elevations to the cache, where `elevations` finds each; return the number of requests."""
    door, url = client.door(), _elevation_url()
    absent = _without_elevation(sites)
    parts = [absent[i : i + grouping.MAX_PLACES] for i in range(0, len(absent), grouping.MAX_PLACES)]
    for part in parts:
        reply = _ask_elevations(part, _LIST_DEADLINE)
        if len(part) > 1:
            for site, height in zip(part, reply.data, strict=True):
                body = json.dumps({"elevation": [height]}).encode()
                door.put(
                    url, _places([site]), body, like=reply, data=[height], version=_ELEVATION_VERSION,
                    check=lambda kept: parse_elevations(kept, 1), ttl=lifetime.of_heights,
                )  # fmt: skip
    return len(parts)


def asks_elevations(sites: Sequence[Site], known: set[object]) -> list[float]:
    """Return the weight of each request for the elevations of a lot, beyond what is in the cache."""
    absent = [site for site in _without_elevation(sites) if tuple(_places([site]).values()) not in known]
    known |= {tuple(_places([site]).values()) for site in absent}
    most = grouping.MAX_PLACES
    return [float(min(most, len(absent) - i)) for i in range(0, len(absent), most)]


def _without_elevation(sites: Sequence[Site]) -> list[Site]:
    """Return the places whose elevation is not in the cache, each point once."""
    door, url = client.door(), _elevation_url()
    points = {tuple(_places([site]).values()): site for site in reversed(sites)}
    return [
        site for site in reversed(points.values()) if not door.has(url, _places([site]), version=_ELEVATION_VERSION)
    ]


def _elevation_url() -> str:
    return root("open_meteo_elevation") + "/v1/elevation"


def _ask_elevations(sites: Sequence[Site], deadline: float = 20.0) -> client.Reply:
    return client.fetch(
        _elevation_url(), _places(sites), source="open_meteo_elevation",
        check=lambda body: parse_elevations(body, len(sites)), ttl=lifetime.of_heights, differs=lifetime.heights_differ,
        deadline=deadline, connect=1.7, read=10.0, attempts=2,
        budget=budget("open_meteo_elevation"), weight=float(len(sites)),
        limited_until=limited_until, headers=headers(), version=_ELEVATION_VERSION,
    )  # fmt: skip


def parse_elevations(body: bytes, count: int) -> list[float | None]:
    """Read an elevation answer.

    >>> parse_elevations(b'{"elevation":[38.0, nan]}', 2)
    [38.0, None]
    """
    data = _without_nan(body)
    values = canonical.numbers(data["elevation"], count)
    if ((values < -500) | (values > 9000)).any():
        raise ValueError("an elevation that is not on Earth")
    return [None if math.isnan(v) else float(v) for v in values]


def _without_nan(body: bytes) -> Any:
    return json.loads(re.sub(rb"(?<![\w\"])-?nan(?![\w\"])", b"null", body))


def shape_of(step: str, units: Mapping[str, Shape], column: Shape, times: Shape, **optional: Shape) -> Object:
    """Return the shape of an answer for one place: ``daily`` or ``hourly`` columns with their units."""
    return Object(
        {f"{step}_units": Object({**units, "time": Is("iso8601")}, optional=dict.fromkeys(optional, Words())),
         step: Object(dict.fromkeys(units, column) | {"time": times}, optional=optional)},
        latitude=Nearby("latitude", 0.5), longitude=Nearby("longitude", 0.5), generationtime_ms=Number(0),
        utc_offset_seconds=Same(lambda asked: asked.site.utc_offset * 3600),
        timezone=Same(lambda asked: zone(asked.site)), timezone_abbreviation=Words(),
        optional={"elevation": Number(-500, 9000)},
    )  # fmt: skip


HOURS = List(Words(dt.datetime.fromisoformat), 24)
HOURLY = List(Number(or_null=True), 24)

SHAPES = {
    "/v1/(archive|forecast)": shape_of(
        "daily",
        {name: Is(*known) for name, (_, known) in VARIABLE_MAP.items()},
        Column(),
        Days(),
        **{open_meteo_models.WITNESS: Column()},
    ),
    "/v1/elevation": Read(_without_nan, Object(elevation=List(Number(-500, 9000, or_null=True)))),
}
"""What answers are assumed to be; `etolib doctor` looks whether they still are."""
