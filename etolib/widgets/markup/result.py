"""The heading of a result: place, the numbers that matter, download and link, what was learnt of an own station."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from etolib import words
from etolib.unit_systems import METRIC, US
from etolib.widgets import texts
from etolib.widgets.daily import DECIMALS, MM_PER
from etolib.widgets.markup.base import day_count, label, notes, number, sentence, text
from etolib.widgets.wording import say, say_or
from etolib.words import decode


def result_head(language: str, head: Mapping[str, Any], units: str = METRIC) -> str:
    """Return the heading; ``head`` is as `etolib.widgets.remote.head` gives it, ``units`` those of the page."""
    note = ""
    if head.get("own_file"):
        lacks = label(language, "link_without_station", name=head["own_file"])
        note = f'<p class="etolib-muted etolib-link-note">{lacks}</p>'
    place = text(words.decimals(language, head["place"]))
    # Why there is no weather of a day stands in the notes.
    why = notes(language, head.get("warnings", ()), unfolded=bool(head["missing"] or head["kinds"].get("climatology")))
    return (
        f'<div class="etolib-results-title"><div><h2>{place}</h2><p>{text(head["period"])} · '
        f'{text(day_count(language, head["days"]))}</p></div><div class="etolib-actions">{_links(language, head)}'
        f'</div></div><div class="etolib-tiles">{_tiles(language, head, units)}</div>{note}{_notices(language, head)}'
        f"{_learnt(language, head)}{why}"
    )


def quality(language: str, level: str, count: str = "") -> str:
    """Return a level of quality as a badge."""
    word = text(say_or(language, f"quality_{level}", level))
    return f'<span class="etolib-quality" data-quality="{text(level)}">{word}{count}</span>'


_OF_SUMS = {METRIC: 0, US: 2}
"""Decimals of sums of depths of water."""


def _tiles(language: str, head: Mapping[str, Any], units: str) -> str:
    day, depth = texts.units_of(language, units)
    coarse, fine = _OF_SUMS[units], DECIMALS[units]
    tiles = (
        ("sum_eto", coarse, depth),
        ("mean_eto", fine, day),
        ("sum_rain", coarse, depth),
        ("balance", coarse, depth),
    )
    cells = "".join(
        f'<div class="etolib-tile"><span>{label(language, name)}</span>'
        f"<b>{_amount(language, head[name], decimals, units, signed=name == 'balance')}</b>"
        f"<small>{text(unit)}</small></div>"
        for name, decimals, unit in tiles
    )
    counted = {level: f" <b>{number(count, 0)}</b>" for level, count in head["quality"].items()}
    levels = "".join(quality(language, level, count) for level, count in counted.items())
    return f'{cells}<div class="etolib-tile"><span>{label(language, "quality")}</span><div>{levels}</div></div>'


def _amount(language: str, value: float | None, decimals: int, units: str, *, signed: bool = False) -> str:
    """Return a depth of water [mm] in the units of the page, as the language writes it."""
    if value is None:
        return number(None, 0)
    mark = words.look_up(language, "decimal_mark")
    return number(value / MM_PER[units], decimals, signed=signed).replace(".", mark)


def _notices(language: str, head: Mapping[str, Any]) -> str:
    notices = []
    if head["missing"]:
        notices.append(say(language, "missing_days", count=head["missing"], total=head["days"]))
    if head["kinds"].get("climatology"):
        notices.append(say(language, "climatology_days", count=head["kinds"]["climatology"]))
    if head.get("own_file") and not head["own_days"] and not head["learnt"]:
        notices.append(say(language, "station_unused", name=head["own_file"]))
    return "".join(f'<p class="etolib-notice">{text(notice)}</p>' for notice in notices)


def _links(language: str, head: Mapping[str, Any]) -> str:
    data = base64.b64encode(head["csv"].encode()).decode("ascii")
    return (
        f'<a class="etolib-download-csv etolib-action" data-units="{text(head.get("units", METRIC))}" '
        f'download="{text(head["file"])}.csv" '
        f'href="data:text/csv;charset=utf-8;base64,{data}">{label(language, "download_csv")}</a>'
        f'<a class="etolib-share etolib-link" href="{text(head["link"])}">{label(language, "share")}</a>'
        f"{copy_button(language)}"
    )


def copy_button(language: str) -> str:
    """Return a button that copies the address of the link before it; where a browser forbids it, it shows what to copy.

    A browser copies for pages of https and of the same machine only. It is done by browser.js: HTML runs no code.
    """
    return (
        f'<button type="button" class="etolib-copy etolib-link" data-done="{label(language, "copied")}">'
        f"{label(language, 'copy')}</button>"
    )


def _learnt(language: str, head: Mapping[str, Any]) -> str:
    """Return what was learnt from the own station: the sentence, and the bias of each month."""
    learnt = head.get("learnt")
    if not learnt:
        return ""
    months = "".join(
        f"<span><small>{text(month)}</small>{text(words.decimals(language, number(ratio, 2)))}</span>"
        for month, ratio in zip(say(language, "months").split(), learnt["months"], strict=True)
        if ratio is not None
    )
    title = label(language, "station_months_ratio")
    strip = f'<div class="etolib-months" role="group" aria-label="{title}"><em>{title}</em>{months}</div>'
    told = sentence(language, decode(learnt["text"]))
    return (
        f'<div class="etolib-learnt"><b>{label(language, "station_learnt")}</b><p>{told}</p>'
        f"{strip if months else ''}</div>"
    )
