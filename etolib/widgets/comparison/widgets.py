"""The chart and the tables of several places, in the page and in any notebook."""

from __future__ import annotations

from typing import Any

import traitlets

from etolib.widgets import front
from etolib.widgets.packed import Block


class Lines(Block):
    """A line a place: to hover over, zoom and save.

    Attributes
    ----------
    cursor : int or None
        The day to look at, since 1970-01-01; None leaves that to whoever points at the chart.
    """

    _esm, _css = front.widget_texts("lines")
    cursor: Any = traitlets.Int(None, allow_none=True).tag(sync=True)


class Sheet(Block):
    """A table of numbers of any length that sorts by each column.

    ``columns`` of ``meta`` are dicts: ``row`` of the block, ``title``, ``kind`` (``day``, ``month``, ``place`` or
    ``number``) and ``decimals``.
    """

    _esm, _css = front.widget_texts("sheet")
