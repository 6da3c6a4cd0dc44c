"""US National Weather Service: what the nearest usable station observed.

``barometricPressure`` of a station is the altimeter setting, reduced to sea level: it is never taken for the pressure
at the station, which the equations take from the elevation.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse, NotCovered, SourceError
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, daily, lifetime, nearby, no_radiation, nws, revision, whereabouts
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.agent import require_contact
from etolib.sources.network.keeping import Lifetime
from etolib.sources.shape import Anything, Is, List, Number, Object, Words
from etolib.words import Text, join, say

INFO = catalogue.SOURCES["nws_stations"]

GOOD = frozenset("VCS")  # MADIS: verified, coarse pass, screened. Z, Q, X, B and others are not used.
_SKY = {
    "CLR": 0.0,
    "SKC": 0.0,
    "FEW": 18.75,
    "SCT": 43.75,
    "BKN": 75.0,
    "OVC": 100.0,
    "VV": 100.0,
}  # %, middle of oktas


@dataclass(frozen=True)
class Station:
    """A station near a place.

    ``distance_km`` from the place [km]; ``elevation`` [m] and ``elevation_difference``, station less place [m, None
    where the place's is not known]; ``completeness`` 0..1, share of the last day's hours with temperature, humidity and
    wind; ``age_h`` since the newest report [h]; ``lacking`` what it does not measure.
    """

    identifier: str
    name: str
    latitude: float
    longitude: float
    elevation: float | None
    distance_km: float
    elevation_difference: float | None = None
    completeness: float = math.nan
    age_h: float = math.nan
    lacking: tuple[str, ...] = ()


def parse_stations(body: bytes) -> list[Station]:
    """Read a list of stations; ValueError where it is not one. Distances are not known yet (NaN)."""
    found = []
    for feature in canonical.read_json(body)["features"]:
        properties = feature["properties"]
        longitude, latitude = (canonical.number(v) for v in feature["geometry"]["coordinates"][:2])
        height = properties.get("elevation") or {}
        elevation = canonical.number(height.get("value"))
        identifier = str(properties["stationIdentifier"])
        if not identifier.isalnum() or not (abs(latitude) <= 90 and abs(longitude) <= 360):
            raise ValueError("a station without identifier or place")
        found.append(
            Station(
                identifier, str(properties.get("name", ""))[:80], latitude, longitude,
                elevation if math.isfinite(elevation) else None, math.nan,
            )
        )  # fmt: skip
    return found


_OBSERVED: Mapping[str, tuple[str, Mapping[str, canonical.Conversion]]] = {
    "temperature": ("temperature", nws.CELSIUS),
    "dewpoint": ("dewpoint", nws.CELSIUS),
    "relativeHumidity": ("rh", nws.PERCENT),
    "windSpeed": ("wind10", nws.SPEED),
}


def parse_observations(body: bytes, station: Station | None = None) -> pd.DataFrame:
    """Read observations: one row per report, index its UTC time; ValueError where it is not such an answer.

    Only values whose MADIS quality code is V, C or S count. `BadResponse` where the reports are not of ``station``, or
    it stands elsewhere than the list says.
    """
    times: list[pd.Timestamp] = []
    rows: list[dict[str, float]] = []
    for feature in canonical.read_json(body)["features"]:
        properties = feature["properties"]
        if station is not None:
            _of_the_station(feature, station)
        row = {}
        for name, (column, known) in _OBSERVED.items():
            value = _measured(properties.get(name), name, known)
            if value is not None:
                row[column] = value
        rain = _measured(properties.get("precipitationLastHour"), "precipitation", {**nws.WATER, "m": (1000.0, 0.0)})
        if rain is not None:
            row["precipitation"] = rain
        layers = properties.get("cloudLayers")
        if isinstance(layers, list) and layers:
            amounts = [_SKY[item["amount"]] for item in layers if item.get("amount") in _SKY]
            if amounts:
                row["cloud"] = max(amounts)
        times.append(daily.parse_time(properties["timestamp"]))
        rows.append(row)
    columns = ["temperature", "dewpoint", "rh", "wind10", "cloud", "precipitation"]
    frame = pd.DataFrame(rows, index=pd.DatetimeIndex(times), columns=columns, dtype=float)
    return frame[~frame.index.duplicated()].sort_index()


def _of_the_station(feature: Mapping[str, Any], station: Station) -> None:
    named = str(feature["properties"].get("station") or station.identifier).rpartition("/")[2]
    if named != station.identifier:
        said = say("answered_for_another_place", source=INFO.name, place=named[:40], asked=station.identifier)
        raise BadResponse(said, source=INFO.name)
    where = (feature.get("geometry") or {}).get("coordinates") or ()
    own = [(canonical.number(where[1]), canonical.number(where[0]))] if where else []
    whereabouts.require_same(INFO.name, station.identifier, (station.latitude, station.longitude), own)


def _measured(item: Any, name: str, known: Mapping[str, canonical.Conversion]) -> float | None:
    if not isinstance(item, dict) or item.get("value") is None:
        return None
    if str(item.get("qualityControl") or "").rpartition(":")[2] not in GOOD:
        return None
    value = canonical.number(item["value"])
    factor, offset = nws.unit(name, item.get("unitCode"), known)
    return value * factor + offset


def _observations(station: Station, day: dt.date, today: dt.date) -> tuple[pd.DataFrame, client.Reply]:
    """Return the reports of one UTC day: 500 rows, the most in one answer, are two days of a 5-minute station."""
    reply = nws.get(
        INFO, f"/stations/{station.identifier}/observations", lambda body: parse_observations(body, station),
        lambda data, headers: lasting(data, day, today),
        {"start": f"{day}T00:00:00Z", "end": f"{day + dt.timedelta(days=1)}T00:00:00Z", "limit": 500},
        differs=revision.differences,
    )  # fmt: skip
    return reply.data, reply


def lasting(reports: pd.DataFrame, day: dt.date, today: dt.date) -> Lifetime:
    """Return how long the reports of a UTC day are kept: for good only where they reach the day's end.

    An empty list with status 200, and reports that end hours before the day does, are what the service gives while it
    is behind.
    """
    if (today - day).days <= 1:
        return lifetime.STATION_NOW
    end = pd.Timestamp(day) + pd.Timedelta(days=1)
    behind = reports.empty or reports.index[-1] < end - LATE
    hours = 0 if reports.empty else pd.DatetimeIndex(reports.index).floor("h").nunique()
    return lifetime.STATION_THIN if behind or hours < daily.NEEDED else lifetime.STATION_DAY


FARTHEST = 500.0
"""The list holds the stations around a place; where the nearest is farther, it is another list. [km]"""

LATE = pd.Timedelta(hours=3)
"""A day whose last report is older than this before its end is not whole: stations report each hour."""


def hourly(reports: pd.DataFrame, hours: pd.DatetimeIndex) -> pd.DataFrame:
    """Return reports as hours, see `daily.by_hour`.

    Rain of the last hour is the largest an hour's reports tell: special reports repeat it.
    """
    groups = daily.by_hour(reports)
    result = groups.mean().reindex(hours)
    # Rain reported at 12:53 fell in the hour before: label 13, hour 12.
    rain = groups["precipitation"].max()
    result["precipitation"] = rain.set_axis(pd.DatetimeIndex(rain.index) - daily.HOUR).reindex(hours)
    return result


def find_stations(site: Site, *, count: int = 5, candidates: int = 10, source: SourceInfo = INFO) -> list[Station]:
    """Return the best stations near a place: nearest first, without those that lack humidity or wind.

    Parameters
    ----------
    site : Site
        The place.
    count : int
        How many to return at most.
    candidates : int
        How many of the nearest are looked at (one request each).

    Returns
    -------
    list of Station
        By distance; a station that reported in less than half of yesterday's hours comes after those that did.

    Raises
    ------
    SourceError
        Where the service does not answer; `NotCovered` outside of the USA.
    """
    return [s for s in survey_stations(site, candidates=candidates, source=source) if not s.lacking][:count]


def survey_stations(site: Site, *, candidates: int = 10, source: SourceInfo = INFO) -> list[Station]:
    """Return the nearest stations with what each lacks; the usable ones first. See `find_stations`."""
    require_contact(source, say("us_national_weather_service"))
    where = nws.point(source, site)
    listed: list[Station] = nws.get(
        source, where.stations, parse_stations,
        lambda data, headers: lifetime.STATION_LIST if data else lifetime.NOTHING_LISTED,
    ).data  # fmt: skip
    near = nearby.nearest(site, listed, candidates)
    if near and near[0].distance_km > FARTHEST:
        there = f"{near[0].latitude:.2f}, {near[0].longitude:.2f}"
        said = say("answered_for_another_place", source=source.name, place=there, asked=str(site))
        raise BadResponse(said, source=source.name)
    failures: list[BadResponse] = []
    surveyed = [_survey(s, site, failures) for s in near]
    if failures and all(s.lacking for s in surveyed):
        raise failures[0]  # not the stations lack something: what they sent cannot be read
    return sorted(surveyed, key=lambda s: (bool(s.lacking), not s.completeness >= 0.5, s.distance_km))


def _survey(station: Station, site: Site, failures: list[BadResponse]) -> Station:
    today = config.today()
    yesterday = today - dt.timedelta(days=1)
    try:
        reports, _ = _observations(station, yesterday, today)
    except (NotCovered, BadResponse) as error:
        if isinstance(error, BadResponse):
            failures.append(error)
        reports = parse_observations(b'{"features": []}')
    start = pd.Timestamp(yesterday)
    names = {"temperature": "temperature", "rh": "humidity", "wind10": "wind"}
    # Which hours have a value, as `hourly` would find: ten stations are looked at for each place.
    hour = ((pd.DatetimeIndex(reports.index) + daily.EARLY - start) // daily.HOUR).to_numpy()
    inside = (hour >= 0) & (hour < 24)
    reported = reports[list(names)].notna().to_numpy()
    there = np.zeros((24, len(names)), dtype=bool)
    for column in range(len(names)):
        there[hour[inside & reported[:, column]], column] = True
    lacking = tuple(word for word, hours in zip(names.values(), there.T, strict=True) if not hours.any())
    whole = float(there.all(axis=1).mean())
    known = reports.index[reported[:, 0]]
    age = (start + 24 * daily.HOUR - known[-1]) / daily.HOUR if len(known) else math.nan
    difference = None
    if station.elevation is not None and site.elevation is not None:
        difference = round(station.elevation - site.elevation, 1)
    return replace(
        station, completeness=round(whole, 3), age_h=round(age, 2), lacking=lacking, elevation_difference=difference
    )


class NwsStations:
    """Observations of the nearest usable station."""

    requests_per_place = 3  # about: what is near shares answers

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` from the best station near the place; raises a `SourceError`."""
        today = config.today()
        info = self.info
        inside = info.clip(period, today)
        if not info.covers(site):
            raise NotCovered(say("no_nws_stations_near", place=str(site)), source=info.name,
                             suggestion=say("choose_another_source_here"))  # fmt: skip
        stations = find_stations(site, count=3)
        if not stations:
            raise NotCovered(say("no_station_reports", place=str(site)), source=info.name,
                             suggestion=say("choose_another_source_here"))  # fmt: skip
        failure: SourceError | None = None
        for station in stations:
            try:
                return self._from(station, site, period, inside, today)
            except (NotCovered, BadResponse) as error:
                failure = failure or error
        assert failure is not None
        raise failure

    def _from(self, station: Station, site: Site, period: Period, inside: Period, today: dt.date) -> SourceData:
        info = self.info
        warnings: list[Text] = []
        canonical.clipped(period, inside, info.title, warnings)
        offset = pd.Timedelta(hours=site.utc_offset)
        start = pd.Timestamp(inside.start) - offset
        end = pd.Timestamp(inside.end) + pd.Timedelta(days=1) - offset
        parts, replies = [], []
        for day in pd.date_range(start.normalize(), (end - daily.HOUR).normalize(), freq="D"):
            reports, reply = _observations(station, day.date(), today)
            parts.append(reports)
            replies.append(reply)
        reports = pd.concat(parts)
        hours = hourly(reports[~reports.index.duplicated()].sort_index(), daily.axis(start, end))
        days = daily.to_days(hours, site, needed=daily.NEEDED)
        warnings += daily.of_fewer_hours(hours, site, info.title)
        if not hours["cloud"].notna().any():
            days = days.drop(columns=["cloud", "cloud_by_day"])
        where = nearby.told(station, station.elevation_difference)
        warnings.append(say("of_source", source=info.title, sentence=where))
        data = no_radiation.source_data(info, site, inside, today, days, station.elevation, replies[-1], warnings, {
            "model": f"station {station.identifier}",
            "station": station.identifier,
            "station_name": station.name,
            "completeness": station.completeness,
            "latitude": station.latitude,
            "longitude": station.longitude,
            "elevation": station.elevation,
            "elevation_difference": station.elevation_difference,
            "distance_km": station.distance_km,
        })  # fmt: skip
        data.meta["from_cache"] = all(r.from_cache for r in replies)
        data.meta["stale"] = any(r.stale for r in replies)
        if notes := [r.revised for r in replies if r.revised]:
            data.meta |= {"revised": notes[-1], "revision": join("; ", [revision.told(note) for note in notes])}
        return data


def stations_table(stations: Sequence[Station]) -> pd.DataFrame:
    """Return stations as a table, one row each.

    >>> stations_table([Station("KFLL", "Fort Lauderdale", 26.07, -80.15, 3.0, 4.2)]).loc["KFLL", "distance_km"]
    np.float64(4.2)
    """
    return pd.DataFrame([s.__dict__ for s in stations]).set_index("identifier")


def _value(known: Mapping[str, canonical.Conversion]) -> Object:
    return Object(
        unitCode=nws.units(known),
        value=Number(or_null=True),
        qualityControl=Is(*_CODES),
        optional={"maxValue": Anything()},
    )


_CODES = tuple(prefix + code for code in "VCSZQXBGT" for prefix in ("qc:", ""))
SHAPES = nws.POINTS | {
    r"/gridpoints/\w+/\d+,\d+/stations": Object(
        features=List(
            Object(
                geometry=Object(type=Is("Point"), coordinates=List(Number(-360, 9000), 2)),
                properties=Object(
                    stationIdentifier=Words(), elevation=Object(unitCode=nws.units({"m": (1.0, 0.0)}), value=Number()),
                    optional={"name": Words()}, others=Anything(),
                ),
                others=Anything(),
            )
        ),
        others=Anything(),
    ),
    r"/stations/\w+/observations": Object(
        features=List(
            Object(
                properties=Object(
                    {name: _value(known) for name, (_, known) in _OBSERVED.items()}, timestamp=Words(daily.parse_time),
                    others=Anything(),
                ),
                others=Anything(),
            ),
            least=0,  # of a station that is silent
        ),
        others=Anything(),
    ),
}  # fmt: skip
"""What answers are assumed to be; `etolib doctor` looks whether they still are."""
