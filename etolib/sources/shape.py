"""What an answer is assumed to look like: stated once, beside the parser that relies on it, and checked by the doctor.

A module of a provider names its answers in ``SHAPES``: a pattern of the path that is asked -> the shape of its JSON.
A shape looks at a value and yields what it `Found`: what agrees, what has changed, and what is new, which is no fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from etolib.site import Period, Site
from etolib.words import Text, join, say, verbatim

State = Literal["agrees", "changed", "news"]


@dataclass(frozen=True)
class Asked:
    """What the answer is for."""

    site: Site
    period: Period


@dataclass(frozen=True)
class Found:
    """One assumption, as it stands in an answer: where, whether it holds, and a sentence where it does not."""

    where: str
    state: State
    sentence: Text


class Shape(Protocol):
    """What a value should be."""

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        """Yield what agrees, has changed or is new in a value that stands at ``where``."""
        ...


def _agrees(where: str) -> Found:
    return Found(where, "agrees", verbatim(where))


def _other(where: str, found: Any, expected: Text | str) -> Found:
    shown = repr(found) if isinstance(found, (str, int, float, bool, type(None))) else type(found).__name__
    return Found(where, "changed", say("shape_other", place=where, found=shown[:80], expected=verbatim(expected)))


@dataclass(frozen=True)
class Anything:
    """Whatever stands there; it only must be there."""

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        yield _agrees(where)


class Is:
    """One of some texts or numbers.

    >>> asked = Asked(Site(0, 0), Period("2024-01-01", "2024-01-02"))
    >>> [str(one.sentence) for one in Is("C", "degC").look("K", "units.T2M", asked)]
    ["units.T2M is 'K', expected 'C' or 'degC'"]
    """

    def __init__(self, *values: Any) -> None:
        self.values = values

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        if any(value == known and isinstance(value, bool) == isinstance(known, bool) for known in self.values):
            yield _agrees(where)
        else:
            yield _other(where, value, _one_of([repr(known) for known in self.values]))


def _one_of(names: list[str]) -> Text:
    known = [verbatim(name) for name in names]
    return known[0] if len(known) == 1 else say("one_or_other", one=join(", ", known[:-1]), other=known[-1])


@dataclass(frozen=True)
class Same:
    """What the request says it must be."""

    expected: Callable[[Asked], Any]

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        yield from Is(self.expected(asked)).look(value, where, asked)


@dataclass(frozen=True)
class Number:
    """A number between bounds; or null, where values may be missing."""

    low: float = -1e6
    high: float = 1e6
    or_null: bool = False

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        good = not isinstance(value, bool) and isinstance(value, (int, float)) and self.low <= value <= self.high
        if good or (value is None and self.or_null):
            yield _agrees(where)
        else:
            yield _other(where, value, say("shape_number", low=f"{self.low:g}", high=f"{self.high:g}"))


@dataclass(frozen=True)
class Words:
    """A text, of whatever words; ``like`` reads it and raises ValueError where it cannot."""

    like: Callable[[str], Any] = str

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        try:
            if not isinstance(value, str):
                raise ValueError
            self.like(value)
        except ValueError:
            yield _other(where, value, say("shape_text"))
        else:
            yield _agrees(where)


@dataclass(frozen=True)
class Nearby:
    """The latitude or longitude asked for, within some degrees."""

    axis: Literal["latitude", "longitude"]
    degrees: float

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        there = getattr(asked.site, self.axis)
        good = not isinstance(value, bool) and isinstance(value, (int, float))
        if good and abs((value - there + 180) % 360 - 180) <= self.degrees:
            yield _agrees(where)
        else:
            yield _other(where, value, say("shape_nearby", degrees=f"{self.degrees:g}", value=f"{there:g}"))


class Object:
    """An object with known members; those that are ``optional`` may be absent, others are news.

    Parameters
    ----------
    members : mapping, optional
        Shapes by name; also as keyword arguments.
    optional : mapping
        Of members that may be absent.
    others : Shape, optional
        Of any member besides; without it they are news.
    """

    def __init__(
        self,
        members: Mapping[str, Shape] | None = None,
        /,
        *,
        optional: Mapping[str, Shape] | None = None,
        others: Shape | None = None,
        **more: Shape,
    ) -> None:
        self.members = {**(members or {}), **more}
        self.optional = dict(optional or {})
        self.others = others

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        if not isinstance(value, dict):
            yield _other(where, value, say("shape_object"))
            return
        for name, shape in (self.members | self.optional).items():
            here = _below(where, name)
            if name in value:
                yield from shape.look(value[name], here, asked)
            elif name in self.members:
                yield Found(here, "changed", say("shape_missing", place=here))
        for name in value.keys() - self.members.keys() - self.optional.keys():
            if self.others is not None:
                yield from self.others.look(value[name], _below(where, "*"), asked)
            else:
                yield Found(_below(where, name), "news", say("shape_new", place=_below(where, str(name)[:60])))


def _below(where: str, name: Any) -> str:
    return f"{where}.{name}" if where else str(name)


@dataclass(frozen=True)
class List:
    """A list of the same; ``least`` of them at least, exactly ``count`` where that is given."""

    item: Shape
    least: int = 1
    count: int | None = None

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        if not isinstance(value, list):
            yield _other(where, value, say("shape_list"))
            return
        if len(value) < self.least or (self.count is not None and len(value) != self.count):
            expected = self.least if self.count is None else self.count
            yield Found(where, "changed", say("shape_length", place=where, found=len(value), expected=expected))
        for item in value:
            yield from self.item.look(item, f"{where}[]", asked)


class Each:
    """A list of so many values, each of its own shape."""

    def __init__(self, *shapes: Shape) -> None:
        self.shapes = shapes

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        if not isinstance(value, list) or len(value) != len(self.shapes):
            found = len(value) if isinstance(value, list) else 0
            yield Found(where, "changed", say("shape_length", place=where, found=found, expected=len(self.shapes)))
            return
        for i, (shape, item) in enumerate(zip(self.shapes, value, strict=True)):
            yield from shape.look(item, f"{where}[{i}]", asked)


@dataclass(frozen=True)
class Column:
    """A list of numbers or null, one for each day asked for."""

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        yield from List(Number(or_null=True), 0, len(asked.period)).look(value, where, asked)
        if isinstance(value, list) and value and all(one is None for one in value):
            yield Found(where, "changed", say("shape_empty", place=where))


@dataclass(frozen=True)
class Days:
    """A list of the days asked for, in order, written in a form of ``strftime``; ``keys``: of an object of values."""

    form: str = "%Y-%m-%d"
    values: Shape | None = None

    def look(self, value: Any, where: str, asked: Asked) -> Iterator[Found]:
        first = asked.period.start
        days = [f"{first + dt.timedelta(days=i):{self.form}}" for i in range(len(asked.period))]
        if not isinstance(value, list if self.values is None else dict):
            yield _other(where, value, say("shape_list") if self.values is None else say("shape_object"))
            return
        if [*value] == days:
            yield _agrees(where)
        else:
            there = [str(day)[:20] for day in value]
            found = f"{len(there)}: {there[0]} ... {there[-1]}" if there else "0"
            expected = f"{len(days)}: {days[0]} ... {days[-1]}"
            yield Found(where, "changed", say("shape_days", place=where, found=found, expected=expected))
        if self.values is not None and isinstance(value, dict):
            for one in value.values():
                yield from self.values.look(one, f"{where}.*", asked)


@dataclass(frozen=True)
class Read:
    """The shape of an answer that is no JSON: what ``read`` makes of its bytes; ValueError where it cannot.

    ``markup``: it is XML, and begins as a page (HTML) does that stands in the place of other data.
    """

    read: Callable[[bytes], Any]
    shape: Shape
    markup: bool = False


def compare(shape: Shape, value: Any, asked: Asked) -> list[Found]:
    """Return what a shape finds in an answer: each place once, what has changed before what is new and what agrees.

    >>> asked = Asked(Site(0, 0), Period("2024-01-01", "2024-01-02"))
    >>> shape = Object(unit=Is("mm"), rain=Column())
    >>> for one in compare(shape, {"unit": "mm", "rain": [1.0], "snow": []}, asked):
    ...     print(one.state, one.sentence)
    changed rain has 1 values, expected 2
    news snow is new
    agrees unit
    agrees rain[]
    """
    order = {"changed": 0, "news": 1, "agrees": 2}
    found: dict[str, Found] = {}
    for one in shape.look(value, "", asked):
        known = found.get(one.where)
        if known is None or order[one.state] < order[known.state]:
            found[one.where] = one
    return sorted(found.values(), key=lambda one: order[one.state])
