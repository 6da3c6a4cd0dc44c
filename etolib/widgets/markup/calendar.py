"""Days as a calendar: a month each with its weeks, of many years a row a year; a shade each, with a legend."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etolib.unit_systems import US
from etolib.widgets import texts
from etolib.widgets.daily import DECIMALS, MM_PER
from etolib.widgets.markup.base import text
from etolib.widgets.scales import step_of
from etolib.widgets.wording import say

KINDS = ("eto", "anomaly", "precipitation")
"""What a calendar can show: ETo, ETo less its normal, rain."""

MONTHS = 36
"""Months of a calendar of days; of a longer period it shows years and months."""

SHADES = 7
"""Steps of colour."""

RAIN = {"metric": (0.2, 2.0, 5.0, 10.0, 20.0, 50.0), US: (0.01, 0.1, 0.2, 0.4, 0.8, 2.0)}
"""Bounds between the shades of a day's rain, by units; a day below the first is dry."""


def month_name(language: str, month: str) -> str:
    """Return a month ``YYYY-MM`` in words.

    >>> month_name("en", "2024-02")
    'Feb 2024'
    """
    return f"{say(language, 'months').split()[int(month[5:]) - 1]} {month[:4]}"


def days_of(packed: Mapping[str, Any]) -> Iterator[tuple[dt.date, float]]:
    """Yield the days of a packed calendar that have a value."""
    for year, row in zip(packed["years"], packed["days"], strict=True):
        for at, value in enumerate(row):
            if value is not None:
                day = dt.date(2000, 1, 1) + dt.timedelta(days=at)
                yield day.replace(year=year), value


def calendar(language: str, kind: str, packed: Mapping[str, Any], units: str) -> str:
    """Return the days of a packed calendar (`etolib.widgets.tabs.normals.ask`): one of `KINDS`."""
    days = {day: value / MM_PER[units] for day, value in days_of(packed)}
    if not days:
        return ""
    first, last = min(days), max(days)
    by_days = 12 * (last.year - first.year) + last.month - first.month < MONTHS
    unit = texts.units_of(language, units)[0]
    title = say(language, f"normals_calendar_{kind}_{'days' if by_days else 'months'}", unit=unit)
    if by_days:
        values = {day.isoformat(): value for day, value in days.items()}
        titles = dict(zip(values, values, strict=True))
    else:
        found: dict[str, list[float]] = {}
        for day, value in days.items():
            found.setdefault(f"{day:%Y-%m}", []).append(value)
        values = {month: sum(of) / len(of) for month, of in found.items()}
        titles = {month: month_name(language, month) for month in values}
    shades = _bounds(kind, list(values.values()), units, by_days=by_days)
    cells = {at: _cell(language, titles[at], value, kind, shades, units) for at, value in values.items()}
    drawn = _months(language, first, last, cells) if by_days else _years(language, first.year, last.year, cells)
    about = _in_words(language, title, values, titles, units)
    return (
        f'<figure class="etolib-calendar" role="img" aria-label="{text(about)}"><figcaption>{text(title)}</figcaption>'
        f"{_legend(language, kind, shades, units)}{drawn}</figure>"
    )


# --- shades -----------------------------------------------------------------------------------------------------------


def _bounds(kind: str, values: Sequence[float], units: str, *, by_days: bool) -> list[float]:
    """Return the bounds between the shades, in the page's units: round, and of an anomaly as far above 0 as below.

    >>> _bounds("anomaly", [-0.4, 2.6], "metric", by_days=True)
    [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
    >>> _bounds("eto", [2.1, 6.9], "metric", by_days=True)
    [3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """
    inner = SHADES - 1
    if kind == "precipitation" and by_days:
        return list(RAIN[units])
    if kind == "anomaly":
        step = step_of(2 * max(map(abs, values)) / SHADES)
        return [round((at - inner / 2 + 0.5) * step, 9) for at in range(inner)]
    low, high = min(values), max(values)
    step = step_of((high - low) / SHADES)
    start = low // step
    return [round((start + 1 + at) * step, 9) for at in range(inner)]


def _cell(language: str, title: str, value: float, kind: str, bounds: Sequence[float], units: str) -> tuple[str, str]:
    """Return the class of a cell, and what it says."""
    shown = texts.decimal(language, value, DECIMALS[units])
    signed = f"+{shown}" if kind == "anomaly" and value >= 0 else shown
    return f"{_scale(kind)}-{bisect_right(bounds, value)}", f"{title}: {signed}"


def _scale(kind: str) -> str:
    return {"anomaly": "etolib-apart", "precipitation": "etolib-wet"}.get(kind, "etolib-shade")


def _legend(language: str, kind: str, bounds: Sequence[float], units: str) -> str:
    """Return the shades with the bounds between them."""
    decimals = next((n for n in range(4) if all(round(one, n) == one for one in bounds)), DECIMALS[units])
    parts = []
    for at in range(SHADES):
        bound = texts.decimal(language, bounds[at], decimals) if at < len(bounds) else ""
        signed = f"+{bound}" if kind == "anomaly" and bound and bounds[at] > 0 else bound
        parts.append(f'<i class="{_scale(kind)}-{at}"></i>' + (f"<small>{text(signed)}</small>" if bound else ""))
    return f'<p class="etolib-legend">{"".join(parts)}</p>'


# --- days and months --------------------------------------------------------------------------------------------------


def _months(language: str, first: dt.date, last: dt.date, cells: Mapping[str, tuple[str, str]]) -> str:
    """Return a block a month: a row a week, Monday first."""
    heads = "".join(f"<b>{text(one)}</b>" for one in say(language, "weekdays_short").split())
    blocks = []
    month = first.replace(day=1)
    while month <= last:
        after = (month + dt.timedelta(days=31)).replace(day=1)
        days = []
        for number in range(1, (after - month).days + 1):
            day = month.replace(day=number)
            shade, said = cells.get(day.isoformat(), ("etolib-absent", ""))
            place = f' style="grid-column-start:{day.weekday() + 1}"' if number == 1 else ""
            days.append(f'<span class="{shade}"{place} title="{text(said)}">{number}</span>')
        name = text(month_name(language, month.isoformat()[:7]))
        blocks.append(f'<div class="etolib-month"><h3>{name}</h3><div>{heads}{"".join(days)}</div></div>')
        month = after
    return f'<div class="etolib-months-grid">{"".join(blocks)}</div>'


def _years(language: str, first: int, last: int, cells: Mapping[str, tuple[str, str]]) -> str:
    """Return a row a year and a column a month."""
    names = say(language, "months").split()
    parts = ["<b></b>"] + [f"<b>{text(name[:3])}</b>" for name in names]
    for year in range(first, last + 1):
        parts.append(f"<b>{year}</b>")
        for month in range(1, 13):
            shade, said = cells.get(f"{year}-{month:02d}", ("etolib-absent", ""))
            parts.append(f'<span class="{shade}" title="{text(said)}"></span>')
    return f'<div class="etolib-years-grid">{"".join(parts)}</div>'


def _in_words(
    language: str, title: str, values: Mapping[str, float], titles: Mapping[str, str], units: str
) -> str:  # fmt: skip
    """Return a calendar in words."""
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    least, most = (texts.decimal(language, values[at], DECIMALS[units]) for at in (low, high))
    return say(
        language, "normals_calendar_words", title=title, count=len(values), least=least, least_day=titles[low],
        most=most, most_day=titles[high],
    )  # fmt: skip
