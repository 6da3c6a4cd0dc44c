"""What many places will cost: requests by provider, beyond what is in the cache, and how long its limits make it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from etolib import config
from etolib.errors import NotCovered
from etolib.site import Period, Site
from etolib.sources import catalogue, open_meteo, open_meteo_access
from etolib.sources.network.budget import Budget
from etolib.sources.plan import choose
from etolib.words import say

_ANSWER_S = 1.0
"""A guess of how long a provider takes for an answer. [s]"""

_DAY = 86400.0


@dataclass(frozen=True)
class Part:
    """What of a provider's requests one of its sources makes: title, requests, and what they count. [calls]"""

    source: str
    requests: int
    weight: float


@dataclass(frozen=True)
class Asked:
    """What is asked of one provider.

    Attributes
    ----------
    provider : str
        Title of its sources.
    requests : int
    weight : float
        What they count by the provider's rule; equal to ``requests`` where it has none. [calls]
    budget : Budget or None
        What it allows, where that is known.
    about : bool
        Whether the number is an estimate: one that depends on what is answered.
    parts : tuple of Part
        The same by source or service, where several of them count together.
    """

    provider: str
    requests: int
    weight: float
    budget: Budget | None
    about: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def per_day(self) -> float | None:
        """What the provider allows in a day, None where it states no such limit. [calls]"""
        limits = [limit for width, limit in self.budget.windows if width == _DAY] if self.budget else []
        return limits[0] if limits else None

    @property
    def quota_days(self) -> float | None:
        """Days of the provider's free quota, None where it states none."""
        return None if self.per_day is None else self.weight / self.per_day

    @property
    def seconds(self) -> float:
        """The least time that its limits and a guess of its answers allow. [s]

        >>> Asked("a", 30, 6000, Budget("a", windows=((60, 600), (3600, 5000)))).seconds
        3600.0
        """
        if self.budget is None:
            return self.requests * _ANSWER_S
        windows = [width * max(0.0, -(-self.weight // limit) - 1) for width, limit in self.budget.windows]
        answers = self.requests * _ANSWER_S / self.budget.in_flight
        return float(max(*windows, self.requests * self.budget.spacing, answers))


def asked(lots: Iterable[Sequence[Site]], period: Period, sources: str | Sequence[str] = "auto") -> list[Asked]:
    """Return what places will ask of each provider, lot by lot as they are computed; nothing is asked for this.

    Places of one cell of a provider share an answer, neighbours share a request where a provider takes lists, and what
    is in the cache is not asked for.

    Examples
    --------
    >>> asked([[Site(0, 10, 100)]], Period("2024-01-01", "2024-01-03"), "climatology")
    []
    """
    known: set[object] = set()
    found: dict[str, Asked] = {}
    for sites in lots:
        for step, places in _steps(sites, period, sources):
            source: Any = catalogue.provider(step[0])
            if not source.info.service:
                continue
            try:
                _add(found, source, places, step[1], known)
            except NotCovered:
                continue
        if unknown := [site for site in sites if site.elevation is None]:
            weights = open_meteo.asks_elevations(unknown, known)
            family, budget = open_meteo.OpenMeteo.family, open_meteo_access.budget("open_meteo_elevation")
            _count(found, family, say("cost_elevations"), weights, budget, about=False)
    return [one for one in found.values() if one.requests]


def _steps(
    sites: Sequence[Site], period: Period, sources: str | Sequence[str]
) -> Iterable[tuple[tuple[str, Period], list[Site]]]:
    """Return sources and days with the places that ask for them; fallbacks are asked for what stays empty only."""
    wanted: dict[tuple[str, Period], list[Site]] = {}
    for site in sites:
        try:
            steps = choose(site, period, sources)
        except NotCovered:
            continue
        for step in steps:
            if step.role != "fallback":
                wanted.setdefault((step.source, step.period), []).append(site)
    return wanted.items()


def _add(found: dict[str, Asked], source: Any, sites: Sequence[Site], period: Period, known: set[object]) -> None:
    title = getattr(source, "family", source.info.title)
    if hasattr(source, "asks"):
        _count(found, title, source.info.title, source.asks(sites, period, known), source.budget(), about=False)
        return
    source.info.clip(period, config.today())
    points = {(round(site.latitude, 4), round(site.longitude, 4), source.info.name) for site in sites} - known
    known |= points
    each = getattr(source, "requests_per_place", 1)
    _count(found, title, source.info.title, [1.0] * (each * len(points)), None, about=True)


def _count(
    found: dict[str, Asked], title: str, source: str, weights: Sequence[float], budget: Budget | None, *, about: bool
) -> None:
    one = found.get(title) or Asked(title, 0, 0.0, budget, about)
    parts = {part.source: part for part in one.parts}
    if weights:
        part = parts.get(source, Part(source, 0, 0.0))
        parts[source] = Part(source, part.requests + len(weights), part.weight + sum(weights))
    found[title] = Asked(
        one.provider, one.requests + len(weights), one.weight + sum(weights), budget, one.about or about,
        tuple(parts.values()),
    )  # fmt: skip
