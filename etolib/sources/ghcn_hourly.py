"""GHCN-hourly: reports of the nearest weather station of the world, out of NOAA's open files, as days.

The successor of ISD and GSOD, which ended in August 2025. Asked are the files themselves, through the same door as
everything else, and not the package wetterdienst, whose cache, retries and whole records (all years of a station in one
file) do not go with deadlines, budgets and offline mode; a table of wetterdienst can be given as a file of one's own
(`etolib.sources.wetterdienst`).

Formats, as described (https://www.ncei.noaa.gov/oa/global-historical-climatology-network/hourly/doc/
ghcnh_DOCUMENTATION.pdf) and read by wetterdienst 0.175 and earth2studio 0.19: a list of stations as CSV, and a table
between bars for each station and year (``access/by-year/{year}/psv/GHCNh_{station}_{year}.psv``): every report in UTC,
each element beside the codes of its measurement, quality, report and source. degC, m s-1, percent; -999.9 for a height
that is not known. A station without a year is answered by 404.

Only values whose quality code is empty, 0, 1, 4, 5 or 9 count (`GOOD`): 2, 3, 6, 7 are suspect or wrong, letters are
failed checks of the network, and 1 of source 345 marks an issue. Days are local solar days of 21 hours or more, means
and extremes of whole hours: a station that reports every three hours has none, for such extremes are too small. Rain is
not taken: reports repeat a growing total, or sum 3 to 24 hours. There is no radiation.

The tables state no units: the relative humidity, which the network makes of temperature and dew point, is computed
again, and nothing is taken where they do not agree. Asked by name only.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from etolib import config
from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.elementwise import checked_inputs
from etolib.errors import BadResponse
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, daily, lifetime, nearby, revision, text_table, whereabouts
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.shape import Anything, Is, Number, Object, Read
from etolib.variables import VARIABLES
from etolib.words import Text, say

INFO = catalogue.SOURCES["ghcn_hourly"]

ELEMENTS: Mapping[str, str] = {
    "temperature": "temperature",
    "dew_point_temperature": "dewpoint",
    "relative_humidity": "rh",
    "wind_speed": "wind10",
}
"""Element of a file and the column of hours it becomes (`etolib.sources.daily`)."""

GOOD = frozenset(("", "Null", "0", "1", "4", "5", "9"))
"""Codes of quality that count."""

ISSUES = ("345", "1")
"""The source, and its code, by which 1 marks an issue."""

FARTHEST = 50.0
"""A station farther away says little of a place. [km]"""

TRIED = 4
"""How many of the nearest stations are asked: the list does not say which of them still report."""

_ROOT = "/oa/global-historical-climatology-network/hourly/"
_LIST = f"{_ROOT}doc/ghcnh-station-list.csv"
_NO_HEIGHT = (-999.9, -999.0, -99.0, 8191.0, 9999.0)
_MISSING = ("-None", "-9999", "-9999.0")
_VERSION = "ghcnh-1"


def budget() -> Budget:
    """Return what the provider allows: no limit is published; a file of a year has up to 10 MB."""
    return Budget(f"ghcn_hourly@{client.host_of('ghcn_hourly')}", spacing=0.5, in_flight=2)


@dataclass(frozen=True)
class Station:
    """A station: id, name, place [degrees], height [m] and country; ``distance_km`` from the place asked for."""

    identifier: str
    name: str
    latitude: float
    longitude: float
    elevation: float | None
    country: str = ""
    distance_km: float = np.nan


def parse_stations(body: bytes) -> tuple[Station, ...]:
    """Read the list of stations; ValueError where it is not one, BadResponse where it places them in other countries.

    >>> text = b"GHCN_ID,LATITUDE,LONGITUDE,ELEVATION,STATE,NAME\\nAOM00066116,-5.8667,13.4333,-999.9,,NOQUI\\n"
    >>> parse_stations(text)[0].name, parse_stations(text)[0].elevation
    ('NOQUI', None)
    """
    listed = text_table.rows(body)
    names = text_table.cells(listed, "NAME")
    places = [text_table.column(listed, name) for name in ("LATITUDE", "LONGITUDE", "ELEVATION")]
    identifiers = text_table.cells(listed, "GHCN_ID")
    countries = text_table.cells(listed, "ISO_CODE") if "ISO_CODE" in listed[0] else [""] * len(identifiers)
    found = []
    for identifier, name, country, latitude, longitude, height in zip(
        identifiers, names, countries, *places, strict=True
    ):
        if not re.fullmatch(r"[A-Z0-9_-]{11}", identifier):
            raise ValueError("a station without an id")
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            raise ValueError("a station without a place")
        known = np.isfinite(height) and height not in _NO_HEIGHT
        height = float(height) if known else None
        found.append(Station(identifier, name[:80], latitude, longitude, height, country[:2]))
    whereabouts.require_countries(INFO.name, countries, places[0].tolist(), places[1].tolist())
    return tuple(found)


@dataclass(frozen=True)
class Year:
    """A year of a station: reports by UTC time, and the times of values that their quality codes left out."""

    frame: pd.DataFrame
    rejected: pd.DatetimeIndex


def parse(body: bytes, station: Station) -> Year:
    """Read the file of a station and a year.

    Raises
    ------
    ValueError
        Where the body is no such file, or is cut off.
    BadResponse
        Where it is another station's, or its columns contradict each other.
    """
    codes = [f"{element}_{code}" for element in ELEMENTS for code in ("Quality_Code", "Source_Code")]
    cells = text_table.picked(body, ["STATION", "DATE", "LATITUDE", "LONGITUDE", *ELEMENTS, *codes])
    _of_the_station(cells, station)
    times = [_moment(cell) for cell in cells["DATE"]]
    columns: dict[str, np.ndarray] = {}
    rejected: list[dt.datetime] = []
    for element, column in ELEMENTS.items():
        values = np.array([text_table.number(cell, _MISSING) for cell in cells[element]], dtype=float)
        quality, origin = cells[f"{element}_Quality_Code"], cells[f"{element}_Source_Code"]
        bad = np.array(
            [code not in GOOD or (source, code) == ISSUES for code, source in zip(quality, origin, strict=True)]
        )
        rejected += [times[at] for at in np.flatnonzero(bad & np.isfinite(values))]
        columns[column] = np.where(bad, np.nan, values)
    _consistent(columns)
    # Two rows of one minute are two reports: of each element the first that has a value.
    frame = pd.DataFrame(columns, index=pd.DatetimeIndex(times)).groupby(level=0).first()
    return Year(frame, pd.DatetimeIndex(rejected))


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if "T" not in text or (moment.tzinfo is not None and moment.utcoffset()):
        raise ValueError(f"{text[:30]!r} is not a time in UTC")
    return moment.replace(tzinfo=None)


def _of_the_station(cells: Mapping[str, list[str]], station: Station) -> None:
    """Raise `BadResponse` where a row is another station's, or stands elsewhere than the list says."""
    if wrong := {name for name in cells["STATION"] if name != station.identifier}:
        said = say("answered_for_another_place", source=INFO.name, place=str(sorted(wrong)[:3]),
                   asked=station.identifier)  # fmt: skip
        raise BadResponse(said, source=INFO.name)
    listed = (station.latitude, station.longitude)
    for place in {*zip(cells["LATITUDE"], cells["LONGITUDE"], strict=True)}:
        own = [(text_table.number(place[0]), text_table.number(place[1]))]
        whereabouts.require_same(INFO.name, station.identifier, listed, own)


def _consistent(columns: Mapping[str, np.ndarray]) -> None:
    """Raise `BadResponse` where the relative humidity does not follow from temperature and dew point."""
    bounds = VARIABLES["tmean"]
    air, dew = columns["temperature"], columns["dewpoint"]
    usual = (air >= bounds.lower) & (air <= bounds.upper) & (dew >= -100.0) & (dew <= bounds.upper)
    with checked_inputs(), np.errstate(all="ignore"):
        vapour = [saturation_vapour_pressure(np.where(usual, one, np.nan)) for one in (dew, air)]
        apart = np.abs(100.0 * np.asarray(vapour[0]) / np.asarray(vapour[1]) - columns["rh"])
    apart = np.where(np.isfinite(air) & np.isfinite(dew) & ~usual, np.inf, apart)
    both = ~np.isnan(apart)
    if both.any() and not np.median(apart[both]) <= 4.0:
        raise BadResponse(
            say("columns_contradict", source=INFO.name, variable="rhmean"),
            source=INFO.name, retryable=False, suggestion=say("report_this_change"),
        )  # fmt: skip


def _get(path: str, check: Any, ttl: Any, differs: Any = None, not_covered: tuple[int, ...] = (404,)) -> client.Reply:
    return client.fetch(
        config.service_root("ghcn_hourly") + path, source=INFO.name, check=check, ttl=ttl, differs=differs,
        deadline=180.0, read=120.0, budget=budget(), not_covered=not_covered, version=_VERSION,
    )  # fmt: skip


class GhcnHourly:
    """Days of the nearest station of GHCN-hourly that reports by the hour."""

    requests_per_place = 2  # about: a station that has ended, and a year of one that has not; the list is shared

    doctor_place: ClassVar[str] = "Berlin"
    """A place of the doctor with stations around that report by the hour."""

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` from the nearest station; raises a `SourceError`."""
        inside = self.info.clip(period, config.today())
        listed = _get(
            _LIST, parse_stations, lambda data, headers: lifetime.STATIONS_OF_THE_WORLD, not_covered=()
        )  # a list that is gone says nothing of a place
        there = [one for one in listed.data if abs(one.latitude - site.latitude) < 1]
        near, said = whereabouts.without_misplaced(self.info.title, nearby.nearest(site, there, 2 * TRIED, FARTHEST))
        return nearby.first_with_days(
            near[:TRIED], lambda station: self._from(station, site, period, inside, said),
            canonical.no_station(self.info, site),
            unusable=True,  # without whole days
        )  # fmt: skip

    def _from(self, station: Station, site: Site, period: Period, inside: Period, said: Sequence[Text]) -> SourceData:
        today, info = config.today(), self.info
        warnings: list[Text] = [*said]
        canonical.clipped(period, inside, info.title, warnings)
        offset = pd.Timedelta(hours=site.utc_offset)
        start = pd.Timestamp(inside.start) - offset
        end = pd.Timestamp(inside.end) + pd.Timedelta(days=1) - offset
        replies = nearby.files_of_years(
            range(start.year, (end - daily.HOUR).year + 1), lambda year: _year(station, year, today)
        )
        axis = pd.date_range(start, end, freq="h", inclusive="left", unit="us")
        hours = daily.by_hour(pd.concat([reply.data.frame for reply in replies])).mean().reindex(axis)
        days = daily.to_days(hours, site, needed=daily.NEEDED)
        warnings += daily.of_fewer_hours(hours, site, info.title)
        frame = canonical.finish(days, inside, today=today, forecast=False, warnings=warnings, named=info.title)
        canonical.require(info.name, frame, ("tmin", "tmax"))
        times = [reply.data.rejected + daily.EARLY for reply in replies]
        if rejected := sum(int(((one >= start) & (one < end)).sum()) for one in times):
            warnings.append(say("values_rejected_by_network", source=info.title, count=rejected))
        difference = nearby.higher(station, site)
        warnings.append(say("of_source", source=info.title, sentence=nearby.told(station, difference)))
        warnings += canonical.said_of_all(info.title, replies)
        meta = {
            **canonical.provenance_of_all(info, site, replies),
            **nearby.provenance(station, difference),
            "wind": "10 m brought to 2 m (FAO-56 Eq. 47)",
            "rejected": rejected,
        }  # fmt: skip
        return SourceData(info.name, frame, meta, warnings)


def _year(station: Station, year: int, today: dt.date) -> client.Reply:
    return _get(
        f"{_ROOT}access/by-year/{year}/psv/GHCNh_{station.identifier}_{year}.psv", lambda body: parse(body, station),
        lambda data, headers: lifetime.of_year(year, today),
        lambda before, after, fetched: revision.differences(before.frame, after.frame, fetched),
    )  # fmt: skip


def _heads(body: bytes) -> dict[str, str]:
    """Return the first row of a table by its columns."""
    head, _, rest = body.decode("utf-8").partition("\n")
    names = head.rstrip("\r").split("|")
    row = rest.partition("\n")[0].rstrip("\r").split("|")
    if len(names) != len(row):
        raise ValueError("the first row is not of its columns")
    return dict(zip(names, row, strict=True))


_CODES = Is(*sorted(GOOD), *"2367ACDFIKLMPRSUacdfghijklmnopqrstuvwxyz")
SHAPES = {
    re.escape(_LIST): Read(lambda body: {"stations": len(parse_stations(body))}, Object(stations=Number(1, 1e6))),
    re.escape(_ROOT) + r"access/by-year/\d{4}/psv/GHCNh_[A-Z0-9_-]{11}_\d{4}\.psv": Read(
        _heads,
        Object(
            dict.fromkeys(["STATION", "DATE", "LATITUDE", "LONGITUDE", "ELEVATION", *ELEMENTS], Anything())
            | {f"{element}_Quality_Code": _CODES for element in ELEMENTS}
            | {f"{element}_Source_Code": Anything() for element in ELEMENTS},
            others=Anything(),  # hundreds of columns that are not read
        ),
    ),
}
"""What answers are assumed to be; `etolib doctor` looks whether they still are."""
