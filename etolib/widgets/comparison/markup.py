"""What is shown of the places of a comparison, as HTML."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from etolib import words
from etolib.tasks.messages import State
from etolib.widgets.comparison.model import Member
from etolib.widgets.comparison.runs import Run
from etolib.widgets.markup import card
from etolib.widgets.markup.base import bar, label, sentence, text
from etolib.widgets.markup.base import number as base_number
from etolib.widgets.markup.result import copy_button
from etolib.widgets.wording import say


def number(which: int) -> str:
    """Return the number of a place in its colour.

    >>> number(3)
    '<span class="etolib-number" data-place="3">3</span>'
    """
    return f'<span class="etolib-number" data-place="{which}">{which}</span>'


def state(language: str, run: Run | None) -> str:
    """Return where the calculation of a place stands, as a badge; nothing before there is one."""
    return "" if run is None else card.badge(language, run.status)


def about(language: str, member: Member, run: Run | None) -> str:
    """Return what is known of a place in one line: coordinates, elevation, own file."""
    parts = [words.decimals(language, str(type(member.site)(member.site.latitude, member.site.longitude)))]
    elevation = member.site.elevation
    if elevation is None and run is not None and run.answer is not None:
        elevation = run.answer["elevation"]
    if elevation is not None:
        parts.append(f"{elevation:.0f} m")
    if member.file:
        parts.append(say(language, "places_own_file", name=member.file))
    return " · ".join(parts)


def facts(language: str, member: Member, run: Run | None) -> str:
    """Return what is known of a place, and how its calculation goes or went wrong."""
    line = f'<p class="etolib-muted">{text(about(language, member, run))}</p>'
    return line + (_progress(language, run) if run is not None else "")


def _progress(language: str, run: Run) -> str:
    now, seconds = run.task.snapshot, run.task.elapsed
    if run.trouble:
        return f'<p class="etolib-place-error" role="alert">{label(language, "tab_failed", error=run.trouble)}</p>'
    if run.waiting and now.status is State.QUEUED:
        return f'<p class="etolib-place-error" role="alert">{sentence(language, say(language, "no_worker"))}</p>'
    if now.error is not None:
        return card.error(language, now)
    if now.status is State.SUCCESS:
        return ""
    step = f'<div class="etolib-step" role="status" aria-live="off">{card.step(language, now, seconds)}</div>'
    if now.status.final:
        return step
    waiting = " etolib-waiting" if now.status is State.QUEUED else ""
    return bar(f"etolib-progress{waiting}", say(language, "whole"), now.progress) + step


def said(sentences: Sequence[str]) -> str:
    """Return what a reader must know of the numbers shown."""
    return "".join(f'<p class="etolib-notice">{text(one)}</p>' for one in sentences)


def share(language: str, link: str) -> str:
    """Return the link that repeats the comparison, and the button that copies it."""
    return (
        f'<a class="etolib-share etolib-link" href="{text(link)}">{label(language, "share")}</a>{copy_button(language)}'
    )


PLAIN_ROWS = 400
"""Rows of a plain table, where the front end was not built."""


def plain_table(meta: Mapping[str, Any], data: bytes) -> str:
    """Return the numbers of a block as a real ``<table>``; the first `PLAIN_ROWS` of them."""
    size = int(meta["days"])
    values = array("d", data)
    at = {name: n * size for n, name in enumerate(meta["rows"])}
    places = {one["number"]: one["label"] for one in meta["places"]}
    head = "".join(f'<th scope="col">{text(column["title"])}</th>' for column in meta["columns"])
    body = ""
    for row in range(min(size, PLAIN_ROWS)):
        cells = [_cell(column, values[at[column["row"]] + row], places) for column in meta["columns"]]
        body += f'<tr><th scope="row">{cells[0]}</th>{"".join(f"<td>{cell}</td>" for cell in cells[1:])}</tr>'
    return (
        f'<div class="etolib-table-frame" tabindex="0"><table><caption>{text(meta["caption"])}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(column: Mapping[str, Any], value: float, places: Mapping[int, str]) -> str:
    if value != value:
        return "–"
    if column["kind"] == "place":
        return f"{number(int(value))} {text(places[int(value)])}"
    if column["kind"] in ("day", "month"):
        day = (dt.date(1970, 1, 1) + dt.timedelta(days=int(value))).isoformat()
        return day if column["kind"] == "day" else day[:7]
    return base_number(value, column["decimals"], signed=column.get("signed", False))
