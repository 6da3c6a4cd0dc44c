"""The chart and the tables of several places, in the page and in any notebook."""

from __future__ import annotations

from etolib.widgets import front
from etolib.widgets.packed import Block


class Lines(Block):
    """A line a place: to hover over, zoom and save."""

    _esm, _css = front.widget_texts("lines")


class Sheet(Block):
    """A table of numbers of any length that sorts by each column.

    ``columns`` of ``meta`` are dicts: ``row`` of the block, ``title``, ``kind`` (``day``, ``month``, ``place`` or
    ``number``) and ``decimals``.
    """

    _esm, _css = front.widget_texts("sheet")
