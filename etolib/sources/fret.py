"""FRET: the reference ET that the US National Weather Service forecasts itself, beside which ours may be shown.

Asked is the XML service of the forecast database (NDFD) for one point and the element ``evp24``. No answer of it was
ever seen here, and no public text states its unit or its hours: the reader is made from the specification of its
language (`etolib.sources.dwml`), believes only what the answer itself states, and refuses all else. A value counts
where the only element of the answer calls itself evapotranspiration (and no departure, no week), gives a unit that is
known here, and a start and an end that lie 24 hours apart. Depths beyond what a day can have, and a mean far from what
the climate of the place has, are refused too: then the unit is another one than it says.

What is known from elsewhere: ASCE-2005 for a short canopy, contiguous USA, seven days (Service Change Notice 16-08);
the same data in GRIB2 are kg m-2 over the hours of each message (NOAA-MDL/degrib, src/degrib/metaname.c). The service
asks that a point is not asked for more often than once an hour.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse, NotCovered
from etolib.reference import eto
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, dwml, lifetime
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.budget import Budget
from etolib.sources.shape import Is, List, Nearby, Number, Object, Read, Words
from etolib.words import Text, say

INFO = catalogue.COMPARED["nws_fret"]
ELEMENT = "evp24"
PATH = "/xml/sample_products/browser_interface/ndfdXMLclient.php"

UNITS: Mapping[str, canonical.Conversion] = {
    **dict.fromkeys(("inches", "in"), (25.4, 0.0)),
    **dict.fromkeys(("centimeters", "cm"), (10.0, 0.0)),
    **dict.fromkeys(("millimeters", "mm", "kg m-2", "kg/m^2", "kg/m2"), canonical.SAME),
}
"""Texts of units that are known, and what makes mm of them; 1 kg of water on 1 m2 is 1 mm."""

MOST = 25.0
"""No day has more. [mm]"""

NEAR = 0.05
"""How far the point of the answer may lie from the one asked for. [degrees]"""

EDGE = 8
"""Hours of a neighbouring day, by the sun, that 24 hours may hold and still stand for a day: its dark ones."""

FEW = 4
"""Days from which on their mean is held against the climate."""

_VERSION = "fret-1"
_IS, _IS_NOT = re.compile("evapotranspiration", re.I), re.compile("departure|normal|anomal|week|168", re.I)


def budget() -> Budget:
    """Return what the provider allows: no number is published but that of once an hour for a point."""
    return Budget(f"nws_fret@{client.host_of('nws_fret')}", spacing=1.0, in_flight=1)


@dataclass(frozen=True)
class Answer:
    """What an answer holds: ETo by day [mm], its unit, when its days begin (UTC) and what to say of it."""

    days: pd.Series
    document: dwml.Document
    units: str
    begins: str
    warnings: tuple[Text, ...]


def parse(body: bytes, site: Site) -> Answer:
    """Read an answer for a place; the unit and the hours are those that it states.

    Raises
    ------
    ValueError
        Where the body is no such document.
    BadResponse
        Where what it states is not what a value of a day needs: it names what was met.
    """
    try:
        found = dwml.read(body)
    except dwml.Refusal as refusal:
        raise _refused(say("fret_refused", text=str(refusal) or "-")) from refusal
    if abs(found.latitude - site.latitude) > NEAR or abs(found.longitude - site.longitude) > NEAR:
        place = f"{found.latitude:g}, {found.longitude:g}"
        raise _refused(say("answered_for_another_place", source=INFO.title, place=place, asked=str(site)))
    series = _only(found)
    if series.units is None:
        raise _refused(say("fret_no_unit"))
    if series.units not in UNITS:
        raise _refused(say("gives_another_unit", source=INFO.title, variable="eto", unit=repr(series.units[:40]),
                           units=list(UNITS)))  # fmt: skip
    if not series.hours or any(end is None for _, end in series.hours):
        raise _refused(say("fret_no_hours"))
    if len(series.hours) != len(series.values):
        raise _refused(say("fret_counts", values=len(series.values), times=len(series.hours)))
    warnings: list[Text] = []
    depths: dict[dt.date, float] = {}
    starts: list[dt.datetime] = []
    for number, ((start, end), value) in enumerate(zip(series.hours, series.values, strict=True)):
        assert end is not None
        hours = (end - start).total_seconds() / 3600
        if number == 0 and len(series.hours) > 1 and 0 < hours < 24:  # of a day that has begun
            warnings.append(say("fret_first_left_out", hours=f"{hours:g}"))
            continue
        if hours != 24:
            raise _refused(say("fret_hours", hours=f"{hours:g}", start=start.isoformat()))
        day = _day(start, site)
        if day in depths:
            raise _refused(say("fret_twice", day=str(day)))
        depth = value * UNITS[series.units][0]
        if not (math.isnan(depth) or 0 <= depth <= MOST):
            raise _refused(say("fret_no_depth", value=f"{value:g} {series.units}", day=str(day)))
        depths[day] = depth
        starts.append(start)
    for before, after in pairwise(sorted(starts)):
        if after - before < dt.timedelta(days=1):
            raise _refused(say("fret_twice", day=str(_day(after, site))))
    days = pd.Series([*depths.values()], index=canonical.axis(tuple(depths)), dtype=float).sort_index()
    begins = sorted({start.astimezone(dt.UTC).strftime("%H:%M") for start in starts})
    return Answer(days, found, series.units, ", ".join(begins), tuple(warnings))


def _only(found: dwml.Document) -> dwml.Series:
    """Return the one element of an answer, where it calls itself what was asked for."""
    said = [one.said for one in found.series]
    if len(said) != 1 or not _IS.search(said[0]) or _IS_NOT.search(said[0]):
        names = "; ".join(said[:4])[:200] or "-"
        raise _refused(say("fret_elements", count=len(said), names=names))
    return found.series[0]


def _day(start: dt.datetime, site: Site) -> dt.date:
    """Return the day by the sun that 24 hours stand for; an error where they are halves of two.

    >>> site = Site(40.02, -105.27)
    >>> _day(dt.datetime.fromisoformat("2024-07-01T05:00:00-07:00"), site)
    datetime.date(2024, 7, 1)
    >>> _day(dt.datetime.fromisoformat("2024-07-01T00:00:00+00:00"), site)
    datetime.date(2024, 7, 1)
    """
    zone = dt.timezone(dt.timedelta(hours=site.utc_offset))
    middle = start.astimezone(zone) + dt.timedelta(hours=12)
    noon = middle.replace(hour=12, minute=0, second=0, microsecond=0)
    if abs((middle - noon).total_seconds()) > EDGE * 3600:
        raise _refused(say("fret_halves", start=start.isoformat()))
    return middle.date()


def _refused(sentence: Text) -> BadResponse:
    return BadResponse(
        say("of_source", source=INFO.title, sentence=sentence),
        source=INFO.name, retryable=False, suggestion=say("fret_ask_the_doctor", source=INFO.name),
    )  # fmt: skip


class Fret:
    """The forecast reference ET of the US National Weather Service."""

    doctor_place = "Boulder"

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` that are forecast: column ``eto`` [mm day-1]; raises a `SourceError`."""
        today, info = config.today(), self.info
        warnings: list[Text] = []
        inside = canonical.within(info, site, period, today, warnings)
        latitude, longitude = round(site.latitude, 4), round(site.longitude, 4)
        reply = client.fetch(
            f"{config.service_root('nws_fret')}{PATH}",
            {"lat": f"{latitude:g}", "lon": f"{longitude:g}", "product": "time-series", "Unit": "m", ELEMENT: ELEMENT},
            source=info.name, check=lambda body: parse(body, site), ttl=lambda data, headers: lifetime.FRET,
            differs=lambda before, after, fetched: None if before.days.equals(after.days) else {},
            deadline=30.0, read=20.0, attempts=2, waits=(5.0,), budget=budget(), max_stale=86400.0, version=_VERSION,
        )  # fmt: skip
        answer: Answer = reply.data
        warnings += [say("of_source", source=info.title, sentence=text) for text in answer.warnings]
        frame = canonical.finish(
            answer.days.to_frame("eto"), inside, today=today, forecast=True, warnings=warnings, named=info.title
        )
        if "eto" not in frame or frame["eto"].isna().all():
            raise _refused(say("gave_none_of", source=info.title, variable="eto"))
        _likely(frame["eto"], site)
        warnings += canonical.said_of(info.title, reply)
        meta = {
            **canonical.provenance(info, site, reply),
            "model": f"NDFD {ELEMENT} {answer.document.created}".strip(),
            "latitude": answer.document.latitude, "longitude": answer.document.longitude,
            "unit": answer.units,
            "day": say("day_of_fret", time=answer.begins),
        }  # fmt: skip
        return SourceData(info.name, frame, meta, warnings)


def _likely(values: pd.Series, site: Site) -> None:
    """Refuse days whose mean the climate of the place does not know: their unit is another one than they state.

    A prior, wide enough for a week of heat and wind. Inches for millimetres are 25 times too much, millimetres for
    inches too little; hundredths of inches for millimetres, four times too much, are told in summer only.
    """
    there = values.dropna()
    if len(there) < FEW:
        return
    days = pd.DatetimeIndex(there.index)
    try:
        usual = catalogue.provider("climatology").fetch(site, Period(days[0].date(), days[-1].date()))
    except NotCovered:  # an island too small for it
        return
    height = usual.meta["elevation"] if site.elevation is None else site.elevation
    normal = float(eto(usual.frame.drop(columns="kind"), Site(site.latitude, site.longitude, height)).eto.mean())
    mean = float(there.mean())
    if mean > max(2.5 * normal, 6.0) or (normal > 1.5 and mean < normal / 8):
        raise _refused(say("fret_unlikely", value=f"{mean:.2f}", expected=f"{normal:.2f}"))


def _plain(body: bytes) -> dict[str, Any]:
    """Return what an answer states as plain values, for the doctor."""
    found = dwml.read(body)
    return {
        "latitude": found.latitude,
        "longitude": found.longitude,
        "elements": [
            {
                "name": one.said,
                "units": one.units,
                "hours": [None if end is None else (end - start).total_seconds() / 3600 for start, end in one.hours],
                "values": [None if np.isnan(value) else value for value in one.values],
            }
            for one in found.series
        ],
    }


def _called(text: str) -> None:
    if not _IS.search(text) or _IS_NOT.search(text):
        raise ValueError(text)


SHAPES = {
    re.escape(PATH): Read(
        _plain,
        Object(
            latitude=Nearby("latitude", NEAR),
            longitude=Nearby("longitude", NEAR),
            elements=List(
                Object(
                    name=Words(_called),
                    units=Is(*UNITS),
                    hours=List(Is(24.0)),
                    values=List(Number(0, MOST, or_null=True)),
                ),
                count=1,
            ),
        ),
        markup=True,
    )
}
"""What an answer is assumed to be; `etolib doctor` looks whether it still is."""
