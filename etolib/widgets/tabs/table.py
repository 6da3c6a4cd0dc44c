"""The table: a row for each day.

Sorted, filtered and of any length where the front end is built; else plain HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib.widgets import daily, front, wording
from etolib.widgets.markup.base import label, number, text
from etolib.widgets.markup.result import quality
from etolib.widgets.tabs.tab import Guard, Tab, View
from etolib.widgets.wording import say_or

if TYPE_CHECKING:
    from etolib.result.result import Result

SHOWN_ROWS = 1100
"""Rows of the plain table in the page (three years); the CSV always holds all."""

_COLUMNS = ("date", "eto", "eto_lower", "eto_upper", "precipitation", "quality", "kind", "source", "flags")


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return the rows that are shown, and how many days there are."""
    from etolib.widgets.remote import plain

    shown = result.table.head(SHOWN_ROWS)
    rows = [
        {name: plain(value) for name, value in row.items()} | {"date": row["date"].date().isoformat()}
        for row in shown[[*_COLUMNS]].to_dict("records")
    ]
    return {"rows": rows, "days": len(result.table)}


def look(language: str, answer: Any, task_id: str | None) -> str:
    """Return the daily values as a real ``<table>``."""
    if answer is None:
        return ""
    rows = answer["rows"]
    noted = any(row["flags"] for row in rows)
    names = ("date", "eto", "interval", "precipitation", "quality", "kind", "source", *(("flags",) if noted else ()))
    head = "".join(f'<th scope="col" class="c-{n}">{label(language, f"column_{n}")}</th>' for n in names)
    body = "".join(_row(language, row, noted=noted) for row in rows)
    cut = ""
    if len(rows) < answer["days"]:
        words = label(language, "table_cut", shown=len(rows), total=answer["days"])
        cut = f'<p class="etolib-muted">{words}</p>'
    return (
        f'<div class="etolib-table-frame" tabindex="0"><table><caption>{label(language, "table_caption")}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{cut}"
    )


def _row(language: str, row: Mapping[str, Any], *, noted: bool) -> str:
    flags = f'<td class="c-flags">{text(wording.flags(language, row["flags"]))}</td>' if noted else ""
    level = quality(language, row["quality"]) if row["quality"] else "–"
    return (
        f'<tr data-kind="{text(row["kind"])}"><th scope="row">{text(row["date"])}</th>'
        f'<td class="n">{number(row["eto"], 2)}</td><td class="n">{_interval(row)}</td>'
        f'<td class="n">{number(row["precipitation"], 1)}</td>'
        f"<td>{level}</td><td>{_kind(language, row['kind'])}</td>"
        f'<td class="c-source">{_sources(language, row["source"])}</td>{flags}</tr>'
    )


def _interval(row: Mapping[str, Any]) -> str:
    if row["eto_lower"] is None or row["eto_upper"] is None:
        return "–"
    return f"{number(row['eto_lower'], 2)} – {number(row['eto_upper'], 2)}"


def _sources(language: str, names: str | None) -> str:
    return text(" + ".join(wording.source(language, name) for name in names.split("+"))) if names else ""


def _kind(language: str, kind: str | None) -> str:
    return text(say_or(language, f"kind_{kind}", kind or "–"))


def view(guard: Guard) -> View:
    """Return a table to sort and filter."""
    from etolib.widgets.daytable import DayTable  # imports anywidget, which the fallback does without

    return DayTable()


STATIC = Tab("table", look, ask)
INTERACTIVE = Tab("table", ask=daily.pack, view=view)
TAB = INTERACTIVE if front.widget_files("table") else STATIC
