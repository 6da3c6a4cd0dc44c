"""The doctor: asks each source one small real question, and holds the answer against everything that is assumed of it.

What is assumed stands with the parsers (``SHAPES``, see `etolib.sources.shape`) and in the rows of the catalogue. The
question is that of a calculation, through the same provider, but never answered from the cache, and asked once.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pandas as pd

from etolib import config, keys
from etolib.errors import EtolibError, InputError, Problem, RateLimited, SourceError, SourceUnavailable
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import client
from etolib.sources.network.agent import user_agent
from etolib.sources.network.budget import Ledger
from etolib.sources.network.cache import Database
from etolib.sources.obstacle import missing_setting
from etolib.sources.shape import Asked, Read, Shape, compare
from etolib.words import Text, say, verbatim

PLACES = (
    Site(-22.71, -47.65, 550.0, name="Piracicaba"),
    Site(40.02, -105.27, 1655.0, name="Boulder"),
    Site(59.91, 10.75, 20.0, name="Oslo"),
    Site(52.47, 13.4, 45.0, name="Berlin"),
    Site(-35.3, 149.2, 575.0, name="Canberra"),
)
"""A source is asked for the place its provider names (``doctor_place``), else for the first where it is at home, else
for the first that it reaches."""

DAYS = 10
"""The newest of its window that a source is asked for: the delay is an assumption as well."""

MOST = 4
"""Requests of one source; what needs more is judged by those."""

_LATE = 2  # days that a forecast may be shorter than its window says
_FAR = {False: 60.0, True: 100.0}  # km from the place: of a cell, of a station
_WRONG_WARNINGS = ("values_no_weather", "tmin_above_tmax_on", "came_twice_differently")

State = Literal["agrees", "changed", "unanswered", "not_asked"]


@dataclass
class Checkup:
    """What the doctor found about one source.

    Attributes
    ----------
    name, title : str
        Of the source, or of a service beside the weather.
    state : {"agrees", "changed", "unanswered", "not_asked"}
        ``unanswered``: it is down, or asks to wait; ``not_asked``: a setting is missing, or there is no network.
    changed, news, agrees, notes : list of Text
        Assumptions that no longer hold; what is new and no fault; what holds; why there was no answer.
    asked : list of str
        Addresses, without secrets.
    """

    name: str
    title: str
    state: State = "agrees"
    changed: list[Text] = field(default_factory=list)
    news: list[Text] = field(default_factory=list)
    agrees: list[Text] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it, without secrets."""
        lists = ("changed", "news", "agrees", "notes", "asked")
        texts = {name: [keys.scrub(str(text)) for text in getattr(self, name)] for name in lists}
        return {"name": self.name, "title": self.title, "state": self.state, **texts}


def examine(names: Sequence[str] = (), *, transport: Any = None) -> Iterator[Checkup]:
    """Ask sources and services, one after the other, and yield what was found of each.

    Parameters
    ----------
    names : sequence of str
        Of sources or services; by default all that answer a small question.
    transport : httpx2.AsyncBaseTransport, optional
        Replaces the network in tests.

    Raises
    ------
    InputError
        Where a name is not known.
    """
    chosen = _chosen(names)
    with tempfile.TemporaryDirectory(prefix="etolib-doctor-") as folder, _listening(folder, transport) as door:
        for name, title, ask, module in chosen:
            yield _examine(name, title, ask, module, door)


Question = Callable[[], tuple[Asked, SourceInfo | None, Any]]


def _chosen(names: Sequence[str]) -> list[tuple[str, str, Question, str]]:
    """Return name, title, question and module of the parser of what is to be asked."""
    known: dict[str, tuple[str, str, Question, str]] = {}
    unasked = set()
    for row in (*catalogue.SOURCES.values(), *catalogue.COMPARED.values()):
        if row.service:
            known[row.name] = (row.name, row.title, _of_source(row), row.provider.partition(":")[0])
            if not getattr(catalogue.load(row.provider) if not row.package else None, "small_question", True):
                unasked.add(row.name)
    for service in catalogue.ELEVATIONS:
        known[service.service] = (
            service.service, service.service, _of_heights(service.provider), service.provider.partition(":")[0],
        )  # fmt: skip
    place = catalogue.PLACES
    known[place.service] = (place.service, place.service, _of_names(place.provider), place.provider.partition(":")[0])
    wrong = [name for name in names if name not in known]
    if wrong:
        hint = say("known_are", names=list(known))
        raise InputError([Problem("source", name, say("is_not_known"), hint) for name in wrong])
    return [known[name] for name in dict.fromkeys(names or [name for name in known if name not in unasked])]


def place_of(row: SourceInfo) -> Site:
    """Return the place that a source is asked for.

    >>> place_of(catalogue.find("met_norway")).name, place_of(catalogue.find("nasa_power")).name
    ('Oslo', 'Piracicaba')
    """
    named = None if row.package else getattr(catalogue.load(row.provider), "doctor_place", None)
    home = [site for site in PLACES if site.name == named or (named is None and row.at_home(site))]
    return (home or [site for site in PLACES if row.covers(site)] or [*PLACES])[0]


def days_of(row: SourceInfo, today: dt.date) -> Period:
    """Return the days that a source is asked for: the newest of its window.

    >>> str(days_of(catalogue.find("nasa_power"), dt.date(2026, 11, 26)))
    '2026-11-14/2026-11-23'
    """
    first, last = row.window(today)
    return Period(max(first, last - dt.timedelta(days=DAYS - 1)), last)


def _of_source(row: SourceInfo) -> Question:
    def ask() -> tuple[Asked, SourceInfo | None, Any]:
        asked = Asked(place_of(row), days_of(row, config.today()))
        return asked, row, lambda: catalogue.provider(row.name).fetch(asked.site, asked.period)

    return ask


def _of_heights(provider: str) -> Question:
    def ask() -> tuple[Asked, SourceInfo | None, Any]:
        today = config.today()
        return Asked(PLACES[0], Period(today, today)), None, lambda: catalogue.load(provider)([PLACES[0]])

    return ask


def _of_names(provider: str) -> Question:
    def ask() -> tuple[Asked, SourceInfo | None, Any]:
        today = config.today()
        return Asked(PLACES[0], Period(today, today)), None, lambda: catalogue.load(provider)("Petrolina", 3)

    return ask


# --- one source -----------------------------------------------------------------------------------------------------


def _examine(name: str, title: str, ask: Question, module: str, door: _Listening) -> Checkup:
    found = Checkup(name, title)
    asked, row, question = ask()
    if reason := _not_asked(row):
        found.state, found.notes = "not_asked", [reason]
        return found
    heard = door.listen()
    data: Any = None
    error: EtolibError | None = None
    try:
        data = question()
    except _Enough as enough:
        found.notes.append(enough.message)
    except EtolibError as problem:
        error = problem
    found.asked = [keys.scrub(one.url) for one in heard]
    shapes = _shapes(module, row)
    for one in heard:
        _hear(one, shapes, asked, found, title)
    if error is not None:
        _fail(error, found)
    if isinstance(data, SourceData) and row is not None:
        _judge(data, row, asked, found)
    if found.changed:
        found.state = "changed"
    return found


def _not_asked(row: SourceInfo | None) -> Text | None:
    if config.is_offline():
        return say("doctor_offline")
    if row is not None and (setting := missing_setting(row)):
        return say("obstacle_setting", setting=setting)
    return None


def _shapes(module: str, row: SourceInfo | None) -> Mapping[str, Shape | Read]:
    try:
        found: Mapping[str, Shape | Read] = catalogue.load(f"{module}:__dict__").get("SHAPES", {})
    except Exception:  # of a package of others: its provider was asked, and has said it already
        if row is None or not row.package:
            raise
        return {}
    return found


def _fail(error: EtolibError, found: Checkup) -> None:
    """Tell a source that is down from one that answers otherwise than it did."""
    moved = error.message.key in ("redirected_elsewhere", "redirects_in_circles", "could_not_be_trusted")
    if isinstance(error, (SourceUnavailable, RateLimited)) and not moved:
        found.state = "unanswered"
        found.notes.append(error.message)
    elif error.message not in found.changed:
        found.changed.append(error.message)


@dataclass(frozen=True)
class _Heard:
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


_GOING = ("deprecation", "sunset", "warning")
_LIMIT = re.compile(r"(x-)?rate-?limit|retry-after")
_PAGE = re.compile(rb"\s*(?:<!doctype\s+html|<html)", re.I)


def _hear(heard: _Heard, shapes: Mapping[str, Shape | Read], asked: Asked, found: Checkup, title: str) -> None:
    """Hold one answer against what is assumed of its status, its headers and its body."""
    for name, value in heard.headers.items():
        sentence = say("doctor_header", header=name, found=value[:100])
        if name in _GOING:
            found.changed.append(sentence)
        elif _LIMIT.match(name) and sentence not in found.news:
            found.news.append(sentence)
    if heard.status == 203:
        found.changed.append(say("version_going_away", source=title))
    elif heard.status != 200:
        return  # the error of the provider says it
    shape = next((shape for pattern, shape in shapes.items() if re.fullmatch(pattern, heard.path)), None)
    if shape is None:
        if shapes:
            found.changed.append(say("doctor_unknown_path", path=heard.path[:80]))
        return
    markup = isinstance(shape, Read) and shape.markup
    if _PAGE.match(heard.body) if markup else heard.body.lstrip()[:1] == b"<":
        found.changed.append(say("doctor_html", path=heard.path))
        return
    try:
        value = client.checked(shape.read, heard.body) if isinstance(shape, Read) else json.loads(heard.body)
    except ValueError as error:
        found.changed.append(say("doctor_unreadable", path=heard.path, error=str(error)[:100]))
        return
    results = compare(shape.shape if isinstance(shape, Read) else shape, value, asked)
    for state, told in (("changed", found.changed), ("news", found.news)):
        told += [one.sentence for one in results if one.state == state and one.sentence not in told]
    count = sum(one.state == "agrees" for one in results)
    found.agrees.append(say("doctor_shape_agrees", path=heard.path, count=count))


def _judge(data: SourceData, row: SourceInfo, asked: Asked, found: Checkup) -> None:
    """Hold days against what the row promises: variables, delay, place, values that the climate knows."""
    found.changed += [text for text in data.warnings if _key(text) in _WRONG_WARNINGS]
    wanted = asked.period.end
    behind: Mapping[str, int] = getattr(catalogue.provider(row.name), "behind", {})
    by_day: dict[str, list[str]] = {}
    late: dict[tuple[str, str], list[str]] = {}
    nothing = []
    for name in row.provides:
        values = data.frame[name].dropna() if name in data.frame else pd.Series(dtype=float)
        if values.empty:
            nothing.append(name)
            continue
        newest = values.index[-1].date()
        expected = config.today() - dt.timedelta(days=behind[name]) if name in behind else wanted
        if (expected - newest).days > (_LATE if "forecast" in row.kinds else 0):
            late.setdefault((str(newest), str(expected)), []).append(name)
        else:
            by_day.setdefault(str(newest), []).append(name)
    if nothing:
        found.changed.append(say("doctor_no_values", variables=nothing))
    for (last, promised), names in late.items():
        found.changed.append(say("doctor_late", variables=names, day=last, expected=promised))
    found.agrees += [say("doctor_values_agree", variables=names, day=day) for day, names in by_day.items()]
    away = data.meta.get("distance_km")
    if away is not None:
        far = away > _FAR[row.near is not None]
        (found.changed if far else found.agrees).append(say("doctor_distance", kilometres=f"{away:.0f}"))
    found.changed += _unlikely(data.frame, asked)


def _key(text: str) -> str:
    """Return the key of the innermost sentence of a warning that names its source."""
    while isinstance(text, Text) and text.key == "of_source":
        text = text.values.get("sentence", "")
    return text.key if isinstance(text, Text) else ""


def _unlikely(frame: pd.DataFrame, asked: Asked) -> list[Text]:
    """Return which means lie so far from the climate of these days that another unit is likelier than the weather."""
    usual = catalogue.provider("climatology").fetch(asked.site, asked.period).frame.mean(numeric_only=True)
    told = []
    for name in ("tmin", "tmax"):
        if name in frame and abs(frame[name].mean() - usual[name]) > 18:
            told.append((name, frame[name].mean(), usual[name]))
    if "rs" in frame and usual["rs"] > 3 and not 0.2 < frame["rs"].mean() / usual["rs"] < 2.2:
        told.append(("rs", frame["rs"].mean(), usual["rs"]))
    if "u2" in frame and frame["u2"].mean() > 5 * usual["u2"]:
        told.append(("u2", frame["u2"].mean(), usual["u2"]))
    return [
        say("doctor_unlikely", variable=name, value=f"{mean:.1f}", expected=f"{normal:.1f}")
        for name, mean, normal in told
        if pd.notna(mean)
    ]


# --- the door that listens ------------------------------------------------------------------------------------------


class _Enough(SourceError):
    """The source has been asked often enough."""


class _Listening(client.Door):
    """A door that asks once, keeps nothing, and notes what it hears."""

    def listen(self) -> list[_Heard]:
        """Return the list that the answers to come are noted in."""
        self.heard: list[_Heard] = []
        return self.heard

    def network(self) -> Any:
        return _Ear(super().network(), self.heard)

    def fetch(self, url: str, params: Mapping[str, Any] | None = None, **options: Any) -> client.Reply:
        return super().fetch(url, params, **options | {"attempts": 1})


class _Ear:
    """What stands between the door and the wire."""

    def __init__(self, net: Any, heard: list[_Heard]) -> None:
        self._net, self._heard = net, heard

    def get(self, url: str, headers: Mapping[str, str], **limits: float) -> tuple[int, dict[str, str], bytes]:
        if len(self._heard) >= MOST:
            raise _Enough(say("doctor_enough", count=MOST))
        status, answered, body = self._net.get(url, headers, **limits)
        self._heard.append(_Heard(url, status, answered, body))
        return status, answered, body


@contextmanager
def _listening(folder: str, transport: Any) -> Iterator[_Listening]:
    door = _Listening(Path(folder), user_agent(), transport=transport)
    # What a provider allows holds for the doctor too: one ledger for all of this person's requests.
    door.ledger = Ledger(Database(config.cache_dir()))
    try:
        with client.use(door):
            yield door
    finally:
        door.close()


# --- what is printed ------------------------------------------------------------------------------------------------


def told(found: Checkup) -> list[str]:
    """Return lines for people: the state, what has changed, what is new, what agrees."""
    lines = [str(say(f"doctor_{found.state}", source=found.name, title=verbatim(found.title)))]
    for key, texts in (("changed", found.changed), ("news", found.news), ("agreed", found.agrees)):
        lines += [f"    {say(f'doctor_line_{key}', sentence=text)}" for text in texts]
    lines += [f"    {text}" for text in found.notes]
    return [keys.scrub(line) for line in lines]


def status(checkups: Iterable[Checkup]) -> int:
    """Return the exit status: 1 something has changed, 3 something did not answer or nothing was asked, else 0.

    >>> status([Checkup("a", "A"), Checkup("b", "B", "not_asked")]), status([Checkup("b", "B", "not_asked")])
    (0, 3)
    """
    states = {one.state for one in checkups}
    if "changed" in states:
        return 1
    return 3 if "unanswered" in states or "agrees" not in states else 0
