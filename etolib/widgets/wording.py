"""The words of the page in one language: labels by their key, and texts of the calculation.

The catalogues lie in `etolib.words`. Here stands what a page makes of the values within a text: titles for the names of
sources, words for variables, quotes of people around the name of a file.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from etolib import words
from etolib.sources import catalogue
from etolib.sources.catalogue import STATION
from etolib.words import Text
from etolib.words.text import Form, Role


def say(language: str, key: str, **values: Any) -> str:
    """Return a text of the catalogues in a language, in English where it has none.

    >>> say("pt", "calculate"), say("pt", "days", count=1), say("xx", "calculate")
    ('Calcular', '1 dia', 'Calculate')
    """
    return translate(language, Text("", key, values))


def say_or(language: str, key: str, otherwise: str) -> str:
    """Return a text that may not exist, such as the word for a name that came from outside.

    >>> say_or("pt", "stage_check", "check"), say_or("pt", "stage_x", "x")
    ('Verificação', 'x')
    """
    known = words.has(language, key) or words.has(words.ENGLISH, key)
    return say(language, key) if known else otherwise


def translate(language: str, text: str) -> str:
    """Return a text of the calculation as the page says it; plain text as it is.

    >>> translate("pt", words.say("outside_window", source="nasa_power", asked="1950", allowed="1981/2026"))
    'NASA POWER não tem dados para 1950; cobre 1981/2026'
    >>> translate("pt", "something else")
    'something else'
    """
    return words.render(language, text, _ROLES, _FORMS)


# --- what stands in a text --------------------------------------------------------------------------------------------


def source(language: str, name: str) -> str:
    """Return the title of a source, the page's word for an own file; another name as it is.

    >>> source("en", "nasa_power"), source("pt", "station")
    ('NASA POWER', 'Estação própria')
    >>> source("pt", words.say("own_station_file", name="a.csv"))
    'Estação própria (a.csv)'
    """
    if isinstance(name, Text) and name.key:
        return translate(language, name)
    if name == STATION:
        return say(language, "station")
    return catalogue.title(name, language)


def variable(language: str, name: str) -> str:
    """Return a variable in words; one without words as it is.

    >>> variable("pt", "rs"), variable("en", "latitude")
    ('radiação solar', 'latitude')
    """
    return say_or(language, f"var_{name}", str(name))


def unit(language: str, name: str) -> str:
    """Return a unit as people write it: those of letters only have a word, a symbol stays.

    >>> unit("pt", "fraction"), unit("pt", "hPa")
    ('fração', 'hPa')
    """
    if isinstance(name, Text) and name.key:
        return translate(language, name)
    return say_or(language, f"unit_{name}", str(name))


def stage(language: str, name: str | None) -> str:
    """Return a stage of the calculation in words; an unknown one as it is.

    >>> stage("pt", "download"), stage("en", "'check'"), stage("en", None)
    ('Coleta', 'Check', '')
    """
    plain = str(name or "").strip("'")
    return say_or(language, f"stage_{plain}", plain)


def flags(language: str, marks: str | None) -> str:
    """Return the flags of a day in words.

    >>> flags("en", "rs: estimated_hargreaves; u2: default_wind")
    'solar radiation: from the range of temperature; wind: 2 m/s assumed'
    >>> flags("en", "tmin: estimated_by_source; u2: estimated_by_source")
    'minimum temperature, wind: estimated by the source'
    """
    found: dict[str, list[str]] = {}  # variables by what is said of them
    for part in (marks or "").split("; "):
        name, _, flag = part.partition(": ")
        word = say_or(language, f"flag_{flag}", "")
        found.setdefault(word or part, []).extend([variable(language, name)] if word else [])
    return "; ".join(f"{', '.join(names)}: {said}" if names else said for said, names in found.items())


def problem(language: str, thing: str, value: str, rule: str) -> str:
    """Return what is wrong with an input as a sentence.

    >>> problem("pt", "latitude", "150.0", "?")
    'Latitude 150.0 ?'
    """
    parts = {"thing": _thing(language, thing), "value": value, "rule": translate(language, rule)}
    return capital(" ".join(words.look_up(language, "problem_shown").format(**parts).split()))


def capital(sentence: str) -> str:
    """Return a sentence with a capital first, but for names that are written small.

    >>> capital("clear-sky radiation"), capital("nasa_power: no data"), capital("\u201ca\u201d: no")
    ('Clear-sky radiation', 'nasa_power: no data', '“a”: no')
    """
    first = sentence.split(" ", 1)[0].rstrip(":,;.")
    return sentence[:1].upper() + sentence[1:] if first.replace("-", "").isalpha() else sentence


def quoted(value: str) -> str:
    """Return a value that is written as Python writes it as a person would: text in quotes, nothing for nothing.

    >>> quoted("'north'"), quoted("''"), quoted("150.0"), quoted("None")
    ('“north”', '', '150.0', '')
    """
    if value[:1] in ("'", '"'):
        try:
            inside = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            inside = value.strip("'\"")
        return f"“{inside}”" if inside else ""
    return "" if value == "None" else value


def _listed(one: Callable[[str, str], str]) -> Callable[[str, Any], str]:
    def listed(language: str, value: Any) -> str:
        parts = value if isinstance(value, list) else str(value).split(", ")
        return ", ".join(one(language, part) for part in parts)

    return listed


def _days(language: str, value: Any) -> str:
    shown = translate(language, value) if isinstance(value, Text) else str(value)
    return shown.replace("..", f" {say(language, 'to')} ").replace(" and ", f" {say(language, 'and')} ")


def _name(language: str, value: Any) -> str:
    if str(value)[:1] in ("'", '"'):
        return quoted(str(value))
    return words.decimals(language, str(value)) if "°" in str(value) else str(value)  # a place without a name


def _thing(language: str, value: str) -> str:
    if isinstance(value, Text) and value.key:
        return translate(language, value)
    return say_or(language, f"thing_{value.replace(' ', '_')}", variable(language, value))


def _problem_value(language: str, value: str) -> str:
    if isinstance(value, Text) and value.key:
        return translate(language, value)
    return words.decimals(language, quoted(str(value)))


_ROLES: Mapping[str, Role] = {
    "name": _name,
    "variable": variable,
    "variables": _listed(variable),
    "source": source,
    "sources": _listed(source),
    "days": _days,
    "ratio": lambda language, value: value.removeprefix("-") if not value.strip("-0.") else value,
    "stage": stage,
    "unit": unit,
    "units": _listed(unit),
}


def _of_source(language: str, values: Mapping[str, Any]) -> str:
    """Return what is said of a source; of an own file once, where the file and the source it became both say it."""
    said = values["sentence"]
    inner = said.values.get("source") if isinstance(said, Text) and said.key == "of_source" else None
    if isinstance(inner, Text) and inner.key == "own_station_file":
        return translate(language, said)
    parts = {"source": source(language, values["source"]), "sentence": translate(language, said)}
    return words.look_up(language, "of_source").format(**parts)


_FORMS: Mapping[str, Form] = {
    "problem": lambda language, values: problem(
        language, values["thing"], _problem_value(language, values["value"]), values["rule"]
    ),
    "own_station_file": lambda language, values: f"{say(language, 'station')} ({values['name']})",
    "of_source": _of_source,
}
