"""The places of a comparison, and the form they share; no widget in it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

import traitlets

from etolib.errors import InputError, Problem
from etolib.request import OPTIONS, STATION, Request, metres, station_name
from etolib.result.together import figures
from etolib.site import Site
from etolib.widgets.comparison import typed
from etolib.widgets.form_model import FormModel
from etolib.words import Text, say

MOST = 12
"""Places that can be compared: so many lines can still be told apart."""

_LONGEST = 8000  # characters of a link's places that are looked at
_TASKS = re.compile(r"(?:eto-[0-9a-f]{32})?(?:,(?:eto-[0-9a-f]{32})?)*")


@dataclass(frozen=True)
class Member:
    """One place of the comparison.

    Parameters
    ----------
    number : int
        1 to `MOST`: what its marker says, and its colour. It stays while the place does.
    site : Site
    station : object, optional
        Its own file as a source.
    file : str
        Name of the own file; kept where a reload has lost the file itself.
    """

    number: int
    site: Site
    station: Any = None
    file: str = ""

    @property
    def name(self) -> str:
        """What it is called: its name, else its coordinates."""
        return self.site.name or str(self.site)


def elevation_text(site: Site) -> str:
    """Return the elevation of a place as a field shows it; empty where it is looked up.

    >>> elevation_text(Site(1, 2, 376.0)), elevation_text(Site(1, 2, 1.25)), elevation_text(Site(1, 2))
    ('376', '1.25', '')
    """
    return "" if site.elevation is None else repr(float(site.elevation)).removesuffix(".0")


def same_place(one: Site, other: Site) -> bool:
    """Return whether two sites are the same but for their names.

    >>> same_place(Site(1, 2, name="a"), Site(1, 2)), same_place(Site(1, 2), Site(1, 2, 30))
    (True, False)
    """
    return (one.latitude, one.longitude, one.elevation) == (other.latitude, other.longitude, other.elevation)


class ComparisonModel(FormModel):
    """The form of a comparison: its places, and what is asked for all of them.

    Attributes
    ----------
    members : tuple of Member
        In the order they were added.
    said : Text or None
        Why what was last asked of the places could not be done.
    linked : tuple of str
        Tasks that the last link names, one a place, empty where a place has none.
    """

    linked: tuple[str, ...] = ()
    members: Any = traitlets.Tuple()
    said: Any = traitlets.Any(None, allow_none=True)

    # --- places -------------------------------------------------------------------------------------------------------

    def add(self, sites: Iterable[Site], station: Any = None) -> int:
        """Add places that are not there yet, as many as there is room for; return how many were added.

        A place beyond the twelfth is refused, and so is one that is there: ``said`` says so.
        """
        members: list[Member] = list(self.members)
        refused, known, added = 0, 0, 0
        for site in sites:
            if station is None and any(m.station is None and same_place(m.site, site) for m in members):
                known += 1
            elif len(members) >= MOST:
                refused += 1
            else:
                free = next(n for n in range(1, MOST + 1) if all(m.number != n for m in members))
                members.append(Member(free, site, station, "" if station is None else station_name(station)))
                added += 1
        self.said = _refusal(refused, known, added)
        self.members = tuple(members)
        return added

    def place(self, latitude: float, longitude: float, name: str = "") -> None:
        """Add a place from the map or by its name: longitude wrapped, four decimals (11 m)."""
        latitude = max(-90.0, min(90.0, latitude))
        site = Site(round(latitude, 4), round((longitude + 180) % 360 - 180, 4))
        with contextlib.suppress(InputError):  # a name that no file could hold
            site = Site(site.latitude, site.longitude, None, name or None)
        self.add([site])

    def recall(self, row: Mapping[str, str]) -> None:
        """Add a place of before."""
        try:
            self.add(typed.read(";".join([row.get("lat", ""), row.get("lon", ""), row.get("elevation", "")])))
        except InputError:
            return
        if self.members and row.get("name") and not self.members[-1].site.name and self.said is None:
            self.rename(self.members[-1].number, row["name"])

    def restore(self, places: Iterable[tuple[Site, str]]) -> None:
        """Have these places and no others: each with the name of its own file, which a reload has lost."""
        self.members = tuple(
            Member(number, site, None, file) for number, (site, file) in zip(range(1, MOST + 1), places, strict=False)
        )

    def remove(self, number: int) -> None:
        """Take a place away."""
        self.said = None
        self.members = tuple(m for m in self.members if m.number != number)

    def rename(self, number: int, name: str) -> bool:
        """Give a place another name, none where it is empty; return whether it can have it."""
        member = self.member(number)
        if member is None or (member.site.name or "") == name.strip():
            return True
        site = member.site
        try:
            site = Site(site.latitude, site.longitude, site.elevation, name.strip() or None)
        except InputError as error:
            self.said = error.problems[0].sentence
            return False
        self._replace(member, site=site)
        return True

    def move(self, number: int, latitude: float, longitude: float) -> None:
        """Put a place where its marker was dragged: four decimals (11 m); its elevation was that of the old place.

        A name goes with the place that had it; that of an own station stays.
        """
        member = self.member(number)
        if member is None:
            return
        latitude, longitude = max(-90.0, min(90.0, latitude)), (longitude + 180) % 360 - 180
        name = member.site.name if member.file else None
        self._replace(member, site=Site(round(latitude, 4), round(longitude, 4), None, name))

    def raise_to(self, number: int, typed_elevation: str) -> bool:
        """Give a place an elevation [m], none where nothing is typed; return whether it can have it."""
        member = self.member(number)
        text = typed_elevation.strip()
        if member is None or text == elevation_text(member.site):
            return True
        site, high = member.site, metres(text)
        try:
            # What is no number is refused there.
            site = Site(site.latitude, site.longitude, high if high is not None else text or None, site.name)  # type: ignore[arg-type]
        except InputError as error:
            self.said = error.problems[0].sentence
            return False
        self._replace(member, site=site)
        return True

    def bring(self, number: int, station: Any) -> None:
        """Give a place its own file back, which a reload had lost."""
        member = self.member(number)
        if member is not None and member.station is None and member.file:
            self._replace(member, station=station)

    def _replace(self, member: Member, **changes: Any) -> None:
        self.said = None
        self.members = tuple(replace(m, **changes) if m is member else m for m in self.members)

    def member(self, number: int) -> Member | None:
        """Return the place of a number, None where there is none."""
        return next((m for m in self.members if m.number == number), None)

    def labels(self, members: Sequence[Member]) -> tuple[str, ...]:
        """Return what places are called in chart, table and files: no two are called the same."""
        return figures.labels([member.name for member in members])

    # --- requests -----------------------------------------------------------------------------------------------------

    def requests(self) -> dict[int, Request]:
        """Return what to calculate for each place, by its number; `InputError` with everything wrong with the form."""
        problems: list[Problem] = []
        period = None
        try:
            period = self.days()
        except InputError as error:
            problems.extend(error.problems)
        if not self.members:
            problems.append(Problem("places", "", say("is_empty"), say("places_add_some")))
        problems.extend(self.nothing_ticked(self.sources or any(m.station is not None for m in self.members)))
        if period is None or problems:
            raise InputError(problems)
        options = {} if self.krs == OPTIONS["krs"][0] else {"krs": self.krs}
        names = [name for name in self.sources if name != STATION]
        found = {}
        for m in self.members:
            if m.file and m.station is None:
                problems.append(
                    Problem("places", m.name, say("places_file_lost", file=m.file), say("places_file_again"))
                )
                continue
            asked = "auto" if self.automatic else (*names, *(() if m.station is None else (STATION,)))
            if not asked:  # own stations alone are ticked, and this is none
                problems.extend(self.nothing_ticked(asked, m.name))
                continue
            found[m.number] = Request(m.site, period, asked, m.station, **options)
        if problems:
            raise InputError(problems)
        return found

    # --- links --------------------------------------------------------------------------------------------------------

    def fields(self) -> dict[str, str]:
        """Return the fields of the link that fills this page; own files cannot travel in it."""
        return {
            "places": typed.to_field(m.site for m in self.members if m.station is None and not m.file),
            "period": self.period,
            "sources": "" if self.automatic else ",".join(self.sources),
            "krs": "" if self.krs == OPTIONS["krs"][0] else self.krs,
        }

    def fill(self, query: str) -> str | None:
        """Fill the form from a query string, its places among them; as `FormModel.fill`.

        >>> model = ComparisonModel()
        >>> model.fill("?places=-9.39,-40.5,Petrolina;0,10&period=2024")
        >>> [(m.number, m.name) for m in model.members]
        [(1, 'Petrolina'), (2, '0.0000°N 10.0000°E')]
        """
        task = super().fill(query)
        try:
            fields = parse_qs(query.strip().lstrip("?"), max_num_fields=50)
        except ValueError:
            return task
        tasks = fields.get("tasks", [""])[0]
        self.linked = tuple(tasks.split(",")) if _TASKS.fullmatch(tasks) else ()
        sites = typed.from_field(fields.get("places", [""])[0][:_LONGEST])
        here = [m.site for m in self.members if not m.file]
        if sites and sites != here:
            with self.hold_trait_notifications():
                self.members = tuple(m for m in self.members if m.file)
                self.add(sites)
        return task


def _refusal(refused: int, known: int, added: int) -> Text | None:
    if refused:
        return say("places_full", number=MOST, count=refused)
    if known and not added:
        return say("places_known")
    return None
