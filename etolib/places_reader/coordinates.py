"""One cell of a table of places: an angle, a height, a name, a pair of coordinates."""

from __future__ import annotations

import math
import re
from typing import Any

from etolib.request import FEET, metres
from etolib.site import parse_angle

ABSENT = frozenset(("", "na", "n/a", "nan", "none", "null", "-", "--", "<na>", "nat"))
_FILLS = frozenset((-999.0, -9999.0, -99999.0, 9999.0, 99999.0, -32768.0))
_DIRECTIONS = {
    "north": "N", "norte": "N", "nord": "N", "noord": "N", "south": "S", "sul": "S", "sur": "S", "sud": "S",
    "sued": "S", "süd": "S", "zuid": "S", "east": "E", "leste": "E", "este": "E", "est": "E", "ost": "E", "oost": "E",
    "west": "W", "oeste": "W", "ouest": "W", "ovest": "W",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{3,}")
_FIRST_LETTER = re.compile(r"^([NSEWO])[\s:.]*(?=[\d.,])", re.IGNORECASE)
_SIGNS = str.maketrans({"º": "°", "˚": "°", "´": "'", "`": "'", "’": "'", "‘": "'", "”": '"', "“": '"', "−": "-",
                        "–": "-", "\xa0": " ", "\u202f": " ", "：": ":"})  # fmt: skip
_PARTED = re.compile(
    r"^([-+]?\s*\d+)(?P<between>\s*:\s*|\s+)(\d{1,2}(?:[.,]\d+)?)(?:(?P=between)(\d{1,2}(?:[.,]\d+)?))?\s*([NSEWO]?)$",
    re.IGNORECASE,
)
_GROUPED = {",": re.compile(r"^[-+]?\d{1,3},\d{3}$"), ".": re.compile(r"^[-+]?\d{1,3}\.\d{3}$")}
FOOT = 0.3048  # m


def is_absent(cell: Any) -> bool:
    """Return whether a cell says that there is nothing.

    >>> is_absent(" NA "), is_absent(float("nan")), is_absent(0)
    (True, True, False)
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    return str(cell).strip().lower() in ABSENT


def angle(cell: Any, axis: str, *, east_is_o: bool = False) -> float | None:
    """Return an angle of a cell in degrees; None where it is none.

    Parameters
    ----------
    cell : object
        A number or text: decimal point or comma, degrees-minutes-seconds, a letter or word for the hemisphere on
        either side.
    axis : {"latitude", "longitude"}
    east_is_o : bool
        Whether the letter O is east (German, Dutch), not west (Portuguese, Spanish, French, Italian).

    Examples
    --------
    >>> angle("S 22°42'", "latitude"), angle("47,6 Oeste", "longitude"), angle("8,5 O", "longitude", east_is_o=True)
    (-22.7, -47.6, 8.5)
    >>> angle("-22:42:00", "latitude"), angle("22,7 W", "latitude") is None
    (-22.7, True)
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)) or hasattr(cell, "dtype"):
        try:
            number = float(cell)
        except (TypeError, ValueError):
            return None
        return number if math.isfinite(number) else None
    text = str(cell).strip().strip('"').translate(_SIGNS).strip()
    for word in _WORD.findall(text):
        if (letter := _DIRECTIONS.get(word.lower())) is None:
            return None
        text = text.replace(word, letter)
    if match := _FIRST_LETTER.match(text):
        text = f"{text[match.end() :].strip()} {match[1]}"
    if match := _PARTED.match(text):
        text = f"{match[1]}°{match[3]}'" + (f'{match[4]}"' if match[4] else "") + match[5]
    if east_is_o and text[-1:] in "oO" and not text[-1:].isdigit():
        text = text[:-1] + "E"
    if re.fullmatch(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d+", text):
        return float(text)
    return parse_angle(text, axis)


def height(cell: Any, *, feet: bool = False, comma: bool | None = None) -> float | None:
    """Return a height of a cell in metres; None where it is none.

    ``comma`` says whether the table writes decimals with a comma: the other sign then groups thousands.

    >>> height("1,234", comma=False), height("1.234 m", comma=True), height("554,5 m"), height("1000 ft")
    (1234.0, 1234.0, 554.5, 304.8)
    """
    if isinstance(cell, (int, float)) or hasattr(cell, "dtype"):
        value: float | None = float(cell)
    else:
        text = str(cell).strip().translate(_SIGNS)
        if match := FEET.match(text):
            text, feet = match[1], True
        bare = text.lower().removesuffix("m").strip()
        group = "" if comma is None else "." if comma else ","
        if group and _GROUPED[group].match(bare):
            bare = bare.replace(group, "")
        value = metres(bare)
    if value is None or not math.isfinite(value):
        return None
    return round(value * FOOT, 2) if feet else value


def no_height(value: float | None) -> bool:
    """Return whether a number stands for an absent height.

    >>> no_height(-9999.0), no_height(0.0)
    (True, False)
    """
    return value in _FILLS


_POINT = re.compile(
    r"^\s*(?:SRID=\d+;\s*)?POINT\s*(?:ZM?|M)?\s*\(\s*([-+.\deE]+)\s+([-+.\deE]+)(?:\s+([-+.\deE]+))?[^)]*\)",
    re.IGNORECASE,
)


def point(cell: Any) -> tuple[float, float, float | None] | None:
    """Return latitude, longitude and height of a WKT point or a geometry object; None where it is none.

    >>> point("POINT (-47.6 -22.7)"), point("LINESTRING (0 0, 1 1)")
    ((-22.7, -47.6, None), None)
    """
    text = cell if isinstance(cell, str) else str(getattr(cell, "wkt", cell))
    match = _POINT.match(text)
    if match is None:
        return None
    try:
        return float(match[2]), float(match[1]), None if match[3] is None else float(match[3])
    except ValueError:
        return None


def pair(cell: Any) -> tuple[str, str] | None:
    """Return the texts of latitude and longitude that stand in one cell; None where there are not two.

    >>> pair("-22.7, -47.6"), pair("22,7 S; 47,6 W"), pair("(-22.7 -47.6)")
    (('-22.7', '-47.6'), ('22,7 S', '47,6 W'), ('-22.7', '-47.6'))
    """
    text = str(cell).strip().strip("()[]").strip()
    for between in (";", "/", "|", ", ", ","):
        parts = [part.strip() for part in text.split(between)]
        if len(parts) == 2 and all(parts):
            return parts[0], parts[1]
    parts = text.split()
    return (parts[0], parts[1]) if len(parts) == 2 else None
