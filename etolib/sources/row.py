"""`SourceInfo`: the row of a source in the catalogue, everything that is known of it before it is asked.

Plain values of the standard library, so that a row is cheap to make and travels to other processes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from etolib.errors import SourceWindowError
from etolib.words import has, look_up

if TYPE_CHECKING:
    from etolib.site import Period, Site

KINDS = ("observed", "forecast", "climatology")
"""What a value can be, the weaker later."""

Role = Literal["history", "newest", "national", "beside", "fallback", "by name"]
"""What the automatic choice takes a source for. ``history``: all days it has. ``newest``: days after those of the
source it ``follows``. ``national``: before the newest, where it is at home. ``beside``: what of a day another source
also has, where it is at home; nothing waits long for it. ``fallback``: days nothing else has.
``by name``: never; only who names it gets it."""


@dataclass(frozen=True)
class Window:
    """First and last day of a source; a whole number counts days from today.

    >>> Window(dt.date(1981, 1, 1), -3)(dt.date(2026, 11, 21))
    (datetime.date(1981, 1, 1), datetime.date(2026, 11, 18))
    """

    first: dt.date | int
    last: dt.date | int

    def __call__(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """Return first and last day [inclusive]."""
        return _day(self.first, today), _day(self.last, today)


def _day(value: dt.date | int, today: dt.date) -> dt.date:
    return today + dt.timedelta(days=value) if isinstance(value, int) else value


@dataclass(frozen=True)
class Box:
    """A region between two parallels and two meridians. [degrees]"""

    south: float
    north: float
    west: float
    east: float

    def holds(self, site: Site) -> bool:
        """Return whether a place lies in it."""
        return self.south <= site.latitude <= self.north and self.west <= site.longitude <= self.east


MIDDLE = 100
"""Rank of a source that states none: after those that do, before the climatology; equal ranks follow by name."""

LAST = 1000
"""Rank of what is taken only where nothing else has the day."""


@dataclass(frozen=True)
class Rank:
    """Where a source stands among those that have a day, the smallest number first: priors, stated and not measured.

    ``weather`` is for temperature, wind and rain: measured at the place, then the finer grid (about 10 km), then 50 km.
    ``at_home`` replaces it where a national service is at home (before Open-Meteo's forecasts, never before its
    archive). ``radiation``: measured at the place, then seen by satellite, then modelled, then estimated.
    """

    weather: float = MIDDLE
    radiation: float = MIDDLE
    at_home: float | None = None


@dataclass(frozen=True)
class Near:
    """How near the station that answers must be to stand for a place rather than a model. [km; m of height]"""

    kilometres: float
    metres: float


@dataclass(frozen=True)
class SourceInfo:
    """What is known of a source before it is asked.

    Attributes
    ----------
    name, title : str
        Key and title. Where other languages have another title, it is the text ``title_<name>`` of `etolib.words`, or
        stands in ``titles`` by language.
    provides : tuple of str
        Canonical names.
    window : callable
        Today -> first and last day [inclusive]; a `Window` in the catalogue.
    delay, coverage, licence : str
        For the reader: keys of `etolib.words`, or plain text; `words` makes the text.
    attribution, homepage, politeness : str
        For the reader, the same in all languages; ``attribution`` is cited.
    provider : str
        ``module:class`` of what answers; called with this row it gives a `etolib.sources.base.Source`.
    settings : mapping
        What the provider needs to know besides.
    service, root : str
        Its name in ``ETOLIB_<SERVICE>_URL``, and the scheme and host that this replaces; empty without a network.
    contact_needed : bool
        Whether its terms want a contact (``ETOLIB_CONTACT``); without one the automatic choice leaves it out.
    key_needed : bool
        Whether it wants a key of one's own; without it the automatic choice leaves it out.
    key : str
        The variable of the environment that holds its key, or the e-mail that stands for one; `key_variable`.
    reach : tuple of Box
        Where it can answer; empty: everywhere, as far as is known beforehand.
    home : tuple of Box
        Where a ``national`` source, or one ``beside``, is asked by itself.
    near : Near, optional
        For stations: how near the one that answers must be to be at home.
    role : Role
        What the automatic choice takes it for, for the ``reason`` (a key of `etolib.words`, or plain text).
    follows : str, optional
        Name of the source after whose window a ``newest`` one begins.
    rank : Rank
        Where it stands in each group of variables.
    prior : str, optional
        Why a ``national`` source stands where it does at home (key or text).
    humidity : {"first", "second"}, optional
        Humidity is the mean of a ``first`` and the best ``second`` source that have the day.
    trusted : bool
        Kept where two sources contradict each other and nothing else decides.
    estimates : tuple of str
        Variables that are estimates, not values of the provider.
    kinds : tuple of str
        What its days can be, of `KINDS`.
    error : float, optional
        Relative standard error of ETo from it that the intervals add, a prior; None: they have a better one.
    places : int
        How many places one request may hold.
    spreads : bool
        Whether it tells how far a forecast may err, and no weather where another source has some.
    at_height : bool
        Whether its answer depends on the elevation it is told: asked when the elevation is known, not at once.
    package : str
        Name and version of the package that brings it; empty for those of etolib. Filled in by
        `etolib.sources.packages`.
    """

    name: str
    title: str
    provides: tuple[str, ...]
    window: Callable[[dt.date], tuple[dt.date, dt.date]]
    delay: str
    coverage: str
    licence: str
    attribution: str
    homepage: str
    politeness: str
    titles: Mapping[str, str] = field(default_factory=dict)
    provider: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    service: str = ""
    root: str = ""
    contact_needed: bool = False
    key_needed: bool = False
    key: str = ""
    reach: tuple[Box, ...] = ()
    home: tuple[Box, ...] = ()
    near: Near | None = None
    role: Role = "by name"
    reason: str = ""
    follows: str | None = None
    rank: Rank = Rank()
    prior: str | None = None
    humidity: Literal["first", "second"] | None = None
    trusted: bool = False
    estimates: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("observed",)
    error: float | None = None
    places: int = 1
    spreads: bool = False
    at_height: bool = False
    package: str = ""

    def clip(self, period: Period, today: dt.date) -> Period:
        """Return the days of ``period`` this source can have; `SourceWindowError` where there are none."""
        first, last = self.window(today)
        inside = period.intersection(first, last)
        if inside is None:
            raise SourceWindowError(source=self.name, asked=str(period), allowed=f"{first}/{last}")
        return inside

    def covers(self, site: Site) -> bool:
        """Return whether it can answer for a place, as far as is known beforehand; the service has the last word."""
        return not self.reach or any(box.holds(site) for box in self.reach)

    def at_home(self, site: Site) -> bool:
        """Return whether a national source is at home at a place."""
        return any(box.holds(site) for box in self.home)

    def title_in(self, language: str) -> str:
        """Return the title in a language.

        >>> from etolib.sources import catalogue
        >>> catalogue.find("climatology").title_in("pt")
        'Climatologia embutida'
        """
        key = f"title_{self.name}"
        return self.titles.get(language) or (look_up(language, key) if has(language, key) else self.title)

    @property
    def key_variable(self) -> str:
        """Return the variable that holds its key: ``key``, else ``ETOLIB_<SERVICE>_KEY`` where it needs one."""
        return self.key or (f"ETOLIB_{self.service.upper()}_KEY" if self.key_needed else "")

    @property
    def dateless(self) -> bool:
        """Whether it holds no weather of a date."""
        return self.kinds == ("climatology",)
