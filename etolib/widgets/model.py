"""What the page knows, without a widget in it: the form, one task, and the words.

Widgets observe these objects and never each other, so every rule of the page can be tested without a browser.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

import traitlets

from etolib import config
from etolib.errors import EtolibError, InputError, Problem
from etolib.request import OPTIONS, STATION
from etolib.site import Period, Site, parse_angle

LANGUAGES = ("en", "pt")
THEMES = ("light", "dark")
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

_MAX_TYPED = 200  # characters of anything typed or linked that are looked at


# --- words -----------------------------------------------------------------------------------------------------------


@cache
def labels(language: str) -> Mapping[str, str]:
    """Return the words of a language, by key.

    >>> labels("pt")["calculate"]
    'Calcular'
    """
    text = resources.files("etolib.widgets").joinpath("labels", f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words


def say(language: str, key: str, **values: Any) -> str:
    """Return one text in a language, its ``{names}`` filled in.

    >>> say("en", "days", count=3)
    '3 days'
    """
    return labels(language if language in LANGUAGES else "en")[key].format(**values)


# --- the form --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """A request that can be calculated: checked, and independent of the form it came from.

    ``station`` is the own file as a source, None without; ``options`` those of `etolib.request.OPTIONS` that differ
    from what counts by itself.
    """

    site: Site
    period: Period
    sources: str | tuple[str, ...] = "auto"
    station: Any = None
    options: Mapping[str, str] = field(default_factory=dict)


def preset(name: str) -> Period:
    """Return the days of one of `PRESETS`, counted from `etolib.config.today`.

    >>> with config.set_options(today="2024-03-01"):
    ...     str(preset("this-year")), str(preset("last-7-days"))
    ('2024-01-01/2024-03-01', '2024-02-24/2024-03-01')
    """
    today = config.today()
    if name == "this-year":
        return Period(today.replace(month=1, day=1), today)
    if name == "last-year":
        return Period(dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31))
    return Period.parse(name)


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
    period = traitlets.Unicode()
    automatic = traitlets.Bool(True)
    sources: Any = traitlets.List(traitlets.Unicode())
    station: Any = traitlets.Any(None, allow_none=True)  # the own file as a source, while it is ticked
    asked_station = traitlets.Unicode()  # name of the own file that a link was made with; it cannot bring the file
    krs = traitlets.Enum(OPTIONS["krs"], OPTIONS["krs"][0])
    language = traitlets.Enum(LANGUAGES, "en")
    theme = traitlets.Enum(THEMES, "light")

    @traitlets.default("period")
    def _default_period(self) -> str:
        return str(preset("last-30-days"))

    def place(self, latitude: float, longitude: float) -> None:
        """Take a place from the map: longitude wrapped, four decimals (11 m)."""
        site = Site(max(-90.0, min(90.0, latitude)), (longitude + 180) % 360 - 180)
        with self.hold_trait_notifications():
            self.latitude = f"{site.latitude:.4f}"
            self.longitude = f"{site.longitude:.4f}"
            self.elevation = ""

    def site(self) -> Site:
        """Return the typed place; `InputError` with everything that is wrong."""
        typed: dict[str, Any] = {}
        problems = []
        for name in ("latitude", "longitude", "elevation"):
            text = getattr(self, name).strip()[:_MAX_TYPED]
            number = parse_angle(text, name) if name != "elevation" else _metres(text)
            if not text and name != "elevation":
                problems.append(Problem(name, "", "is empty", "click the map, or type it"))
            typed[name] = number if number is not None else (text or None)
        if problems:
            # What is not empty is still checked, so that everything wrong is told at once.
            for name in ("latitude", "longitude"):
                if typed[name] is None:
                    typed[name] = 0.0
            try:
                Site(typed["latitude"], typed["longitude"], typed["elevation"])
            except InputError as error:
                problems.extend(error.problems)
            raise InputError(problems)
        return Site(typed["latitude"], typed["longitude"], typed["elevation"])

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
        if not self.automatic and not self.sources and self.station is None:
            problems.append(Problem("sources", "", "must be chosen: none is ticked", "tick one, or choose automatic"))
        if site is None or period is None or problems:
            raise InputError(problems)
        names = [name for name in self.sources if name != STATION] + ([] if self.station is None else [STATION])
        options = {} if self.krs == OPTIONS["krs"][0] else {"krs": self.krs}
        return Request(site, period, "auto" if self.automatic else tuple(names), self.station, options)

    def days(self) -> Period:
        """Return the period as typed or chosen."""
        text = self.period.strip()[:_MAX_TYPED]
        if not text:
            raise InputError([Problem("period", "", "is empty", "choose one, or type 2024-01-01/2024-03-31")])
        return preset(text) if text in PRESETS else Period.parse(text)

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
            given = parse_qs(query.lstrip("?"), max_num_fields=50)
        except ValueError:  # more fields than any link of ours has
            return None
        values = {key: value[0][:_MAX_TYPED] for key, value in given.items()}
        with self.hold_trait_notifications():
            for key, name in (
                ("lat", "latitude"),
                ("lon", "longitude"),
                ("elevation", "elevation"),
                ("period", "period"),
            ):
                if key in values:
                    setattr(self, name, values[key].strip())
            names = tuple(filter(None, values.get("sources", "auto").split(",")))
            if "sources" in values and names:
                self.automatic = names == ("auto",)
                self.sources = [] if self.automatic else [name for name in names if name != STATION]
            if values.get("krs") in OPTIONS["krs"]:
                self.krs = values["krs"]
            self.asked_station = shown_name(values["station"]) if values.get("station", "").strip() else ""
            if values.get("lang", "")[:2].lower() in LANGUAGES:
                self.language = values["lang"][:2].lower()
            if values.get("theme") in THEMES:
                self.theme = values["theme"]
        return values.get("task")


def shown_name(name: str) -> str:
    """Return a file name without folders, shortened: it is only shown.

    >>> shown_name("C:\\\\Users\\\\me\\\\data.csv"), len(shown_name("x" * 500))
    ('data.csv', 80)
    """
    return (re.split(r"[\\/]", name)[-1].strip() or STATION)[-80:]


def _metres(text: str) -> float | None:
    """Read a height [m]: decimal point or comma, unit allowed; None where it is not one."""
    try:
        return float(text.lower().removesuffix("m").strip().replace(",", "."))
    except ValueError:
        return None


# --- one task --------------------------------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a task stands; the names are those of the message contract."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"

    @property
    def final(self) -> bool:
        """Whether nothing more will come."""
        return self not in (Status.QUEUED, Status.PROCESSING)


@dataclass(frozen=True)
class Bar:
    """Progress of one source: 0 to 100 [%] and its last step."""

    source: str
    progress: float
    step: str


@dataclass(frozen=True)
class Snapshot:
    """Everything a card shows, as one value: badge, bar and text can never be seen out of step."""

    status: Status = Status.QUEUED
    task_id: str | None = None
    stage: str | None = None
    step: str = ""
    progress: float = 0.0
    current_step: int = 0
    total_steps: int = 0
    bars: tuple[Bar, ...] = ()
    error: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()


class TaskModel(traitlets.HasTraits):
    """One task followed by its messages.

    Messages may come twice or out of order; ``seq`` decides which is news, progress never runs backwards, and the
    first terminal message is the last word.
    """

    snapshot = traitlets.Instance(Snapshot, args=())
    elapsed = traitlets.Float(0.0)

    def __init__(self, request: Request | None = None) -> None:
        super().__init__()
        self.request = request
        self.started = time.monotonic()
        self._seen: set[int] = set()
        self._latest: dict[str | None, int] = {}  # seq of the newest step, per source; None: of the whole

    def submitted(self, task_id: str) -> None:
        """The scheduler has taken the task."""
        self.snapshot = replace(self.snapshot, task_id=task_id)

    def apply(self, message: Mapping[str, Any]) -> None:
        """Take in one message of the contract."""
        if self.snapshot.status.final or message["seq"] in self._seen:
            return
        self._seen.add(message["seq"])
        data = message["data"]
        kind = message["type"]
        if kind == "PROGRESS":
            self.snapshot = self._progress(data, message["seq"])
        elif kind == "SUCCESS":
            self._end(status=Status.SUCCESS, progress=100.0, warnings=tuple(map(str, data.get("warnings") or ())))
        elif kind == "ERROR":
            self._end(status=Status.ERROR, error=dict(data))
        elif kind == "TIMEOUT":
            told = {"message": data.get("message"), "stage": data.get("stage"), "retryable": True}
            self._end(status=Status.TIMEOUT, error=told, stage=data.get("stage") or self.snapshot.stage)
        elif kind == "CANCELLED":
            self._end(status=Status.CANCELLED, stage=data.get("stage") or self.snapshot.stage)

    def fail(self, error: EtolibError) -> None:
        """End with an error that came from no message (bad input, no scheduler)."""
        if not self.snapshot.status.final:
            self._end(status=Status.ERROR, error=error.to_dict())

    def cancelled(self) -> None:
        """End because the user wanted so, before the scheduler knew of the task."""
        if not self.snapshot.status.final:
            self._end(status=Status.CANCELLED)

    def tick(self) -> None:
        """Count the seconds while the task is alive."""
        if not self.snapshot.status.final:
            self.elapsed = time.monotonic() - self.started

    def _end(self, **changes: Any) -> None:
        self.elapsed = time.monotonic() - self.started
        self.snapshot = replace(self.snapshot, **changes)

    def _progress(self, data: Mapping[str, Any], seq: int) -> Snapshot:
        source = None if data.get("source") is None else str(data["source"])
        news_here = seq > self._latest.get(source, -1)
        news = seq > max(self._latest.values(), default=-1)
        self._latest[source] = max(seq, self._latest.get(source, -1))
        progress = min(100.0, max(0.0, float(data.get("progress") or 0)))
        step = str(data.get("step") or "")
        now = replace(self.snapshot, status=Status.PROCESSING, step=step if news else self.snapshot.step)
        if source is None:
            now = replace(now, progress=max(now.progress, progress))
            if news_here:
                now = replace(
                    now,
                    stage=data.get("stage"),
                    current_step=int(data.get("current_step") or 0),
                    total_steps=int(data.get("total_steps") or 0),
                )
            return now
        bars = {bar.source: bar for bar in now.bars}
        before = bars.get(source, Bar(source, 0.0, ""))
        bars[source] = Bar(source, max(before.progress, progress), step if news_here else before.step)
        return replace(now, bars=tuple(bars.values()))
