"""A small drawing of a column of an own file, as each answer to a question would read it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from etolib.widgets.markup.base import label, number, text
from etolib.widgets.wording import capital, variable

WIDTH, HEIGHT = 560, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 8, 20
_COLOURS = ("var(--eto-eto)", "var(--eto-rain)", "var(--eto-forecast)", "var(--eto-busy)", "var(--eto-bad)")


def drawing(language: str, preview: Mapping[str, Any], others: Mapping[str, Sequence[float | None]]) -> str:
    """Return a drawing as HTML: lines of the readings, of other sources, and of what is usual at the place.

    ``preview`` as `etolib.sources.station.preview.preview` gives it; ``others`` the same days of other sources by their
    titles.

    >>> one = {"variable": "tmax", "unit": "°C", "dates": ["2024-01-01", "2024-01-02"], "usual": [4.0, 4.1],
    ...        "readings": {"°F": [3.9, 5.0], "°C": [39.0, 41.0]}}
    >>> drawing("en", one, {}).count("<path")
    3
    """
    lines: list[tuple[str, Sequence[float | None], str, str]] = []
    for at, (name, values) in enumerate(preview["readings"].items()):
        lines.append((name, values, _COLOURS[at % len(_COLOURS)], ""))
    for name, values in others.items():
        lines.append((name, values, "var(--eto-muted)", "1 3"))
    if preview["usual"] is not None:
        lines.append((label(language, "usual_there"), preview["usual"], "var(--eto-ink)", "5 4"))
    numbers = [v for _, values, _, _ in lines for v in values if v is not None]
    if len(preview["dates"]) < 2 or not numbers:
        return ""
    low, high = min(numbers), max(numbers)
    low, high = (low, high) if high > low else (low - 1, high + 1)
    paths = "".join(
        f'<path d="{_path(values, low, high)}" fill="none" stroke="{colour}" stroke-width="1.6" '
        f'stroke-dasharray="{dashes}" vector-effect="non-scaling-stroke"/>'
        for _, values, colour, dashes in reversed(lines)
    )
    key = "".join(
        f'<span><svg width="22" height="8" aria-hidden="true"><line x1="0" x2="22" y1="4" y2="4" stroke="{colour}" '
        f'stroke-width="2" stroke-dasharray="{dashes}"/></svg>{text(name)}</span>'
        for name, _, colour, dashes in lines
    )
    title = f"{capital(variable(language, preview['variable']))} [{preview['unit']}]"
    return (
        f'<figure class="etolib-preview"><figcaption>{text(title)}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(title)}">'
        f'{_axes(preview["dates"], low, high)}{paths}</svg><div class="etolib-preview-key">{key}</div></figure>'
    )


def _axes(dates: Sequence[str], low: float, high: float) -> str:
    """Return the frame: least and largest value, first and last day."""
    right, bottom = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    decimals = 0 if high - low >= 10 else 1
    rows = "".join(
        f'<line x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}" stroke="var(--eto-grid)"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{number(value, decimals)}</text>'
        for value, y in ((high, _TOP), (low, bottom))
    )
    return (
        f'<g font-size="11" fill="var(--eto-muted)">{rows}<text x="{_LEFT}" y="{HEIGHT - 4}">{text(dates[0])}</text>'
        f'<text x="{right}" y="{HEIGHT - 4}" text-anchor="end">{text(dates[-1])}</text></g>'
    )


def _path(values: Sequence[float | None], low: float, high: float) -> str:
    """Return a line, with gaps where values are absent."""
    step = (WIDTH - _LEFT - _RIGHT) / max(len(values) - 1, 1)
    parts, pen = [], "M"
    for at, value in enumerate(values):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        y = HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)
        parts.append(f"{pen}{_LEFT + at * step:.1f} {y:.1f}")
        pen = "L"
    return "".join(parts)
