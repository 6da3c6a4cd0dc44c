"""SILO: daily weather of Australia since 1889, interpolated from stations to 0.05 degree (Queensland Government).

Asked is the Data Drill as a table (format ``csv``), as the API's reference and tutorial describe it
(https://www.longpaddock.qld.gov.au/silo/api-documentation/): one row a day, each value followed by the code of where
it is from, and notes (``elevation=``, ``extracted=``) in the last column. A valid e-mail is asked for with each
request; it is read from the environment and goes nowhere else.

What its days are (SILO's own questions and answers): rain is that of the 24 hours to 9 am of the date, the minimum
temperature of the same hours, the maximum of the 24 hours from 9 am, vapour pressure is measured at 9 am, radiation
from midnight to midnight. There is no wind: it comes from another source, or is the world mean of FAO-56, and says so.

Codes of origin (https://www.longpaddock.qld.gov.au/silo/about/about-data/): 25 interpolated from that day's
observations; 35 by anomalies, which fall back to the long-term mean where stations are few (before 1957); 42 radiation
seen by satellite; 75 the long-term mean of the day of the year, which stands in where the day has nothing (the maximum
of yesterday, as a rule) or where a value failed SILO's checks. A 75 is no weather of its date and is left out.
Radiation of another code than 42 comes from cloud and sunshine, and counts as an estimate.

The table states no units. Two of SILO's own columns are computed from the others, and are computed again here: the
relative humidity at the time of the maximum, and FAO-56 ETo at 2 m s-1 (SILO has no wind). Where they do not agree,
a unit or a column has changed, and nothing is taken.
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
from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.constants import WIND_DEFAULT
from etolib.equations.daily import eto_fao56
from etolib.equations.elementwise import checked_inputs
from etolib.errors import BadResponse, InvalidRequest, NotCovered
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, lifetime, revision, text_table
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.network.keeping import Lifetime
from etolib.sources.shape import Days, List, Object, Read, Words
from etolib.variables import VARIABLES
from etolib.words import Text, say

INFO = catalogue.SOURCES["silo"]

STEP = 0.05
"""Side of a cell. [degrees]"""

VARIABLE_MAP: Mapping[str, tuple[str, float]] = {
    "max_temp": ("tmax", 1.0),
    "min_temp": ("tmin", 1.0),
    "vp": ("ea", 0.1),  # hPa
    "radiation": ("rs", 1.0),
    "daily_rain": ("precipitation", 1.0),
}
"""Column of the table, its canonical name and the factor to its unit."""

_ASKED = "RXNVJGHF"  # rain, maximum, minimum, vapour pressure, radiation, relative humidities and ETo
_HUMIDITY, _ETO = "rh_tmax", "et_short_crop"
_OF_DAY, _SPARSE, _SATELLITE, _LONG_TERM = 25, 35, 42, 75
_TAKEN = frozenset({0, 13, 15, 23, _OF_DAY, _SPARSE, _SATELLITE})
_VERSION = "silo-1"


def budget() -> Budget:
    """Return what the provider allows: no number is published, requests and volume are watched."""
    return Budget(f"silo@{client.host_of('silo')}", spacing=1.0, in_flight=2)


def cell(site: Site) -> tuple[float, float]:
    """Return the centre of the cell of a place: edges belong to the cell north and east of them. [degrees]

    >>> cell(Site(-27.48, 153.03)), cell(Site(-27.475, 153.025))
    ((-27.5, 153.05), (-27.45, 153.05))
    """
    latitude, longitude = (math.floor(round(v / STEP, 6) + 0.5) * STEP for v in (site.latitude, site.longitude))
    return round(latitude, 2), round(longitude, 2)


@dataclass(frozen=True)
class Answer:
    """A table that passed its checks.

    ``frame`` has canonical columns by day, NaN where SILO has only the long-term mean (``replaced``, their number by
    column); ``codes`` the codes of origin, of the same shape; ``own_eto`` is SILO's own FAO-56 ETo. [mm day-1]
    """

    frame: pd.DataFrame
    codes: pd.DataFrame
    replaced: Mapping[str, int]
    own_eto: pd.Series
    elevation: float | None
    warnings: tuple[Text, ...]


def parse(body: bytes, at: tuple[float, float]) -> Answer:
    """Read a table of the Data Drill.

    Parameters
    ----------
    body : bytes
        What the service sent.
    at : (float, float)
        Latitude and longitude asked for; an answer for another place is refused. [degrees]

    Raises
    ------
    ValueError
        Where the body is not such a table.
    NotCovered, InvalidRequest
        Where SILO says, with status 200 and in words, that it has nothing for the place, or does not answer.
    BadResponse
        Where it is for another place, or its columns contradict each other.
    """
    _refused(body)
    # The last column holds words: a row that is cut off lacks cells.
    table = text_table.rows(body, ends="cells")
    where, days = table[0].index("YYYY-MM-DD"), [table[0]]
    days += [row for row in table[1:] if row[where]]  # notes for which there are no days stand in rows without a date
    _as_asked(text_table.column(days, "latitude"), text_table.column(days, "longitude"), at)
    dates = [dt.date.fromisoformat(cell) for cell in text_table.cells(days, "YYYY-MM-DD")]
    raw = {name: text_table.column(days, name) for name in (*VARIABLE_MAP, _HUMIDITY, _ETO)}
    codes = {name: _codes(text_table.column(days, f"{name}_source")) for name in VARIABLE_MAP}
    values = {name: np.where(np.isin(codes[name], list(_TAKEN)), raw[name], np.nan) for name in VARIABLE_MAP}
    elevation = _elevation(text_table.cells(table, "metadata"))
    _consistent(raw, at[0], elevation, dates)
    warnings: list[Text] = []
    columns = {VARIABLE_MAP[name][0]: values[name] * VARIABLE_MAP[name][1] for name in VARIABLE_MAP}
    frame = canonical.table(dates, {**columns, "_own": raw[_ETO]}, warnings)
    origin = canonical.table(dates, {VARIABLE_MAP[name][0]: codes[name].astype(float) for name in codes}, [])
    replaced = {
        VARIABLE_MAP[name][0]: int((np.isfinite(raw[name]) & ~np.isin(codes[name], list(_TAKEN))).sum())
        for name in VARIABLE_MAP
    }
    return Answer(
        frame.drop(columns="_own"), origin, {k: n for k, n in replaced.items() if n}, frame["_own"], elevation,
        tuple(warnings),
    )  # fmt: skip


def _refused(body: bytes) -> None:
    """Raise where SILO answers in words: requests it does not like get status 200 and a sentence."""
    head = body[:2000].decode("utf-8", "replace").strip()
    if not head or head[:1] == "<" or "YYYY-MM-DD" in head:
        return  # of a page, and of nothing, the reader of tables says what it is
    words = " ".join(head.split())[:200]
    if not words.isprintable() or "sorry" not in words.lower():
        return
    if any(word in words.lower() for word in ("email", "e-mail", "username", "limit", "block")):
        sentence = say("refused_the_request", source=INFO.name, error=words)
        raise InvalidRequest(sentence, source=INFO.name, suggestion=say("check_the_email", setting=INFO.key_variable))
    sentence = say("no_data_for_place", source=INFO.name, error=words)
    raise NotCovered(sentence, source=INFO.name, suggestion=say("choose_another_source_here"))


def _codes(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, -1).astype(np.int64)


def _as_asked(latitudes: np.ndarray, longitudes: np.ndarray, at: tuple[float, float]) -> None:
    if not (np.abs(latitudes - at[0]) < 0.01).all() or not (np.abs(longitudes - at[1]) < 0.01).all():
        place = [float(latitudes[0]), float(longitudes[0])] if len(latitudes) else []
        raise BadResponse(
            say("answered_for_another_place", source=INFO.name, place=str(place), asked=str(at)), source=INFO.name
        )


def _elevation(notes: Sequence[str]) -> float | None:
    """Return the height of the cell out of the notes, `` elevation= 274.3 m``. [m]"""
    for note in notes:
        name, _, value = note.partition("=")
        if name.strip() == "elevation":
            try:
                height = text_table.number(value.strip().removesuffix("m"))
            except ValueError:
                return None
            return None if math.isnan(height) else height
    return None


def _consistent(raw: Mapping[str, np.ndarray], latitude: float, elevation: float | None, dates: Sequence[Any]) -> None:
    """Raise `BadResponse` where SILO's own humidity or ETo does not follow from its other columns."""
    given = {name: raw[column] * factor for column, (name, factor) in VARIABLE_MAP.items()}
    impossible = np.logical_or.reduce(
        [(v < VARIABLES[name].lower) | (v > VARIABLES[name].upper) for name, v in given.items()]
    )
    high, low, vapour, sun = (np.where(impossible, np.nan, given[name]) for name in ("tmax", "tmin", "ea", "rs"))
    of_year = np.array([day.timetuple().tm_yday for day in dates], dtype=float)
    wind, north, above = (np.full(high.shape, float(v)) for v in (WIND_DEFAULT, latitude, elevation or 0.0))
    with checked_inputs(), np.errstate(all="ignore"):
        humidity = 100.0 * vapour / saturation_vapour_pressure(high)
        eto = eto_fao56(
            tmin=low, tmax=high, ea=vapour, rs=sun, u2=wind, latitude=north, elevation=above, day_of_year=of_year
        )
    for name, ours, theirs, room in (
        (_HUMIDITY, np.minimum(humidity, 100.0), raw[_HUMIDITY], 3.0),
        (_ETO, np.asarray(eto), raw[_ETO], 0.5),
    ):
        apart = np.where(impossible, np.inf, np.abs(ours - theirs))
        both = ~np.isnan(apart) & np.isfinite(theirs)
        if both.any() and not np.median(apart[both]) <= room + 0.1 * np.median(np.abs(theirs[both])):
            raise BadResponse(
                say("columns_contradict", source=INFO.name, variable=name),
                source=INFO.name, retryable=False, suggestion=say("report_this_change"),
            )  # fmt: skip


def lasting(answer: Answer, period: Period, today: dt.date) -> float | Lifetime:
    """Return how long an answer may be kept: the nightly update changes the last 3 to 12 months. [s]"""
    age = (today - period.end).days
    if lifetime.has_holes(answer.frame, period):
        return lifetime.of_holes(age)
    return 60 * lifetime.DAY if age > 365 else 7 * lifetime.DAY if age > 120 else 12 * lifetime.HOUR


class Silo:
    """SILO's Data Drill."""

    behind: Mapping[str, int] = {"tmax": 2}
    """Days that variables are behind, where these are more than the row says: until then it is the long-term mean."""

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def asks(self, sites: Sequence[Site], period: Period, known: set[object]) -> list[float]:
        """Return the weight of each request that places will cost beyond the cache; those of a cell share one.

        ``known`` holds what was asked for other lots; what is asked now is added.
        """
        inside = self.info.clip(period, config.today())
        asked = [_params(where, inside) for where in dict.fromkeys(map(cell, sites))]
        return [1.0] * client.door().count_absent(_url(), asked, known, version=_VERSION)

    def budget(self) -> Budget:
        """Return what the provider allows."""
        return budget()

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` within the window; raises a `SourceError`."""
        today, info = config.today(), self.info
        warnings: list[Text] = []
        inside = canonical.within(info, site, period, today, warnings)
        email = config.key(info)
        if email is None:
            raise InvalidRequest(
                say("wants_an_email", source=info.title), source=info.name,
                suggestion=say("set_the_email", setting=info.key_variable),
            )  # fmt: skip
        where = cell(site)
        reply = client.fetch(
            _url(), {**_params(where, inside), "username": email, "password": "apirequest"},  # the password is public
            source=info.name, check=lambda body: parse(body, where),
            ttl=lambda answer, headers: lasting(answer, inside, today),
            differs=lambda before, after, fetched: revision.differences(before.frame, after.frame, fetched),
            deadline=120.0, read=60.0, budget=budget(), version=_VERSION,
        )  # fmt: skip
        answer: Answer = reply.data
        warnings += [say("of_source", source=info.title, sentence=sentence) for sentence in answer.warnings]
        frame = canonical.finish(answer.frame, inside, today=today, forecast=False, warnings=warnings, named=info.title)
        if answer.replaced:
            warnings.append(say("long_term_means_left_out", source=info.title, count=sum(answer.replaced.values()),
                                variables=list(answer.replaced)))  # fmt: skip
        canonical.require(info.name, frame, ("tmin", "tmax"))
        warnings += canonical.said_of(info.title, reply)
        estimated = _estimated(answer, frame)
        if estimated:
            warnings.append(say("days_estimated_from_few", source=info.title, variables=list(estimated)))
        own = answer.own_eto.reindex(frame.index)
        meta = {
            **canonical.provenance(info, site, reply),
            "model": "SILO Data Drill",
            "latitude": where[0], "longitude": where[1], "elevation": answer.elevation,
            "distance_km": round(canonical.distance_km(site.latitude, site.longitude, *where), 2),
            "day": say("day_of_silo"),
            "wind": "none",
            "estimated_days": estimated,
            "long_term_means": dict(answer.replaced),
            "own_eto": {"name": _ETO, "wind": WIND_DEFAULT, "days": int(own.notna().sum()),
                        "mean": None if own.isna().all() else round(float(own.mean()), 2)},
        }  # fmt: skip
        return SourceData(info.name, frame, meta, warnings)


def _estimated(answer: Answer, frame: pd.DataFrame) -> dict[str, list[str]]:
    """Return the days by column whose values rest on few stations (35), or whose radiation no satellite has seen."""
    found: dict[str, list[str]] = {}
    for name, _ in VARIABLE_MAP.values():
        if name not in frame:
            continue
        codes = answer.codes[name].reindex(frame.index).to_numpy()
        rows = (codes == _SPARSE) | (name == "rs") & (codes != _SATELLITE)
        if days := [str(day.date()) for day in frame.index[rows & frame[name].notna().to_numpy()]]:
            found[name] = days
    return found


def _url() -> str:
    return f"{config.service_root('silo')}/cgi-bin/silo/DataDrillDataset.php"


def _params(where: tuple[float, float], period: Period) -> dict[str, str]:
    return {
        "lat": f"{where[0]:.2f}", "lon": f"{where[1]:.2f}", "format": "csv", "comment": _ASKED,
        "start": f"{period.start:%Y%m%d}", "finish": f"{period.end:%Y%m%d}",
    }  # fmt: skip


def _columns(body: bytes) -> dict[str, list[str]]:
    head, *days = text_table.rows(body, ends="cells")
    return {name: [row[i] for row in days if row[head.index("YYYY-MM-DD")]] for i, name in enumerate(head)}


_NUMBERS = List(Words(text_table.number))
_NAMES = (*VARIABLE_MAP, "rh_tmin", _HUMIDITY, _ETO)
SHAPES = {
    r"/cgi-bin/silo/DataDrillDataset\.php": Read(
        _columns,
        Object(
            dict.fromkeys([*_NAMES, *(f"{name}_source" for name in _NAMES), "latitude", "longitude"], _NUMBERS)
            | {"YYYY-MM-DD": Days(), "metadata": List(Words())}
        ),
    )
}
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
