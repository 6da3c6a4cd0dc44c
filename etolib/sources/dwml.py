"""DWML, the XML of the US forecast database: what an answer states of one place, read and not judged.

By the specification of 7 May 2009 (https://digital.weather.gov/xml/mdl/XML/Design/MDL_XML_Design.htm): one ``<dwml>``
with ``<data>``, in it ``<location>`` with its ``<point>``, each ``<time-layout>`` with a key and start and end times,
and ``<parameters>``, whose elements name a layout and a unit and hold a ``<value>`` a time; one that is missing is
``xsi:nil="true"`` and empty. Documents that bring entities of their own are refused.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_DEPTH = 40

Hours = tuple[dt.datetime, dt.datetime | None]
"""Start and end of what a value is for; None: the answer states no end."""


class Refusal(ValueError):
    """The service answers with a sentence of its own in place of data."""


@dataclass(frozen=True)
class Series:
    """An element with values, as the answer states it.

    Parameters
    ----------
    tag, type, name : str
        Of the element, its attribute, and its ``<name>``.
    units : str or None
        None: the answer states none.
    hours : tuple of (datetime, datetime or None)
        Of its time layout; empty where it names none that is there.
    values : tuple of float
        NaN where the answer says that there is none.
    """

    tag: str
    type: str
    name: str
    units: str | None
    hours: tuple[Hours, ...]
    values: tuple[float, ...]

    @property
    def said(self) -> str:
        """What it calls itself."""
        return " ".join(part for part in (self.tag, self.type, self.name) if part)


@dataclass(frozen=True)
class Document:
    """What an answer states: the place [degrees], when it was made, its elements."""

    latitude: float
    longitude: float
    created: str
    series: tuple[Series, ...]


def read(body: bytes) -> Document:
    """Read an answer for one place.

    Raises
    ------
    Refusal
        Where it is an error in the words of the service.
    ValueError
        Where it is no such document.

    Examples
    --------
    >>> read(b"<error><pre><problem>No data were found</problem></pre></error>")
    Traceback (most recent call last):
    ...
    etolib.sources.dwml.Refusal: No data were found
    """
    root = _tree(body)
    if root.tag == "error":
        problem = root.find(".//problem")
        said = " ".join("".join((root if problem is None else problem).itertext()).split())
        raise Refusal(said[:200])
    if root.tag != "dwml":
        raise ValueError(f"<{root.tag[:40]}> stands where <dwml> should be")
    points = root.findall("./data/location/point")
    if len(points) != 1:
        raise ValueError(f"{len(points)} places instead of one")
    layouts: dict[str, tuple[Hours, ...]] = {}
    for layout in root.findall("./data/time-layout"):
        key = _text(layout.find("layout-key"))
        if key in layouts:
            raise ValueError(f"the time layout {key[:40]} is given twice")
        layouts[key] = tuple(_hours(layout))
    held = [one for part in root.findall("./data/parameters") for one in part.iter() if one.find("value") is not None]
    return Document(
        latitude=_number(points[0].get("latitude")),
        longitude=_number(points[0].get("longitude")),
        created=_text(root.find("./head/product/creation-date"))[:40],
        series=tuple(_series(one, layouts) for one in held),
    )


def _tree(body: bytes) -> Element:
    """Return the root; a document type, and with it every entity but the five of XML, is refused before it acts."""
    builder, depth = TreeBuilder(), 0
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise ValueError("elements lie too deep")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*declared: object) -> None:
        raise ValueError("it declares a document type")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise ValueError(f"no XML: {error}") from error
    return builder.close()


def _text(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _number(text: str | None) -> float:
    """Return a number; ValueError for what is none, infinite or ``nan``."""
    value = float(text if text is not None else "")
    if not math.isfinite(value):
        raise ValueError(f"{text!r} stands where a number should be")
    return value


def _time(text: str) -> dt.datetime:
    time = dt.datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"the time {text[:40]} has no offset from UTC")
    return time


def _hours(layout: Element) -> Iterator[Hours]:
    """Yield start and end of each time: an end belongs to the start before it."""
    start: dt.datetime | None = None
    for one in layout:
        if one.tag == "start-valid-time":
            if start is not None:
                yield start, None
            start = _time(_text(one))
        elif one.tag == "end-valid-time":
            if start is None:
                raise ValueError("an end without its start")
            yield start, _time(_text(one))
            start = None
    if start is not None:
        yield start, None


def _series(element: Element, layouts: dict[str, tuple[Hours, ...]]) -> Series:
    return Series(
        tag=element.tag[:60],
        type=(element.get("type") or "")[:60],
        name=_text(element.find("name"))[:100],
        units=element.get("units"),
        hours=layouts.get(element.get("time-layout") or "", ()),
        values=tuple(_value(one) for one in element.findall("value")),
    )


def _value(element: Element) -> float:
    """Return a value; NaN only where the answer says that it has none."""
    text = (element.text or "").strip()
    if not text and element.get(f"{_XSI} nil") in ("true", "1"):
        return math.nan
    return _number(text)
