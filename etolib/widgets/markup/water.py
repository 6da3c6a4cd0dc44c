"""What is shown of the water of a crop: sums, the depletion of its root zone, irrigations, notes."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Container, Mapping, Sequence
from typing import Any

from etolib import words
from etolib.unit_systems import US, unit
from etolib.widgets import texts, wording
from etolib.widgets.daily import MM_PER
from etolib.widgets.markup.base import label, sentence, text
from etolib.widgets.markup.normals import depth, signed, table
from etolib.widgets.scales import ends
from etolib.widgets.water_fields import FIELDS
from etolib.widgets.wording import say
from etolib.words import Text, decode

LINES = ("taw", "raw", "depletion")
"""Lines of the chart, the last on top."""

_HEIGHT, _LEFT, _BOTTOM = 210, 44, 22


def notice(language: str, key: str, **values: str) -> str:
    """Return a sentence about the balance."""
    return f'<p class="etolib-notice" role="status">{label(language, key, **values)}</p>'


def sentences(language: str, reasons: Sequence[Any]) -> str:
    """Return what is wrong with a field."""
    said = [text(wording.capital(wording.translate(language, decode(one)))) for one in reasons]
    return "".join(f'<p class="etolib-error" role="alert">{one}</p>' for one in said)


def said(language: str, answer: Mapping[str, Any], fields: Container[str] = ()) -> str:
    """Return what is wrong with what was chosen and is not said at one of the fields; nothing where all is well.

    >>> said("en", {"totals": {}})
    ''
    """
    if "why" not in answer:
        return ""
    there = [encoded for name, found in answer["wrong"].items() if name in fields for encoded in found]
    reasons = [one for one in answer["why"] if one not in there]
    said = [wording.capital(wording.translate(language, decode(one))) for one in reasons]
    said += [say(language, "water_see_fields")] if there else []
    return "".join(f'<p class="etolib-notice" role="alert">{text(reason)}</p>' for reason in said)


def page(language: str, answer: Mapping[str, Any], units: str) -> str:
    """Return the balance; ``answer`` is as `etolib.widgets.tabs.water.balance` gives it."""
    if "why" in answer:
        return ""
    chart = "".join(
        f'<div class="etolib-{name}">{_chart(language, answer, units, wide)}</div>'
        for name, wide in (("wide", 720), ("narrow", 350))
    )
    legend = "".join(
        f'<span class="etolib-line-{name}"><i></i>{label(language, f"water_line_{name}")}</span>' for name in LINES
    )
    unit = texts.units_of(language, units)[1]
    title = label(language, "water_chart", unit=unit)
    notes = "".join(
        f"<li>{sentence(language, wording.translate(language, in_units(language, decode(note), units)))}</li>"
        for note in answer["notes"]
    )
    return (
        f"{_sums(language, answer, units)}{_irrigations(language, answer, units)}"
        f'<figure class="etolib-depletion"><figcaption>{title}<span class="etolib-lines">{legend}</span></figcaption>'
        f'{chart}</figure><ul class="etolib-muted etolib-figures-notes">{notes}</ul>'
        f"{download(language, answer, 'water', units)}"
    )


_DEPTHS_IN_FEET = ("first", "last")


def in_units(language: str, note: Text, units: str) -> Text:
    """Return a note with its numbers in the page's units, and written as the language writes them.

    >>> from etolib.words import say as note
    >>> in_units("pt", note("water_days_at_rest", count=3, value="0.65"), "metric").values["value"]
    '0,65'
    """
    key, values = note.key, dict(note.values)
    if units == US and key == "water_soil":
        key = "water_soil_us"
        values |= {name: f"{unit('m', US).of(float(values[name])):.2f}" for name in _DEPTHS_IN_FEET}
    if units == US and key == "water_kc_of_climate":
        key, values["wind"] = "water_kc_of_climate_us", f"{unit('m s-1', US).of(float(values['wind'])):.1f}"
    mark = words.look_up(language, "decimal_mark")
    for name, value in values.items():
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            values[name] = value.replace(".", mark)
    return Text(note, key, values)


_NUMBER = re.compile(r"-?\d+\.\d+")


def download(language: str, answer: Mapping[str, Any], name: str, units: str) -> str:
    """Return the link to the file of an answer, in the units of the page."""
    data = base64.b64encode(answer["csv"][units].encode()).decode("ascii")
    return (
        f'<p><a class="etolib-download-{name} etolib-action" download="{text(answer["file"])}" '
        f'href="data:text/csv;charset=utf-8;base64,{data}">{label(language, "download_csv")}</a></p>'
    )


def _sums(language: str, answer: Mapping[str, Any], units: str) -> str:
    totals, unit = answer["totals"], texts.units_of(language, units)[1]
    balance = totals["precipitation"] - totals["eto"]
    last = next((at for at in reversed(range(len(answer["dates"]))) if answer["depletion"][at] is not None), None)
    rows = [[say(language, "water_days"), f"{totals['days']:.0f}"]]
    for name in ("eto", "precipitation"):
        rows.append([say(language, "water_sum", variable=say(language, f"column_{name}"), unit=unit),
                     depth(language, totals[name], units)])  # fmt: skip
    rows.append([say(language, "water_balance_sum", unit=unit), signed(depth(language, balance, units))])
    for name in ("irrigation", "etc", "etc_adjusted", "percolation"):
        rows.append([say(language, f"water_{name}", unit=unit), depth(language, totals[name], units)])
    if last is not None:
        values = [depth(language, answer[name][last], units) for name in ("depletion", "raw", "taw")]
        rows.append([say(language, "water_at_end", date=answer["dates"][last], unit=unit), " / ".join(values)])
    rows.append(_warmth(language, answer["degree_days"], units))
    return table(say(language, "water_caption"), [say(language, "water_what"), ""], rows, "etolib-water-sums")


def _warmth(language: str, warmth: Mapping[str, Any], units: str) -> list[str]:
    """Return the degree days above the base, in degrees of the page's units."""
    field = FIELDS["base"]
    base, upper = (None if warmth[name] is None else field.shown(warmth[name], units) for name in ("base", "upper"))
    total = None if warmth["sum"] is None else warmth["sum"] / unit(field.canonical, units).factor
    about = say(
        language, "water_degree_days" if upper is None else "water_degree_days_within",
        base=texts.decimal(language, base, 1), upper=texts.decimal(language, upper, 1), unit=field.unit(units),
        count=warmth["days"], number=warmth["of"],
    )  # fmt: skip
    return [about, texts.decimal(language, total, 0)]


def _irrigations(language: str, answer: Mapping[str, Any], units: str) -> str:
    """Return the irrigations of the coming days, or that there is none."""
    if answer["plan_from"] is None:
        return notice(language, "water_no_coming_days")
    if not answer["planned"]:
        first, last = answer["plan_from"], answer["dates"][-1]
        if first == last:
            return notice(language, "water_no_irrigation_day", date=first)
        return notice(language, "water_no_irrigation", date=first, end=last)
    unit = texts.units_of(language, units)[1]
    heads = [
        say(language, "column_date"),
        say(language, "water_net", unit=unit),
        say(language, "water_gross_depth", unit=unit),
    ]
    rows = [[day, depth(language, net, units), depth(language, gross, units)] for day, net, gross in answer["planned"]]
    net, gross = (sum(row[at] for row in answer["planned"]) for at in (1, 2))
    rows.append([say(language, "water_all"), depth(language, net, units), depth(language, gross, units)])
    return table(say(language, "water_irrigations"), heads, rows, "etolib-irrigations")


def _chart(language: str, answer: Mapping[str, Any], units: str, wide: int) -> str:
    """Return depletion, RAW and TAW by day; 0 is on top, so that the line falls as the soil dries."""
    known = [value for name in LINES for value in answer[name] if value is not None]
    _, top, step = ends(0.0, (max(known, default=0.0) or 1.0) / MM_PER[units])
    most, count = top * MM_PER[units], len(answer["dates"])
    across, down = wide - _LEFT - 8, _HEIGHT - _BOTTOM - 8

    def at(i: int, value: float) -> str:
        return f"{_LEFT + across * i / max(count - 1, 1):.1f},{8 + down * value / most:.1f}"

    parts = []
    decimals = max(0, -math.floor(math.log10(step)) + (step / 10 ** math.floor(math.log10(step)) == 2.5))
    for mark in range(round(top / step) + 1):
        y = 8 + down * mark * step / top
        parts.append(
            f'<path class="etolib-rule" d="M{_LEFT},{y:.1f}H{wide - 8}"/><text x="{_LEFT - 5}" y="{y + 4:.1f}" '
            f'text-anchor="end">{text(texts.decimal(language, mark * step, decimals))}</text>'
        )
    for i, anchor in ((0, "start"), (count - 1, "end")):
        x = _LEFT + (across if i and count > 1 else 0)
        parts.append(f'<text x="{x}" y="{_HEIGHT - 5}" text-anchor="{anchor}">{text(answer["dates"][i])}</text>')
    parts += [_line(name, answer[name], at) for name in LINES]
    return (
        f'<svg viewBox="0 0 {wide} {_HEIGHT}" role="img" aria-label="{text(_in_words(language, answer, units))}">'
        f"{''.join(parts)}</svg>"
    )


def _line(name: str, values: Sequence[float | None], at: Any) -> str:
    """Return a line that is broken where a day is not known."""
    path, pen = [], "M"
    for i, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{at(i, value)}")
        pen = "L"
    return f'<path class="etolib-line-{name}" d="{"".join(path)}"/>'


def _in_words(language: str, answer: Mapping[str, Any], units: str) -> str:
    """Return the chart in words: the largest depletion, and on how many days it is beyond RAW."""
    days = [(value, day) for value, day in zip(answer["depletion"], answer["dates"], strict=True) if value is not None]
    if not days:
        return say(language, "water_chart_empty")
    most, day = max(days)
    pairs = zip(answer["depletion"], answer["raw"], strict=True)
    dry = sum(one > raw + 1e-9 for one, raw in pairs if one is not None and raw is not None)
    return say(
        language, "water_chart_words", most=depth(language, most, units), unit=texts.units_of(language, units)[1],
        date=day, count=dry, number=len(days),
    )  # fmt: skip
