"""One cell that holds a date: how it is written, and the numbers in it."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

ABSENT = frozenset(("", "na", "n/a", "nan", "nat", "none", "null", "-", "--", "---", "<na>"))
"""What stands where there is no date, in lower case."""

MONTHS: Sequence[str] = (
    "january janeiro enero januar janner janvier gennaio",
    "february fevereiro febrero februar feber fevrier febbraio",
    "march marco marzo marz mrz maerz mars",
    "april abril avril aprile",
    "may maio mayo mai maggio",
    "june junho junio juni juin giugno",
    "july julho julio juli juillet luglio",
    "august agosto aout",
    "september setembro septiembre setiembre septembre settembre",
    "october outubro octubre oktober octobre ottobre",
    "november novembro noviembre novembre",
    "december dezembro diciembre dezember decembre dicembre",
)
"""The months in English, Portuguese, Spanish, German, French and Italian, without accents."""

_WEEKDAY = re.compile(
    r"(?:mo|di|mi|do|fr|sa|so|(?!month|monat)(?:mon|tue|wed|thu|fri|sat|sun|seg|ter|qua|qui|sex|sab|dom|lun|mar|mie|jue"
    r"|vie|die|mit|don|fre|sam|son|mer|jeu|ven|dim|gio)[a-z-]*)[.,]*\s+(?=[a-z0-9])"
)


def _month_numbers() -> dict[str, int]:
    """Return the number of every name and of every beginning of three letters or more that means one month only."""
    found: dict[str, set[int]] = {}
    for number, names in enumerate(MONTHS, start=1):
        for name in names.split():
            for length in range(3, len(name) + 1):
                found.setdefault(name[:length], set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


_MONTH_OF = _month_numbers()
_NAME = r"(?P<name>[a-z]{3,10})\.?"
_OF = r"[-/. _,]*(?:(?:de|of|del|di)[ .])?"
_DATES: Sequence[tuple[str, str]] = (
    ("y..", r"(?P<a>\d{4})(?P<s>[-/. _])(?P<b>\d{1,2})(?P=s)(?P<c>\d{1,2})\.?"),
    ("..y", r"(?P<a>\d{1,2})(?P<s>[-/. _])(?P<b>\d{1,2})(?P=s)(?P<c>\d{4})"),
    ("...", r"(?P<a>\d{1,2})(?P<s>[-/. _])(?P<b>\d{1,2})(?P=s)(?P<c>\d{2})"),
    ("dby", rf"(?P<a>\d{{1,2}})(?:st|nd|rd|th|er|o)?(?P<s>[-/. _]?){_OF}{_NAME}{_OF}(?P<c>\d{{4}}|\d{{2}})"),
    ("bdy", rf"{_NAME}(?P<s>[-/. _]?)[-/. _]*(?P<a>\d{{1,2}})(?:st|nd|rd|th)?[-/. _,]+(?P<c>\d{{4}}|\d{{2}})"),
    ("ybd", rf"(?P<a>\d{{4}})(?P<s>[-/. _]?){_OF}{_NAME}{_OF}(?P<c>\d{{1,2}})"),
    ("yj", r"(?P<a>\d{4})(?P<s>[-/ _])(?P<b>\d{1,3})"),
    ("jy", r"(?P<b>\d{1,3})(?P<s>[-/ _])(?P<a>\d{4})"),
    ("n", r"(?P<a>\d{5,8}|\d{10}|\d{12,14})"),
)
_TIME = (
    r"(?:(?:\s*[t,;_:]\s*|\s+)(?P<h>\d{1,2})(?:[:h](?P<mi>\d{2})?(?::?(?P<se>\d{2}))?(?:[.,]\d+)?|(?P<mi2>\d{2})(?P<se2>\d{2})?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?P<zone>z|[a-z]{2,5})?\s*(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?)?"
)
_CELLS = tuple((kind, re.compile(date + _TIME)) for kind, date in _DATES)
_SIGNS = str.maketrans({"年": "-", "月": "-", "日": " ", "년": "-", "월": "-", "일": " ", "−": "-", "–": "-", "º": "o",
                        "°": "o", '"': " ", "'": " "})  # fmt: skip


_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?)?")


@dataclass(frozen=True)
class Cell:
    """How one date is written, and its numbers.

    Attributes
    ----------
    kind : str
        ``y..`` year first, ``..y`` year last, ``...`` years of two digits, ``dby bdy ybd`` with the name of a month,
        ``yj jy`` year and day of the year, ``n5`` to ``n14`` so many digits without a sign, ``serial`` a number with
        decimals.
    numbers : tuple of int
        As they stand there, the month of a name in its place; one number of digits without a sign.
    sign : str
        Between the numbers.
    seconds : int or None
        Time of day, None where there is none. [s]
    offset : float or None
        From UTC, where the cell says it. [h]
    short_year : bool
        Whether the year has two digits.
    three_digits : bool
        Whether the day of the year is written with three.
    fraction : float
        Of a day or a second, behind the decimal sign of a ``serial``.
    """

    kind: str
    numbers: tuple[int, ...]
    sign: str = ""
    seconds: int | None = None
    offset: float | None = None
    short_year: bool = False
    three_digits: bool = False
    fraction: float = 0.0


def plain(text: str) -> str:
    """Return lower-case text without accents, East Asian signs and spaces at signs.

    >>> plain("5. März 2023"), plain("2023年1月5日")
    ('5.marz 2023', '2023-1-5')
    """
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_SIGNS))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    bare = re.sub(r"^(\s*\d{4}\.\s*\d{1,2}\.\s*\d{1,2})\.", r"\1 ", bare)  # Korean and Hungarian: 2023. 1. 5.
    return re.sub(r"\s*([-/.])\s*", r"\1", bare.strip().lower()).strip()


def is_absent(text: str) -> bool:
    """Return whether a cell says that there is no date."""
    return text.strip().strip('"').lower() in ABSENT


def month_of(text: str) -> int | None:
    """Return the month that a name or its beginning means, None where it means none.

    >>> month_of("Dez."), month_of("juil"), month_of("jui")
    (12, 7, None)
    """
    return _MONTH_OF.get(plain(text).rstrip("."))


@functools.lru_cache(maxsize=1 << 16)
def parse(text: str) -> Cell | None:
    """Return how a cell is written, None where it is no date in any way known here.

    Examples
    --------
    >>> cell = parse("01/05/23 12:30:00 PM")
    >>> cell.kind, cell.numbers, cell.sign, cell.seconds
    ('...', (1, 5, 23), '/', 45000)
    >>> parse("2023-07-10T06:00:00Z").offset, parse("10 de julho de 2023").numbers, parse("Average")
    (0.0, (10, 7, 2023), None)
    """
    if (written := _ISO.fullmatch(text)) is not None:  # most cells, and quicker than by the table of all forms
        year, month, day, hour, minute, second = (0 if part is None else int(part) for part in written.groups())
        clock = hour * 3600 + minute * 60 + second if written[4] else None
        return Cell("y..", (year, month, day), "-", clock)
    bare = plain(text)
    if match := re.fullmatch(r"(\d+)\.(\d+)", bare):
        if int(match[2]) == 0:
            bare = match[1]
        elif len(match[1]) == 5 or len(match[1]) == 10:
            return Cell("serial", (int(match[1]),), fraction=float(f"0.{match[2]}"))
    weekday = _WEEKDAY.match(bare)
    return _match(bare) or (_match(bare[weekday.end() :]) if weekday else None)


def parse_all(texts: Sequence[str]) -> list[Cell | None]:
    """Return how each cell of a column is written: beside numbers with decimals a whole one is such a number too.

    >>> [cell.kind for cell in parse_all(["45109.0", "45109.5"])]
    ['serial', 'serial']
    """
    cells = [parse(text) for text in texts]
    if not any(cell is not None and cell.kind == "serial" for cell in cells):
        return cells
    return [replace(cell, kind="serial") if cell is not None and cell.kind in ("n5", "n10") else cell for cell in cells]


def _match(bare: str) -> Cell | None:
    for kind, pattern in _CELLS:
        match = pattern.fullmatch(bare)
        if match is None:
            continue
        parts = match.groupdict()
        if "name" in parts and parts["name"] not in _MONTH_OF:
            continue
        time = _seconds(parts)
        if time is None:
            return None
        seconds, offset = time
        if kind == "n":
            return Cell(f"n{len(parts['a'])}", (int(parts["a"]),), "", seconds, offset)
        numbers: tuple[int, ...]
        if "name" in parts:
            numbers = (int(parts["a"]), _MONTH_OF[parts["name"]], int(parts["c"]))
        else:
            numbers = tuple(int(parts[key]) for key in ("a", "b", "c") if parts.get(key) is not None)
        short = len(parts.get("c") or "0000") == 2 and kind in ("...", "dby", "bdy")
        return Cell(kind, numbers, parts["s"], seconds, offset, short, len(parts.get("b") or "") == 3)
    return None


def _seconds(parts: dict[str, str | None]) -> tuple[int | None, float | None] | None:
    """Return the time of day [s] and the offset from UTC [h] of a match; None where there is no such time."""
    if parts["h"] is None:
        return None, None
    hour, minute = int(parts["h"]), int(parts["mi"] or parts["mi2"] or 0)
    second = int(parts["se"] or parts["se2"] or 0)
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"].startswith("p") else 0)
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        return None
    offset = 0.0 if parts["zone"] in ("z", "utc", "gmt", "ut") else None
    if parts["offset"]:
        digits = parts["offset"][1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        offset = (hours + minutes / 60) * (-1 if parts["offset"][0] == "-" else 1)
        if abs(offset) > 15 or minutes > 59:
            return None
    return hour * 3600 + minute * 60 + second, offset
