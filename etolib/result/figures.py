"""Figures of a result, drawn with matplotlib's object interface: no pyplot, no global state, no display needed."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib.extras import needed
from etolib.unit_systems import METRIC, unit
from etolib.words import ENGLISH, look_up

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

WORDS = (
    "axis_eto",
    "axis_rain",
    "axis_eto_us",
    "axis_rain_us",
    "legend_eto",
    "legend_interval",
    "legend_spread",
    "legend_rain",
    "legend_forecast",
    "months",
)
"""Keys of the texts of a figure."""

LABELS: Mapping[str, str] = {key: look_up(ENGLISH, key) for key in WORDS}
"""Words of the figure by their key; a page gives those of its language."""


@dataclass(frozen=True)
class Palette:
    """Colours of a figure, as matplotlib reads them."""

    ink: str
    muted: str
    grid: str
    paper: str
    eto: str
    rain: str
    forecast: str


LIGHT = Palette("#1d2b2c", "#5b6b6c", "#dfe5e3", "#ffffff", "#0f766e", "#447bb5", "#7d6130")
DARK = Palette("#e4ecec", "#9aacac", "#2c3b3d", "#142022", "#3ecfbd", "#7ab0e6", "#d5b67a")

# Colours no figure uses: `svg_for_page` replaces each by a CSS variable, so that one drawing serves both themes.
_MARKS = Palette("#010101", "#010102", "#010103", "#010104", "#010105", "#010106", "#010107")
_VARIABLES = {colour: f"var(--eto-{name})" for name, colour in vars(_MARKS).items()}
_SVG_RAIN_DAYS = 1500  # longer series draw rain as one filled step: a bar a day would only slow the browser down


_LINE_DAYS = 100  # up to here each source has a line of its own; beyond, lines would be a thicket and become a band
_DASHES = ("solid", (0, (4, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))


def figure(
    table: pd.DataFrame,
    *,
    sources: pd.DataFrame | None = None,
    palette: Palette = LIGHT,
    labels: Mapping[str, str] = LABELS,
    width: float = 9.6,
    height: float = 4.2,
    units: str = METRIC,
) -> Figure:
    """Draw daily ETo with its interval and the spread of its sources, rain as bars from above; shade the forecast.

    Parameters
    ----------
    table : pandas.DataFrame
        `etolib.result.result.Result.table`: columns ``date``, ``eto``, ``eto_lower``, ``eto_upper``, ``precipitation``
        [mm day-1] and ``kind``.
    sources : pandas.DataFrame, optional
        ETo of each source by itself, a column each, named as the legend shall; index ``date``. Drawn where two or more
        have values: a thin line each, or for long series one band from the least to the largest. [mm day-1]
    palette : Palette
    labels : mapping
        Keys as in `LABELS`.
    width, height : float
        Size [inch].
    units : {"metric", "us"}
        Of the axes, whose titles name them.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered anywhere: a notebook shows it as the last line of a cell; save it with ``savefig``.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2024-01-01", periods=3)
    >>> table = pd.DataFrame({"date": days, "eto": [4.0, 4.5, 3.9], "eto_lower": 3.5, "eto_upper": 5.0,
    ...                       "precipitation": [0.0, 12.0, 3.0], "kind": "observed"})
    >>> [axes.get_ylabel() for axes in figure(table).axes]
    ['Rain [mm/day]', 'ETo [mm/day]']
    """
    depth = unit("mm day-1", units)
    days = table["date"].to_numpy(dtype="datetime64[D]")
    eto, lower, upper, rain = (
        table[name].to_numpy(dtype=float, na_value=np.nan) / depth.factor
        for name in ("eto", "eto_lower", "eto_upper", "precipitation")
    )
    if sources is not None:
        sources = sources.astype(float) / depth.factor
    canvas = _canvas(width, height, palette)
    below = canvas.add_subplot()  # rain first, so that the line of ETo lies above its bars
    above = below.twinx()

    rainy = [_rain(below, days, rain, palette, labels)] if np.isfinite(rain).any() else []
    if rainy:  # no axis of a rain that nobody knows
        below.set_ylabel(_axis(labels, "axis_rain", units), color=palette.rain)
    most = float(np.nanmax(rain, initial=0.0))
    below.set_ylim(max(10.0 / depth.factor, 2.4 * most), 0)

    handles = _line(above, days, (lower, eto, upper), palette, labels)
    above.set_ylabel(_axis(labels, "axis_eto", units), color=palette.eto)
    spread, most_of_them = _spread(above, table, sources, palette, labels)
    handles += spread + rainy
    top = np.nanmax(np.concatenate([eto, upper, [most_of_them]]), initial=1.0 / depth.factor)
    above.set_ylim(0, max(2.0 / depth.factor, 1.12 * float(top)))
    handles += _forecast(above, days, (table["kind"] == "forecast").to_numpy(), palette, labels)

    above.yaxis.set_label_position("left")
    above.yaxis.tick_left()
    below.yaxis.set_label_position("right")
    below.yaxis.tick_right()
    highest = max(5.0 / depth.factor, 1.15 * most) if rainy else -1.0
    below.set_yticks([tick for tick in below.get_yticks() if 0 <= tick <= highest])
    _days(below, days, width, labels["months"].split())
    _calm(above, below, palette)
    canvas.legend(
        handles=handles, loc="outside upper left", ncols=_columns(handles, width), frameon=False, fontsize=9,
        labelcolor=palette.ink, handlelength=1.6, columnspacing=1.4,
    )  # fmt: skip
    return canvas


def _axis(labels: Mapping[str, str], key: str, units: str) -> str:
    return labels[key if units == METRIC else f"{key}_{units}"]


def _canvas(width: float, height: float, palette: Palette) -> Figure:
    """Return an empty figure that a notebook can show: it asks like this where pyplot is not imported."""
    with needed():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

    canvas = Figure(figsize=(width, height), layout="constrained", facecolor=palette.paper)
    agg = FigureCanvasAgg(canvas)

    def png() -> bytes:
        drawn = io.BytesIO()
        agg.print_png(drawn)
        return drawn.getvalue()

    setattr(canvas, "_repr_png_", png)  # noqa: B010
    return canvas


def _line(axes: Any, days: Any, band: tuple[Any, Any, Any], palette: Palette, labels: Mapping[str, str]) -> list[Any]:
    """Draw ETo and its interval (lower, eto, upper); return what the legend shows."""
    lower, eto, upper = band
    single = len(days) < 3  # a line of one or two days is hard to see without its points
    (line,) = axes.plot(
        days,
        eto,
        color=palette.eto,
        linewidth=1.8,
        marker="o" if single else None,
        label=labels["legend_eto"],
        zorder=4,
    )
    if not np.isfinite(lower).any():
        return [line]
    interval = axes.fill_between(
        days, lower, upper, color=palette.eto, alpha=0.18, linewidth=0, label=labels["legend_interval"], zorder=3
    )
    return [line, interval]


def _forecast(axes: Any, days: Any, forecast: Any, palette: Palette, labels: Mapping[str, str]) -> list[Any]:
    """Shade the days that are forecast; return what the legend shows."""
    if not forecast.any():
        return []
    half = np.timedelta64(12, "h")
    span = axes.axvspan(
        days[forecast][0] - half, days[forecast][-1] + half, color=palette.forecast, alpha=0.12, linewidth=0,
        label=labels["legend_forecast"], zorder=1,
    )  # fmt: skip
    return [span]


def _days(axes: Any, days: Any, width: float, months: Sequence[str]) -> None:
    """Write the dates below, their months in the words given."""
    from matplotlib.dates import AutoDateLocator

    locator = AutoDateLocator(minticks=3, maxticks=max(4, round(width)))
    axes.xaxis.set_major_locator(locator)
    formatter = _dates(locator, months)
    if len(np.unique(days.astype("datetime64[M]"))) > 1:
        formatter.offset_formats[2] = "%Y"  # the months stand at their ticks: the last of them is not that of all days
    axes.xaxis.set_major_formatter(formatter)
    margin = np.timedelta64(12, "h")
    axes.set_xlim(days[0] - margin, days[-1] + margin)


def _columns(handles: Sequence[Any], width: float) -> int:
    """Return how many columns of the legend fit into a figure of ``width`` [inch]; it is filled column by column."""
    sizes = [0.5 + 0.08 * len(str(handle.get_label())) for handle in handles]  # of a mark and a letter of 9 points
    for count in range(len(sizes), 1, -1):
        if sum(max(column) for column in np.array_split(sizes, count)) <= width:
            return count
    return 1


def _dates(locator: Any, months: Sequence[str]) -> Any:
    """Return what writes the dates of an axis, its months in the words given."""
    from matplotlib.dates import ConciseDateFormatter

    english = LABELS["months"].split()
    name = re.compile("|".join(english))

    def said(text: str) -> str:
        return name.sub(lambda match: months[english.index(match[0])], text)

    class Dates(ConciseDateFormatter):
        def format_ticks(self, values: Any) -> list[str]:
            return [said(text) for text in super().format_ticks(values)]

        def get_offset(self) -> str:
            return said(super().get_offset())

    return Dates(locator)


def _spread(
    axes: Any, table: pd.DataFrame, sources: pd.DataFrame | None, palette: Palette, labels: Mapping[str, str]
) -> tuple[list[Any], float]:
    """Draw what each source says by itself; return what the legend shows and the largest value drawn."""
    if sources is None:
        return [], np.nan
    values = sources.reindex(table["date"]).dropna(axis="columns", how="all")
    if values.shape[1] < 2 or not (values.notna().sum(axis=1) >= 2).any():
        return [], np.nan
    days, numbers = table["date"].to_numpy(dtype="datetime64[D]"), values.to_numpy(dtype=float)
    largest = float(np.nanmax(numbers))
    if len(days) > _LINE_DAYS:
        # pandas leaves absent values out; days of one source have no spread.
        several = values.notna().sum(axis=1) >= 2
        band = axes.fill_between(
            days, values.min(axis=1).where(several), values.max(axis=1).where(several), color=palette.muted, alpha=0.3,
            linewidth=0, label=labels["legend_spread"], zorder=2,
        )  # fmt: skip
        return [band], largest
    lines = []
    for (name, column), dashes in zip(values.items(), cycle(_DASHES)):
        lines += axes.plot(days, column, color=palette.muted, linewidth=0.9, linestyle=dashes, label=name, zorder=3.5)
    return lines, largest


def _rain(axes: Any, days: Any, rain: Any, palette: Palette, labels: Mapping[str, str]) -> Any:
    if len(days) > _SVG_RAIN_DAYS:
        return axes.fill_between(
            days, 0, np.nan_to_num(rain), step="mid", color=palette.rain, alpha=0.7, linewidth=0,
            label=labels["legend_rain"], rasterized=True,
        )  # fmt: skip
    return axes.bar(days, rain, width=0.85, color=palette.rain, alpha=0.75, label=labels["legend_rain"], linewidth=0)


def _calm(above: Any, below: Any, palette: Palette) -> None:
    above.grid(axis="y", color=palette.grid, linewidth=0.8)
    above.set_axisbelow(True)
    above.patch.set_visible(False)
    below.set_facecolor(palette.paper)
    for axes in (above, below):
        for side in ("top", "left", "right"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(palette.grid)
        axes.tick_params(colors=palette.muted, labelsize=9, length=0)
        axes.xaxis.get_offset_text().set_color(palette.muted)


def svg_for_page(
    table: pd.DataFrame,
    labels: Mapping[str, str] = LABELS,
    width: float = 9.6,
    height: float = 4.2,
    sources: pd.DataFrame | None = None,
) -> str:
    """Return the figure as inline SVG whose colours are CSS variables ``--eto-*`` and whose text is text.

    One drawing then serves light and dark pages, in the page's own font.
    """
    with needed():
        import matplotlib as mpl

    drawn = io.StringIO()
    # `svg.hashsalt` makes the ids depend on nothing but the figure; two figures in one page need different ones.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"{width}x{height}"}):
        figure(table, sources=sources, palette=_MARKS, labels=labels, width=width, height=height).savefig(
            drawn, format="svg", metadata={"Date": None, "Creator": None}
        )
    picture = drawn.getvalue()
    picture = picture[picture.index("<svg") :]
    for colour, variable in _VARIABLES.items():
        picture = picture.replace(colour, variable)
    # matplotlib's style rule is for every element (`*`): inside a page it would reach beyond the figure.
    picture = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", picture, flags=re.DOTALL)
    # A size in points would fix the width; the page decides.
    return re.sub(
        r'<svg ([^>]*?)width="[^"]*" height="[^"]*"|(<svg [^>]*?)height="[^"]*"([^>]*?)width="[^"]*"',
        r"<svg \1",
        picture,
        count=1,
    )
