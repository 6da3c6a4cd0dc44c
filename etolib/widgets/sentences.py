"""Sentences of the calculation in the language of the page.

Errors, warnings and steps are written once, in English, where they arise: in logs, files, messages and on the command
line they are the same for everybody, and no module there knows of languages. The page is the edge that translates:
`sentences.pt.json` holds every sentence as a form with ``{places}`` for what changes. A sentence that has no form
there is shown as it came. In English the same forms only give variables and sources the names people know.

What stands in a place is taken over as it is, but for places of these names (with or without a number after them):
``variable`` and ``variables`` become words, ``source`` and ``sources`` titles, ``days`` a list of days, ``stage`` the
name of a stage; a ``name`` gets a person's quotes, a ``ratio`` loses the sign of a zero; ``word``,
``error`` and ``sentence`` are looked up themselves.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from etolib.request import STATION
from etolib.widgets.model import labels, say

TITLES: Mapping[str, str] = {
    "nasa_power": "NASA POWER",
    "open_meteo_archive": "Open-Meteo archive (ERA5)",
    "open_meteo_forecast": "Open-Meteo forecast",
    "open_meteo_historical_forecast": "Open-Meteo historical forecast",
    "met_norway": "MET Norway",
    "nws_forecast": "NWS forecast grid",
    "nws_stations": "NWS stations",
    "climatology": "Embedded climatology",
}
"""Titles of the sources, as the registry has them (a test holds the two together): the page does not import it."""

_SOURCES = frozenset({*TITLES, *TITLES.values(), STATION})
_LONGEST = 600  # characters of a line that is looked up: it may come from outside, and forms with places search
_RANGE = re.compile(r"[-+.\de]+ to [-+.\de]+")
_MORE = re.compile(r" and (\d+) more stretches")
_OWN = re.compile(r"^own station file (.+)$")
_PLACE = re.compile(r"{(\w+?)(\d*)}")
_VALUE = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^:]*"
_PROBLEM = re.compile(rf"^([a-z_ ]+(?: '(?:[^'\\]|\\.)*')?|ETOLIB_\w+) = ({_VALUE}): (.+)$")
_PREFIX = re.compile(r"^([^:]{1,120}): (.+)$")


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    places: tuple[str, ...]
    words: str


def sentence(language: str, told: Any) -> str:
    """Return what was told in English in the language of the page, line by line; as it came where it is unknown.

    >>> sentence("pt", "NASA POWER: no values of rs, u2 in this period")
    'NASA POWER: sem valores de radiação solar, vento neste período'
    >>> sentence("en", "nasa_power: rs missing on 2024-02-01")
    'NASA POWER: solar radiation missing on 2024-02-01'
    >>> sentence("pt", "latitude = 150.0: must be a number from -90 to 90")
    'Latitude 150.0 deve ser um número de -90 a 90'
    >>> sentence("pt", "something else")
    'something else'
    """
    return "\n".join(_known(language, line) or line for line in str(told).splitlines())


def problem(language: str, one: Mapping[str, Any]) -> str:
    """Return one thing that is wrong with an own file as a sentence.

    >>> problem("en", {"thing": "column 'T'", "value": "70 to 90", "rule": "cannot be tmax in °C"})
    'Column “T” (70 to 90) cannot be maximum temperature in °C'
    """
    thing, value = str(one["thing"]), str(one["value"] or "")
    if language == "en" and thing in ("file", "station", "columns"):
        subject = f"the {thing}"
    else:
        subject = _known(language, thing) or thing
    if _RANGE.fullmatch(value):
        value = _known(language, value) or value
    # Of a whole file the value is its name, or all its columns: both stand beside the sentence.
    between = f" ({value})" if value and thing != "file" else ""
    rule = _known(language, str(one["rule"])) or str(one["rule"])
    return capital(f"{subject}{between} {rule}")


def flags(language: str, marks: str | None) -> str:
    """Return the flags of a day in words.

    >>> flags("en", "rs: estimated_hargreaves; u2: default_wind")
    'solar radiation: from the range of temperature; wind: 2 m/s assumed'
    """
    parts = []
    for part in (marks or "").split("; "):
        name, _, flag = part.partition(": ")
        word = labels(language).get(f"flag_{flag}")
        parts.append(f"{_variable(language, name)}: {word}" if word else part)
    return "; ".join(parts)


def source(language: str, name: str) -> str:
    """Return the title of a source, the page's word for an own file; another name as it is.

    >>> source("en", "nasa_power"), source("pt", "station"), source("en", "own station file a.csv")
    ('NASA POWER', 'Estação própria', 'Own station (a.csv)')
    """
    own = _OWN.match(name)
    if own:
        return f"{say(language, 'station')} ({own[1]})"
    if name == STATION:
        return say(language, "station")
    return labels(language).get(f"title_{name}", TITLES.get(name, name))


@cache
def _forms(language: str) -> tuple[_Form, ...]:
    """Return the forms of a language, the most particular first."""
    text = resources.files("etolib.widgets").joinpath("sentences.pt.json").read_text(encoding="utf-8")
    written: dict[str, str] = json.loads(text)
    order = sorted(written, key=lambda form: (-len(_PLACE.sub("", form)), form))
    return tuple(
        _Form(
            re.compile("".join("(.+?)" if place else re.escape(part) for place, part in _parts(form))),
            tuple(match[0][1:-1] for match in _PLACE.finditer(form)),
            written[form] if language == "pt" else form,
        )
        for form in order
    )


def _parts(form: str) -> list[tuple[bool, str]]:
    """Return the parts of a form, each with whether it is a place."""
    found: list[tuple[bool, str]] = []
    at = 0
    for match in _PLACE.finditer(form):
        found += [(False, form[at : match.start()]), (True, match[0])]
        at = match.end()
    return [*found, (False, form[at:])]


@lru_cache(maxsize=4096)
def _known(language: str, told: str) -> str | None:
    """Return a sentence in a language; None where there is no form of it."""
    told = told.strip()
    if len(told) > _LONGEST:
        return None
    if told in TITLES:
        return source(language, told)
    wrong = _PROBLEM.match(told)
    if wrong and (rule := _known(language, wrong[3])):
        thing = _known(language, wrong[1]) or wrong[1]
        value = _shown(wrong[2])
        return capital(" ".join(filter(None, (thing, value, rule))))
    before = _PREFIX.match(told)
    parts = told.split("; ")
    if len(parts) > 1 and all(known := [_known(language, part) for part in parts]):
        return "; ".join(map(str, known))
    if before and before[1] in _SOURCES:  # first: a form that begins with a place would take the name for its own
        rest = _known(language, before[2]) or before[2]
        # "station: own station file a.csv: ..." names the same source twice
        return rest if _OWN.match(before[2]) else f"{source(language, before[1])}: {rest}"
    for form in _forms(language):
        match = form.pattern.fullmatch(told)
        if match:
            given = dict(zip(form.places, match.groups(), strict=True))
            return form.words.format(**{place: _fill(language, place, value) for place, value in given.items()})
    if before and (rest := _known(language, before[2])):
        return f"{source(language, before[1])}: {rest}"
    return None


def _fill(language: str, place: str, value: str) -> str:
    kind = place.rstrip("0123456789")
    return _PLACES.get(kind, lambda language, value: value)(language, value)


def _variable(language: str, name: str) -> str:
    return labels(language).get(f"var_{name}", name)


def _days(language: str, value: str) -> str:
    value = _MORE.sub(lambda match: say(language, "more_stretches", count=match[1]), value)
    return value.replace("..", f" {say(language, 'to')} ").replace(" and ", f" {say(language, 'and')} ")


def _listed(one: Callable[[str, str], str]) -> Callable[[str, str], str]:
    return lambda language, value: ", ".join(one(language, part) for part in value.split(", "))


def _looked_up(language: str, value: str) -> str:
    return _known(language, value) or value


_PLACES: Mapping[str, Callable[[str, str], str]] = {
    "name": lambda language, value: _shown(value) if value[0] in "'\"" else value,
    "variable": _variable,
    "variables": _listed(_variable),
    "source": source,
    "sources": _listed(source),
    "days": _days,
    "ratio": lambda language, value: value.removeprefix("-") if not value.strip("-0.") else value,
    "word": _looked_up,
    "error": _looked_up,
    "sentence": _looked_up,
    "stage": lambda language, value: labels(language).get(f"stage_{value.strip(chr(39))}", value),
}


def _shown(value: str) -> str:
    """Return a value of a problem as a person would write it: text in quotes, nothing for nothing.

    >>> _shown("'north'"), _shown("''"), _shown("150.0"), _shown("None")
    ('“north”', '', '150.0', '')
    """
    if value[:1] in "'\"":
        try:
            inside = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            inside = value.strip("'\"")
        return f"“{inside}”" if inside else ""
    return "" if value == "None" else value


def capital(words: str) -> str:
    """Return words with a capital first, but for names that are written small.

    >>> capital("no data"), capital("nasa_power: no data"), capital("\u201ca\u201d: no")
    ('No data', 'nasa_power: no data', '“a”: no')
    """
    first = words.split(" ", 1)[0].rstrip(":,;.")
    return words[:1].upper() + words[1:] if first.isalpha() else words
