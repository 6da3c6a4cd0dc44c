"""The interactive chart of a result, in the page and in any notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from etolib.widgets import daily, front, texts

if TYPE_CHECKING:
    from etolib.result.result import Result

_ROWS = (
    "day", "eto", "eto_lower", "eto_upper", "precipitation", "spread_lower", "spread_upper", "balance", "quality",
    "kind", "source", "flags",
)  # fmt: skip
_WORDS = (
    "months", "decimal_mark", "legend_eto", "legend_interval", "legend_rain", "legend_spread", "legend_balance",
    "chart_zoom_in", "chart_zoom_out", "chart_zoom_reset", "chart_png", "chart_png_hint", "chart_day", "chart_tools",
    "chart_series", "chart_role", "chart_toggle_hint", "chart_spread", "chart_balance",
)  # fmt: skip


class Chart(anywidget.AnyWidget):
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
    data = traitlets.Bytes().tag(sync=True)
    meta = traitlets.Dict().tag(sync=True)
    day = traitlets.Unicode().tag(sync=True)

    def __init__(self, result: Result | None = None, *, language: str = "en", units: str = daily.METRIC) -> None:
        super().__init__()
        if result is not None:
            self.show(language, daily.pack(result), None, units)

    @property
    def widget(self) -> Chart:
        """The chart itself, for the pane of a tab."""
        return self

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Draw a packed result (`etolib.widgets.daily.pack`) in place; nothing changes while it is on its way."""
        if answer is None:
            return
        each = [row for row in answer["rows"] if row.startswith("source:")]
        rows = [*_ROWS, *each]
        meta = texts.common(language, answer, units) | {
            "rows": rows,
            "each": [texts.source(language, row.removeprefix("source:")) for row in each],
            "words": texts.words_of(language, _WORDS),
            "axes": texts.axes(language, units),
            "summary": texts.summary(language, answer, units),
        }
        with self.hold_sync():  # one message: words and numbers change together
            self.meta = meta
            self.data = daily.numbers(answer, rows, units)
