"""What is shown of the calculation of one day."""

from __future__ import annotations

from collections.abc import Mapping

from etolib.equations.daily import TERMS
from etolib.widgets import texts, wording
from etolib.widgets.daily import DECIMALS, MM_PER
from etolib.widgets.markup import formulas
from etolib.widgets.markup.base import label, text
from etolib.widgets.wording import say, say_or

INPUTS = ("tmax", "tmin", "ea", "rs", "u2")
"""What the equation takes from weather, in the order it is shown."""

OWN = ("pressure", "rso", "g")
"""What it takes of a day besides; not changed by hand."""

_SHORT = {
    "degC": "°C", "kPa": "kPa", "m s-1": "m/s", "MJ m-2 day-1": "MJ m⁻² d⁻¹", "mm day-1": "mm/d", "1": "",
    "kPa degC-1": "kPa/°C", "radian": "rad", "h": "h",
}  # fmt: skip
_UNITS = {"tmax": "°C", "tmin": "°C", "ea": "kPa", "rs": "MJ m⁻² d⁻¹", "u2": "m/s"}


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
        f'<span aria-live="polite"><small>ETo</small> <b class="etolib-day-eto">{_depth(language, eto, units)}</b> '
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
    if flag:
        parts.append(say_or(language, f"flag_{flag}", flag))
    return text(" · ".join(parts)) or "&nbsp;"


def terms(language: str, values: Mapping[str, float]) -> str:
    """Return every term as a table: symbol and formula, words, value with its unit, number of the equation."""
    rows = "".join(_row(language, name, values[name]) for name in TERMS)
    heads = "".join(f'<th scope="col">{label(language, f"day_{name}")}</th>' for name in ("term", "value", "formula"))
    return (
        f'<div class="etolib-table-frame" tabindex="0"><table><caption>{_caption(language)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _caption(language: str) -> str:
    links = " ".join(
        f'<a href="{url}" target="_blank" rel="noopener">{label(language, "day_chapter", number=number)}</a>'
        for number, url in formulas.CHAPTERS.items()
    )
    return f"{label(language, 'day_caption')} {links}"


def _row(language: str, name: str, value: float) -> str:
    unit, _, equation = TERMS[name]
    decimals = 2 if abs(value) >= 1 else 4
    number = text(texts.decimal(language, value, decimals))
    words = text(wording.capital(say(language, f"term_{name}")))
    return (
        f'<tr data-term="{name}"><th scope="row">{words}<small>{text(equation)}</small></th>'
        f'<td class="n">{number}<small>{_SHORT[unit]}</small></td>'
        f'<td class="c-formula">{formulas.formula(name)}</td></tr>'
    )
