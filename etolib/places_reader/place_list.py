"""`PlaceList`: places in the order of their table, with what the reader of it has to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from etolib.errors import InputError, Problem
from etolib.glance import ROWS, Glance, Told
from etolib.site import Site
from etolib.sources import plan
from etolib.words import Text, say, verbatim

MAX_PLACES = 100_000
"""Places of one list, at most."""

_SHOWN = 5  # examples named in a note


@dataclass(frozen=True, repr=False)
class PlaceList(Glance, Sequence[Site]):
    """Places, a sequence of `etolib.Site`.

    Attributes
    ----------
    sites : tuple of Site
    notes : tuple of str
        What the reader should know: doubled places, what looks swapped, what was left out.
    problems : tuple of Problem
        Rows that are no place and were left out because that was asked for.

    Examples
    --------
    >>> places = PlaceList((Site(-22.7, -47.6), Site(0, 10)))
    >>> len(places), places[1].longitude
    (2, 10.0)
    """

    sites: tuple[Site, ...]
    notes: tuple[Text, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), repr=False)

    def _told(self) -> Told:
        import pandas as pd

        columns = ["name", "latitude", "longitude", "elevation"]
        rows = pd.DataFrame([[getattr(site, one) for one in columns] for site in self.sites[:ROWS]], columns=columns)
        head = verbatim(f"{', '.join(map(str, self.sites[:2]))}{' ...' if len(self.sites) > 2 else ''}")
        lines = [say("glance_places", count=len(self.sites)), *self.notes]
        left_out = [str(problem) for problem in self.problems]
        return Told(head, lines, rows.dropna(axis=1, how="all"), left_out, len(self.sites))

    @overload
    def __getitem__(self, index: int) -> Site: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Site, ...]: ...

    def __getitem__(self, index: int | slice) -> Site | tuple[Site, ...]:
        return self.sites[index]

    def __len__(self) -> int:
        return len(self.sites)

    def __iter__(self) -> Iterator[Site]:
        return iter(self.sites)


def checked_count(count: int, thing: str = "places") -> None:
    """Raise `InputError` where there are too many places for one list, or none."""
    if count == 0:
        raise InputError([Problem(thing, "", say("no_place_found"), say("give_places"))])
    checked_most(count, thing)


def checked_most(count: int, thing: str = "places") -> None:
    """Raise `InputError` where there are too many places for one list."""
    if count > MAX_PLACES:
        rule = say("more_places_than", number=count, most=MAX_PLACES)
        raise InputError([Problem(thing, str(count), rule, say("wider_spacing_or_parts"))])


def doubled(sites: Sequence[Site], where: Sequence[str]) -> list[Text]:
    """Return notes about places that stand there twice, and names that stand for several; ``where`` names the rows.

    >>> doubled([Site(0, 10), Site(1, 10), Site(0, 10)], ["line 2", "line 3", "line 4"])
    ['1 place stands there more than once (line 2 and line 4); each is computed.']
    """
    by_place: defaultdict[tuple[float, float], list[int]] = defaultdict(list)
    by_name: defaultdict[str, set[tuple[float, float]]] = defaultdict(set)
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for i, site in enumerate(sites):
        key = (round(site.latitude, 6), round(site.longitude, 6))
        by_place[key].append(i)
        if site.name:
            by_name[site.name].add(key)
            rows_of[site.name].append(i)
    notes = []
    again = [rows for rows in by_place.values() if len(rows) > 1]
    if again:
        notes.append(say("places_doubled", count=len(again), rows=_named(again, where)))
    several = [name for name, keys in by_name.items() if len(keys) > 1]
    if several:
        rows = _named([rows_of[name] for name in several], where)
        notes.append(say("names_doubled", count=len(several), rows=rows))
    return notes


def _named(groups: Sequence[Sequence[int]], where: Sequence[str]) -> Text:
    """Return the rows of some groups in words."""
    from etolib.words import join

    shown = [
        say("one_and_other", one=where[rows[0]], other=where[rows[-1]])
        if len(rows) == 2
        else join(", ", [where[i] for i in rows[:_SHOWN]])
        for rows in groups[:_SHOWN]
    ]
    return join("; ", shown)


def swapped(sites: Sequence[Site]) -> Text | None:
    """Return what to say where nearly all places lie at sea as they are, and on land with their coordinates exchanged.

    >>> swapped([Site(-47.6, -22.7), Site(-48.1, -21.2)])
    'All 2 places lie at sea, and on land with latitude and longitude exchanged: are the columns swapped?'
    >>> swapped([Site(-22.7, -47.6)]) is None
    True
    """
    sample = sites[:: max(1, len(sites) // 200)]  # a look at some tells
    if any(abs(site.longitude) > 90 for site in sample):
        return None
    at_sea = [site for site in sample if not plan.near_land(site)]
    if not at_sea or len(at_sea) < 0.9 * len(sample):
        return None
    other = [Site(site.longitude, site.latitude) for site in at_sea]
    if sum(map(plan.near_land, other)) < 0.9 * len(other):
        return None
    return say("places_look_swapped", number=len(sites))
