"""The page of equations: every formula read from the code that computes it, with its number in the book."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from docs.builder.names import Name, public
from docs.builder.reader import CannotRead, read
from docs.builder.reference import write_if_new
from etolib.equations import constants as c
from etolib.equations.conventions import CONVENTIONS, FAO56, Surface
from etolib.equations.daily import TERMS
from etolib.equations.methods import METHODS
from etolib.widgets.markup import formulas

SECTIONS = {
    "equations.air": "Air",
    "equations.humidity": "Humidity",
    "equations.sun": "Sun",
    "equations.radiation": "Radiation",
    "equations.soil": "Heat into the soil",
    "equations.hourly": "The equation of an hour",
    "equations.combination": "Other equations: energy and air",
    "equations.radiation_methods": "Other equations: radiation and temperature",
    "equations.temperature": "Other equations: temperature",
    "water.single": "Crop coefficient",
    "water.initial": "Crop coefficient of the first stage",
    "water.dual": "Evaporation beside the crop",
    "water.soil": "Water in the soil",
    "water.balance": "Balance of the root zone",
    "water.runoff": "Rain that runs off",
    "water.degree_days": "Degree days",
}

_HOUR = FAO56.short
_DRYING = [
    "K_c,ini = {TEW − (TEW − REW) exp ({− (t_w − t_1) E_so (1 + {REW}/{TEW − REW})}/{TEW})}/{t_w ET_o}",
    't_1 = {REW}/{E_so} ", " E_so = 1.15 ET_o',
]
_BALANCE = "D_r,i = D_r,i−1 − (P − RO)_i − I_i − CR_i + ET_c,adj,i + DP_i"
BY_HAND: dict[str, list[str]] = {
    "eto_hourly": [
        formulas.TERMS["eto"][0]
        + " = "
        + formulas.TERMS["eto"][1].replace("900", f"{_HOUR.cn_hour:g}").replace("0.34", f"{_HOUR.cd_day:g}")
    ],
    "heat_index": [
        f'I = Σ ({{T_month}}/{{{c.THORNTHWAITE_HEAT[0]:g}}})^{c.THORNTHWAITE_HEAT[1]} " over months above 0 °C"'
    ],
    "eto_thornthwaite": [
        f"ET_o = {{{c.THORNTHWAITE:g}}}/{{{c.MONTH_OF_30_DAYS:g}}} {{N}}/{{{c.HALF_A_DAY:g}}} ({{10 T_month}}/{{I}})^a",
        "a = 6.75 · 10^{−7} I^3 − 7.71 · 10^{−5} I^2 + 0.01792 I + 0.49239",
    ],
    "coefficient": ["K_c = K_c,prev + {i − Σ L_prev}/{L_stage} (K_c,next − K_c,prev)"],
    "kc_ini": ['K_c,ini = f_w K_c,ini(I / f_w) ", between light and heavy wettings"'],
    "kc_ini_light": [*_DRYING, 'TEW = 10 ", " REW = {6}/{sqrt{ET_o}} ", at least 2.5, at most 7"'],
    "kc_ini_heavy": [
        *_DRYING,
        'TEW = min (15, 7 sqrt{ET_o}) ", " REW ≤ 6 ", coarse soil"',
        'TEW = min (28, 13 sqrt{ET_o}) ", " REW ≤ 9 ", medium and fine soil"',
    ],
    "degree_days": [
        'GDD = {T_min + T_max}/{2} − T_base ", each within " T_base "and " T_upper',
    ],
    "root_zone": [_BALANCE, "ET_c,adj = (K_s K_cb + K_e) ET_o"],
}
"""Formulas of functions that are no single formula in the code: steps of a season, a table, an hour and its night."""

_SOURCES = {
    **{"root_zone": "FAO-56 Eqs. 80, 85", "heat_index": "Thornthwaite (1948)"},
    **{"kc_ini": "FAO-56 Eqs. 59, 60", "degree_days": "McMaster and Wilhelm (1997)"},
    **dict.fromkeys(("kc_ini_light", "kc_ini_heavy"), "FAO-56 Eqs. 7-3, 7-4"),
}
_NUMBER = re.compile(
    r"(?:FAO-56|ASCE-2005|ASCE-70|ASCE Manual 70)(?: Annex \d,)? "
    r"Eqs?\. (?:[A-Z]\.)?\d[\d-]*[a-z]?(?:(?:, | and | to )(?:[A-Z]\.)?\d[\d-]*[a-z]?(?![\d.]))*"
)
_UNIT = re.compile(r"\[([^\]]+)\]")


def write_equations(path: Path) -> None:
    """Write the page."""
    parts = [_head("Every equation", "="), _INTRO, _head("The equation of a day", "-"), _DAY, *map(_term, TERMS)]
    for module, title in SECTIONS.items():
        entries = list(_entries(f"etolib.{module}"))
        if entries:
            parts += [_head(title, "-"), *entries]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_if_new(path, "".join([*parts, _conventions()]))


_INTRO = """
The formulas on this page are read from the code that computes them when the documentation is built: what is printed is
what runs. Numbers are those of FAO-56; `In what the books differ`_ lists the others. Beside each formula stand its
number in the book and the function; the One day tab of the dashboard shows the first ones with the numbers of a day.

"""

_DAY = """
Terms in the order of the calculation, as :py:func:`etolib.equations.daily.daily_terms` returns them and
``result.terms(date)`` shows them. A symbol alone is an input.

"""


def _head(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n\n"


def _term(name: str) -> str:
    units, words, number = TERMS[name]
    symbol, rule = formulas.TERMS[name]
    return _box([f"{symbol} = {rule}" if rule else symbol], number, f"{words.capitalize()} [{units}], ``{name}``.")


def _box(lines: list[str], number: str, words: str) -> str:
    """Return a formula with its number at the right and words below it."""
    shown = "".join(f'<div class="formula">{formulas.mathml(line)}</div>' for line in lines)
    html = f'<div class="equation"><div>{shown}</div><div class="number">{number}</div></div>'
    return f".. raw:: html\n\n   {html}\n\n{words}\n\n"


def numbered(module: str) -> Iterator[tuple[Name, Callable[..., Any], str]]:
    """Yield the functions of a module that are equations of a book, with their number or source there."""
    home = import_module(module)
    for name in public():
        if name.module != module or name.kind != "function":
            continue
        function = getattr(home, name.name)
        words = re.sub(r"\s+", " ", function.__doc__ or "")
        method = METHODS.get(name.name.removeprefix("eto_"))
        found = [one[0] for one in _NUMBER.finditer(words)]
        if method is not None:
            yield name, function, method.source
        elif found or name.name in _SOURCES:
            yield name, function, _SOURCES.get(name.name) or ", ".join(dict.fromkeys(found))


def lines_of(name: str, function: Callable[..., Any]) -> list[str] | None:
    """Return the formula of a function; None where it is none (a choice by words, a door to others)."""
    if name in BY_HAND:
        return BY_HAND[name]
    try:
        return read(function)
    except CannotRead:
        return None


def _entries(module: str) -> Iterator[str]:
    for name, function, number in numbered(module):
        lines = lines_of(name.name, function)
        if lines is not None and not _says_nothing(lines):
            yield _box(lines, number, f"{_title(name)}{_unit(function)}: :py:obj:`{name.name} <{name.shown}>`.")


def _says_nothing(lines: list[str]) -> bool:
    left, _, right = lines[0].partition(" = ")
    return left == right


def _title(name: Name) -> str:
    text = name.summary.removeprefix("Return ").removeprefix("the ").split(" (FAO-56")[0].split(" (ASCE")[0]
    text = re.sub(r" \[[^\]]*\]", "", text).rstrip(".")
    return text[0].upper() + text[1:]


def _unit(function: Callable[..., Any]) -> str:
    returns = (function.__doc__ or "").partition("Returns\n")[2].partition("\n\n")[0]
    found = _UNIT.findall(returns)
    return f" [{found[-1]}]" if found and found[-1] != "1" else ""


def _conventions() -> str:
    """Return the table of the numbers in which the conventions differ."""
    books = list(CONVENTIONS.values())
    rows = []
    for field in dataclasses.fields(FAO56):
        values = [getattr(book, field.name) for book in books]
        if field.name == "name" or len(set(map(str, values))) == 1:
            continue
        if any(isinstance(value, Surface) for value in values):
            rows += [
                (f"{field.name}.{part.name}", [getattr(value, part.name, None) for value in values])
                for part in dataclasses.fields(Surface)
            ]
        else:
            rows.append((field.name, values))
    text = _head("In what the books differ", "-") + _CONVENTIONS
    text += "   * - \n" + "".join(f"     - ``{book.name}``\n" for book in books)
    for name, values in rows:
        text += f"   * - ``{name}``\n" + "".join(f"     - {_cell(value)}\n" for value in values)
    return text + "\n"


_CONVENTIONS = """
Fields of :py:class:`etolib.equations.conventions.Convention`, where their numbers differ; every equation takes
``convention=``.

.. list-table::
   :header-rows: 1
   :class: numbers

"""


def _cell(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(_cell, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def unread() -> list[str]:
    """Return equations of a book that the page has no formula for."""
    gone = []
    for module in SECTIONS:
        for name, function, _ in numbered(f"etolib.{module}"):
            if lines_of(name.name, function) is None:
                gone.append(name.shown)
    return gone


def needless() -> list[str]:
    """Return formulas that are written by hand though the code can be read."""
    found = []
    for module in SECTIONS:
        for name, function, _ in numbered(f"etolib.{module}"):
            if name.name in BY_HAND:
                try:
                    read(function)
                    found.append(name.shown)
                except CannotRead:
                    pass
    return found
