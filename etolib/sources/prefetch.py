"""What many places will ask for, brought to the cache in few requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Protocol, cast

from filelock import Timeout

from etolib.errors import NotCovered, RateLimited, SourceError, SourceUnavailable
from etolib.site import Period, Site
from etolib.sources import catalogue, grouping, open_meteo
from etolib.sources.base import Source
from etolib.sources.network import client, scope
from etolib.sources.network.scope import Abandoned
from etolib.sources.plan import choose


class ListSource(Protocol):
    """A source one request of which may hold many places (``places`` of its row)."""

    def prefetch(self, sites: Sequence[Site], period: Period) -> int:
        """Bring the days of many places to the cache; return the number of requests."""
        ...


Patience = Callable[[RateLimited], None]
"""Called where a provider asks to wait: returns when it may be asked again, or raises to stop."""


def prefetch(
    sites: Sequence[Site],
    period: Period,
    sources: str | Sequence[str] = "auto",
    *,
    failed: set[str] | None = None,
    wait: Patience | None = None,
) -> int:
    """Bring what many places will ask for to the cache in few requests; return how many there were.

    Open-Meteo answers for a list of places at once. NASA POWER needs no help: places in the same cells share an answer.
    An error of a provider is left to the places themselves, which ask again and report it.

    Parameters
    ----------
    sites : sequence of Site
        The places; those without an elevation get theirs looked up.
    period, sources
        As in `etolib.sources.plan.choose`.
    failed : set of str, optional
        Services not to ask, because they gave no answer before; those that give none now are added.
    wait : callable, optional
        What to do where a provider's limit is used up. Then also that is brought which no list can hold, place by
        place; by default both are left to the places.
    """
    silent = set() if failed is None else failed
    wanted: dict[tuple[str, Period], list[Site]] = {}
    for site in sites:
        try:
            chosen = choose(site, period, sources)
        except NotCovered:
            continue
        for step in chosen:
            if catalogue.find(step.source).places > 1:
                wanted.setdefault((step.source, step.period), []).append(site)
    asks: list[tuple[str, Callable[[], int]]] = []
    weather_first = sorted(wanted.items(), key=lambda item: catalogue.find(item[0][0]).role == "beside")
    for (name, days), places in weather_first:
        source = cast(ListSource, catalogue.provider(name))
        asks.append((name, partial(source.prefetch, places, days)))
        if wait is not None and grouping.size(len(days)) == 1:
            one_by_one = cast(Source, source)
            asks += [(name, partial(_one, one_by_one, site, days)) for site in dict.fromkeys(places)]
    if unknown := [site for site in sites if site.elevation is None]:
        asks.append(("elevation", partial(open_meteo.prefetch_elevations, unknown)))
    count = 0
    for name, ask in asks:
        if name in silent:
            continue
        try:
            if wait is None:
                count += ask()
            else:
                with _turn(name):
                    count += _patiently(ask, wait)
        except Abandoned:
            raise
        except SourceUnavailable:
            silent.add(name)
        except SourceError:
            continue
    return count


@contextmanager
def _turn(name: str) -> Iterator[None]:
    """Ask a source on this machine alone: what another lot is bringing is not asked for twice, limits are met once."""
    with ExitStack() as held:
        try:
            held.enter_context(client.door().cache.database.lock(f"lists-{name}", cancel_check=scope.cancelled))
        except Timeout:
            raise Abandoned from None
        yield


def _patiently(ask: Callable[[], int], wait: Patience) -> int:
    """Ask, and again after each wait for a provider's limit. What a list had before the wait is in the cache."""
    while True:
        try:
            return ask()
        except RateLimited as error:
            wait(error)


def _one(source: Source, site: Site, days: Period) -> int:
    """Bring the answer for one place to the cache."""
    source.fetch(site, days)
    return 1
