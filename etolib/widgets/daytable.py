"""The table of a result, a row a day: sorted and filtered in the browser, in the page and in any notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etolib.widgets import front, texts
from etolib.widgets.packed import PackedDays

_ROWS = ("day", "eto", "eto_lower", "eto_upper", "precipitation", "quality", "kind", "source", "flags")
_WORDS = (
    "decimal_mark", *(f"column_{name}" for name in ("date", *_ROWS[1:])), "table_quality_any", "table_estimated",
    "table_shown", "table_none", "table_frame",
)  # fmt: skip


class DayTable(PackedDays):
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

    def drawn(self, language: str, answer: Mapping[str, Any], units: str) -> dict[str, Any]:
        """Return the rows of the table, its words and what it is about."""
        return {
            "rows": list(_ROWS),
            "words": texts.words_of(language, _WORDS),
            "caption": texts.caption(language, units),
        }
