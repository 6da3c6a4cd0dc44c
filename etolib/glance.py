"""Objects as a notebook or a terminal shows them at a glance: what it is, then some lines, perhaps a small table.

Colours are those of the notebook's own theme (Jupyter's CSS variables), and everything is escaped.
"""

from __future__ import annotations

import html
import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etolib.words import say

if TYPE_CHECKING:
    import pandas as pd

ROWS = 8
"""Rows of a table that are shown."""

_LINES = 6  # of a text: more stand in the HTML only
_LONGEST = 200  # characters of a line of a text
_UNBROKEN = 28  # characters up to which a cell of a table stands in one line: dates and periods do
_FRAME = "border-left:3px solid var(--jp-brand-color1,currentColor);padding-left:.8em;margin:.3em 0"
_SOFT = "color:var(--jp-content-font-color2,inherit)"


@dataclass(frozen=True)
class Told:
    """What is told of an object.

    Attributes
    ----------
    head : str
        What it is, in a line.
    lines : sequence of str
        What is worth knowing, a sentence each.
    table : pandas.DataFrame, optional
        Shown in the HTML only, its first rows.
    folded : sequence of str
        What stands behind a mark that unfolds it.
    count : int, optional
        Rows of the whole table, where ``table`` is a part of it.
    """

    head: str
    lines: Sequence[str] = ()
    table: pd.DataFrame | None = None
    folded: Sequence[str] = ()
    count: int | None = None


class Glance:
    """An object that shows itself in a few lines; a class says by ``_told`` what is in them."""

    @abstractmethod
    def _told(self) -> Told: ...

    def __repr__(self) -> str:
        return as_text(f"etolib.{type(self).__name__}", self._told())

    def _repr_html_(self) -> str:
        return as_html(type(self).__name__, self._told())


def as_text(kind: str, told: Told) -> str:
    """Return an object in some lines.

    >>> print(as_text("etolib.Plan", Told("2024", ["two sources"])))
    <etolib.Plan> 2024
      two sources
    """
    lines = [_cut(line) for line in told.lines[:_LINES]]
    if len(told.lines) > _LINES:
        lines.append("...")
    return "\n".join([f"<{kind}> {_cut(told.head)}".rstrip(), *(f"  {line}" for line in lines)])


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def as_html(kind: str, told: Told) -> str:
    """Return an object as HTML.

    >>> print(as_html("Site", Told("A < B")))
    <div style="..."><div><span style="...">Site</span> <strong>A &lt; B</strong></div></div>
    """
    parts = [f'<div><span style="{_SOFT}">{html.escape(kind)}</span> <strong>{html.escape(told.head)}</strong></div>']
    if told.lines:
        parts.append(_listed(told.lines))
    if told.folded:
        title = html.escape(say("shown_notes"))
        parts.append(f"<details><summary>{title}</summary>{_listed(told.folded)}</details>")
    if told.table is not None:
        parts.append(table(told.table, told.count))
    return f'<div style="{_FRAME}">{"".join(parts)}</div>'


def _listed(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{html.escape(str(line))}</li>' for line in lines)}</ul>"


def table(frame: pd.DataFrame, count: int | None = None) -> str:
    """Return the first rows of a table as HTML, and how many more there are of ``count``.

    Numbers stand right, words left.
    """
    shown = frame.head(ROWS)
    whole = {name: shown[name] for name in shown if str(shown[name].dtype) == "Int64"}  # absent ones are <NA> there
    written = shown.assign(**{str(name): one.astype(object).where(one.notna(), "") for name, one in whole.items()})
    text = _aligned(
        written.to_html(index=False, escape=True, border=0, float_format="{:.2f}".format, na_rep=""),
        [_style(shown.iloc[:, at]) for at in range(shown.shape[1])],
    )
    rest = (len(frame) if count is None else count) - len(shown)
    more = f"<p>{html.escape(say('shown_more_rows', count=rest))}</p>" if rest > 0 else ""
    return text + more


def _style(column: pd.Series) -> str:
    """Return how the cells of a column are set, which a notebook's own rules would set right and break anywhere."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if is_numeric_dtype(column) and not is_bool_dtype(column):
        return "white-space:nowrap"
    longest = max((len(str(cell)) for cell in column), default=0)
    return "text-align:left;white-space:nowrap" if longest <= _UNBROKEN else "text-align:left"


def _aligned(text: str, styles: Sequence[str]) -> str:
    """Return a table that pandas has written, each cell with the style of its column."""
    rows = []
    for row in text.split("</tr>"):
        left = iter(styles)
        rows.append(re.sub(r"<(t[hd])>", lambda cell: f'<{cell[1]} style="{next(left)}">', row))  # noqa: B023
    return "</tr>".join(rows)
