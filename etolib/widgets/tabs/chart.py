"""The chart: daily ETo with its interval, each source by itself, rain.

Interactive where the front end is built; else a figure that the worker draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib.request import STATION
from etolib.result import figures
from etolib.sources import catalogue
from etolib.widgets import daily, front
from etolib.widgets.markup.base import label
from etolib.widgets.tabs.tab import Guard, Tab, View
from etolib.words import ENGLISH, has

if TYPE_CHECKING:
    from etolib.result.result import Result

_WIDE, _NARROW = (7.8, 3.6), (4.2, 4.2)  # size of the figure [inch]


def ask(result: Result, words: Mapping[str, str]) -> tuple[str, str]:
    """Return the figure as inline SVG for a wide and for a narrow page."""
    # The climatology only stands where no source has the day: it is no second opinion.
    each = result.source_eto.drop(columns="climatology", errors="ignore")
    about = result.provenance.get("sources", {})
    # The name of an own file came from outside: the page's word stands for it.
    titles = {str(n): words.get(f"title_{n}", str(about.get(n, {}).get("title", n))) for n in each}
    titles |= {STATION: words["station"]}
    each = each.rename(columns=titles)
    return figures.svg_for_page(result.table, words, *_WIDE, sources=each), figures.svg_for_page(
        result.table, words, *_NARROW, sources=each
    )


def look(language: str, answer: Any, task_id: str | None) -> str:
    """Return both figures; the style sheet shows the one that fits."""
    if answer is None:
        return f'<p class="etolib-muted">{label(language, "chart_drawing")}</p>'
    wide, narrow = answer
    return (
        f'<div class="etolib-chart" role="img" aria-label="{label(language, "chart_alt")}">'
        f'<div class="etolib-wide">{wide}</div><div class="etolib-narrow">{narrow}</div></div>'
    )


def view(guard: Guard) -> View:
    """Return a chart to hover over and zoom."""
    from etolib.widgets.chart import Chart  # imports anywidget, which the fallback does without

    return Chart()


_TITLES = tuple(key for name in catalogue.names() if has(ENGLISH, key := f"title_{name}"))
STATIC = Tab("chart", look, ask, words=(*figures.WORDS, "station", *_TITLES), slow=True)
INTERACTIVE = Tab("chart", ask=daily.pack, view=view)
TAB = INTERACTIVE if front.widget_files("chart") else STATIC
