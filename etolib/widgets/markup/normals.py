"""What is shown of a period against its normal: sums, months, and a calendar of its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etolib.widgets import texts, wording
from etolib.widgets.daily import DECIMALS, MM_PER
from etolib.widgets.markup.base import label, sentence, text
from etolib.widgets.wording import say
from etolib.words import decode

VARIABLES = ("eto", "precipitation")
"""What is compared, in the order it is shown."""

SHADES = 7
"""Steps of colour of the calendar."""

MONTHS = 36
"""Months of a calendar of days; of a longer period it shows years and months."""

_CELL, _LEFT, _TOP = 10, 46, 12  # of the calendar, in its own units


def page(language: str, answer: Mapping[str, Any], units: str, *, waiting: bool, offline: bool, error: str = "") -> str:
    """Return the tab: what is compared with what, the sums, the months, the calendar.

    ``answer`` is as `etolib.widgets.tabs.normals.ask` gives it.
    """
    state = ""
    if waiting:
        state = _notice(language, "normals_asking")
    elif error:
        state = _notice(language, "normals_failed", error=error)
    elif offline and not answer["record"] and any("why" not in answer[name] for name in VARIABLES):
        state = _notice(language, "normals_offline")
    for failure in answer.get("failed", ()):
        state += _notice(language, "normals_failed", error=wording.translate(language, decode(failure)))
    return f"{state}{_sums(language, answer, units)}{_notes(language, answer)}{_months(language, answer, units)}" + (
        calendar(language, answer["calendar"], units)
    )


def _notice(language: str, key: str, **values: str) -> str:
    return f'<p class="etolib-notice" role="status">{label(language, key, **values)}</p>'


def depth(language: str, value: float | None, units: str, decimals: int | None = None) -> str:
    """Return a sum of water [mm] in the units of the page, one decimal less than a day's.

    >>> depth("en", 25.4, "metric"), depth("en", 25.4, "us"), depth("pt", 1.25, "metric")
    ('25.4', '1.00', '1,2')
    """
    shown = None if value is None else round(value, 2) / MM_PER[units]
    return texts.decimal(language, shown, DECIMALS[units] - 1 if decimals is None else decimals)


def signed(shown: str) -> str:
    """Return a number with a plus where it is above 0.

    >>> signed("1.0"), signed("−1.0")
    ('+1.0', '−1.0')
    """
    return shown if shown.startswith(("−", "–")) else f"+{shown}"


# --- sums and months --------------------------------------------------------------------------------------------------


def _sums(language: str, answer: Mapping[str, Any], units: str) -> str:
    unit = texts.units_of(language, units)[1]
    heads = [""] + [
        say(language, f"normals_{name}", unit=unit) for name in ("total", "normal", "anomaly", "percent", "percentile")
    ]
    rows, missing = [], ""
    for variable in VARIABLES:
        found, title = answer[variable], say(language, f"column_{variable}")
        if "why" in found:
            reasons = "; ".join(wording.translate(language, decode(one)) for one in found["why"])
            missing += _notice(language, "normals_none", variable=title, reason=reasons)
            continue
        share = texts.decimal(language, found["percent"], 0)
        rows.append(
            [
                title, depth(language, found["total"], units), depth(language, found["normal"], units),
                signed(depth(language, found["anomaly"], units)), share,
                texts.decimal(language, found["percentile"], 0),
            ]
        )  # fmt: skip
    if not rows:
        return missing
    return missing + table(say(language, "normals_caption"), heads, rows, "etolib-sums")


def _months(language: str, answer: Mapping[str, Any], units: str) -> str:
    """Return value and normal of each month as a table."""
    known = [variable for variable in VARIABLES if "months" in answer[variable]]
    months = sorted({month for variable in known for month, _, _ in answer[variable]["months"]})
    if not 1 < len(months) <= MONTHS:
        return ""
    unit = texts.units_of(language, units)[1]
    heads, columns = [say(language, "normals_month")], []
    for variable in known:
        title = say(language, f"column_{variable}")
        heads += [say(language, "normals_of", variable=title, unit=unit), say(language, "normals_normal", unit=unit)]
        columns.append({month: (value, normal) for month, value, normal in answer[variable]["months"]})
    rows = [
        [month_name(language, month)]
        + [depth(language, one, units) for column in columns for one in column.get(month, (None, None))]
        for month in months
    ]
    return table(say(language, "normals_by_month"), heads, rows, "etolib-by-month")


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> str:
    """Return a table in the roles of one: a result has a single ``<table>``, that of its days.

    >>> table("a", ["", "x"], [["b", "1"]], "c").count('role="cell"')
    1
    """
    head = "".join(f'<span role="columnheader">{text(one)}</span>' for one in heads)
    body = "".join(
        f'<div role="row"><span role="rowheader">{text(row[0])}</span>'
        + "".join(f'<span role="cell">{text(one)}</span>' for one in row[1:])
        + "</div>"
        for row in rows
    )
    return (
        f'<div class="etolib-figures {name}" role="table" tabindex="0" aria-label="{text(title)}" '
        f'style="--eto-columns: {len(heads) - 1}"><div role="row" class="etolib-figures-head">{head}</div>{body}</div>'
    )


def _notes(language: str, answer: Mapping[str, Any]) -> str:
    """Return of which years the normal is, and what else the reader should know."""
    lines = {}
    for variable in VARIABLES:
        found = answer[variable]
        if found.get("origin") == "archive":
            first, last = found["years"][0], found["years"][-1]
            lines[say(language, "normals_years", count=len(found["years"]), first=first, last=last)] = True
    for variable in VARIABLES:
        for note in answer[variable].get("notes", ()):
            title = say(language, f"column_{variable}")
            said = say(language, "normals_note", variable=title, note=wording.translate(language, decode(note)))
            lines[said] = True
    rows = "".join(f"<li>{sentence(language, line)}</li>" for line in lines)
    return f'<ul class="etolib-muted etolib-figures-notes">{rows}</ul>' if rows else ""


# --- calendar ---------------------------------------------------------------------------------------------------------


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


def calendar(language: str, packed: Mapping[str, Any], units: str) -> str:
    """Return ETo as a calendar: a row a month and a column a day; of many years a row a year and a column a month."""
    days = list(days_of(packed))
    if not days:
        return ""
    first, last = days[0][0], days[-1][0]
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    months = say(language, "months").split()
    cells: dict[tuple[str, str], list[float]] = {}
    titles: dict[tuple[str, str], str] = {}
    by_days = count <= MONTHS
    if by_days:
        starts = [(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1) for i in range(count)]
        rows = [month_name(language, f"{year}-{month:02d}") for year, month in starts]
        columns = [str(number) for number in range(1, 32)]
    else:
        rows, columns = [str(year) for year in packed["years"]], months
    for day, value in days:
        month = f"{months[day.month - 1]} {day.year}"
        at = (month, str(day.day)) if by_days else (str(day.year), months[day.month - 1])
        cells.setdefault(at, []).append(value)
        titles[at] = day.isoformat() if by_days else month
    values = {at: sum(found) / len(found) for at, found in cells.items()}
    key = "normals_calendar_days" if by_days else "normals_calendar_months"
    return _drawn(language, say(language, key, unit=texts.units_of(language, units)[0]), rows, columns, values, titles,
                  units)  # fmt: skip


def _drawn(
    language: str, title: str, rows: Sequence[str], columns: Sequence[str], values: Mapping[tuple[str, str], float],
    titles: Mapping[tuple[str, str], str], units: str,
) -> str:  # fmt: skip
    least, most = min(values.values()), max(values.values())
    decimals = DECIMALS[units]
    wide = _CELL * 31 / len(columns)
    parts = []
    every = 5 if len(columns) > 12 else 1
    for j, column in enumerate(columns):
        if j == 0 or (j + 1) % every == 0:
            parts.append(f'<text x="{_LEFT + (j + 0.5) * wide:.1f}" y="8" text-anchor="middle">{text(column)}</text>')
    for i, row in enumerate(rows):
        y = _TOP + i * _CELL
        parts.append(f'<text x="{_LEFT - 4}" y="{y + 8}" text-anchor="end">{text(row)}</text>')
        for j, column in enumerate(columns):
            value = values.get((row, column))
            if value is None:
                continue
            shade = min(int(SHADES * (value - least) / (most - least)), SHADES - 1) if most > least else 0
            said = f"{titles[row, column]}: {depth(language, value, units, decimals)}"
            parts.append(
                f'<rect x="{_LEFT + j * wide:.1f}" y="{y}" width="{wide - 1:.1f}" height="{_CELL - 1}" '
                f'class="etolib-shade-{shade}"><title>{text(said)}</title></rect>'
            )
    size = f"0 0 {_LEFT + 31 * _CELL} {_TOP + len(rows) * _CELL}"
    about = _in_words(language, title, values, titles, units)
    shades = "".join(f'<i class="etolib-shade-{shade}"></i>' for shade in range(SHADES))
    return (
        f'<figure class="etolib-calendar"><figcaption>{text(title)}<span class="etolib-shades">'
        f"{text(depth(language, least, units, decimals))}{shades}{text(depth(language, most, units, decimals))}</span>"
        f'</figcaption><svg viewBox="{size}" role="img" aria-label="{text(about)}">{"".join(parts)}</svg></figure>'
    )


def _in_words(
    language: str, title: str, values: Mapping[tuple[str, str], float], titles: Mapping[tuple[str, str], str],
    units: str,
) -> str:  # fmt: skip
    """Return a calendar in words."""
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    decimals = DECIMALS[units]
    return say(
        language, "normals_calendar_words", title=title, count=len(values),
        least=depth(language, values[low], units, decimals), least_day=titles[low],
        most=depth(language, values[high], units, decimals), most_day=titles[high],
    )  # fmt: skip
