"""The form as the page knows it: text as typed, checked when somebody wants to calculate; no widget in it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any

import traitlets

from etolib import words
from etolib.errors import InputError, Problem
from etolib.request import OPTIONS, STATION, Request, metres, query_fields
from etolib.site import Period, Site, parse_angle
from etolib.unit_systems import METRIC, SYSTEMS
from etolib.words import say

THEMES = ("system", "light", "dark")
PRESETS = (
    "last-7-days",
    "last-14-days",
    "last-21-days",
    "last-30-days",
    "this-year",
    "last-year",
    "today",
    "next-6-days",
)
"""Periods offered with one click, in the order they are shown."""

_TYPED = ("latitude", "longitude", "elevation")
_MAX_TYPED = 200  # characters of anything typed or linked that are looked at


def split_pair(text: str) -> tuple[str, str] | None:
    """Return latitude and longitude where both were pasted into one field, else None.

    A comma alone is a decimal comma (``-22,7``); a pair is parted by a semicolon, a space, or a comma between two
    numbers that have decimal points.

    >>> split_pair("-22.7, -47.6"), split_pair("22°43'S 47°38'W"), split_pair("-22,7")
    (('-22.7', '-47.6'), ("22°43'S", "47°38'W"), None)
    """
    for mark in (";", ", ", ",", " "):
        parts = [part.strip() for part in text.strip().split(mark) if part.strip()]
        if len(parts) != 2 or (mark == "," and not all("." in part for part in parts)):
            continue
        if all(parse_angle(part) is not None for part in parts):
            return parts[0], parts[1]
    return None


class FormModel(traitlets.HasTraits):
    """The form as it stands: text as typed, checked only when somebody wants to calculate."""

    latitude = traitlets.Unicode()
    longitude = traitlets.Unicode()
    elevation = traitlets.Unicode()
    name = traitlets.Unicode()  # of the place that was chosen by its name, see `named`
    period = traitlets.Unicode()
    automatic = traitlets.Bool(True)
    sources: Any = traitlets.List(traitlets.Unicode())
    station: Any = traitlets.Any(None, allow_none=True)  # the own file as a source, while it is ticked
    asked_station = traitlets.Unicode()  # name of the own file that a link was made with; it cannot bring the file
    krs = traitlets.Enum(OPTIONS["krs"], OPTIONS["krs"][0])
    language = traitlets.Unicode(words.ENGLISH)
    units = traitlets.Enum(SYSTEMS, METRIC)
    theme = traitlets.Enum(THEMES, THEMES[0])

    _named_at: tuple[str, str] | None = None  # latitude and longitude as they were when the name was given

    @traitlets.default("period")
    def _default_period(self) -> str:
        return _usual_period()

    @traitlets.validate("name")
    def _plain_name(self, proposal: Mapping[str, Any]) -> str:
        try:
            Site(0, 0, name=proposal["value"] or None)
        except InputError:
            return ""
        return str(proposal["value"])

    @traitlets.validate("language")
    def _known_language(self, proposal: Mapping[str, Any]) -> str:
        if proposal["value"] not in words.languages():
            raise traitlets.TraitError(f"no catalogue has the language {proposal['value']!r}")
        return str(proposal["value"])

    def place(self, latitude: float, longitude: float, name: str = "") -> None:
        """Take a place from the map or by its name: longitude wrapped, four decimals (11 m)."""
        site = Site(max(-90.0, min(90.0, latitude)), (longitude + 180) % 360 - 180)
        with self.hold_trait_notifications():
            self.latitude = f"{site.latitude:.4f}"
            self.longitude = f"{site.longitude:.4f}"
            self.elevation = ""
            self.named(name)

    def recall(self, row: Mapping[str, str]) -> None:
        """Take a place of before: texts by ``lat``, ``lon``, ``elevation`` and ``name``."""
        with self.hold_trait_notifications():
            self.latitude, self.longitude = row.get("lat", ""), row.get("lon", "")
            self.elevation = row.get("elevation", "")
            self.named(row.get("name", ""))

    def named(self, name: str) -> None:
        """Give the place that stands here a name; it goes with the place when another is typed."""
        self.name = name
        self._named_at = (self.latitude, self.longitude)

    def site(self) -> Site:
        """Return the typed place; `InputError` with everything that is wrong."""
        typed: dict[str, Any] = {}
        problems = []
        for name in ("latitude", "longitude", "elevation"):
            text = getattr(self, name).strip()[:_MAX_TYPED]
            number = parse_angle(text, name) if name != "elevation" else metres(text)
            if not text and name != "elevation":
                problems.append(Problem(name, "", say("is_empty"), say("click_or_type")))
            typed[name] = number if number is not None else (text or None)
        if problems:
            # What is not empty is still checked, so that everything wrong is said at once.
            for name in ("latitude", "longitude"):
                if typed[name] is None:
                    typed[name] = 0.0
            try:
                Site(typed["latitude"], typed["longitude"], typed["elevation"])
            except InputError as error:
                problems.extend(error.problems)
            raise InputError(problems)
        return Site(typed["latitude"], typed["longitude"], typed["elevation"], self._place_name())

    def _place_name(self) -> str | None:
        return self.name or None if self._named_at == (self.latitude, self.longitude) else None

    def request(self) -> Request:
        """Return what to calculate; `InputError` lists everything that is wrong with the form."""
        problems: list[Problem] = []
        site: Site | None = None
        period: Period | None = None
        try:
            site = self.site()
        except InputError as error:
            problems.extend(error.problems)
        try:
            period = self.days()
        except InputError as error:
            problems.extend(error.problems)
        problems.extend(self.nothing_ticked(self.sources or self.station is not None))
        if site is None or period is None or problems:
            raise InputError(problems)
        names = [name for name in self.sources if name != STATION] + ([] if self.station is None else [STATION])
        options = {} if self.krs == OPTIONS["krs"][0] else {"krs": self.krs}
        return Request(site, period, "auto" if self.automatic else tuple(names), self.station, **options)

    def known(self) -> tuple[Site | None, Period | None]:
        """Return place and period as far as they can be read."""
        site: Site | None = None
        period: Period | None = None
        with contextlib.suppress(InputError):
            site = self.site()
        with contextlib.suppress(InputError):
            period = self.days()
        return site, period

    def nothing_ticked(self, asked: object, of: str = "") -> list[Problem]:
        """Return what is wrong where sources are chosen by hand and ``asked`` is empty; ``of`` names the place."""
        if self.automatic or asked:
            return []
        return [Problem("sources", of, say("none_is_ticked"), say("tick_one"))]

    def days(self) -> Period:
        """Return the period as typed or chosen."""
        text = self.period.strip()[:_MAX_TYPED]
        if not text:
            raise InputError([Problem("period", "", say("is_empty"), say("choose_or_type_period"))])
        return Period.parse(text)

    def typed(self) -> dict[str, str]:
        """Return what is typed and ticked, as text by name, for `retype`; a period nobody has chosen is left out."""
        kept = {name: getattr(self, name) for name in _TYPED}
        if self.period != _usual_period():
            kept["period"] = self.period
        named = {"name": self._place_name() or "", "sources": ",".join(self.sources), "krs": self.krs}
        return kept | named | {"automatic": "yes" if self.automatic else "no"}

    def retype(self, row: Mapping[str, str]) -> None:
        """Take back what `typed` has returned; whatever a browser has made of it."""
        with self.hold_trait_notifications():
            for name in (*_TYPED, "period"):
                if name in row:
                    setattr(self, name, row[name])
            self.named(row.get("name", ""))
            self.sources = [name for name in row.get("sources", "").split(",") if name]
            self.automatic = row.get("automatic") != "no"
            if row.get("krs") in OPTIONS["krs"]:
                self.krs = row["krs"]

    def fill(self, query: str) -> str | None:
        """Fill the form from a query string; return the task id it asks for, if any.

        Unknown names and values are left out: a link must never break the page.

        >>> form = FormModel()
        >>> form.fill("?lat=-22.7&lon=-47.6&period=2024&lang=pt&task=eto-1&x=<b>")
        'eto-1'
        >>> form.latitude, form.period, form.language
        ('-22.7', '2024', 'pt')
        """
        try:
            values = query_fields(query)
        except InputError:  # more fields than any link of ours has
            return None
        with self.hold_trait_notifications():
            for key, name in (
                ("lat", "latitude"),
                ("lon", "longitude"),
                ("elevation", "elevation"),
                ("period", "period"),
            ):
                if key in values:
                    setattr(self, name, values[key])
            if "lat" in values or "lon" in values:
                self.named(values.get("name", ""))
            names = tuple(filter(None, map(str.strip, values.get("sources", "auto").split(","))))
            if "sources" in values and names:
                self.automatic = names == ("auto",)
                self.sources = [] if self.automatic else [name for name in names if name != STATION]
            if values.get("krs") in OPTIONS["krs"]:
                self.krs = values["krs"]
            self.asked_station = shown_name(values["station"]) if values.get("station") else ""
            if language := words.best_language(values.get("lang", "")):
                self.language = language
            for name, known in (("theme", THEMES), ("units", SYSTEMS)):
                if values.get(name) in known:
                    setattr(self, name, values[name])
        return values.get("task")


def _usual_period() -> str:
    return str(Period.parse("last-30-days"))


def shown_name(name: str) -> str:
    """Return a file name without folders, shortened: it is only shown.

    >>> shown_name("C:\\\\Users\\\\me\\\\data.csv"), len(shown_name("x" * 500))
    ('data.csv', 80)
    """
    return (re.split(r"[\\/]", name)[-1].strip() or STATION)[-80:]
