"""Places that share a request: Open-Meteo answers for a list, and counts what it costs.

Nothing is imported here but the leaves, so that whoever only hands many places over can put them in order cheaply.
"""

from __future__ import annotations

from collections.abc import Sequence

from etolib.site import Site
from etolib.sources import catalogue

_LISTS = tuple(row for row in catalogue.SOURCES.own if row.places > 1)

MAX_PLACES = min(row.places for row in _LISTS)
"""Places in one request."""

MAX_WEIGHT = 300.0
"""What one request may cost: half of what the provider gives in a minute, so that two lists a minute get through and a
single place asked meanwhile is not kept waiting. [calls]"""

VARIABLES = max(len(row.provides) for row in _LISTS)
"""Daily variables asked of such a source."""


def weight(variables: int, days: int, places: int = 1) -> float:
    """Return what a request costs, in calls, by the provider's rule.

    >>> round(weight(9, 365), 1), round(weight(9, 10957)), weight(1, 1)
    (23.5, 704, 1.0)
    """
    share = variables / 10
    return places * max(1.0, share, share * days / 14)


def size(days: int) -> int:
    """Return how many places a request for so many days may hold, one at least.

    >>> size(10), size(30), size(365), size(10957)
    (100, 100, 10, 1)
    """
    return max(1, min(MAX_PLACES, int(MAX_WEIGHT / weight(VARIABLES, days))))


def parts(sites: Sequence[Site], places: int) -> list[list[int]]:
    """Return the positions of places that can share a request: the same solar day, ``places`` at most.

    >>> parts([Site(0, 10), Site(0, 100), Site(1, 10), Site(2, 10)], 2)
    [[0, 2], [3], [1]]
    """
    by_offset: dict[int, list[int]] = {}
    for i, site in enumerate(sites):
        by_offset.setdefault(site.utc_offset, []).append(i)
    return [group[begin : begin + places] for group in by_offset.values() for begin in range(0, len(group), places)]
