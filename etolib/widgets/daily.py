"""The days of a result as one block of numbers: what chart and table of the page are drawn from.

`pack` runs where the result lies (it needs pandas); `numbers` runs in the page, which has no pandas and needs none.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etolib.unit_systems import METRIC, SYSTEMS, unit
from etolib.variables import VARIABLES

if TYPE_CHECKING:
    import pandas as pd

    from etolib.result.result import Result

QUALITIES = ("HIGH", "MEDIUM", "LOW")
"""Levels of quality by their number in a block; an absent one is NaN."""

CODES = ("day", "quality", "kind", "source", "flags")
"""Rows of a block that are no depth of water: days since 1970-01-01, and numbers of words."""

DEPTH = {system: unit(VARIABLES["eto"].units, system) for system in SYSTEMS}
"""In what every depth of water is shown, by the units of a page; files have the same."""

DECIMALS = {system: depth.decimals for system, depth in DEPTH.items()}
"""Decimals of every depth of water that is shown, by units; those of files."""

MM_PER = {system: depth.factor for system, depth in DEPTH.items()}
"""What one unit of depth is, by units. [mm]"""

_DEPTHS = ("eto", "eto_lower", "eto_upper", "precipitation")


def pack(result: Result, words: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the days of a result as one block of numbers, and the words its numbers stand for.

    Parameters
    ----------
    result : Result
    words : mapping, optional
        Not needed: words are the page's.

    Returns
    -------
    dict
        ``data``: float64, little endian, one row after the other, one number a day; absent is NaN. ``rows``: their
        names: `CODES`; ETo, its interval and precipitation, rounded as in files [mm day-1]; the least and the largest
        of the sources where two or more have the day (``spread_lower``, ``spread_upper``) [mm day-1]; what has fallen
        less ETo since the first day (``balance``) [mm]; ``source:<name>``, ETo of each source by itself [mm day-1].
        ``days``; ``kinds``, ``sources``, ``flags``: the words of the rows with numbers of words; ``place``, ``period``,
        ``file``: what the result is called.

    Examples
    --------
    >>> import etolib
    >>> from etolib import config
    >>> with config.set_options(offline=True):
    ...     packed = pack(etolib.compute((-22.7, -47.6), "2024-01-01/2024-01-03"))
    >>> packed["days"], packed["kinds"], len(packed["data"]) == 8 * 3 * len(packed["rows"])
    (3, ['climatology'], True)
    """
    import numpy as np

    from etolib.result import formats
    from etolib.result.columns import rounded

    table = rounded(result.table)
    rows: dict[str, Any] = {"day": table["date"].to_numpy("datetime64[D]").astype("int64")}
    quality = {level: number for number, level in enumerate(QUALITIES)}
    rows["quality"] = table["quality"].map(quality)
    found: dict[str, list[str]] = {}
    for name, key in (("kind", "kinds"), ("source", "sources"), ("flags", "flags")):
        rows[name], found[key] = _numbered(table[name])
    rows |= {name: table[name] for name in _DEPTHS}
    each = _each_source(result)
    several = each.notna().sum(axis=1) >= 2
    rows["spread_lower"] = each.min(axis=1).where(several).to_numpy()
    rows["spread_upper"] = each.max(axis=1).where(several).to_numpy()
    rows["balance"] = (result.table["precipitation"] - result.table["eto"]).cumsum().round(2)
    rows |= {f"source:{name}": each[name].to_numpy() for name in each}
    block = np.stack([np.asarray(row, dtype="<f8") for row in rows.values()])
    return {
        "data": block.tobytes(), "rows": [*rows], "days": len(table), **found,
        "place": str(result.site), "period": str(result.period), "file": formats.file_name(result),
    }  # fmt: skip


def _each_source(result: Result) -> pd.DataFrame:
    """Return ETo of each source that has any of the days, a row each day of the table [mm day-1]."""
    # The climatology only stands where no source has the day: it is no second opinion.
    each = result.source_eto.drop(columns="climatology", errors="ignore").reindex(result.table["date"])
    return each.astype(float).round(2).dropna(axis="columns", how="all")


def _numbered(texts: pd.Series) -> tuple[Any, list[str]]:
    """Return the number of each text, NaN for none, and the texts in alphabetical order."""
    known = sorted({text for text in texts.dropna() if text})
    return texts.map({text: number for number, text in enumerate(known)}).astype(float), known


def numbers(packed: Mapping[str, Any], rows: Sequence[str], units: str = METRIC) -> bytes:
    """Return some rows of a packed block in the order asked for, depths of water in the units of a page.

    Inches are made of the rounded millimetres that files have, and rounded to `DECIMALS`.

    >>> packed = {"data": array("d", [1, 2, 25.4, 12.7]).tobytes(), "rows": ["day", "eto"], "days": 2}
    >>> array("d", numbers(packed, ["eto"], "us")).tolist()
    [1.0, 0.5]
    """
    size = 8 * int(packed["days"])
    at = {name: number for number, name in enumerate(packed["rows"])}
    parts = []
    for name in rows:
        part: bytes = packed["data"][at[name] * size : (at[name] + 1) * size]
        if units != METRIC and name not in CODES:
            values = array("d", part)
            part = array("d", map(DEPTH[units].shown, values)).tobytes()
        parts.append(part)
    return b"".join(parts)


def column(packed: Mapping[str, Any], name: str, units: str = METRIC) -> list[float | None]:
    """Return one row of a packed block as numbers, None where absent."""
    return [None if value != value else value for value in array("d", numbers(packed, [name], units))]
