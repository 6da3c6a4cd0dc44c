"""Places as people type or paste them, a line each, and as a link has them.

>>> [str(place) for place in read("-9,39; -40,5; Farm\\n48.14 11.58 Munich")]
['Farm (9.3900°S 40.5000°W)', 'Munich (48.1400°N 11.5800°E)']

Tables with headers are read by `etolib.places_reader`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from etolib.errors import InputError, Problem
from etolib.request import metres
from etolib.site import Site, parse_angle
from etolib.words import say

_METRES = re.compile(r"[-+]?\d+(?:[.,]\d+)?\s*m?")
_MOST_LINES = 5_000  # more are a file
_SHOWN = 60  # characters of a line that a sentence shows


def has_header(text: str) -> bool:
    """Return whether a text is a table whose first line names its columns.

    >>> has_header("name,latitude,longitude\\nFarm,-9.39,-40.5"), has_header("nowhere\\n1, 2")
    (True, False)
    """
    lines = _lines(text)
    if len(lines) < 2:
        return False
    # Names of columns, without numbers; which is which the reader of tables knows (pandas is too much for a page).
    first = lines[0][1]
    return bool(re.search(r"[^\W\d_].*[;,\t|].*[^\W\d_]", first)) and not re.search(r"\d", first)


def read(text: str) -> list[Site]:
    """Return the places of lines.

    Parameters
    ----------
    text : str
        Latitude, longitude and, before or behind, a name; a number behind the longitude is the elevation [m]. Parted by
        tabs, semicolons, commas or spaces; degrees as `etolib.site.parse_angle` reads them. Lines that begin with ``#``
        are left out.

    Raises
    ------
    InputError
        With every line that cannot be read; and where there is none.
    """
    found: list[Site] = []
    problems: list[Problem] = []
    for at, line in _lines(text):
        try:
            found.append(_of_line(line))
        except InputError as error:
            rule = error.problems[0]
            wrong = rule.rule if rule.thing == "line" else rule.sentence  # the line itself is shown before
            told = say("places_line", line=at, sentence=wrong)
            problems.append(Problem("places", line.strip()[:_SHOWN], told, rule.suggestion))
    if not found and not problems:
        problems.append(Problem("places", "", say("is_empty"), say("places_write_like")))
    if problems:
        raise InputError(problems)
    return found


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that say something, with their numbers."""
    lines = enumerate(text.splitlines()[:_MOST_LINES], start=1)
    return [(at, line) for at, line in lines if line.strip(" \t,;") and not line.lstrip().startswith("#")]


def _cells(line: str, mark: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]


def _of_line(line: str) -> Site:
    for mark in ("\t", ";", ","):
        site = _of_parts(_cells(line, mark))
        if site is not None:
            return site
    words = line.split()
    for at in range(len(words) - 1):
        if parse_angle(words[at], "latitude") is not None and parse_angle(words[at + 1], "longitude") is not None:
            return _site(words[at], words[at + 1], "", " ".join(words[:at] + words[at + 2 :]))
    raise InputError([Problem("line", line.strip()[:_SHOWN], say("places_no_coordinates"), say("places_write_like"))])


def _of_parts(cells: Sequence[str]) -> Site | None:
    """Return the place of a line in parts: coordinates stand beside each other."""
    for at in range(len(cells) - 1):
        if parse_angle(cells[at], "latitude") is not None and parse_angle(cells[at + 1], "longitude") is not None:
            rest = [cell for cell in (*cells[:at], *cells[at + 2 :]) if cell]
            behind = cells[at + 2] if len(cells) > at + 2 else ""
            high = behind if _METRES.fullmatch(behind) else ""
            if high:
                rest.remove(high)
            return _site(cells[at], cells[at + 1], high, ", ".join(rest))
    return None


def _site(latitude: str, longitude: str, elevation: str, name: str) -> Site:
    lat, lon = parse_angle(latitude, "latitude"), parse_angle(longitude, "longitude")
    high: float | str | None = None
    if elevation:
        high = metres(elevation)
        high = elevation if high is None else high
    return Site(
        latitude if lat is None else lat,  # type: ignore[arg-type]  # text is refused there
        longitude if lon is None else lon,  # type: ignore[arg-type]
        high,  # type: ignore[arg-type]
        name.strip() or None,
    )


# --- as a field of a link ---------------------------------------------------------------------------------------------


def to_field(sites: Iterable[Site]) -> str:
    """Return places as one text: ``lat,lon,name;..``, an elevation as ``554m`` before the name.

    >>> to_field([Site(-9.39, -40.5, 376.0, "A; B"), Site(0, 10)])
    '-9.39,-40.5,376m,A%3B B;0,10'
    """
    return ";".join(_one(site) for site in sites)


def _one(site: Site) -> str:
    parts = [_number(site.latitude), _number(site.longitude)]
    if site.elevation is not None:
        parts.append(f"{_number(site.elevation)}m")
    if site.name:
        parts.append(site.name.replace("%", "%25").replace(";", "%3B"))
    return ",".join(parts)


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def from_field(text: str) -> list[Site]:
    """Return the places that `to_field` wrote; what is no place is left out, for a link must never break a page.

    >>> from_field("-9.39,-40.5,376m,A%3B B;x;0,10")[0]
    Site(latitude=-9.39, longitude=-40.5, elevation=376.0, name='A; B')
    """
    found = []
    for part in text.split(";"):
        latitude, _, rest = part.partition(",")
        longitude, _, rest = rest.partition(",")
        high, _, name = rest.partition(",")
        if not re.fullmatch(r"[-+]?\d+(\.\d+)?m", high.strip()):
            high, name = "", rest
        try:
            found.append(_site(latitude.strip(), longitude.strip(), high.strip(), unquote(name)))
        except InputError:
            continue
    return found
