"""The plan: which sources are asked for which days of a request, why, and which comes first in what.

Made once, before anything is asked. What is known of the sources stands in their rows of the catalogue; what only an
answer tells (how near the station is that answered) is asked of the plan with the answers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from etolib import config
from etolib.errors import InputError, NotCovered, Problem
from etolib.glance import Glance, Told, as_html
from etolib.request import Days, Place, Request
from etolib.site import Period, Site
from etolib.sources import catalogue, climatology
from etolib.sources.base import Source, SourceData
from etolib.sources.catalogue import STATION, SourceInfo
from etolib.sources.obstacle import missing_setting
from etolib.words import Text, join, say, verbatim

LEARNING = dt.timedelta(days=3 * 365)
"""The newest part of an own station's record that is compared with the sources, and how far it may lie away."""


@dataclass(frozen=True)
class Step:
    """A source to ask, for which days, and why.

    One ``beside`` is asked at the same time as the ``main`` ones, but not waited for; a ``fallback`` is asked last, for
    days that nothing else has.
    """

    source: str
    period: Period
    reason: Text
    role: Literal["main", "beside", "fallback"] = "main"


@dataclass(frozen=True, repr=False)
class Plan(Glance):
    """What is asked for a request.

    Attributes
    ----------
    site : Site
        As asked; without an elevation where none was given. The elevation is looked up while the sources are asked,
        who get the place as asked but where their answer depends on the height; fallbacks and everything after take
        the height found (`etolib.sources.download`).
    period : Period
        The days wanted.
    span : Period
        The days downloaded: also those an own station can teach the bias of the sources on.
    steps : tuple of Step
        In the order of preference, fallbacks last.
    station : Source, optional
        The user's own file.
    """

    site: Site
    period: Period
    span: Period
    steps: tuple[Step, ...]
    station: Source | None = None

    def _told(self) -> Told:
        import pandas as pd

        rows = [
            {"source": step.source, "days": str(step.period), "role": step.role, "why": str(step.reason)}
            for step in self.steps
        ]
        lines = [verbatim(f"{row['source']} {row['days']} ({row['role']})") for row in rows]
        return Told(f"{self.site}, {self.period}", lines, pd.DataFrame(rows))

    def _repr_html_(self) -> str:
        told = self._told()
        return as_html("Plan", Told(told.head, (), told.table))

    @property
    def teaching(self) -> Period | None:
        """The days an own station teaches the bias of the sources on; they do not depend on the days wanted."""
        return teaching(self.period, self.station)

    @property
    def main(self) -> tuple[Step, ...]:
        """The steps asked at once."""
        return tuple(step for step in self.steps if step.role == "main")

    @property
    def beside(self) -> tuple[Step, ...]:
        """The steps asked at once whose answer is done without where it does not come soon."""
        return tuple(step for step in self.steps if step.role == "beside")

    @property
    def fallbacks(self) -> tuple[Step, ...]:
        """The steps asked afterwards, for days that stay empty."""
        return tuple(step for step in self.steps if step.role == "fallback")

    @property
    def asked(self) -> list[str]:
        """The sources asked at once; the last fallback where there are none."""
        return [step.source for step in self.main or self.steps[-1:]]

    def provider(self, name: str) -> Source:
        """Return what answers for a source of the plan."""
        return self.station if name == STATION and self.station is not None else catalogue.provider(name)

    def at_home(self, answers: Mapping[str, SourceData]) -> list[str]:
        """Return which national sources that answered stand before Open-Meteo's forecast; a station where it is near.

        They do so for temperature, wind, rain and humidity, see `etolib.sources.catalogue.ranked`.
        """
        return [row.name for row in _national(self.site) if row.name in answers and _is_near(row, answers[row.name])]


def plan(
    site: Request | Place,
    period: Days | None = None,
    sources: str | Sequence[str] = "auto",
    *,
    station: Source | None = None,
    **options: Any,
) -> Plan:
    """Return which sources `etolib.compute` would ask for which days, and why; nothing is asked yet.

    Parameters
    ----------
    site, period, sources, station, **options
        As `etolib.compute` takes them.

    Returns
    -------
    Plan
        Its ``steps`` in the order of preference.

    Raises
    ------
    InputError
        Where something cannot be used.
    NotCovered
        Where the place lies at sea, and no sources were named.

    Examples
    --------
    >>> import etolib
    >>> etolib.plan((-22.7, -47.6), "2024-01", sources="climatology")
    <etolib.Plan> 22.7000°S 47.6000°W, 2024-01-01/2024-01-31
      climatology 2024-01-01/2024-01-31 (main)
    """
    return make(Request.of(site, period, sources, station, **options))


def make(request: Request, today: dt.date | None = None) -> Plan:
    """Return the plan of a request.

    Monthly means of one's own come before the embedded climatology, not before the weather of the date. The fallback
    is asked for the wanted days only: nothing is learnt from an estimate.

    Raises
    ------
    NotCovered
        Where the place lies at sea, and no sources were named.

    Examples
    --------
    >>> plan = make(Request((-22.7, -47.6), "2026-11-01/2026-11-25"), dt.date(2026, 11, 21))
    >>> plan.asked, str(plan.main[0].period)
    (['nasa_power', 'open_meteo_archive', 'open_meteo_forecast'], '2026-11-01/2026-11-18')
    """
    site, period, sources, station = request.site, request.period, request.sources, request.station
    if station is None:
        return Plan(site, period, period, tuple(choose(site, period, sources, today)))
    station = _placed(station, site)
    span = learning_span(period, station)
    if isinstance(sources, str):
        chosen = choose(site, span, sources, today)
        others = [replace(step, period=period) if step.role == "fallback" else step for step in chosen]
    else:
        named = [name for name in sources if name != STATION]
        others = choose(site, span, named, today) if named else []
        if STATION not in sources:
            return Plan(site, period, span, tuple(others), station)
    if monthly(station) and others:
        weather = [step for step in others if step.role == "main"]
        own = Step(STATION, period, say("own_monthly_means_for_the_rest"), "fallback")
        steps = [*weather, own, *(step for step in others if step.role == "fallback")]
    else:
        steps = [Step(STATION, span, catalogue.words(catalogue.OWN.reason)), *others]
    return Plan(site, period, span, tuple(steps), station)


def _placed(station: Source, site: Site) -> Source:
    """Return an own station's file as judged at the place; any other source of one's own as it is."""
    at: Callable[[Site], Source] | None = getattr(station, "at", None)
    return station if at is None else at(site)


def learning_span(period: Period, station: Source | None) -> Period:
    """Return the days to download: those asked, and those an own station can teach the bias of the sources on."""
    days = teaching(period, station)
    return period if days is None else Period(min(period.start, days.start), max(period.end, days.end))


def teaching(period: Period, station: Source | None) -> Period | None:
    """Return the days on which an own station teaches the bias of the sources, None where it teaches nothing.

    The newest `LEARNING` of its record, whatever the days asked; a day is corrected where it lies no farther from them
    than that again. A station whose record lies farther from all of ``period``, or has no years (monthly means),
    teaches nothing there.
    """
    if station is None or monthly(station):
        return None
    first, last = station.info.window(config.today())
    last = min(last, config.today())
    first = max(first, last - LEARNING)
    near = first - LEARNING <= period.end and period.start <= last + LEARNING
    return Period(first, last) if near and first <= last else None


def monthly(station: Source | None) -> bool:
    """Return whether an own station holds monthly means (CLIMWAT): no weather of a date."""
    return bool(getattr(station, "monthly", False))


def choose(
    site: Site, period: Period, sources: str | Sequence[str] = "auto", today: dt.date | None = None
) -> list[Step]:
    """Return which sources of the catalogue to ask for which days.

    Parameters
    ----------
    site : Site
        The place.
    period : Period
        The days.
    sources : "auto", str or sequence of str
        Names restrict the choice to themselves.
    today : datetime.date, optional
        Default: `config.today`.

    Returns
    -------
    list of Step
        In the order of preference; ``reason`` says in words why.

    Raises
    ------
    InputError
        Where a name is not known.
    NotCovered
        Where the place lies at sea, and no sources were named.

    Examples
    --------
    >>> period = Period("2026-11-01", "2026-11-25")
    >>> for step in choose(Site(-22.7, -47.6), period, today=dt.date(2026, 11, 21)):
    ...     print(step.source, step.period, step.role)
    nasa_power 2026-11-01/2026-11-18 main
    open_meteo_archive 2026-11-01/2026-11-15 main
    open_meteo_forecast 2026-11-16/2026-11-25 main
    open_meteo_satellite 2026-11-01/2026-11-20 beside
    open_meteo_ensemble 2026-11-21/2026-11-25 beside
    climatology 2026-11-01/2026-11-25 fallback
    """
    names = [sources] if isinstance(sources, str) else list(dict.fromkeys(sources))
    if names != ["auto"]:
        unknown = [name for name in names if name not in catalogue.SOURCES]
        if unknown or not names:
            hint = say("known_sources_or_auto", sources=list(catalogue.names()))
            raise InputError([Problem("source", name, say("is_not_known"), hint) for name in unknown or [""]])
        return [Step(name, period, _brought(catalogue.find(name), say("asked_for_by_name"))) for name in names]
    if not near_land(site):
        raise NotCovered(say("lies_at_sea", place=str(site)), suggestion=say("choose_land_or_name_sources"))
    return _automatic(site, period, config.today() if today is None else today)


def _automatic(site: Site, period: Period, today: dt.date) -> list[Step]:
    rows = [row for row in catalogue.SOURCES.values() if row.covers(site)]
    steps, unasked = [], []
    for row in [*(row for row in rows if row.role == "history"), *_national(site)]:
        inside = period.intersection(*row.window(today))
        if inside is None:
            continue
        if setting := missing_setting(row):
            unasked.append((row.title, setting))
            continue
        why = _why(row)
        if row.role == "history":
            why = say("reason_and_days", reason=why, period=str(inside))
        steps.append(Step(row.name, inside, why))
    for row in (row for row in rows if row.role == "newest" and missing_setting(row) is None):
        first, last = row.window(today)
        end = None
        if row.follows is not None:
            end = catalogue.find(row.follows).window(today)[1]
            first = max(first, end + dt.timedelta(days=1))
        if inside := period.intersection(first, last):
            why = _why(row, day=str(end))
            steps.append(Step(row.name, inside, join("; ", [why, *_not_asked(unasked)]) if unasked else why))
    beside = [row for row in rows if row.role == "beside"] if config.asks_beside() else []
    for row in (row for row in beside if row.at_home(site) and missing_setting(row) is None):
        if inside := period.intersection(*row.window(today)):
            steps.append(Step(row.name, inside, say("reason_and_days", reason=_why(row), period=str(inside)), "beside"))
    steps += [Step(row.name, period, _why(row), "fallback") for row in rows if row.role == "fallback"]
    return steps


def _why(row: SourceInfo, **values: str) -> Text:
    if row.near is not None:
        values |= {"kilometres": f"{row.near.kilometres:g}", "metres": f"{row.near.metres:g}"}
    return _brought(row, catalogue.words(row.reason, **values))


def _brought(row: SourceInfo, why: Text) -> Text:
    """Return a reason, with the package that brings the source where another one does."""
    return say("reason_and_package", reason=why, package=row.package) if row.package else why


def _national(site: Site) -> list[SourceInfo]:
    """Return the national sources that are at home at a place, in the order in which they stand there."""
    home = [row for row in catalogue.SOURCES.values() if row.role == "national" and row.at_home(site)]
    order = catalogue.ranked([row.name for row in home], "weather", [row.name for row in home])
    return [catalogue.find(name) for name in order]


def _is_near(row: SourceInfo, answer: SourceData) -> bool:
    if row.near is None:
        return True
    height = answer.meta.get("elevation_difference")
    return bool(answer.meta["distance_km"] <= row.near.kilometres) and (
        height is None or bool(abs(height) <= row.near.metres)
    )


def _not_asked(missing: Sequence[tuple[str, str]]) -> list[Text]:
    """Return one sentence for each setting that would let more sources be asked."""
    sentences = []
    for setting in dict.fromkeys(setting for _, setting in missing):
        titles = [verbatim(title) for title, wanted in missing if wanted == setting]
        services = titles[0]
        for title in titles[1:]:
            services = say("one_and_other", one=services, other=title)
        wanted = {"CONTACT": "contact", "EMAIL": "email"}.get(setting.rpartition("_")[2], "key")
        sentences.append(say(f"not_asked_for_want_of_{wanted}", services=services, setting=setting))
    return sentences


def near_land(site: Site) -> bool:
    """Return whether there is land within a tenth of a degree: the embedded mask is no reason to refuse a beach."""
    steps = (0.0, -0.1, 0.1)
    return any(
        climatology.is_land(min(max(site.latitude + a, -90.0), 90.0), (site.longitude + b + 180.0) % 360.0 - 180.0)
        for a in steps
        for b in steps
    )
