"""`Order`: what is wanted for many places, the same days and sources for all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etolib import config
from etolib.errors import InputError, Problem
from etolib.request import Request
from etolib.site import Period, Site
from etolib.words import say

CELLS = 40_000
"""Place-days of a lot at most: what a worker holds of it are some 60 MB."""

LOTS = 20
"""Into so many lots, at least, a smaller list is divided, so that workers share it and its progress can be seen."""

MOST, LEAST = 250, 10
"""Places of a lot."""


@dataclass(frozen=True)
class Order:
    """What is wanted for many places.

    Attributes
    ----------
    sites : sequence of Site
        As asked; without an elevation where it shall be looked up.
    period : Period
    sources : "auto" or tuple of str
    options : mapping
    today : datetime.date
        The day on which it was ordered: all lots choose their sources by it, whenever they are computed.
    lot : int
        Places of a lot.

    Examples
    --------
    >>> order = Order.of([Request(Site(0, i), "2024") for i in range(25)])
    >>> order.lot, len(list(order.lots()))
    (10, 3)
    """

    sites: Sequence[Site]
    period: Period
    sources: str | tuple[str, ...] = "auto"
    options: Mapping[str, Any] = field(default_factory=dict)
    today: dt.date = dt.date(1970, 1, 1)
    lot: int = 1

    @classmethod
    def of(cls, requests: Sequence[Request], lot: int | None = None) -> Order:
        """Return the order of requests that differ in nothing but the place; `InputError` where they do."""
        first = requests[0]
        problems = []
        if any(request.station is not None for request in requests):
            problems.append(Problem("station", "", say("store_takes_no_station"), say("leave_station_away")))
        for name in ("period", "sources", "options"):
            if any(getattr(request, name) != getattr(first, name) for request in requests):
                problems.append(Problem(name, "", say("differs_between_places"), say("one_store_for_each")))
        if lot is not None and (isinstance(lot, bool) or not isinstance(lot, int) or not 1 <= lot <= 10_000):
            problems.append(Problem("lot", lot, say("must_be_number_between", low=1, high=10_000)))
        if problems:
            raise InputError(problems)
        size = lot or lot_size(len(requests), len(first.period))
        sites = tuple(request.site for request in requests)
        return cls(sites, first.period, first.sources, dict(first.options), config.today(), size)

    def lots(self) -> Iterator[range]:
        """Yield the positions of each lot."""
        for begin in range(0, len(self.sites), self.lot):
            yield range(begin, min(begin + self.lot, len(self.sites)))

    def positions(self, number: int) -> range:
        """Return the positions of one lot."""
        return range(number * self.lot, min((number + 1) * self.lot, len(self.sites)))

    @property
    def count(self) -> int:
        """Number of lots."""
        return math.ceil(len(self.sites) / self.lot)

    def requests(self, positions: Sequence[int]) -> list[Request]:
        """Return the requests of places."""
        return [Request(self.sites[i], self.period, self.sources, **self.options) for i in positions]

    def attributes(self) -> dict[str, Any]:
        """Return it as JSON can hold it, the places by their checksum: they stand in the arrays."""
        return {
            "period": str(self.period),
            "sources": self.sources if isinstance(self.sources, str) else list(self.sources),
            "options": dict(self.options),
            "today": self.today.isoformat(),
            "places": len(self.sites),
            "places_sha256": digest(self.sites),
            "lot": self.lot,
        }


def lot_size(places: int, days: int) -> int:
    """Return how many places make a lot: few enough for memory and for seeing progress.

    >>> lot_size(10_000, 365), lot_size(1000, 30), lot_size(200, 30), lot_size(10_000, 10_957), lot_size(3, 30)
    (109, 50, 10, 3, 3)
    """
    fair = max(LEAST, math.ceil(places / LOTS))
    return max(1, min(MOST, CELLS // days, fair, places))


def digest(sites: Sequence[Site]) -> str:
    """Return a checksum of places: coordinates, elevations and names as they were asked."""
    plain = [(site.latitude, site.longitude, site.elevation, site.name or "") for site in sites]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def restored(attributes: Mapping[str, Any], sites: Sequence[Site]) -> Order:
    """Return the order that `Order.attributes` wrote down."""
    sources = attributes["sources"]
    return Order(
        sites,
        Period.parse(attributes["period"]),
        sources if isinstance(sources, str) else tuple(sources),
        dict(attributes["options"]),
        dt.date.fromisoformat(attributes["today"]),
        int(attributes["lot"]),
    )
