"""Compare: how the sources, an own station and other results of the page agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from etolib.widgets.tabs.tab import Tab, View

if TYPE_CHECKING:
    from etolib.result.result import Result


def ask(result: Result, words: Mapping[str, str]) -> dict[str, Any]:
    """Return ETo of the result and of each of its sources as one block of numbers.

    Returns
    -------
    dict
        ``data``: float64, one row after the other, one number a day, absent is NaN. ``rows``: their names: ``day``
        (days since 1970-01-01); ``usual``, 1 where the day is climatology; ``eto`` [mm day-1];
        ``source:<name>``, ETo of each source by itself, unrounded [mm day-1]. ``days``, ``place``, ``period``.
    """
    import numpy as np

    table = result.table
    # The climatology only stands where no source has the day: it is no second opinion.
    each = result.source_eto.drop(columns="climatology", errors="ignore").reindex(table["date"]).astype(float)
    rows: dict[str, Any] = {
        "day": table["date"].to_numpy("datetime64[D]").astype("int64"),
        "usual": (table["kind"] == "climatology").to_numpy(dtype=float),
        "eto": table["eto"].to_numpy(dtype=float),
    }
    rows |= {f"source:{name}": each[name].to_numpy() for name in each if each[name].notna().any()}
    block = np.stack([np.asarray(row, dtype="<f8") for row in rows.values()])
    return {
        "data": block.tobytes(), "rows": [*rows], "days": len(table), "place": str(result.site),
        "period": str(result.period),
    }  # fmt: skip


def view() -> View:
    """Return the comparison, with a choice of what is compared with what."""
    from etolib.widgets.compare import CompareView

    return CompareView()


TAB = Tab("compare", ask=ask, view=view)
