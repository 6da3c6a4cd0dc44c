"""What is shown of the water of a crop: sums, the depletion of its root zone, irrigations, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etolib.widgets import texts, wording
from etolib.widgets.markup.base import label, sentence, text
from etolib.widgets.markup.normals import depth, signed, table
from etolib.widgets.wording import say
from etolib.words import decode

LINES = ("taw", "raw", "depletion")
"""Lines of the chart, the last on top."""

_HEIGHT, _LEFT, _BOTTOM = 210, 44, 22


def notice(language: str, key: str, **values: str) -> str:
    """Return a sentence about the balance."""
    return f'<p class="etolib-notice" role="status">{label(language, key, **values)}</p>'


def said(language: str, answer: Mapping[str, Any]) -> str:
    """Return what is wrong with what was chosen; nothing where there is a balance.

    >>> said("en", {"totals": {}})
    ''
    """
    reasons = [wording.capital(wording.translate(language, decode(one))) for one in answer.get("why", ())]
    return "".join(f'<p class="etolib-notice" role="alert">{text(reason)}</p>' for reason in reasons)


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
        f"<li>{sentence(language, wording.translate(language, decode(note)))}</li>" for note in answer["notes"]
    )
    return (
        f"{_sums(language, answer, units)}{_irrigations(language, answer, units)}"
        f'<figure class="etolib-depletion"><figcaption>{title}<span class="etolib-lines">{legend}</span></figcaption>'
        f'{chart}</figure><ul class="etolib-muted etolib-figures-notes">{notes}</ul>'
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
    for name in ("etc", "etc_adjusted", "percolation"):
        rows.append([say(language, f"water_{name}", unit=unit), depth(language, totals[name], units)])
    if last is not None:
        values = [depth(language, answer[name][last], units) for name in ("depletion", "raw", "taw")]
        rows.append([say(language, "water_at_end", date=answer["dates"][last], unit=unit), " / ".join(values)])
    warmth = answer["degree_days"]
    key = "water_degree_days" if warmth["upper"] is None else "water_degree_days_within"
    about = say(
        language, key, base=texts.decimal(language, warmth["base"], 1),
        upper=texts.decimal(language, warmth["upper"], 1), count=warmth["days"], number=warmth["of"],
    )  # fmt: skip
    rows.append([about, texts.decimal(language, warmth["sum"], 0)])
    return table(say(language, "water_caption"), [say(language, "water_what"), ""], rows, "etolib-water-sums")


def _irrigations(language: str, answer: Mapping[str, Any], units: str) -> str:
    """Return the irrigations of the coming days, or that there is none."""
    if answer["plan_from"] is None:
        return notice(language, "water_no_coming_days")
    if not answer["planned"]:
        return notice(language, "water_no_irrigation", date=answer["plan_from"], end=answer["dates"][-1])
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
    most, count = max(known, default=0.0) or 1.0, len(answer["dates"])
    across, down = wide - _LEFT - 8, _HEIGHT - _BOTTOM - 8

    def at(i: int, value: float) -> str:
        return f"{_LEFT + across * i / max(count - 1, 1):.1f},{8 + down * value / most:.1f}"

    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = 8 + down * share
        parts.append(
            f'<path class="etolib-rule" d="M{_LEFT},{y:.1f}H{wide - 8}"/><text x="{_LEFT - 5}" y="{y + 4:.1f}" '
            f'text-anchor="end">{text(depth(language, most * share, units))}</text>'
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
