"""What is shown of a comparison: scores, a scatter plot, bias by month."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib import words
from etolib.site import distance_km
from etolib.unit_systems import US
from etolib.units import factors
from etolib.widgets import texts
from etolib.widgets.daily import DECIMALS, MM_PER
from etolib.widgets.markup.base import label, text
from etolib.widgets.scales import ends
from etolib.widgets.wording import say

POINTS = 2000
"""Days drawn in a scatter plot; of more, as many evenly chosen ones."""

Printed = tuple[str, str]
"""Where an equation is printed, and for which surface."""

EQUATION = "equation:"
"""How the rows of other equations begin."""

PUBLISHED = "published:"
"""How the rows of what services publish themselves begin."""

_SIZE, _LEFT, _RIGHT, _TOP, _BOTTOM = 400, 54, 12, 10, 46
_SCORES = ("n", "bias", "rmse", "kge", "r")


@dataclass(frozen=True)
class Pair:
    """A series and what it is compared with.

    Parameters
    ----------
    row : str
        Name of the series: ``eto``, ``source:<name>``, ``equation:<name>`` or ``published:<name>``.
    eto, reference : ndarray, shape (days,)
        [mm day-1]
    scores : dict
        As `etolib.scores.agreement` gives them.
    bias, days : ndarray, shape (12,)
        As `etolib.scores.monthly_bias` gives them.
    printed : (str, str), optional
        Of an equation: where it is printed, and for which surface.
    """

    row: str
    eto: np.ndarray
    reference: np.ndarray
    scores: Mapping[str, float]
    bias: np.ndarray
    days: np.ndarray
    printed: Printed | None = None

    def title(self, language: str) -> str:
        """Return what the series is called."""
        return title(language, self.row, self.printed)


def title(language: str, row: str, printed: Printed | None = None) -> str:
    """Return what a series is called.

    >>> title("en", "eto"), title("en", "source:nasa_power")
    ('ETo of this result', 'NASA POWER')
    >>> title("en", "equation:asce2005_tall", ("ASCE-2005 Eq. 1", "tall"))
    'ASCE-2005 Eq. 1, alfalfa'
    >>> title("es", "equation:hargreaves", ("Hargreaves and Samani (1985), FAO-56 Eq. 52", "short"))
    'Hargreaves y Samani (1985), FAO-56 Ec. 52'
    """
    if printed is not None:
        where, surface = printed
        for key in _OF_SOURCES:
            where = re.sub(rf"\b{re.escape(words.look_up('en', key))}(?!\w)", say(language, key), where)
        return say(language, f"compare_equation_{surface}", printed=where)
    kind, _, name = row.partition(":")
    return texts.source(language, name) if kind in ("source", "published") else say(language, "compare_fused")


_OF_SOURCES = ("and", "equation_sign", "equation_of_radiation")
"""What of where an equation is printed (`Method.source`, in English) languages say otherwise."""


def sentences(said: Sequence[str]) -> str:
    """Return sentences as paragraphs."""
    return "".join(f'<p class="etolib-muted">{text(one)}</p>' for one in said)


FEW = 30
"""Days below which scores say little: correlation and KGE of few days are chance."""


def few(language: str, pairs: Sequence[Pair]) -> list[str]:
    """Return which series have few days in common with the reference, and how many; nothing where none has."""
    found = [f"{pair.title(language)} ({pair.scores['n']:.0f})" for pair in pairs if pair.scores["n"] < FEW]
    return [say(language, "compare_few", things=", ".join(found), least=FEW)] if found else []


def between(language: str, one: Mapping[str, Any], other: Mapping[str, Any], units: str) -> list[str]:
    """Return in what two results are not of the same: place, period."""
    said = []
    if (one["latitude"], one["longitude"]) != (other["latitude"], other["longitude"]):
        far = distance_km(one["latitude"], one["longitude"], other["latitude"], other["longitude"])
        mile, _ = factors("elevation", "mi")
        shown, unit = (1000 * far / mile, "mi") if units == US else (far, "km")
        number = texts.decimal(language, shown, 0 if shown >= 10 else 1)
        said.append(say(language, "compare_other_place", place=other["place"], distance=number, unit=unit))
    if one["period"] != other["period"]:
        said.append(say(language, "compare_other_period", one=one["period"], other=other["period"]))
    return said or [say(language, "compare_same_request")]


def download(language: str, file: str, content: str) -> str:
    """Return the link to a file."""
    data = base64.b64encode(content.encode()).decode("ascii")
    return (
        f'<p class="etolib-below"><a class="etolib-download-compare etolib-action" download="{text(file)}" '
        f'href="data:text/csv;charset=utf-8;base64,{data}">{label(language, "download_csv")}</a></p>'
    )


def scores(language: str, pairs: Sequence[Pair], reference: str, units: str) -> str:
    """Return a row a series: days, bias, RMSE, KGE, r.

    No ``<table>``: a result has one, that of its days.
    """
    unit = texts.units_of(language, units)[0]
    heads = [label(language, "compare_series"), label(language, "compare_days"), label(language, "compare_bias")]
    heads += ["RMSE", "KGE", "r"]
    rows = [
        (pair.row, pair.title(language), [_score(language, pair.scores, name, units) for name in _SCORES])
        for pair in pairs
    ]
    about = label(language, "compare_caption", reference=reference, unit=unit)
    return f'<p class="etolib-muted">{about}</p>{_table(label(language, "tab_compare"), heads, rows)}'


def months(language: str, pairs: Sequence[Pair], units: str) -> str:
    """Return a row a series: its bias in each month that has days, and how many those are."""
    seen = [month for month in range(12) if any(pair.days[month] for pair in pairs)]
    if not seen:
        return ""
    names = say(language, "months").split()
    about = label(language, "compare_months", unit=texts.units_of(language, units)[0])
    heads = [label(language, "compare_series"), *(text(names[month]) for month in seen)]
    rows = [
        (
            pair.row,
            pair.title(language),
            [f"{_depth(language, pair.bias[m], units)}<small>{pair.days[m] or ''}</small>" for m in seen],
        )
        for pair in pairs
    ]
    return f'<p class="etolib-muted">{about}</p>{_table(about, heads, rows)}'


def _table(about: str, heads: Sequence[str], rows: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    many = len(heads) - 1
    tracks = f"grid-template-columns:minmax(80px,2fr) repeat({many},minmax(44px,1fr))"
    # Every row has the same least width: each is a grid of its own, and their columns must stand below each other.
    columns = f'style="{tracks};min-width:{80 + 48 * many + 16}px"'
    head = "".join(f'<span role="columnheader">{one}</span>' for one in heads)
    body = "".join(
        f'<div role="row" data-series="{text(row)}" {columns}><span role="rowheader">{text(name)}</span>'
        + "".join(f'<span role="cell">{cell}</span>' for cell in cells)
        + "</div>"
        for row, name, cells in rows
    )
    return (
        f'<div class="etolib-table-frame etolib-grid" role="table" tabindex="0" aria-label="{about}">'
        f'<div role="row" class="etolib-grid-head" {columns}>{head}</div>{body}</div>'
    )


def _score(language: str, found: Mapping[str, float], name: str, units: str) -> str:
    value = found[name]
    if name == "n":
        return f"{value:.0f}"
    if name in ("bias", "rmse"):
        return _depth(language, value, units)
    return text(texts.decimal(language, _finite(value), 3))


def _depth(language: str, value: float, units: str) -> str:
    known = _finite(value)
    return text(texts.decimal(language, None if known is None else known / MM_PER[units], DECIMALS[units]))


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def scatter(language: str, pair: Pair, reference: str, units: str) -> str:
    """Return a drawing: the reference along, the series upwards, the line on which both are the same."""
    both = np.isfinite(pair.eto) & np.isfinite(pair.reference)
    if not both.any():
        return ""
    unit, name = texts.units_of(language, units)[0], pair.title(language)
    x, y = pair.reference[both] / MM_PER[units], pair.eto[both] / MM_PER[units]
    total = len(x)
    taken = np.unique(np.linspace(0, total - 1, min(total, POINTS)).astype(int))
    low, high, step = ends(min(0.0, float(min(x.min(), y.min()))), float(max(x.max(), y.max())))
    scale = (_SIZE - _LEFT - _RIGHT) / (high - low)
    bottom, right = _SIZE - _BOTTOM, _SIZE - _RIGHT
    upward = (bottom - _TOP) / (high - low)
    points = "".join(
        f"M{_LEFT + (a - low) * scale:.1f} {bottom - (b - low) * upward:.1f}h0"
        for a, b in zip(x[taken], y[taken], strict=True)
    )
    values: dict[str, Any] = {
        "name": name, "reference": reference, "total": total, "unit": unit,
        "bias": _depth(language, pair.scores["bias"], units),
        "r": texts.decimal(language, _finite(pair.scores["r"]), 3),
    }  # fmt: skip
    thinned = ""
    if len(taken) < total:
        cut = label(language, "compare_thinned", shown=len(taken), total=total)
        thinned = f'<figcaption class="etolib-muted">{cut}</figcaption>'
    across = _axis_title(language, reference, unit, f'x="{(_LEFT + right) / 2}" y="{_SIZE - 6}"')
    middle = (_TOP + bottom) / 2
    up = _axis_title(language, name, unit, f'x="14" y="{middle}" transform="rotate(-90 14 {middle})"')
    return (
        f'<figure><svg viewBox="0 0 {_SIZE} {_SIZE}" role="img" data-points="{len(taken)}" '
        f'aria-label="{label(language, "compare_scatter", **values)}">'
        f"{_grid(language, low, high, step)}{across}{up}"
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{_TOP}" stroke="var(--eto-muted)" stroke-dasharray="5 4"/>'
        f'<text x="{_LEFT + 30}" y="{bottom - 40}" text-anchor="end" fill="var(--eto-muted)">1:1</text>'
        f'<path d="{points}" fill="none" stroke="var(--eto-eto)" stroke-width="4.5" stroke-linecap="round" '
        f'stroke-opacity=".55"/></svg>{thinned}</figure>'
    )


def _axis_title(language: str, name: str, unit: str, where: str) -> str:
    short = name if len(name) <= 46 else f"{name[:45]}…"
    words = label(language, "compare_axis", name=short, unit=unit)
    return f'<text {where} text-anchor="middle" fill="var(--eto-ink)">{words}</text>'


def _grid(language: str, low: float, high: float, step: float) -> str:
    """Return the frame with its marks."""
    bottom, right = _SIZE - _BOTTOM, _SIZE - _RIGHT
    decimals = max(0, -math.floor(math.log10(step)), 1 if step % 1 else 0)
    parts = []
    for at in range(round((high - low) / step) + 1):
        value = low + at * step
        share = (value - low) / (high - low)
        x, y = _LEFT + share * (right - _LEFT), bottom - share * (bottom - _TOP)
        shown = text(texts.decimal(language, value, decimals))
        parts.append(
            f'<path d="M{x:.1f} {_TOP}V{bottom}M{_LEFT} {y:.1f}H{right}" stroke="var(--eto-grid)" fill="none"/>'
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{shown}</text>'
            f'<text x="{_LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{shown}</text>'
        )
    return f'<g fill="var(--eto-muted)">{"".join(parts)}</g>'
