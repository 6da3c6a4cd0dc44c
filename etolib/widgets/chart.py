"""The interactive chart of a result, in the page and in any notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from etolib.widgets import front, texts
from etolib.widgets.packed import PackedDays

_ROWS = (
    "day", "eto", "eto_lower", "eto_upper", "precipitation", "spread_lower", "spread_upper", "balance", "quality",
    "kind", "source", "flags",
)  # fmt: skip
_WORDS = (
    "months", "decimal_mark", "legend_eto", "legend_interval", "legend_rain", "legend_spread", "legend_balance",
    "chart_zoom_in", "chart_zoom_out", "chart_zoom_reset", "chart_png", "chart_png_hint", "chart_day", "chart_tools",
    "chart_series", "chart_role", "chart_toggle_hint", "chart_spread", "chart_balance",
)  # fmt: skip


class Chart(PackedDays):
    """Daily ETo with its interval, each source, rain and what rain leaves; to hover over, zoom and save.

    Parameters
    ----------
    result : Result, optional
        What to show; another one follows with `show`.
    language : str
        Language of its words.
    units : str
        ``metric`` (mm) or ``us`` (inches).

    Attributes
    ----------
    day : str
        The day that was last chosen by a click or the Enter key, as an ISO date.

    Examples
    --------
    In a notebook, as the last line of a cell: ``Chart(etolib.compute((-22.7, -47.6), "last-30-days"))``.
    """

    _esm, _css = front.widget_texts("chart")
    day = traitlets.Unicode().tag(sync=True)

    def drawn(self, language: str, answer: Mapping[str, Any], units: str) -> dict[str, Any]:
        """Return the rows of the chart, each source's among them, and its words."""
        each = [row for row in answer["rows"] if row.startswith("source:")]
        return {
            "rows": [*_ROWS, *each],
            "each": [texts.source(language, row.removeprefix("source:")) for row in each],
            "words": texts.words_of(language, _WORDS),
            "axes": texts.axes(language, units),
            "summary": texts.summary(language, answer, units),
        }
