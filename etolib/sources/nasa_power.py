"""NASA POWER: daily weather of any place since 1981, on the MERRA-2 and CERES grids.

Time standard LST: days of local solar time, UTC offset round(longitude / 15) h. Community AG: radiation in MJ. The
provider answers with the nearest cell of two grids, without interpolation, so all places that share both cells and the
solar-time band share one request, put to the middle of what the three have in common.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse, SourceWindowError
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, lifetime, revision
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.network.keeping import Lifetime
from etolib.sources.shape import Anything, Days, Each, Is, List, Nearby, Number, Object, Same, Words
from etolib.words import Text, say, verbatim

FIRST_SOLAR_DAY = dt.date(1984, 1, 1)
SOLAR_DELAY = 7  # days; radiation follows the weather after 5 to 7 days

_C = {"C": canonical.SAME}
_PERCENT = {"%": canonical.SAME}
_SPEED = {"m/s": canonical.SAME}
_PRESSURE = {"kPa": canonical.SAME}
RADIATION: Mapping[str, Mapping[str, canonical.Conversion]] = {
    "AG": {"MJ/m^2/day": canonical.SAME},
    "RE": {"kW-hr/m^2/day": (3.6, 0.0)},
    "SB": {"W m-2": (0.0864, 0.0), "W/m^2": (0.0864, 0.0)},
}
"""What a community calls the unit of radiation, and the way to MJ m-2 day-1."""

VARIABLE_MAP: Mapping[str, tuple[str, Mapping[str, canonical.Conversion]]] = {
    "T2M_MIN": ("tmin", _C),
    "T2M_MAX": ("tmax", _C),
    "T2M": ("tmean", _C),
    "T2MDEW": ("tdew", _C),
    "RH2M": ("rhmean", _PERCENT),
    "WS2M": ("u2", _SPEED),  # the model's own wind at 2 m: not to be converted from 10 m
    "PS": ("pressure", _PRESSURE),
    "ALLSKY_SFC_SW_DWN": ("rs", RADIATION["AG"]),
    "PRECTOTCORR": ("precipitation", {"mm/day": canonical.SAME}),
}
HOURLY_MAP: Mapping[str, tuple[str, Mapping[str, canonical.Conversion]]] = {
    "T2M": ("temperature", _C),
    "T2MDEW": ("dewpoint", _C),
    "RH2M": ("rh", _PERCENT),
    "WS2M": ("wind2", _SPEED),
    "PS": ("pressure", _PRESSURE),
    "ALLSKY_SFC_SW_DWN": ("rs", {"Wh/m^2": (0.0036, 0.0)}),  # community RE; the text of AG was not seen
    "PRECTOTCORR": ("precipitation", {"mm/hour": canonical.SAME, "mm/hr": canonical.SAME}),
}
_VERSION = "nasa-1"
FIRST_HOURLY_DAY = dt.date(2001, 1, 1)

INFO = catalogue.SOURCES["nasa_power"]


def budget() -> Budget:
    """Return what the provider allows."""
    return Budget(f"nasa_power@{client.host_of('nasa_power')}", spacing=0.2, in_flight=4)


@dataclass(frozen=True)
class Cells:
    """The cells that answer for a place: centres, and the point asked for all places that share them. [degrees]"""

    weather: tuple[float, float]
    solar: tuple[float, float]
    latitude: float
    longitude: float


def cells(site: Site) -> Cells:
    """Return the MERRA-2 and CERES cells of a place.

    The two grids are not aligned, and the solar-time bands cut cells in two, so the common part of the three is what
    shares an answer.

    >>> cells(Site(-22.7, -47.6)) == cells(Site(-22.72, -47.55))
    True
    >>> cells(Site(-22.7, -47.6)).weather, cells(Site(-22.7, -47.6)).solar
    ((-22.5, -47.5), (-22.5, -47.5))
    """
    row = math.floor(site.latitude / 0.5 + 0.5) * 0.5
    column = math.floor(site.longitude / 0.625 + 0.5) * 0.625
    south = min(math.floor(site.latitude), 89)
    west = math.floor(site.longitude)
    band = site.utc_offset * 15.0
    low, high = max(row - 0.25, south, -90.0), min(row + 0.25, south + 1.0, 90.0)
    left = max(column - 0.3125, west, band - 7.5, -180.0)
    right = min(column + 0.3125, west + 1.0, band + 7.5, 180.0)
    return Cells(
        weather=(row, (column + 180.0) % 360.0 - 180.0),
        solar=(south + 0.5, west + 0.5),
        latitude=round((low + high) / 2, 4),
        longitude=round((left + right) / 2, 4),
    )


@dataclass(frozen=True)
class Answer:
    """A body that passed its check: canonical columns by day, and what the header says."""

    frame: pd.DataFrame
    missing: tuple[str, ...]
    elevation: float | None
    version: str
    sources: tuple[str, ...]
    messages: tuple[str, ...]


def parse(
    body: bytes,
    requested: Sequence[str] | None = None,
    *,
    at: tuple[float, float] | None = None,
    standard: str = "LST",
    community: str = "AG",
    hourly: bool = False,
) -> Answer:
    """Read a point answer (JSON).

    Parameters
    ----------
    body : bytes
        What the service sent.
    requested : sequence of str, optional
        Names asked for (default: all of `VARIABLE_MAP`, or `HOURLY_MAP`).
    at : (float, float), optional
        Latitude and longitude asked for; an answer for another place is refused. [degrees]
    standard : {"LST", "UTC"}
        The time standard asked for.
    community : {"AG", "RE", "SB"}
        The community asked for: it decides the unit of daily radiation.
    hourly : bool
        Whether the keys are hours.

    Raises
    ------
    ValueError
        Where the body is not such an answer.
    BadResponse
        Where a unit, the time standard or the place is not what was asked.
    """
    data = canonical.read_json(body)
    header, values = data["header"], data["properties"]["parameter"]
    if not isinstance(header, dict) or not isinstance(values, dict):
        raise ValueError("header or values are missing")
    place = [canonical.number(v) for v in data["geometry"]["coordinates"]]
    _as_asked(header.get("time_standard", standard), standard, place, at)  # API 2.5.9 does not say
    fill = canonical.number(header.get("fill_value", -999.0))
    units = data["parameters"]
    table = HOURLY_MAP if hourly else VARIABLE_MAP
    names = tuple(requested or table)
    columns: dict[str, np.ndarray] = {}
    keys: dict[str, tuple[str, ...]] = {}
    for name in names:
        if name not in values:
            continue
        column, known = table[name]
        if column == "rs" and not hourly:
            known = RADIATION[community]
        factor, offset = canonical.conversion(INFO.name, name, units[name]["units"], known)
        keys[column] = tuple(values[name])
        numbers = canonical.numbers([*values[name].values()])
        # The fill value goes before anything is computed with it.
        numbers[(numbers == fill) | (numbers == -999.0)] = np.nan
        columns[column] = numbers * factor + offset
    if not columns:
        raise ValueError("none of the variables asked for is in the answer")
    read = _hour if hourly else _day
    if len({*keys.values()}) == 1:  # as a rule
        frame = pd.DataFrame(columns, index=canonical.axis(keys[column], read))
    else:
        of_column = {name: pd.Series(column, canonical.axis(keys[name], read)) for name, column in columns.items()}
        frame = pd.DataFrame(of_column).rename_axis("date")
    messages = data.get("messages") or []
    return Answer(
        frame=frame.sort_index(),
        missing=tuple(name for name in names if name not in values),
        elevation=None if len(place) < 3 or math.isnan(place[2]) else place[2],
        version=str(header["api"]["version"]),
        sources=tuple(str(s) for s in header.get("sources", ())),
        messages=tuple(str(m)[:300] for m in messages) if isinstance(messages, list) else (str(messages)[:300],),
    )


def _as_asked(answered: Any, standard: str, place: list[float], at: tuple[float, float] | None) -> None:
    """Raise `BadResponse` where an answer is for another time standard or another place."""
    if answered != standard:
        sentence = say("answered_for_other_days", source=INFO.name, answered=str(answered), asked=standard)
        raise BadResponse(sentence, source=INFO.name)
    if at is None:
        return
    there = len(place) >= 2 and math.isclose(place[1], at[0], abs_tol=0.01)
    if not there or not math.isclose((place[0] - at[1] + 180) % 360, 180, abs_tol=0.01):
        sentence = say("answered_for_another_place", source=INFO.name, place=str(place[:2]), asked=str(at[::-1]))
        raise BadResponse(sentence, source=INFO.name)


def _time(key: str, hourly: bool) -> dt.datetime:
    """Return the time of a key YYYYMMDD or YYYYMMDDHH; ValueError where it is not one."""
    if len(key) != (10 if hourly else 8) or not key.isdigit():
        raise ValueError(f"{key[:20]!r} is not a date")
    return dt.datetime(int(key[:4]), int(key[4:6]), int(key[6:8]), int(key[8:] or 0))  # noqa: DTZ001 (solar time)


def _day(key: str) -> dt.datetime:
    return _time(key, False)


def _hour(key: str) -> dt.datetime:
    return _time(key, True)


def lasting(answer: Answer, period: Period, today: dt.date) -> Lifetime:
    """Return how long an answer is kept: new days are completed, holes filled, provisional products replaced."""
    if (today - period.end).days <= lifetime.SETTLED_AFTER:
        fresh = answer.missing or lifetime.newest_absent(answer.frame, today)
        return lifetime.NEWEST if fresh else lifetime.NASA_RECENT
    if answer.missing and period.end >= FIRST_SOLAR_DAY:
        return lifetime.NEWEST
    if lifetime.has_holes(answer.frame, period, {"rs": FIRST_SOLAR_DAY}):
        return lifetime.HOLES
    return lifetime.PROVISIONAL if lifetime.provisional(answer.sources) else lifetime.FINAL


def differs(before: Answer, after: Answer, fetched: float) -> dict[str, Any] | None:
    """Return what a second answer changed of days that were over when the first was fetched; None: nothing."""
    found = revision.differences(before.frame, after.frame, fetched)
    if found is not None and before.sources != after.sources:
        found |= {"products": [list(before.sources), list(after.sources)]}
    return found


def _ask(step: str, community: str, names: Sequence[str], where: Cells, period: Period, today: dt.date) -> client.Reply:
    """Ask for ``daily`` or ``hourly`` values of a pair of cells."""
    hourly = step == "hourly"
    return client.fetch(
        _url(step), _params(community, names, where, period),
        source=INFO.name, check=lambda body: parse(body, names, at=(where.latitude, where.longitude), hourly=hourly),
        ttl=lambda answer, headers: lasting(answer, period, today), differs=differs,
        deadline=180.0, read=60.0, budget=budget(), version=_VERSION,
    )  # fmt: skip


def _url(step: str) -> str:
    return f"{config.service_root('nasa_power')}/api/temporal/{step}/point"


def _params(community: str, names: Sequence[str], where: Cells, period: Period) -> dict[str, str]:
    return {
        "parameters": ",".join(names), "community": community, "format": "JSON", "time-standard": "LST",
        "latitude": f"{where.latitude:g}", "longitude": f"{where.longitude:g}",
        "start": f"{period.start:%Y%m%d}", "end": f"{period.end:%Y%m%d}",
    }  # fmt: skip


def fetch_hourly(site: Site, period: Period) -> SourceData:
    """Return hourly weather from 2001 on, by the hour of local solar time at which each interval begins.

    Returns
    -------
    SourceData
        ``frame`` has the index ``time`` (local solar time) and the columns temperature, dewpoint [degC], rh [%], wind2
        [m s-1], pressure [kPa], rs [MJ m-2 h-1], precipitation [mm h-1].

    Raises
    ------
    SourceError
    """
    today = config.today()
    first, last = FIRST_HOURLY_DAY, today - dt.timedelta(days=SOLAR_DELAY)
    inside = period.intersection(first, last)
    if inside is None:
        raise SourceWindowError(source=f"{INFO.name} (hourly)", asked=str(period), allowed=f"{first}/{last}")
    warnings: list[Text] = []
    canonical.clipped(period, inside, f"{INFO.title} (hourly)", warnings)
    where = cells(site)
    reply = _ask("hourly", "RE", tuple(HOURLY_MAP), where, inside, today)
    answer: Answer = reply.data
    warnings += [say("of_source", source=INFO.title, sentence=verbatim(message)) for message in answer.messages]
    if answer.missing:
        left_out = [HOURLY_MAP[name][0] for name in answer.missing]
        warnings.append(say("left_out", source=INFO.title, variables=left_out))
    start, end = pd.Timestamp(inside.start), pd.Timestamp(inside.end) + pd.Timedelta(days=1)
    frame = answer.frame.reindex(pd.date_range(start, end, freq="h", inclusive="left", name="time"))
    return SourceData(
        INFO.name, frame, {**canonical.provenance(INFO, site, reply), **_where(site, where, answer)}, warnings
    )


def _where(site: Site, where: Cells, answer: Answer) -> dict[str, Any]:
    return {
        "model": "+".join(answer.sources) or "POWER",
        "provisional": list(lifetime.provisional(answer.sources)),
        "version": answer.version,
        "latitude": where.weather[0],
        "longitude": where.weather[1],
        "elevation": answer.elevation,
        "distance_km": round(canonical.distance_km(site.latitude, site.longitude, *where.weather), 2),
        "cells": {"weather": list(where.weather), "solar": list(where.solar)},
        "asked_at": [where.latitude, where.longitude],
        "wind": "modelled at 2 m (WS2M)",
    }


class NasaPower:
    """NASA POWER daily."""

    behind: Mapping[str, int] = {"rs": SOLAR_DELAY}
    """Days that variables are behind, where these are more than the row says."""

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def asks(self, sites: Sequence[Site], period: Period, known: set[object]) -> list[float]:
        """Return the weight of each request that places will cost beyond the cache; those of a cell share one.

        ``known`` holds what was asked for other lots; what is asked now is added.
        """
        inside = self.info.clip(period, config.today())
        asked = [_params("AG", tuple(VARIABLE_MAP), where, inside) for where in dict.fromkeys(map(cells, sites))]
        return [1.0] * client.door().count_absent(_url("daily"), asked, known, version=_VERSION)

    def budget(self) -> Budget:
        """Return what the provider allows."""
        return budget()

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` within the window; raises a `SourceError`."""
        today = config.today()
        info = self.info
        inside = info.clip(period, today)
        warnings: list[Text] = []
        canonical.clipped(period, inside, info.title, warnings)
        where = cells(site)
        reply = _ask("daily", "AG", tuple(VARIABLE_MAP), where, inside, today)
        answer: Answer = reply.data
        frame = canonical.finish(answer.frame, inside, today=today, forecast=False, warnings=warnings, named=info.title)
        missing = [VARIABLE_MAP[name][0] for name in answer.missing]
        if lost := canonical.lost(missing, frame):
            warnings.append(say("left_out", source=info.title, variables=lost))
        canonical.require(info.name, frame, ("tmin", "tmax"))
        warnings += canonical.said_of(info.title, reply)
        said = {"missing": missing, "messages": list(answer.messages)}
        meta = {**canonical.provenance(info, site, reply), **_where(site, where, answer), **said}
        return SourceData(info.name, frame, meta, warnings)


PRODUCTS = ("MERRA2", "GEOS", "GEOSIT", "GEOS-IT", "GEOSFP", "SRB", "SYN1DEG", "FLASHFLUX", "FLASHFlux", "POWER")
"""What the header of an answer may name as its sources."""

SHAPES = {
    "/api/temporal/daily/point": Object(
        type=Is("Feature"),
        geometry=Object(
            type=Is("Point"),
            # Asked at a point that several places share: the middle of what their cells have in common.
            coordinates=Each(Nearby("longitude", 0.7), Nearby("latitude", 0.6), Number(-500, 9000)),
        ),
        properties=Object(parameter=Object({name: Days("%Y%m%d", Number()) for name in VARIABLE_MAP})),
        header=Object(
            title=Words(), api=Object(version=Words(), name=Words()), sources=List(Is(*PRODUCTS)),
            fill_value=Is(-999.0), time_standard=Is("LST"),
            start=Same(lambda asked: f"{asked.period.start:%Y%m%d}"),
            end=Same(lambda asked: f"{asked.period.end:%Y%m%d}"),
        ),
        messages=List(Words(), 0),
        parameters=Object(
            {name: Object(units=Is(*known), longname=Words()) for name, (_, known) in VARIABLE_MAP.items()}
        ),
        optional={"times": Anything()},
    ),
}  # fmt: skip
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
