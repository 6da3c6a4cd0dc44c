"""Meteostat: daily values of the nearest weather station of the world, out of its open files.

Formats as documented (https://dev.meteostat.net/data/timeseries/daily, https://dev.meteostat.net/bulk/stations,
https://dev.meteostat.net/formats): a list of stations as JSON, and a file per station and year
(``/daily/{year}/{station}.csv.gz``) with the columns a station has, each beside the ids of its sources: degC, mm, km/h,
minutes, eighths of cloud, percent. A station without a year is answered by 404.

The files hold **model values where an observation is missing** (``metno_forecast``, ``dwd_mosmix``); those are no
observations and are left out. Pressure is that at sea level and is not taken. There is no radiation: sunshine stands
for it where a station has it, else the range of temperature, each flagged. Asked by name only.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, lifetime, nearby, revision, text_table, whereabouts
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.shape import Anything, Is, List, Number, Object, Read, Words
from etolib.words import Text, say

INFO = catalogue.SOURCES["meteostat"]

VARIABLE_MAP: Mapping[str, tuple[str, float]] = {
    "tmin": ("tmin", 1.0),
    "tmax": ("tmax", 1.0),
    "temp": ("tmean", 1.0),
    "rhum": ("rhmean", 1.0),
    "wspd": ("u2", 1 / 3.6),  # km/h at 10 m, brought to 2 m
    "tsun": ("sunshine", 1 / 60),
    "cldc": ("cloud", 12.5),
    "prcp": ("precipitation", 1.0),
}
"""Column of a file, its canonical name and the factor to its unit."""

FARTHEST = 50.0
"""A station farther away says little of a place. [km]"""

STILL = dt.timedelta(days=90)
"""A station whose days end so little before the newest of the list reports still: the list itself may be older than the
files, on a host that gives no more of those since January 2026."""

TRIED = 3
_MODELS = ("forecast", "mosmix", "model")
_LARGEST = 80_000_000  # bytes of an unpacked file
_VERSION = "meteostat-1"


def budget() -> Budget:
    """Return what the provider allows: no limit is published, and answers are to be kept."""
    return Budget(f"meteostat@{client.host_of('meteostat')}", spacing=0.2, in_flight=2)


@dataclass(frozen=True)
class Station:
    """A station: id, name, place [degrees], height [m], the days its daily data span, country."""

    identifier: str
    name: str
    latitude: float
    longitude: float
    elevation: float | None
    first: dt.date
    last: dt.date
    country: str = ""
    distance_km: float = np.nan


def unpacked(body: bytes) -> bytes:
    """Return the content of a gzip file, or the body where it is none (the way there may have unpacked it)."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
            content = file.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"the file cannot be unpacked: {error}") from None
    if len(content) > _LARGEST:
        raise ValueError("the file is larger than it can be")
    return content


def parse_stations(body: bytes) -> tuple[Station, ...]:
    """Read the list of stations with daily data; ValueError where it is not one.

    The files of stations do not repeat where they stand, so the list alone is judged: `BadResponse` where its stations
    stand outside of their countries.
    """
    listed = canonical.read_json(unpacked(body))
    if not isinstance(listed, list) or not listed:
        raise ValueError("this is no list of stations")
    found = []
    for one in listed:
        span = (one.get("inventory") or {}).get("daily") or {}
        if not span.get("start") or not span.get("end"):
            continue
        where, identifier = one["location"], one["id"]
        height = canonical.number(where.get("elevation"))
        if not isinstance(identifier, str) or not identifier.isalnum() or not identifier.isascii():
            raise ValueError("a station without an id")
        found.append(
            Station(
                identifier, str((one.get("name") or {}).get("en", ""))[:80], canonical.number(where["latitude"]),
                canonical.number(where["longitude"]), None if np.isnan(height) else height,
                dt.date.fromisoformat(span["start"]), dt.date.fromisoformat(span["end"]),
                str(one.get("country") or "")[:2],
            )
        )  # fmt: skip
    places = ([one.country for one in found], [one.latitude for one in found], [one.longitude for one in found])
    whereabouts.require_countries(INFO.name, *places)
    return tuple(found)


@dataclass(frozen=True)
class Year:
    """A year of a station: canonical columns by day, and how many values of models were left out."""

    frame: pd.DataFrame
    modelled: int
    warnings: tuple[Text, ...]


def parse(body: bytes, year: int) -> Year:
    """Read a file of a station and a year; ValueError where it is not one, or is cut off."""
    table = text_table.rows(unpacked(body), ends="line")
    parts = [text_table.cells(table, name) for name in ("year", "month", "day")]
    dates = [dt.date(int(a), int(b), int(c)) for a, b, c in zip(*parts, strict=True)]
    if any(day.year != year for day in dates):
        raise ValueError("the file is of another year")
    columns: dict[str, np.ndarray] = {}
    modelled = 0
    for name, (variable, factor) in VARIABLE_MAP.items():
        if name not in table[0] and name not in ("tmin", "tmax"):
            continue  # a station has the columns it measures
        values = text_table.column(table, name)
        of_model = np.array(
            [any(word in cell.lower() for word in _MODELS) for cell in text_table.cells(table, f"{name}_source")]
        )
        modelled += int((of_model & np.isfinite(values)).sum())
        columns[variable] = np.where(of_model, np.nan, values) * factor
    if "u2" in columns:
        columns["u2"] = canonical.u2_from_10m(columns["u2"])
    if "tmean" in columns:
        with np.errstate(invalid="ignore"):
            outside = (columns["tmean"] < columns["tmin"] - 1) | (columns["tmean"] > columns["tmax"] + 1)
        if outside.mean() > 0.5:
            raise BadResponse(
                say("columns_contradict", source=INFO.name, variable="tmean"),
                source=INFO.name, retryable=False, suggestion=say("report_this_change"),
            )  # fmt: skip
    warnings: list[Text] = []
    return Year(canonical.table(dates, columns, warnings), modelled, tuple(warnings))


def _get(
    service: str, path: str, check: Any, ttl: Any, differs: Any = None, not_covered: tuple[int, ...] = (404,)
) -> client.Reply:
    return client.fetch(
        config.service_root(service) + path, source=INFO.name, check=check, ttl=ttl, differs=differs,
        deadline=120.0, read=60.0, budget=budget(), not_covered=not_covered, version=_VERSION,
    )  # fmt: skip


class Meteostat:
    """Daily values of the nearest station of Meteostat."""

    requests_per_place = 1  # about: a year of a station; the list is shared

    doctor_place: ClassVar[str] = "Berlin"
    """A place of the doctor with stations around, of which the next has sunshine."""

    behind: Mapping[str, int] = {"u2": 4}
    """Days that variables are behind, where these are more than the row says: the newest winds seen are a model's."""

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` from the nearest station; raises a `SourceError`."""
        inside = self.info.clip(period, config.today())
        listed = _get(
            "meteostat_stations",
            "/v2/stations/lite.json.gz",
            parse_stations,
            lambda data, headers: lifetime.STATIONS_OF_THE_WORLD,
            not_covered=(),  # a list that is gone says nothing of a place
        )
        still = max((one.last for one in listed.data), default=dt.date.min) - STILL
        there = [
            one
            for one in listed.data
            if abs(one.latitude - site.latitude) < 1 and one.first <= inside.end
            and (one.last >= inside.start or one.last >= still)
        ]  # fmt: skip
        near, said = whereabouts.without_misplaced(self.info.title, nearby.nearest(site, there, 2 * TRIED, FARTHEST))
        return nearby.first_with_days(
            near[:TRIED],
            lambda station: self._from(station, site, period, inside, said),
            canonical.no_station(self.info, site),
        )

    def _from(self, station: Station, site: Site, period: Period, inside: Period, said: Sequence[Text]) -> SourceData:
        today, info = config.today(), self.info
        warnings: list[Text] = [*said]
        canonical.clipped(period, inside, info.title, warnings)
        replies = nearby.files_of_years(
            range(inside.start.year, inside.end.year + 1), lambda year: _year(station, year, today)
        )
        years: list[Year] = [reply.data for reply in replies]
        warnings += [say("of_source", source=info.title, sentence=one) for year in years for one in year.warnings]
        table = pd.concat([year.frame for year in years])
        frame = canonical.finish(table, inside, today=today, forecast=False, warnings=warnings, named=info.title)
        canonical.require(info.name, frame, ("tmin", "tmax"))
        if modelled := sum(year.modelled for year in years):
            warnings.append(say("values_of_models_left_out", source=info.title, count=modelled))
        difference = nearby.higher(station, site)
        warnings.append(say("of_source", source=info.title, sentence=nearby.told(station, difference)))
        warnings += canonical.said_of_all(info.title, replies)
        meta = {
            **canonical.provenance_of_all(info, site, replies),
            **nearby.provenance(station, difference),
            "day": say("day_of_meteostat"),
            "wind": "10 m brought to 2 m (FAO-56 Eq. 47)",
            "modelled_left_out": modelled,
        }  # fmt: skip
        return SourceData(info.name, frame, meta, warnings)


def _year(station: Station, year: int, today: dt.date) -> client.Reply:
    return _get(
        "meteostat", f"/daily/{year}/{station.identifier}.csv.gz", lambda body: parse(body, year),
        lambda data, headers: lifetime.of_year(year, today),
        lambda before, after, fetched: revision.differences(before.frame, after.frame, fetched),
    )  # fmt: skip


def _listed(body: bytes) -> dict[str, Any]:
    """Return the first station with daily data as the list writes it, and how many there are."""
    listed = canonical.read_json(unpacked(body))
    with_days = (one for one in listed if (one.get("inventory") or {}).get("daily", {}).get("start"))
    first: dict[str, Any] = next(with_days, {})
    return {"stations": len(listed), "first": first}


def _heads(body: bytes) -> dict[str, Any]:
    """Return the columns of a file, and the ids of sources that stand in it."""
    head, *rows = text_table.rows(unpacked(body), ends="line")
    places = [at for at, name in enumerate(head) if name.endswith("_source")]
    origins = {part for row in rows for at in places for part in row[at].lower().split() if part}
    return {"columns": dict.fromkeys(head, ""), "origins": sorted(origins)}


ORIGINS = (
    "isd_lite", "metar", "ghcnd", "climat", "dwd_hourly", "dwd_poi", "dwd_mosmix", "dwd_daily", "eccc_hourly",
    "eccc_daily", "metno_forecast", "gsa_hourly", "gsa_synop", "gsa_daily", "hourly", "daily", "daily_derived",
)  # fmt: skip
"""Ids of sources as meteostat 2.1.5 names them; another may be a model that is not known as one."""

_NEEDED = ("tmin", "tmax")
_MORE = ("temp", "rhum", "prcp", "snwd", "wdir", "wspd", "wpgt", "pres", "tsun", "cldc")
SHAPES = {
    r"/v2/stations/lite\.json\.gz": Read(
        _listed,
        Object(
            stations=Number(1, 1e6),
            first=Object(
                id=Words(), name=Object(others=Anything()),
                location=Object(
                    latitude=Number(-90, 90), longitude=Number(-180, 180), elevation=Number(-500, 9000, or_null=True)
                ),
                inventory=Object(
                    daily=Object(start=Words(dt.date.fromisoformat), end=Words(dt.date.fromisoformat)),
                    others=Anything(),
                ),
                others=Anything(),
            ),
        ),
    ),
    r"/daily/\d{4}/\w+\.csv\.gz": Read(
        _heads,
        Object(
            columns=Object(
                dict.fromkeys(["year", "month", "day"], Anything())
                | {f"{name}{end}": Anything() for name in _NEEDED for end in ("", "_source")},
                optional={f"{name}{end}": Anything() for name in _MORE for end in ("", "_source")},
            ),
            origins=List(Is(*ORIGINS), least=1),
        ),
    ),
}  # fmt: skip
"""What answers are assumed to be; `etolib doctor` looks whether they still are."""
