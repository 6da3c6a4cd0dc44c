"""Daily ETo drawn with characters, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from etolib.unit_systems import METRIC, unit
from etolib.words import Text, join, say

if TYPE_CHECKING:
    import pandas as pd

_EIGHTHS, _BAND = " ▁▂▃▄▅▆▇█", "░"
_PLAIN_EIGHTHS, _PLAIN_BAND = "     ####", ":"
_MARKS = {"forecast": "~", "climatology": "c"}
_LEAST_WIDTH, _LEAST_HEIGHT = 24, 4


def draw(table: pd.DataFrame, width: int = 80, height: int = 12, *, plain: bool = False, units: str = METRIC) -> str:
    """Return daily ETo as columns of characters, with the upper end of its interval above it.

    Parameters
    ----------
    table : pandas.DataFrame
        `etolib.Result.table`: ``date``, ``eto``, ``eto_upper`` [mm day-1], ``kind``. A day without a value is a gap.
    width, height : int
        Of the whole and of the columns, in characters; a place for the axis is part of the width. Where there are more
        days than columns, each is the mean of some days.
    plain : bool
        Only characters of ASCII.
    units : {"metric", "us"}

    Returns
    -------
    str
        Lines without an end of line after the last.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2024-01-01", periods=10)
    >>> table = pd.DataFrame({"date": days, "eto": range(10), "eto_upper": range(10), "kind": "observed"})
    >>> print(draw(table, 40, 4, plain=True))
      10 |                           ###
         |                     #########
       5 |            ##################
         |      ########################
       0 +------------------------------
          2024-01-01          2024-01-10
    ETo [mm day-1]
    """
    depth = unit("mm day-1", units)
    eto, upper = (table[name].to_numpy(dtype=float, na_value=np.nan) / depth.factor for name in ("eto", "eto_upper"))
    top = _top(np.concatenate([eto, upper]))
    label = max(len(f"{top:g}"), len(f"{top / 2:g}"), 4)
    room = max(width, _LEAST_WIDTH) - label - 3
    height = max(height, _LEAST_HEIGHT)
    each = -(-len(eto) // room) if len(eto) else 1  # days of a column
    wide = max(room // max(-(-len(eto) // each), 1), 1)  # characters of a column
    columns = [_column(a, b, top, height, plain) for a, b in zip(_means(eto, each), _means(upper, each), strict=True)]
    bars = [mark for column in columns for mark in [column] * wide]
    lines = []
    for row in range(height - 1, -1, -1):
        shown = {height - 1: f"{top:g}", height / 2 - 1: f"{top / 2:g}"}.get(row, "")
        lines.append(f"{shown:>{label}} {'|' if plain else '│'}{''.join(bar[row] for bar in bars)}".rstrip())
    long = len(bars)
    lines.append(f"{0:>{label}} {'+' if plain else '└'}{('-' if plain else '─') * long}")
    marks = _kinds(table, each, wide)
    if marks.strip():
        lines.append(f"{'':{label + 2}}{marks}".rstrip())
    lines.append(f"{'':{label + 2}}{_dates(table, long)}".rstrip())
    lines.append(str(_legend(depth.text, eto, upper, each, marks, plain)))
    return "\n".join(lines)


def _top(values: np.ndarray) -> float:
    """Return a round number above all values."""
    most = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
    if most <= 0:
        return 1.0
    step = 10.0 ** np.floor(np.log10(most))
    return float(next(round(step * part, 10) for part in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * part >= most))


def _means(values: np.ndarray, each: int) -> np.ndarray:
    """Return the mean of so many days after the other; NaN where none of them has a value."""
    cut = np.full(-(-len(values) // each) * each, np.nan)
    cut[: len(values)] = values
    rows = cut.reshape(-1, each)
    known = np.isfinite(rows)
    counts = known.sum(axis=1)
    return np.where(counts > 0, np.where(known, rows, 0.0).sum(axis=1) / np.maximum(counts, 1), np.nan)


def _column(eto: float, upper: float, top: float, height: int, plain: bool) -> str:
    """Return a column of characters, from below."""
    if not np.isfinite(eto):
        return " " * height
    eighths, band = (_PLAIN_EIGHTHS, _PLAIN_BAND) if plain else (_EIGHTHS, _BAND)
    filled = round(max(eto, 0.0) / top * height * 8)
    full, part = divmod(filled, 8)
    column = eighths[8] * full + (eighths[part] if part else "")
    reach = round(max(upper, 0.0) / top * height) if np.isfinite(upper) else 0
    return (column.rstrip() + band * height)[: max(reach, len(column.rstrip()))].ljust(height)[:height]


def _kinds(table: pd.DataFrame, each: int, wide: int) -> str:
    """Return a mark for each column whose days are not all observed."""
    kinds = table["kind"].tolist()
    marks = []
    for begin in range(0, len(kinds), each):
        here = set(kinds[begin : begin + each])
        marks.append(next((mark for kind, mark in _MARKS.items() if kind in here), " ") * wide)
    return "".join(marks)


def _dates(table: pd.DataFrame, long: int) -> str:
    """Return the first and the last day, at the ends of the axis."""
    if table.empty:
        return ""
    first, last = (f"{table['date'].iloc[i]:%Y-%m-%d}" for i in (0, -1))
    return first if len(table) == 1 else f"{first}{last:>{max(long - len(first), len(last) + 1)}}"


def _legend(name: str, eto: np.ndarray, upper: np.ndarray, each: int, marks: str, plain: bool) -> Text:
    parts: list[str] = [say("plot_of_eto", unit=name)]
    if np.isfinite(upper).any() and not np.array_equal(eto, upper, equal_nan=True):
        parts.append(say("plot_interval", mark=_PLAIN_BAND if plain else _BAND))
    if each > 1:
        parts.append(say("plot_days_of_column", count=each))
    parts += [say(f"plot_{kind}", mark=mark) for kind, mark in _MARKS.items() if mark in marks]
    return join("; ", parts)
