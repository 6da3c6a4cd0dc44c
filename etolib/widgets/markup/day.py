"""What is shown of the calculation of one day."""

from __future__ import annotations

import re
from collections.abc import Mapping

from etolib import words
from etolib.equations.daily import TERMS
from etolib.unit_systems import METRIC, unit
from etolib.variables import VARIABLES
from etolib.widgets import texts, wording
from etolib.widgets.daily import DECIMALS, MM_PER
from etolib.widgets.markup import formulas
from etolib.widgets.markup.base import label, text
from etolib.widgets.wording import say

INPUTS = ("tmax", "tmin", "ea", "rs", "u2")
"""What the equation takes from weather, in the order it is shown."""

OWN = ("pressure", "rso", "g")
"""What it takes of a day besides; not changed by hand."""


def input_name(language: str, name: str, units: str) -> str:
    """Return an input in words, with its unit.

    >>> input_name("en", "u2", "metric"), input_name("en", "rs", "us")
    ('wind [m/s]', 'solar radiation [W/m²]')
    """
    return f"{wording.variable(language, name)} [{unit(VARIABLES[name].units, units).sign}]"


def shown(name: str, value: float, units: str) -> float:
    """Return an input of its canonical unit in the page's units, rounded as files have it.

    >>> shown("tmax", 20.004, "metric"), shown("tmax", 20.004, "us")
    (20.0, 68.0)
    """
    found: float = unit(VARIABLES[name].units, units).shown(unit(VARIABLES[name].units).shown(value))
    return found


def converted(name: str, value: float, units: str) -> float:
    """Return an input of its canonical unit in the page's units, rounded once: what was typed in the other ones.

    >>> converted("tmax", 20.004, "us")
    68.01
    """
    found: float = unit(VARIABLES[name].units, units).shown(value)
    return found


def taken(name: str, typed: float, units: str) -> float:
    """Return an input as somebody has typed it in the page's units in its canonical unit.

    >>> taken("tmax", 68.0, "us"), taken("tmax", 20.004, "metric")
    (20.0, 20.004)
    """
    return unit(VARIABLES[name].units, units).canonical(typed)


def impossible(taken: Mapping[str, float]) -> str | None:
    """Return the key of what is wrong with inputs, None where a day can have them.

    >>> impossible({"tmin": 12, "tmax": 10, "ea": 1, "rs": 10, "u2": 1})
    'day_tmin_above_tmax'
    """
    if any(value != value for value in taken.values()):
        return "day_input_missing"
    if taken["tmin"] > taken["tmax"]:
        return "day_tmin_above_tmax"
    if not (taken["tmin"] >= -90 and taken["tmax"] <= 60):
        return "day_temperature_impossible"
    if min(taken["ea"], taken["rs"], taken["u2"]) < 0:
        return "day_negative"
    return None


def answer(language: str, eto: float | None, before: float | None, units: str) -> str:
    """Return the ETo of the day, and what it was where an input has been changed. [mm day-1]"""
    sign = text(texts.units_of(language, units)[0])
    was = label(language, "day_was", eto=_depth(language, before, units)) if before is not None else ""
    return (
        f'<span><small>ETo</small> <b class="etolib-day-eto">{_depth(language, eto, units)}</b> '
        f"<small>{sign} {was}</small></span>"
    )


def _depth(language: str, value: float | None, units: str) -> str:
    # Inches are made of the rounded millimetres that files have.
    shown = None if value is None else round(value, 2) / MM_PER[units]
    return text(texts.decimal(language, shown, DECIMALS[units]))


def notice(language: str, key: str, **values: str) -> str:
    """Return a sentence about the day."""
    return f'<p class="etolib-notice" role="status">{label(language, key, **values)}</p>'


def origin(language: str, source: str, flag: str) -> str:
    """Return where an input came from, and how it was filled."""
    parts = [texts.source(language, source)] if source else []
    if flag and flag != "given":
        parts.append(say(language, f"flag_{flag}"))
    return text(" · ".join(parts)) or "&nbsp;"


def terms(language: str, values: Mapping[str, float], units: str = METRIC) -> str:
    """Return every term as a table: symbol and formula, words, value with its unit, number of the equation.

    A value in a unit that is not that of the formulas has the one they take below it. No ``<table>``: a result has one,
    that of its days.
    """
    rows = "".join(_row(language, name, values[name], units) for name in TERMS)
    titles = (label(language, key) for key in ("day_term", "day_value", "day_formula"))
    heads = "".join(f'<span role="columnheader">{title}</span>' for title in titles)
    about = label(language, "tab_day")
    in_si = "" if units == METRIC else label(language, "day_formulas_in_si")
    said = in_si and f'<p class="etolib-muted">{in_si}</p>'
    return (
        f'<p class="etolib-muted">{_caption(language)}</p>{said}'
        f'<div class="etolib-table-frame etolib-terms" role="table" tabindex="0" aria-label="{about}">'
        f'<div role="row" class="etolib-terms-head">{heads}</div>'
        f"{rows}</div>"
    )


def _caption(language: str) -> str:
    links = " · ".join(
        f'<a href="{url}" target="_blank" rel="noopener">{label(language, "day_chapter", number=number)}</a>'
        for number, url in formulas.CHAPTERS.items()
    )
    return f"{label(language, 'day_caption')} {links}"


def _equation(language: str, told: str) -> str:
    """Return where an equation stands.

    >>> _equation("en", "FAO-56 Eq. 9"), _equation("pt", "FAO-56 Eqs. 14-19, 48")
    ('FAO-56 Eq. 9', 'FAO-56 Eqs. 14-19, 48')
    """
    book, mark, number = re.split(r" (Eqs?)\. ", told)
    return label(language, "equations_of_book" if mark == "Eqs" else "equation_of_book", book=book, number=number)


def _value(language: str, value: float, canonical: str, units: str) -> str:
    """Return a number with its unit; one of the US is made of the rounded canonical one, as in files."""
    found = unit(canonical, units)
    number, decimals = value, 2 if abs(value) >= 1 else 4
    if found.suffix:
        number, decimals = found.shown(unit(canonical).shown(value)), found.decimals
    sign = texts.units_of(language, units)[0] if canonical == VARIABLES["eto"].units else found.sign
    return text(texts.decimal(language, number, decimals)) + (f"<small>{text(sign)}</small>" if sign else "")


def _row(language: str, name: str, value: float, units: str) -> str:
    canonical, _, equation = TERMS[name]
    number = _value(language, value, canonical, units)
    if unit(canonical, units).suffix:
        number += f'<span class="etolib-si">{_value(language, value, canonical, METRIC)}</span>'
    told, where = text(wording.capital(say(language, f"term_{name}"))), _equation(language, equation)
    formula = formulas.formula(name, words.look_up(language, "decimal_mark"))
    return (
        f'<div role="row" data-term="{name}"><span role="rowheader">{told}<small>{where}</small></span>'
        f'<span role="cell" class="n">{number}</span>'
        f'<span role="cell" class="c-formula">{formula}</span></div>'
    )
