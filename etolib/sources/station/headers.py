"""A header taken apart: the words of its name, and the units it states, wherever they stand in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from etolib.sources.station.east_asia import western
from etolib.sources.station.units import AMBIGUOUS, UNITS, unit_of

LONGEST = 300
"""Characters of a header that are looked at."""

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_LOGGER = re.compile(r"^\s*(?:lgr|sen|s/n|sn|serial)\b", re.IGNORECASE)
_LINK = re.compile(r"^([^(,]+?)\s*\([A-Z][A-Z0-9-]* \d[\d:. -]*\),([^,]+)(?:,[^,]*)?$")
"""A column of HOBOlink: ``Temperature (RX-TH 20000001:20000002-1),*C,Orchard``, the device and what it is called."""
_GLUED = re.compile(r"^(t(?:emp)?[ _]?(?:max|min|mean|avg|med)?|(?:max|min|avg)t(?:emp)?)([CFK])$", re.IGNORECASE)
_TIMES = ("hours", "hour", "horas", "hora", "heures", "stunden", "ore", "minutes", "minutos", "minuten", "days")
_ALIASES = {("pressure", "in"): "inHg", ("pressure", "mm"): "mmHg", ("vapour pressure", "mm"): "mmHg",
            ("humidity", "decimal"): "fraction", ("humidity", "1"): "fraction"}  # fmt: skip
_MUTE = {"temperature": ("°",), "duration": (), "water": ("day", "year", "month")}
"""Units that say nothing of a quantity, and contradict nothing."""


@dataclass(frozen=True)
class Header:
    """What a header says.

    Attributes
    ----------
    text : str
        Its words without the units.
    units : tuple of (str, bool)
        The units in it, the likeliest first, and whether each stands where only a unit stands (in brackets, behind a
        comma).
    """

    text: str
    units: tuple[tuple[str, bool], ...] = ()

    def unit_for(self, quantity: str | None) -> tuple[str | None, str | None]:
        """Return the unit for a quantity, and where there is none the one that contradicts it.

        >>> take_apart("Temp, °C (LGR S/N: 1)").unit_for("temperature"), take_apart("Wind (°)").unit_for("wind")
        (('°C', None), (None, '°'))
        """
        if quantity is None:
            return None, None
        if quantity == "duration" and self.text.lower().endswith(" min"):
            return "min", None  # a duration has no minimum
        known = UNITS[quantity]
        for unit, _ in self.units:
            unit = _ALIASES.get((quantity, unit), unit)
            if unit in known:
                return unit, None
        mute = (*_MUTE.get(quantity, ()), "min", "day")
        return None, next((unit for unit, firm in self.units if firm and unit not in mute), None)


def take_apart(header: str) -> Header:
    """Return the words and the units of a header.

    >>> take_apart("Max: Temp, °F (LGR S/N: 10000001)")
    Header(text='Max Temp', units=(('°F', True),))
    >>> take_apart("Solar Rad MJ m-2 d-1").units, take_apart("tmaxF").units, take_apart("RH (%) (max)").text
    ((('MJ/m²', False),), (('°F', False),), 'RH max')
    """
    if match := _LINK.match(header):
        header = f"{match[1]}, {match[2]}"
    outside, inside = _brackets(western(header[:LONGEST]))
    units: list[tuple[str, bool]] = []
    more: list[str] = []
    for part in reversed(inside):
        for piece in [part] if unit_of(part) else re.split(r"[,;]", part):
            unit = unit_of(piece)
            if unit is not None:
                units.append((unit, True))
            if (unit is None or unit == "min") and not _LOGGER.match(piece):
                more.insert(0, piece)
    kept = []
    for i, segment in enumerate(re.split(r"[,;:|]|\s[-–]\s", outside)):
        unit = unit_of(segment) if i else None
        if unit is not None and _bare(segment) not in ("min", "max"):
            units.append((unit, True))
        else:
            kept.append(segment)
    text = " ".join(kept)
    if match := _GLUED.match(text.strip()):
        return Header(match[1], (*units, (unit_of(match[2]) or "", False)))
    text, found = _without_units(text, any_ambiguous=not units)
    units += [(unit, False) for unit in found]
    return Header(" ".join(" ".join([text, *more]).split()), tuple(dict.fromkeys(units)))


_RATE = re.compile(r"[(\[]\s*([^()\[\]/]{0,12}[a-zA-Z²³%°]\s*/\s*[a-zA-Z²³][^()\[\]]{0,12})[)\]]")


def unread_unit(header: str) -> str | None:
    """Return what stands in brackets as a unit does and is none that is known.

    >>> unread_unit("Wind (leagues/watch)"), unread_unit("Wind (m/s)"), unread_unit("Temp (LGR S/N: 1)")
    ('leagues/watch', None, None)
    """
    found = _RATE.search(header[:LONGEST])
    if found is None or _LOGGER.match(found[1]) or unit_of(found[1]) is not None:
        return None
    return found[1].strip()


def _bare(word: str) -> str:
    """Return a word without accents and signs.

    >>> _bare("Mín.")
    'min'
    """
    parts = unicodedata.normalize("NFKD", word)
    return "".join(c for c in parts if c.isalnum()).lower()


def _brackets(header: str) -> tuple[str, list[str]]:
    """Return what stands outside of brackets and in each pair of them; inner ones belong to the outer."""
    outside: list[str] = []
    inside: list[str] = []
    depth: list[str] = []
    for sign in header:
        if depth and sign == depth[-1]:
            depth.pop()
            if not depth:
                continue
        elif sign in _BRACKETS:
            depth.append(_BRACKETS[sign])
            if len(depth) == 1:
                inside.append("")
                outside.append(" ")
                continue
        if depth:
            inside[-1] += sign
        else:
            outside.append(sign)
    return "".join(outside), inside


def _without_units(text: str, *, any_ambiguous: bool) -> tuple[str, list[str]]:
    """Return a text without the units among its words, and those; an ambiguous one counts at the end only."""
    words = re.split(r"[\s_]+", text.strip())
    found: list[str] = []
    end = len(words)
    for size in (4, 3, 2, 1):
        tail = words[end - size : end]
        if size < end and len(tail) == size and (unit := unit_of(" ".join(tail))) is not None:
            last = _bare(tail[0]) in AMBIGUOUS and size == 1
            if last and not any_ambiguous:
                break
            if last and _bare(tail[0]) in ("min", "hour", "hora", "year", "month", "day", "dia", "tag", "mi", "ma"):
                break
            if words[end - size - 1][-1:].isdigit() and unit in ("m", "cm", "ft", "in", "h"):
                break  # a height, a depth or a time of day
            found.append(unit)
            if tail[0].lower() not in _TIMES:  # "hours" may be what a name is about
                end -= size
            break
    at = 1
    rest = words[:end]
    while at < len(rest):
        for size in (3, 2, 1):
            piece = rest[at : at + size]
            if len(piece) == size and not all(_bare(word) in AMBIGUOUS for word in piece):
                unit = unit_of(" ".join(piece))
                if unit in ("m", "cm", "ft", "in") and rest[at - 1][-1:].isdigit():
                    unit = None
                if unit is not None and piece[0].lower() not in ("in", "of"):
                    found.append(unit)
                    del rest[at : at + size]
                    break
        else:
            at += 1
    if found and rest and rest[-1].lower() in ("in", "em", "en"):
        rest.pop()
    return " ".join(rest), found
