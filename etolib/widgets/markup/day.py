"""What is shown of the calculation of one day."""

from __future__ import annotations

import re
from collections.abc import Mapping

from etolib import words
from etolib.equations.daily import TERMS
from etolib.widgets import texts, wording
from etolib.widgets.daily import DECIMALS, MM_PER
from etolib.widgets.markup import formulas
from etolib.widgets.markup.base import label, text
from etolib.widgets.wording import say

INPUTS = ("tmax", "tmin", "ea", "rs", "u2")
"""What the equation takes from weather, in the order it is shown."""

OWN = ("pressure", "rso", "g")
"""What it takes of a day besides; not changed by hand."""

_UNITS = {"tmax": "°C", "tmin": "°C", "ea": "kPa", "rs": "MJ/m²/d", "u2": "m/s"}


def _unit(unit: str) -> str:
    """Return a unit of `TERMS` as it is shown.

    >>> _unit("kPa degC-1"), _unit("1")
    ('kPa/°C', '')
    """
    shown = re.sub(r" (\w+)-1", r"/\1", unit).replace(" m-2", "/m²").replace("degC", "°C").replace("/day", "/d")
    return {"1": "", "radian": "rad"}.get(shown, shown)


def input_name(language: str, name: str) -> str:
    """Return an input in words, with its unit.

    >>> input_name("en", "u2")
    'wind [m/s]'
    """
    return f"{wording.variable(language, name)} [{_UNITS[name]}]"


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
    unit = text(texts.units_of(language, units)[0])
    was = label(language, "day_was", eto=_depth(language, before, units)) if before is not None else ""
    return (
        f'<span><small>ETo</small> <b class="etolib-day-eto">{_depth(language, eto, units)}</b> '
        f"<small>{unit} {was}</small></span>"
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


def terms(language: str, values: Mapping[str, float]) -> str:
    """Return every term as a table: symbol and formula, words, value with its unit, number of the equation.

    No ``<table>``: a result has one, that of its days.
    """
    rows = "".join(_row(language, name, values[name]) for name in TERMS)
    titles = (label(language, key) for key in ("day_term", "day_value", "day_formula"))
    heads = "".join(f'<span role="columnheader">{title}</span>' for title in titles)
    about = label(language, "tab_day")
    return (
        f'<p class="etolib-muted">{_caption(language)}</p><div class="etolib-table-frame etolib-terms" role="table" '
        f'tabindex="0" aria-label="{about}"><div role="row" class="etolib-terms-head">{heads}</div>'
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


def _row(language: str, name: str, value: float) -> str:
    unit, _, equation = TERMS[name]
    decimals = 2 if abs(value) >= 1 else 4
    number = text(texts.decimal(language, value, decimals))
    told, where = text(wording.capital(say(language, f"term_{name}"))), _equation(language, equation)
    formula = formulas.formula(name, words.look_up(language, "decimal_mark"))
    return (
        f'<div role="row" data-term="{name}"><span role="rowheader">{told}<small>{where}</small></span>'
        f'<span role="cell" class="n">{number}<small>{_unit(unit)}</small></span>'
        f'<span role="cell" class="c-formula">{formula}</span></div>'
    )
