"""What people call their columns: from the words of a header to quantity, statistic and place of measurement.

English, Portuguese, Spanish, German, French, Italian, Dutch and more (`etolib.sources.station.vocabulary`). What is
another quantity (vapour pressure deficit, diffuse radiation, gust ...) or is measured at another place (soil, canopy,
indoors ...) is told apart and never taken; words that are not understood are given back, so that somebody can be asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from etolib.sources.station.east_asia import western
from etolib.sources.station.headers import take_apart
from etolib.sources.station.vocabulary import (
    EXACT,
    IGNORED,
    OTHERS,
    PAIRS,
    PARTS,
    QUANTITIES,
    STATISTICS,
    TIME_WORDS,
)

_QUANTITY_OF = {word: quantity for quantity, words in QUANTITIES.items() for word in words}
_STATISTIC_OF = {word: statistic for statistic, words in STATISTICS.items() for word in words}
_SINGLE = {
    key: (quantities, frozenset(w for w in words if "+" not in w)) for key, (quantities, words) in OTHERS.items()
}
_SEVERAL = {key: [frozenset(w.split("+")) for w in words if "+" in w] for key, (_, words) in OTHERS.items()}
_LETTERS = frozenset({"t"})
_VOCABULARY: frozenset[str] = frozenset(
    {*_QUANTITY_OF, *_STATISTIC_OF, *PAIRS, *TIME_WORDS, *IGNORED, *_LETTERS}
    | {word for _, words in OTHERS.values() for part in words for word in part.split("+")}
    | {word for words in PARTS.values() for word in words}
)
_PIECES = frozenset(word for word in _VOCABULARY if len(word) >= 3 and word.isalpha()) | {"rh", "ws"}
_BARELY = ("device", "quality", "of_another_time", "indoor")
"""Of these a column that names no quantity is not said to be anything."""

_STATISTICS_TAKEN = {"temperature": ("tmin", "tmax", "tmean"), "humidity": ("rhmin", "rhmax", "rhmean")}
_VARIABLES = {"dew": "tdew", "vapour": "ea", "pressure": "pressure", "wind": "u2", "radiation": "rs",
              "sunshine": "sunshine", "rain": "precipitation", "eto": "eto"}  # fmt: skip
_AT_HOUR = re.compile(
    r"(?<![\d.,])(?:[01]?\d|2[0-4])\s*(?:am|pm|a\.m|p\.m|h|hs|hrs|hr|uhr|utc|gmt|z|:[0-5]\d|o.?clock)(?![a-z/])"
)
_AT_THE_HOUR = re.compile(r"\b(?:alle|ore|um|as|las)\s+(?:[01]?\d|2[0-4])(?![\d.,]|\s*m\b)")
_INITIALS = re.compile(r"\b[A-Za-z](?:\.[A-Za-z]\b)+\.?")  # H.R.
_AT_FOUR_DIGITS = re.compile(r"(?<![\d.,])(?:0\d|1\d|2[0-3])[0-5]0(?!\d|\s*m\b)")
_WHOLE_DAY = re.compile(r"(?<!\d)24\s*-?\s*(?:hours?|horas?|heures|stunden|ore|hrs?|h)(?![a-z])")
_LOW_DOWN = re.compile(r"(?<![\d.,])(?:\d+\s*cm|0[.,]\d+\s*m)(?![a-z/²2])")
_HIGH_UP = re.compile(r"(?<![\d.,])(\d{2,3})\s*m(?![a-z/²2\d])")
_SUN = frozenset({"sun", "sol", "sonne", "sonnen", "sole", "soleil", "bright"})
_HOURS = frozenset({"hours", "hour", "horas", "hora", "hs", "stunden", "heures", "ore", "dauer", "duration", "duracion",
                    "duracao", "duree", "durata"})  # fmt: skip


@dataclass(frozen=True)
class Name:
    """What a name says.

    Attributes
    ----------
    variable : str or None
        A canonical name, a part of the date, ``station``, ``latitude`` ...
    other : str or None
        What it is instead: a key of `OTHERS`, or ``moment``, ``extreme``, ``statistic``, ``two_quantities``.
    unknown : tuple of str
        Words that are not understood.
    run : bool
        Whether a wind is a way (of air in a day).
    """

    variable: str | None = None
    other: str | None = None
    unknown: tuple[str, ...] = ()
    run: bool = False


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return lower-case words without accents and signs.

    >>> plain("TEMPERATURA MÁXIMA, DIÁRIA")
    'temperatura maxima diaria'
    """
    return " ".join(re.sub(r"[^a-z0-9]+", " ", _without_accents(western(text)).lower()).split())


_LETTERS_ALONE = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "ı": "i"})


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS_ALONE))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def split_unit(header: str) -> tuple[str, str | None]:
    """Return name and unit of a header: in brackets, after a comma or as the last words.

    >>> split_unit("Tmax (°F)"), split_unit("wind_mph"), split_unit("Rain")
    (('Tmax', '°F'), ('wind', 'mph'), ('Rain', None))
    """
    parts = take_apart(header)
    return parts.text, parts.units[0][0] if parts.units else None


def classify(name: str) -> str | None:
    """Return what a column holds: a canonical variable, a part of the date, ``station``, ``latitude``...; else None.

    >>> classify("Max Air Temp"), classify("UMIDADE RELATIVA DO AR, MEDIA DIARIA"), classify("Wind gust")
    ('tmax', 'rhmean', None)
    """
    return read_name(name).variable


@lru_cache(maxsize=4096)
def read_name(name: str) -> Name:
    """Return what a name without its unit says.

    >>> read_name("Vapor Pressure Deficit").other, read_name("tempmax").variable, read_name("Tmax roof 3").other
    ('deficit', 'tmax', 'surface')
    >>> read_name("Déficit de presión de vapor").other, read_name("Temp freezer7").unknown
    ('deficit', ())
    """
    name = _INITIALS.sub(lambda found: found[0].replace(".", ""), western(name[:300]))
    text = _WHOLE_DAY.sub(" ", _unaccented(name))
    joined = re.sub(r"[^a-z0-9]", "", text)
    if joined in EXACT:
        return Name(EXACT[joined])
    words = words_of(name)
    quantities = _quantities(words)
    statistics = {_STATISTIC_OF[w] for w in words if w in _STATISTIC_OF} | {PAIRS[w][1] for w in words if w in PAIRS}
    unknown = tuple(w for w in words if w not in _VOCABULARY and len(w) > 1 and not w.isdigit())
    if not quantities:
        return _without_quantity(words)
    main, two = _main(quantities, words)
    if other := _other(main, words):
        return Name(None, other)
    if two:
        return Name(None, "moment" if "temperature" in quantities else "two_quantities")
    if other := _moment_or_place(main, words, text, statistics):
        return Name(None, other)
    weak = all(len(w) <= 2 and w != "rh" for w in words if _is_of(w, main))
    if weak and unknown:
        return Name(None, None, unknown)
    variable, other = _with_statistic(main, statistics)
    run = main == "wind" and bool({"run", "weg", "windweg", "percurso", "recorrido", "passage", "route"} & set(words))
    return Name(variable, other, unknown, run)


def _unaccented(text: str) -> str:
    return _without_accents(text).lower().replace("_", " ")


def words_of(name: str) -> list[str]:
    """Return the words of a name: parted at signs, at capitals, at figures, and where words are written together.

    >>> words_of("tempmax"), words_of("AirTC_Max"), words_of("Tageshöchsttemperatur")
    (['temp', 'max'], ['airtc', 'max'], ['tageshochst', 'temperatur'])
    """
    found: list[str] = []
    for token in re.findall(r"[A-Za-z0-9]+", _without_accents(name)):
        found += _parted(token)
    return found


def _parted(token: str) -> Sequence[str]:
    low = token.lower()
    if low in _VOCABULARY or low.isdigit():
        return [low]
    if (pieces := _segments(low)) is not None:
        return pieces
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", token)
    if len(parts) > 1:
        return [word for part in parts for word in _parted(part)]
    return [low]


@lru_cache(maxsize=4096)
def _segments(word: str) -> tuple[str, ...] | None:
    """Return the words of the vocabulary that a word consists of, the fewest; None where it does not."""
    if not 4 <= len(word) <= 45 or not word.isalpha():
        return None
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - 24), end - 1):
            piece, before = word[start:end], best[start]
            if before is None and start and word[start - 1] == "s":  # German joins words by an s
                before = best[start - 1]
            if (
                before is not None
                and piece in _PIECES
                and (best[end] is None or len(before) + 1 < len(best[end] or ()))
            ):
                best[end] = (*before, piece)
    return best[len(word)]


def _is_of(word: str, quantity: str) -> bool:
    return _QUANTITY_OF.get(word) == quantity or PAIRS.get(word, ("",))[0] == quantity or word in _LETTERS


def _quantities(words: Sequence[str]) -> list[str]:
    found = [_QUANTITY_OF[w] if w in _QUANTITY_OF else PAIRS[w][0] for w in words if w in _QUANTITY_OF or w in PAIRS]
    if not found and (_SUN & set(words)) and (_HOURS & set(words)):
        return ["sunshine"]
    if not found and {"solar", "energy"} <= set(words):
        return ["radiation"]
    if not found and _LETTERS & set(words):
        return ["temperature"]
    return list(dict.fromkeys(found))


def _main(quantities: Sequence[str], words: Sequence[str]) -> tuple[str, bool]:
    """Return the quantity that a name is about, and whether it names two that do not belong together."""
    kinds = set(quantities)
    for first, with_it in (
        ("eto", {"temperature", "radiation", "rain", "wind", "humidity"}),
        ("dew", {"temperature"}),
        ("vapour", {"pressure"}),
        ("sunshine", {"radiation"}),
    ):
        if first in kinds and kinds <= {first, *with_it}:
            return first, False
    if kinds == {"radiation", "temperature"} and "solar" in words:
        return "temperature", True
    if len(kinds) == 1:
        return quantities[0], False
    order = ("humidity", "vapour", "dew", "wind", "rain", "radiation", "pressure", "sunshine", "temperature")
    return next((q for q in order if q in kinds), quantities[0]), True


def _other(main: str | None, words: Collection[str]) -> str | None:
    """Return what a name says it is instead, by the words that name another quantity or place."""
    there = set(words)
    for key, (quantities, single) in _SINGLE.items():
        concerned = not quantities or main in quantities
        if concerned and (there & single or any(several <= there for several in _SEVERAL[key])):
            return key
    return None


def _moment_or_place(main: str, words: Sequence[str], text: str, statistics: Collection[str]) -> str | None:
    """Return why a value is that of a moment, or of a height that is not that of a weather station."""
    if main != "sunshine" and set(words) & TIME_WORDS:
        return "moment"
    of_day = bool({"max", "min"} & set(statistics))
    if (
        main in ("temperature", "humidity", "dew", "vapour", "wind", "pressure")
        and (_AT_HOUR.search(text) or _AT_THE_HOUR.search(text) or _AT_FOUR_DIGITS.search(text))
        and not of_day
    ):
        return "moment"
    if main in ("temperature", "humidity"):
        if _LOW_DOWN.search(text):
            return "ground"
        if any(int(height) > 12 for height in _HIGH_UP.findall(text)):
            return "tower"
        if words[-1] == "in" or words[0] == "in":
            return "indoor"
    return None


def _with_statistic(main: str, statistics: Collection[str]) -> tuple[str | None, str | None]:
    if {"std", "count", "range"} & set(statistics):
        return None, "statistic"
    extremes = {"max", "min"} & set(statistics)
    if main == "sunshine":
        extremes -= {"min"}  # minutes
    if len(extremes) == 2:
        return None, "statistic"
    if main in _STATISTICS_TAKEN:
        low, high, mean = _STATISTICS_TAKEN[main]
        if extremes:
            return (high if "max" in extremes else low), None
        return (None, "statistic") if "total" in statistics else (mean, None)
    if extremes:
        return None, "extreme"  # the day's largest wind is not its mean
    return _VARIABLES[main], None


def _without_quantity(words: Sequence[str]) -> Name:
    there = set(words)
    other = _other(None, words)
    if other is not None and other not in _BARELY:
        return Name(None, other)
    for key, (_, single) in _SINGLE.items():  # a word that holds its quantity: "Diffusstrahlung"
        if any(len(word) >= 9 for word in there & single) and key not in ("rain_other", "quality", "of_another_time"):
            return Name(None, key)
    if there & _SINGLE["sun_position"][1] and not there & {"elevation", "altitude"}:
        return Name(None, "sun_position")
    if {"dia", "mes", "ano"} <= there:
        return Name("date")
    if {"day", "of", "year"} <= there or {"dia", "ano"} <= there or {"jour", "annee"} <= there:
        return Name("doy")
    parts = {part for part in ("year", "month", "day", "doy") if there & PARTS[part]}
    if "year" in parts and len(parts) > 1:  # "Year-DOY", "Day/Month/Year"
        return Name("date")
    part = next((part for part, names in PARTS.items() if there & names), None)
    return Name(part, None, tuple(w for w in words if w not in _VOCABULARY and len(w) > 1 and not w.isdigit()))


def height_of(name: str) -> float | None:
    """Return the height of a wind [m] that its name states, None where it states none.

    >>> height_of("WS10M"), height_of("wind speed at 2 m"), height_of("vento"), height_of("Wind (10 m) [m/s]")
    (10.0, 2.0, None, 10.0)
    >>> height_of("Wind speed at 33 ft")
    10.06
    """
    text = re.sub(r"[(\[{)\]}]", " ", name[:300].lower()).replace("_", " ")
    match = re.search(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:m|meter|metres|metros)(?![a-z/²2\d.\-^])", text)
    match = match or re.search(r"\bu(2|10)\b", text)
    feet = re.search(r"(?<![\d.,])(\d{1,3}(?:\.\d)?)\s*-?\s*(?:ft|feet|foot)\b(?![/²])", text)
    if match is None and feet is None:
        return None
    height = float(match[1].replace(",", ".")) if match else round(float(feet[1]) * 0.3048, 2) if feet else 0.0
    return height if 0.3 <= height <= 200 else None
