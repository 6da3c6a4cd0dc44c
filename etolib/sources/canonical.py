"""From a provider's columns to canonical days: units checked, fill values out, dates put in order."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations import constants
from etolib.errors import BadResponse, NotCovered
from etolib.site import Period, Site
from etolib.site import distance_km as distance_km
from etolib.sources import catalogue, revision
from etolib.sources.base import SourceInfo
from etolib.sources.network.client import Reply
from etolib.variables import VARIABLES
from etolib.words import Text, say, verbatim

Conversion = tuple[float, float]
"""Factor and offset that bring a provider's unit to the canonical one."""

SAME: Conversion = (1.0, 0.0)


def conversion(source: str, name: str, unit: Any, known: Mapping[str, Conversion]) -> Conversion:
    """Return factor and offset for a unit text; an unexpected text is an error, never ignored.

    ``known`` holds only the texts of the unit that was asked for: where another system is declared, it is not known
    whether the numbers or the text are wrong.

    >>> conversion("demo", "wind", "km/h", {"km/h": (1 / 3.6, 0.0)})
    (0.2777777777777778, 0.0)
    """
    if isinstance(unit, str) and unit in known:
        return known[unit]
    raise BadResponse(
        say("gives_another_unit", source=source, variable=name, unit=repr(unit), units=list(known)),
        source=source, retryable=False, suggestion=say("report_this_change"),
    )  # fmt: skip


def read_json(body: bytes) -> Any:
    """Read a JSON body strictly: no bare NaN becomes a number, no key counts twice with two values.

    >>> read_json(b'{"a": [1.5, NaN]}')
    {'a': [1.5, None]}
    >>> read_json(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    ...
    ValueError: 'a' is given twice with different values
    """
    return json.loads(body, parse_constant=lambda _: None, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        for key, value in pairs:
            if found[key] != value:
                raise ValueError(f"{key!r} is given twice with different values")
    return found


def number(value: Any) -> float:
    """Return a JSON number as float, NaN for null; ValueError for anything else (text, true, a list).

    >>> number(None), number(3)
    (nan, 3.0)
    """
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{str(value)[:40]!r} stands where a number should be")
    result = float(value)
    return result if math.isfinite(result) else math.nan


def numbers(values: Any, length: int | None = None) -> np.ndarray:
    """Return a JSON list as floats (n,), null as NaN; ValueError where it is no list of ``length`` numbers."""
    if not isinstance(values, list) or (length is not None and len(values) != length):
        raise ValueError("a list of values is missing or of another length than its dates")
    if not {*map(type, values)} <= _OF_JSON:
        return np.array([number(v) for v in values], dtype=float)
    found = np.array(values, dtype=float)
    found[np.isinf(found)] = np.nan
    return found


_OF_JSON = {int, float, type(None)}


def u2_from_10m(speed: Any) -> Any:
    """Return wind at 2 m from wind at 10 m over grass. [m s-1]

    FAO-56 Eq. 47. Only for winds a provider gives at 10 m, never for one that is at 2 m already.

    >>> round(u2_from_10m(3.2), 2)
    2.39
    """
    with np.errstate(over="ignore"):  # 1e308 is no wind and is taken out later
        return speed * constants.WIND_A / math.log(constants.WIND_B * 10.0 - constants.WIND_C)


def table(dates: Iterable[Any], columns: Mapping[str, Any], warnings: list[Text]) -> pd.DataFrame:
    """Return columns by date in order; a date given twice with different values is missing, and said to be.

    Parameters
    ----------
    dates : iterable of datetime.date
        One per row, in any order.
    columns : mapping
        Name to values (n,).
    warnings : list of Text
        Grows.
    """
    frame = pd.DataFrame(dict(columns), index=axis(tuple(dates)), dtype=float)
    if not frame.index.is_unique:
        repeated = frame.index[frame.index.duplicated()].unique()
        frame = frame.reset_index().drop_duplicates().set_index("date")
        conflicting = frame.index[frame.index.duplicated()].unique()
        if len(conflicting):
            frame = frame[~frame.index.duplicated()]
            frame.loc[conflicting, :] = np.nan
            warnings.append(say("came_twice_differently", days=in_words(conflicting)))
        else:
            warnings.append(say("came_twice", days=in_words(repeated)))
    return frame.sort_index()


def axis(dates: Sequence[Any], read: Callable[[Any], Any] | None = None) -> pd.DatetimeIndex:
    """Return dates as an index; ``read`` makes dates of them. Answers for many places have the same: kept for a while.

    >>> axis([dt.date(2024, 1, 1)]).name
    'date'
    """
    return (_axis if len(dates) <= _KEPT_DAYS else _axis.__wrapped__)(tuple(dates), read).copy()


_KEPT_DAYS = 4000


@lru_cache(8)
def _axis(dates: tuple[Any, ...], read: Callable[[Any], Any] | None) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime([*dates] if read is None else [*map(read, dates)]), name="date")


def finish(
    frame: pd.DataFrame, period: Period, *, today: dt.date, forecast: bool, warnings: list[Text], named: str
) -> pd.DataFrame:
    """Return the frame of `SourceData`: every day of ``period``, canonical columns, impossible values out, ``kind``.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns by day.
    period : Period
        The days wanted.
    today : datetime.date
        Days from here on are ``forecast`` where ``forecast`` is set.
    warnings : list of Text
        Grows: days without data, values that cannot be weather.
    named : str
        How warnings call the source.
    """
    days = pd.date_range(period.start, period.end, freq="D", name="date")
    whole = frame if frame.index.equals(days) else frame.reindex(days)
    values_of = {name: whole[name].to_numpy(dtype=float, copy=True) for name in VARIABLES if name in whole}
    for name, values in values_of.items():
        bounds = VARIABLES[name]
        with np.errstate(invalid="ignore"):
            wrong = (values < bounds.lower) | (values > bounds.upper) | np.isinf(values)
        if wrong.any():
            first = values[wrong][0]
            values[wrong] = np.nan
            sentence = say(
                "values_no_weather",
                count=int(wrong.sum()),
                variable=name,
                value=f"{first:g} {bounds.units}",
                day=str(days[wrong][0].date()),
            )
            warnings.append(say("of_source", source=named, sentence=sentence))
    if {"tmin", "tmax"} <= values_of.keys():
        crossed = values_of["tmin"] > values_of["tmax"]
        if crossed.any():
            for name in ("tmin", "tmax"):
                values_of[name][crossed] = np.nan
            sentence = say("tmin_above_tmax_on", days=in_words(days[crossed]))
            warnings.append(say("of_source", source=named, sentence=sentence))
    absent = {name: np.isnan(values) for name, values in values_of.items()}
    empty = [name for name, gaps in absent.items() if gaps.all()]
    if empty:
        warnings.append(say("of_source", source=named, sentence=say("no_values_of", variables=empty)))
        absent = {name: gaps for name, gaps in absent.items() if name not in empty}
    nothing = np.logical_and.reduce([*absent.values()]) if absent else np.ones(len(days), bool)
    if nothing.any():
        warnings.append(say("of_source", source=named, sentence=say("no_data_on", days=in_words(days[nothing]))))
    by_days: dict[Text, list[str]] = {}
    for name, gaps in absent.items():
        gaps = gaps & ~nothing
        if gaps.any():
            by_days.setdefault(in_words(days[gaps]), []).append(name)
    warnings += [
        say("of_source", source=named, sentence=say("missing_on", variables=names, days=text))
        for text, names in by_days.items()
    ]
    kind = np.where(days >= pd.Timestamp(today), "forecast", "observed") if forecast else "observed"
    return pd.DataFrame({name: values_of[name] for name in absent} | {"kind": kind}, index=days)


def in_words(days: Iterable[Any]) -> Text:
    """Return days in words, shortened.

    >>> in_words(pd.DatetimeIndex(["2024-02-28", "2024-02-29", "2024-03-05"]))
    '2024-02-28..2024-02-29, 2024-03-05'
    """
    runs: list[list[pd.Timestamp]] = []
    for day in sorted(days):
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1][1:] = [day]
        else:
            runs.append([day])
    stretches = ["..".join(str(d.date()) for d in run) for run in runs]
    shown = verbatim(", ".join(stretches[:3]))
    return shown if len(stretches) <= 3 else say("and_more_stretches", days=shown, number=len(stretches) - 3)


def clipped(period: Period, inside: Period, named: str, warnings: list[Text]) -> None:
    """Warn about the days of ``period`` outside of what a source can have."""
    day = dt.timedelta(days=1)
    outside = []
    if period.start < inside.start:
        outside.append(verbatim(f"{period.start}..{inside.start - day}"))
    if period.end > inside.end:
        outside.append(verbatim(f"{inside.end + day}..{period.end}"))
    if outside:
        days = outside[0] if len(outside) == 1 else say("one_and_other", one=outside[0], other=outside[1])
        warnings.append(say("outside_its_window", source=named, days=days))


def solar_day(site: Site) -> str:
    """Return the day definition in words.

    >>> solar_day(Site(-22.7, -47.6))
    'local solar day, UTC-3'
    """
    return f"local solar day, UTC{site.utc_offset:+d}"


def iso_time(posix: float) -> str:
    """Return a POSIX time [s] as ISO text in UTC.

    >>> iso_time(0)
    '1970-01-01T00:00:00Z'
    """
    return dt.datetime.fromtimestamp(posix, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def kept_answer(named: str, reply: Reply) -> Text:
    """Return what to say where an answer past its time was used, because the provider gave none."""
    used = say("kept_answer_used", time=iso_time(reply.fetched), sentence=verbatim(reply.error or ""))
    return say("of_source", source=named, sentence=used)


def said_of(named: str, reply: Reply) -> list[Text]:
    """Return what to warn of an answer: that it is past its time, or that its numbers are not what they were."""
    found = [kept_answer(named, reply)] if reply.stale else []
    if (note := reply.revised) is not None and revision.changed_numbers(note):
        found.append(say("of_source", source=named, sentence=revision.told(note)))
    return found


def said_of_all(named: str, replies: Iterable[Reply]) -> list[Text]:
    """Return what to warn of the answers that make one: of each kind of warning the first."""
    found = [said_of(named, reply) for reply in replies]
    stale = [said[0] for reply, said in zip(replies, found, strict=True) if reply.stale]
    revised = [said[-1] for reply, said in zip(replies, found, strict=True) if len(said) > int(reply.stale)]
    return stale[:1] + revised[:1]


def elsewhere(info: SourceInfo, site: Site) -> NotCovered:
    """Return the error of a place that a source does not reach."""
    sentence = say("outside_of_its_region", source=info.title, place=str(site))
    return NotCovered(sentence, source=info.name, suggestion=say("choose_another_source_here"))


def within(info: SourceInfo, site: Site, period: Period, today: dt.date, warnings: list[Text]) -> Period:
    """Return the days of ``period`` that a source can have, warning about the others; `NotCovered` out of its reach."""
    inside = info.clip(period, today)
    if not info.covers(site):
        raise elsewhere(info, site)
    clipped(period, inside, info.title, warnings)
    return inside


def no_station(info: SourceInfo, site: Site) -> NotCovered:
    """Return the error of a place near which no station of a source reports."""
    sentence = say("no_station_reports", place=str(site))
    return NotCovered(sentence, source=info.name, suggestion=say("choose_another_source_here"))


def require(source: str, frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise `BadResponse` where one of two columns without which no day can be computed is absent or empty."""
    lacking = [name for name in names if name not in frame or frame[name].isna().all()]
    if lacking:
        sentence = say("gave_none_of", source=source, variable=lacking[0])
        if len(lacking) > 1:
            sentence = say("gave_none_of_either", source=source, variable=lacking[0], variable2=lacking[1])
        raise BadResponse(sentence, source=source, suggestion=say("choose_other_days_or_source"))


_HUMIDITY = ("ea", "tdew", "rhmax", "rhmin", "twet", "rhmean")


def lost(missing: Sequence[str], frame: pd.DataFrame) -> list[str]:
    """Return which of the ``missing`` variables the reader must know of.

    Not pressure, which FAO-56 takes from the elevation, nor one measure of humidity or mean temperature while the
    others are there.

    >>> lost(["tdew", "pressure", "rs"], pd.DataFrame({"rhmean": [60.0]}))
    ['rs']
    """
    idle = {"pressure", "tmean", "cloud", "sunshine"}
    if any(name in frame for name in _HUMIDITY):
        idle.update(_HUMIDITY)
    return [name for name in missing if name not in idle]


def provenance(info: SourceInfo, site: Site, reply: Reply) -> dict[str, Any]:
    """Return the part of ``SourceData.meta`` that is the same for all providers."""
    note = reply.revised
    revised = {} if note is None else {"revised": note, "revision": revision.told(note)}
    return {
        "source": info.name,
        "title": info.title,
        "requested": {"latitude": site.latitude, "longitude": site.longitude},
        "day": solar_day(site),
        "retrieved": iso_time(reply.fetched),
        "url": reply.url,
        "from_cache": reply.from_cache,
        "stale": reply.stale,
        "attribution": info.attribution,
        "licence": catalogue.words(info.licence),
        "estimated": [],
        **revised,
    }


def provenance_of_all(info: SourceInfo, site: Site, replies: Sequence[Reply]) -> dict[str, Any]:
    """Return `provenance` of the answers that make one: as the last has it, past its time where one of them is."""
    return provenance(info, site, replies[-1]) | {
        "from_cache": all(reply.from_cache for reply in replies), "stale": any(reply.stale for reply in replies)
    }  # fmt: skip
