"""What is shown of a period against its normal: sums, months, of which years the normal is."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from etolib.widgets import texts, wording
from etolib.widgets.daily import DECIMALS, MM_PER
from etolib.widgets.markup.base import label, sentence, text
from etolib.widgets.markup.calendar import MONTHS, month_name
from etolib.widgets.wording import say
from etolib.words import decode

VARIABLES = ("eto", "precipitation")
"""What is compared, in the order it is shown."""


def page(language: str, answer: Mapping[str, Any], units: str) -> str:
    """Return what is compared with what: sums, base, months, files.

    ``answer`` is as `etolib.widgets.tabs.normals.ask` gives it.
    """
    parts = (_sums(language, answer, units), _notes(language, answer), _months(language, answer, units))
    return f"{''.join(parts)}{_files(language, answer, units)}"


def comparable(answer: Mapping[str, Any]) -> bool:
    """Return whether there is anything that years could be compared with."""
    return any("why" not in answer[name] for name in VARIABLES)


def state(language: str, key: str, **values: str) -> str:
    """Return what has become of the years: being asked for, failed, cancelled, no network."""
    return _notice(language, f"normals_{key}", **values)


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
    rows = []
    for variable in VARIABLES:
        found, title = answer[variable], say(language, f"column_{variable}")
        if "why" in found:
            continue
        share = texts.decimal(language, found["percent"], 0)
        rows.append(
            [
                title, depth(language, found["total"], units), depth(language, found["normal"], units),
                signed(depth(language, found["anomaly"], units)), share,
                texts.decimal(language, found["percentile"], 0),
            ]
        )  # fmt: skip
    missing = _missing(language, answer)
    if not rows:
        return missing
    return missing + table(say(language, "normals_caption"), heads, rows, "etolib-sums")


def _missing(language: str, answer: Mapping[str, Any]) -> str:
    """Return why a variable has no normal, or neither has one."""
    found = [answer[variable]["why"] for variable in VARIABLES if "why" in answer[variable]]
    rules = [decode(one).values.get("rule") for why in found for one in why]
    if len(found) == len(VARIABLES) and all(getattr(rule, "key", "") == "no_day_to_compare" for rule in rules):
        return _notice(language, "normals_nothing")
    said = [wording.capital(wording.translate(language, decode(one))) for why in found for one in why]
    return "".join(_notice(language, "normals_none", reason=one) for one in said)


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
    """Return of which years the normal is, and what else the reader should know; what holds for both is said once."""
    of: dict[str, list[str]] = {}
    for variable in VARIABLES:
        found = answer[variable]
        for note in [found["base"], *found["notes"]] if "base" in found else ():
            of.setdefault(wording.translate(language, decode(note)), []).append(variable)
    compared = [variable for variable in VARIABLES if "base" in answer[variable]]
    rows = ""
    for said, variables in of.items():
        if variables != compared:
            said = say(language, "normals_note", variable=say(language, f"column_{variables[0]}"), note=said)
        rows += f"<li>{sentence(language, said)}</li>"
    return f'<ul class="etolib-muted etolib-figures-notes">{rows}</ul>' if rows else ""


def _files(language: str, answer: Mapping[str, Any], units: str) -> str:
    """Return the links to the files of what is compared, in the units of the page."""
    links = ""
    for variable in VARIABLES:
        if "csv" in answer[variable]:
            data = base64.b64encode(answer[variable]["csv"][units].encode()).decode("ascii")
            about = label(language, "normals_download", variable=say(language, f"column_{variable}"))
            links += (
                f'<a class="etolib-download-normals-{variable} etolib-action" '
                f'download="{text(answer["file"])}_{variable}.csv" href="data:text/csv;charset=utf-8;base64,{data}">'
                f"{about}</a> "
            )
    return f"<p>{links}</p>" if links else ""
