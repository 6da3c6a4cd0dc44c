"""All sources by name, what each promises, and which are asked for a place and dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from etolib import config
from etolib.errors import InputError, NotCovered, Problem, SourceError, SourceUnavailable
from etolib.site import Period, Site
from etolib.sources import climatology, nws, open_meteo
from etolib.sources.base import Source, SourceData
from etolib.sources.met_norway import MetNorway
from etolib.sources.nasa_power import NasaPower
from etolib.sources.network.scope import Abandoned

SOURCES: dict[str, Source] = {
    source.info.name: source
    for source in (
        NasaPower(),
        open_meteo.OpenMeteo(open_meteo.ARCHIVE),
        open_meteo.OpenMeteo(open_meteo.FORECAST),
        open_meteo.OpenMeteo(open_meteo.HISTORICAL_FORECAST),
        MetNorway(),
        nws.NwsForecast(),
        nws.NwsStations(),
        climatology.Climatology(),
    )
}
"""Every source by its name."""


@dataclass(frozen=True)
class Choice:
    """A source to ask, for which days, and why. ``role`` is ``main``, or ``fallback``: asked last, for what is left."""

    source: str
    period: Period
    reason: str
    role: str = "main"


def sources(today: dt.date | None = None) -> pd.DataFrame:
    """Return what each source promises: one row per source.

    >>> sources(dt.date(2026, 11, 21)).loc["nasa_power", "to"]
    datetime.date(2026, 11, 18)
    """
    now = config.today() if today is None else today
    rows = []
    for name, source in SOURCES.items():
        info = source.info
        first, last = info.window(now)
        rows.append(
            {
                "name": name,
                "title": info.title,
                "provides": ", ".join(info.provides),
                "from": first,
                "to": last,
                "delay": info.delay,
                "coverage": info.coverage,
                "licence": info.licence,
                "attribution": info.attribution,
                "politeness": info.politeness,
                "key needed": info.key_needed,
                "contact needed": info.contact_needed,
                "homepage": info.homepage,
            }
        )
    return pd.DataFrame(rows).set_index("name", drop=False).rename_axis(None)


def choose(
    site: Site, period: Period, sources: str | Sequence[str] = "auto", today: dt.date | None = None
) -> list[Choice]:
    """Return which sources to ask for which days.

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
    list of Choice
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
    >>> for choice in choose(Site(-22.7, -47.6), period, today=dt.date(2026, 11, 21)):
    ...     print(choice.source, choice.period, choice.role)
    nasa_power 2026-11-01/2026-11-18 main
    open_meteo_archive 2026-11-01/2026-11-15 main
    open_meteo_forecast 2026-11-16/2026-11-25 main
    climatology 2026-11-01/2026-11-25 fallback
    """
    now = config.today() if today is None else today
    names = [sources] if isinstance(sources, str) else list(dict.fromkeys(sources))
    if names != ["auto"]:
        unknown = [name for name in names if name not in SOURCES]
        if unknown or not names:
            hint = f"known are {', '.join(SOURCES)}, or auto"
            raise InputError([Problem("source", name, "is not known", hint) for name in unknown or [""]])
        return [Choice(name, period, "asked for by name") for name in names]
    if not _near_land(site):
        raise NotCovered(
            f"{site} lies at sea; reference evapotranspiration is defined for land",
            suggestion="choose a place on land, or name the sources yourself if this is a small island",
        )
    return _automatic(site, period, now)


def prefetch(
    sites: Sequence[Site], period: Period, sources: str | Sequence[str] = "auto", *, failed: set[str] | None = None
) -> int:
    """Bring what many places will ask for to the cache in few requests; return how many there were.

    Open-Meteo answers for a list of places at once. NASA POWER needs no help: places in the same cells share an answer.
    An error of a provider is left to the places themselves, which ask again and tell it.

    Parameters
    ----------
    sites : sequence of Site
        The places; those without an elevation get theirs looked up.
    period, sources
        As in `choose`.
    failed : set of str, optional
        Services not to ask, because they gave no answer before; those that give none now are added.
    """
    silent = set() if failed is None else failed
    wanted: dict[tuple[str, Period], list[Site]] = {}
    for site in sites:
        try:
            choices = choose(site, period, sources)
        except NotCovered:
            continue
        for choice in choices:
            if isinstance(SOURCES[choice.source], open_meteo.OpenMeteo):
                wanted.setdefault((choice.source, choice.period), []).append(site)
    steps: list[tuple[str, Callable[[], int]]] = []
    for (name, days), places in wanted.items():
        source = SOURCES[name]
        assert isinstance(source, open_meteo.OpenMeteo)
        steps.append((name, partial(source.prefetch, places, days)))
    if unknown := [site for site in sites if site.elevation is None]:
        steps.append(("elevation", partial(open_meteo.prefetch_elevations, unknown)))
    count = 0
    for name, step in steps:
        if name in silent:
            continue
        try:
            count += step()
        except Abandoned:
            raise
        except SourceUnavailable:
            silent.add(name)
        except SourceError:
            continue
    return count


def _automatic(site: Site, period: Period, now: dt.date) -> list[Choice]:
    choices = []
    for name, why in (
        ("nasa_power", "history: radiation from satellites"),
        ("open_meteo_archive", "history: ERA5 reanalysis"),
    ):
        inside = _within(name, period, now)
        if inside:
            choices.append(Choice(name, inside, f"{why}; it covers {inside}"))
    archive_end = SOURCES["open_meteo_archive"].info.window(now)[1]
    unasked = []
    for name, why in _national(site):
        inside = _within(name, period, now)
        if inside and config.get("contact"):
            choices.append(Choice(name, inside, why))
        elif inside:
            unasked.append(SOURCES[name].info.title)
    newest = _within("open_meteo_forecast", period, now, after=archive_end)
    if newest:
        reason = f"the reanalysis ends on {archive_end}: newest days and forecast"
        if unasked:
            reason += f"; {' and '.join(unasked)} not asked, their terms want a contact (set ETOLIB_CONTACT)"
        choices.append(Choice("open_meteo_forecast", newest, reason))
    choices.append(Choice("climatology", period, "only for days that nothing else can answer", "fallback"))
    return choices


NEAR_KM, NEAR_M = 25.0, 150.0
"""How near a station must be to stand for a place rather than a model [km; m of height]: the width of an ERA5 cell, and
the height over which the air cools by 1 degree. Round priors."""


def at_home(site: Site, answers: Mapping[str, SourceData]) -> list[str]:
    """Return which of the national services that answered come before Open-Meteo's forecast at a place.

    A station only where it is near.
    """
    return [name for name, _ in _national(site) if name in answers and _is_near(answers[name])]


def _national(site: Site) -> list[tuple[str, str]]:
    """Return the national services of a place, and why they are asked."""
    order = "first, for temperature, wind, humidity and rain; it has no radiation"
    found = []
    if nws.in_reach(site):
        found.append(("nws_stations", "USA: what the nearest station measured"))
        found.append(("nws_forecast", f"USA: the national forecast {order}"))
    if _nordic(site):
        found.append(("met_norway", f"Nordic countries: the regional forecast {order}"))
    return found


def _is_near(answer: SourceData) -> bool:
    if answer.source != "nws_stations":
        return True
    height = answer.meta.get("elevation_difference")
    return answer.meta["distance_km"] <= NEAR_KM and (height is None or abs(height) <= NEAR_M)


def _within(name: str, period: Period, now: dt.date, after: dt.date | None = None) -> Period | None:
    first, last = SOURCES[name].info.window(now)
    if after is not None:
        first = max(first, after + dt.timedelta(days=1))
    return period.intersection(first, last)


def _nordic(site: Site) -> bool:
    """Return whether a place lies where MET Norway's regional model covers it (Nordic countries, 2.5 km)."""
    return 54.0 <= site.latitude <= 72.0 and 3.0 <= site.longitude <= 32.0


def _near_land(site: Site) -> bool:
    """Return whether there is land within a tenth of a degree: the embedded mask is no reason to refuse a beach."""
    steps = (0.0, -0.1, 0.1)
    return any(
        climatology.surface(min(max(site.latitude + a, -90.0), 90.0), (site.longitude + b + 180.0) % 360.0 - 180.0)[1]
        for a in steps
        for b in steps
    )
