"""The table of a result, a row a day: sorted and filtered in the browser, in the page and in any notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from etolib.widgets import daily, front, texts

if TYPE_CHECKING:
    from etolib.result.result import Result

_ROWS = ("day", "eto", "eto_lower", "eto_upper", "precipitation", "quality", "kind", "source", "flags")
_WORDS = (
    "decimal_mark", *(f"column_{name}" for name in ("date", *_ROWS[1:])), "table_quality_any", "table_estimated",
    "table_shown", "table_none", "table_frame",
)  # fmt: skip


class DayTable(anywidget.AnyWidget):
    """Every day of a result in a table that sorts by each column and shows the days of one quality.

    Parameters
    ----------
    result : Result, optional
        What to show; another one follows with `show`.
    language : str
        Language of its words.
    units : str
        ``metric`` (mm) or ``us`` (inches).

    Examples
    --------
    In a notebook, as the last line of a cell: ``DayTable(etolib.compute((-22.7, -47.6), "last-30-days"))``.
    """

    _esm, _css = front.widget_texts("table")
    data = traitlets.Bytes().tag(sync=True)
    meta = traitlets.Dict().tag(sync=True)

    def __init__(self, result: Result | None = None, *, language: str = "en", units: str = daily.METRIC) -> None:
        super().__init__()
        if result is not None:
            self.show(language, daily.pack(result), None, units)

    @property
    def widget(self) -> DayTable:
        """The table itself, for the pane of a tab."""
        return self

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Show a packed result (`etolib.widgets.daily.pack`) in place; nothing changes while it is on its way."""
        if answer is None:
            return
        meta = texts.common(language, answer, units) | {
            "rows": list(_ROWS),
            "words": texts.words_of(language, _WORDS),
            "caption": texts.caption(language, units),
        }
        with self.hold_sync():  # one message: words and numbers change together
            self.meta = meta
            self.data = daily.numbers(answer, _ROWS, units)
