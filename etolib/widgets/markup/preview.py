"""A small drawing of a column of an own file, as each answer to a question would read it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from etolib import words
from etolib.widgets.markup.base import label, number, text
from etolib.widgets.wording import capital, unit, variable

WIDTH, HEIGHT = 560, 104
_COLOURS = ("var(--eto-eto)", "var(--eto-rain)", "var(--eto-forecast)", "var(--eto-busy)", "var(--eto-bad)")


def drawing(language: str, preview: Mapping[str, Any], others: Mapping[str, Sequence[float | None]]) -> str:
    """Return a drawing as HTML: lines of the readings, of other sources, and of what is usual at the place.

    ``preview`` as `etolib.sources.station.preview.preview` gives it; ``others`` the same days of other sources by their
    titles.

    >>> one = {"variable": "tmax", "unit": "°C", "dates": ["2024-01-01", "2024-01-02"], "usual": [4.0, 4.1],
    ...        "readings": {"°F": [3.9, 5.0], "°C": [39.0, 41.0]}}
    >>> drawing("en", one, {}).count('fill="none"')
    3
    """
    lines: list[tuple[str, Sequence[float | None], str, str]] = []
    for at, (name, values) in enumerate(preview["readings"].items()):
        lines.append((unit(language, name), values, _COLOURS[at % len(_COLOURS)], ""))
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
    title = f"{capital(variable(language, preview['variable']))} [{unit(language, preview['unit'])}]"
    plot = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{text(title)}">'
        f'<path d="M0 0.5H{WIDTH}M0 {HEIGHT - 0.5}H{WIDTH}" stroke="var(--eto-grid)"/>{paths}</svg>'
    )
    return (
        f'<figure class="etolib-preview"><figcaption>{text(title)}</figcaption>'
        f'{_framed(language, preview["dates"], low, high, plot)}<div class="etolib-preview-key">{key}</div></figure>'
    )


def _framed(language: str, dates: Sequence[str], low: float, high: float, plot: str) -> str:
    """Return a drawing with its largest and least value and its first and last day.

    They are no part of the drawing, which is as wide as there is room: letters must not shrink with it.
    """
    decimals = 0 if high - low >= 10 else 1
    values = "".join(f"<span>{words.decimals(language, number(value, decimals))}</span>" for value in (high, low))
    days = f"<span>{text(dates[0])}</span><span>{text(dates[-1])}</span>"
    return (
        f'<div class="etolib-preview-frame"><div class="etolib-preview-values">{values}</div>{plot}'
        f'<div class="etolib-preview-days">{days}</div></div>'
    )


def _path(values: Sequence[float | None], low: float, high: float) -> str:
    """Return a line, with gaps where values are absent."""
    step = WIDTH / max(len(values) - 1, 1)
    parts, pen = [], "M"
    for at, value in enumerate(values):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        y = 0.5 + (high - value) / (high - low) * (HEIGHT - 1)
        parts.append(f"{pen}{at * step:.1f} {y:.1f}")
        pen = "L"
    return "".join(parts)
