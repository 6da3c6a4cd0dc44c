"""The days of one place and the mean of the region, as a chart and as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np

from etolib import words
from etolib.site import Site
from etolib.unit_systems import METRIC
from etolib.weighted import Mean, mean_of
from etolib.widgets import daily, texts
from etolib.widgets.comparison.view import block
from etolib.widgets.form import marked
from etolib.widgets.markup.base import sentence, text
from etolib.widgets.panes import Panes
from etolib.widgets.region.values import Array, Values
from etolib.widgets.wording import say, say_or

_PLACE, _MEAN = 1, 2  # numbers of the lines, which are their colours
_KINDS = ("observed", "forecast", "climatology")
_WORDS = (
    "months", "decimal_mark", "chart_zoom_in", "chart_zoom_out", "chart_zoom_reset", "chart_png", "chart_png_hint",
    "chart_tools", "chart_series", "chart_role", "chart_toggle_hint", "table_frame", "places_day",
)  # fmt: skip
_ROWS = ("place", "lower", "upper")


class Detail:
    """Chart and numbers of the place that is looked at, and of the whole region.

    Parameters
    ----------
    language : str
    guard : callable
        Wraps callbacks.
    chosen : callable
        Called with the number of the place that a person has chosen by its number.
    """

    def __init__(self, language: str, guard: Callable[..., Any], chosen: Callable[[int], None]) -> None:
        self.language, self.units = language, METRIC
        self._known: Values | None = None
        self._mean: Mean | None = None
        self._sites: Sequence[Site] = ()
        self._why: Mapping[int, str] = {}
        self._filling = False
        self._cells = True
        self.at: int | None = None
        self.title = widgets.HTML()
        self.number: Any = marked(widgets.BoundedIntText(min=0, max=0, value=0), "etolib-region-number", "etolib-field")
        self.head = marked(widgets.HTML(), "etolib-region-said")
        self.mean = marked(widgets.HTML(), "etolib-region-mean")
        self.chart: Any = block("lines")
        self.table: Any = block("sheet")
        panes = {"chart": widgets.Box([self.chart]), "table": widgets.Box([self.table])}
        self.panes = Panes(panes, lambda: None, guard)
        for name, pane in self.panes.panes.items():
            marked(pane, f"etolib-of-{name}", "etolib-view")
        about = marked(widgets.Box([self.number, self.head]), "etolib-region-about")
        self.widget = marked(
            widgets.VBox([about, self.mean, self.panes.bar, *self.panes.panes.values()]),
            "etolib-results", "etolib-panel", "etolib-region-detail",
        )  # fmt: skip
        self.widget.layout.display = "none"
        self.number.observe(guard(lambda change: self._typed(change["new"], chosen)), "value")
        self.translate(language)

    def _typed(self, number: int, chosen: Callable[[int], None]) -> None:
        if not self._filling:
            chosen(number)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show(
        self, known: Values | None, sites: Sequence[Site], weights: Array | None, why: Mapping[int, str], cells: bool
    ) -> None:
        """Show what is known; ``why`` says of places without values why that is so."""
        self._known, self._sites, self._why, self._cells = known, sites, why, cells
        self._mean = None
        if known is not None and weights is not None:
            self._mean = mean_of(known.eto, known.lower, known.upper, weights)
        there = known is not None and bool((known.state > 0).any())
        self.widget.layout.display = None if there else "none"
        if self.at is not None and self.at >= len(sites):
            self.at = None
        self.render()

    def look_at(self, number: int | None) -> None:
        """Show the days of a place."""
        self.at = number
        self.render()

    def follow(self, day: int | None) -> None:
        """Have the chart look at the day that the map shows, since 1970-01-01; None: the map shows no single day."""
        self.chart.cursor = day

    def render(self) -> None:
        """Show everything anew."""
        known = self._known
        if known is None or self.widget.layout.display == "none":
            return
        self._filling = True
        try:
            self.number.max = max(0, len(self._sites) - 1)
            if self.at is not None:
                self.number.value = self.at
        finally:
            self._filling = False
        self.head.value = "" if self.at is None else self._about(self.at, known)
        self.mean.value = "" if self._mean is None else self._told(self._mean)
        self._draw(known)

    def _about(self, at: int, known: Values) -> str:
        site = self._sites[at]
        height = f" · {known.elevation[at]:.0f} m" if np.isfinite(known.elevation[at]) else ""
        where = words.decimals(self.language, str(Site(site.latitude, site.longitude)))
        place = f"<b>{text(f'{site.name} ({where})' if site.name else where)}</b>{text(height)}"
        if at in self._why:
            return f'{place}<p class="etolib-place-error">{sentence(self.language, self._why[at])}</p>'
        if not np.isfinite(known.eto[at]).any():
            return f"{place}<p>{text(say(self.language, 'region_place_to_come'))}</p>"
        return f"{place}<p>{text(self._summary(known.eto[at], known.lower[at], known.upper[at]))}</p>"

    def _summary(self, eto: Array, lower: Array, upper: Array) -> str:
        """Return the mean, its limits and the sum of days in words."""
        days = int(np.isfinite(eto).sum())
        known = np.isfinite(eto)
        unit, depth = texts.units_of(self.language, self.units)
        mean, low, high = (self._number(float(one[known].mean())) for one in (eto, lower, upper))
        told = say(
            self.language, "region_mean_of_days", mean=mean, low=low, high=high, measure=unit,
            length=say(self.language, "days", count=days),
        )  # fmt: skip
        if known.all():
            told += " " + say(self.language, "region_sum", sum=self._number(float(eto.sum())), depth=depth)
        return told

    def _number(self, millimetres: float) -> str:
        return texts.decimal(self.language, millimetres / daily.MM_PER[self.units], daily.DECIMALS[self.units])

    def _told(self, mean: Mean) -> str:
        if not np.isfinite(mean.eto).any():
            return ""
        share = texts.decimal(self.language, 100 * mean.share, 0 if mean.share > 0.9995 else 1)
        head = say(self.language, "region_mean_about" if self._cells else "region_mean_places", percent=share)
        counted = say(self.language, "region_mean_by_area" if self._cells else "region_mean_equal")
        alike = f"{counted} {say(self.language, 'region_mean_alike')}"
        return (
            f"<p><b>{text(head)}</b> {text(self._summary(mean.eto, mean.lower, mean.upper))}</p>"
            f'<p class="etolib-muted">{text(alike)}</p>'
        )

    # --- chart and table ----------------------------------------------------------------------------------------------

    def _lines(self, known: Values) -> dict[int, tuple[str, tuple[Array, Array, Array]]]:
        """Return label and numbers of each line, by its number."""
        found: dict[int, tuple[str, tuple[Array, Array, Array]]] = {}
        if self.at is not None and np.isfinite(known.eto[self.at]).any():
            name = self._sites[self.at].name or say(self.language, "region_place_number", number=self.at)
            found[_PLACE] = (name, (known.eto[self.at], known.lower[self.at], known.upper[self.at]))
        if self._mean is not None and np.isfinite(self._mean.eto).any():
            name = say(self.language, "region_mean" if self._cells else "region_all_places")
            found[_MEAN] = (name, (self._mean.eto, self._mean.lower, self._mean.upper))
        return found

    def _draw(self, known: Values) -> None:
        lines = self._lines(known)
        days = np.arange(known.first, known.first + known.days, dtype=float)
        rows: dict[str, Array] = {"day": days, "kind": kinds(known, self.at)}
        for number, (_, series) in lines.items():
            rows |= {f"{row}:{number}": np.round(one, 2) for row, one in zip(_ROWS, series, strict=True)}
        block_ = np.stack([np.asarray(row, dtype="<f8") for row in rows.values()])
        packed = {"data": block_.tobytes(), "rows": [*rows], "days": known.days}
        data = daily.numbers(packed, [*rows], self.units)
        meta = {
            "rows": [*rows], "days": known.days, "words": texts.words_of(self.language, _WORDS),
            "decimals": daily.DECIMALS[self.units], "mm": daily.MM_PER[self.units],
            "places": [{"number": number, "label": label} for number, (label, _) in lines.items()],
            "kind_names": [*_KINDS],
        }  # fmt: skip
        self.chart.draw(meta | self._chart_words(lines, known), data)
        title = self._title()
        self.table.draw(meta | {"columns": self._columns(lines), "caption": title}, data)

    def _title(self) -> str:
        return say(self.language, "region_chart_title", measure=texts.units_of(self.language, self.units)[0])

    def _chart_words(self, lines: Mapping[int, Any], known: Values) -> dict[str, Any]:
        title = self._title()
        axis = say(self.language, "region_chart_axis", measure=texts.units_of(self.language, self.units)[0])
        first, last = (str(np.datetime64(day, "D")) for day in (known.first, known.first + known.days - 1))
        period = f"{first}/{last}"
        names = ", ".join(label for label, _ in lines.values())
        return {
            "axes": {"eto": axis, "rain": "", "balance": ""}, "step": "day", "place": title, "period": period,
            "kinds": [say_or(self.language, f"kind_{kind}", kind) for kind in _KINDS],
            "file": f"eto_region_{first}_{last}",
            "summary": say(self.language, "places_chart", title=title, period=period, names=names),
        }  # fmt: skip

    def _columns(self, lines: Mapping[int, tuple[str, Any]]) -> list[dict[str, Any]]:
        found = [{"row": "day", "title": say(self.language, "column_date"), "kind": "day", "decimals": 0}]
        for number, (label, _) in lines.items():
            titles = (label, say(self.language, "region_lower"), say(self.language, "region_upper"))
            found += [
                {"row": f"{row}:{number}", "title": title, "kind": "number", "decimals": daily.DECIMALS[self.units]}
                for row, title in zip(_ROWS, titles, strict=True)
            ]
        return found

    # --- words --------------------------------------------------------------------------------------------------------

    def measure(self, units: str) -> None:
        """Show numbers in units: ``metric`` or ``us``."""
        self.units = units
        self.render()

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.language = language
        self.number.description = say(language, "region_number")
        for name, button in self.panes.buttons.items():
            button.description = say(language, f"tab_{name}")
        self.render()


def kinds(known: Values, at: int | None) -> Array:
    """Return the kind of each day by its place in observed, forecast, climatology: of one place, else of any.

    >>> one = Values.none(2, 3, 0)
    >>> one.kind[1] = 1, 2, 0
    >>> kinds(one, 1).tolist(), kinds(one, None).tolist()
    ([0.0, 1.0, nan], [0.0, 1.0, nan])
    """
    codes = known.kind if at is None or not known.kind[at].any() else known.kind[[at]]
    first = np.where(codes > 0, codes, 99).min(axis=0) - 1.0
    return np.where(first > 90, np.nan, first)
