"""What is shown of a comparison: one chart, one table, a summary, and everything to take away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np

from etolib.result.together import figures
from etolib.unit_systems import METRIC
from etolib.widgets import daily, front, texts
from etolib.widgets.comparison import markup
from etolib.widgets.comparison.series import KINDS, QUANTITIES, STEPS, Series, drawn
from etolib.widgets.form import marked
from etolib.widgets.markup.base import label, text
from etolib.widgets.panes import Panes
from etolib.widgets.tabs import take_away
from etolib.widgets.wording import say, say_or

log = logging.getLogger("etolib.page")

TABS = ("chart", "table", "summary", "take_away")

_WORDS = (
    "months", "decimal_mark", "chart_zoom_in", "chart_zoom_out", "chart_zoom_reset", "chart_png", "chart_png_hint",
    "chart_tools", "chart_series", "chart_role", "chart_toggle_hint", "table_frame", "places_day",
)  # fmt: skip
_COARSE = ("sum", "rain", "balance")
_SUMMARY: tuple[tuple[str, str], ...] = (
    ("mean", "fine"), ("sum", "coarse"), ("least", "fine"), ("most", "fine"), ("rain", "coarse"),
    ("balance", "coarse"), ("bias", "fine"), ("rmse", "fine"), ("r", "score"), ("n", "count"), ("missing", "count"),
    ("HIGH", "count"), ("MEDIUM", "count"), ("LOW", "count"),
)  # fmt: skip


class ComparisonView:
    """The results of all places.

    Parameters
    ----------
    language : str
    guard : callable
        Wraps callbacks.
    files : callable
        Called with nothing: has the files of what is shown made; they come by `take`.

    Attributes
    ----------
    series : tuple of Series
        What is shown.
    rows : dict
        The rows of chart and table, see `etolib.widgets.comparison.series.drawn`. [mm]
    reference : Dropdown
        The place that the others are held against.
    """

    def __init__(self, language: str, guard: Callable[..., Any], files: Callable[[], None]) -> None:
        self.language, self.units, self._files = language, METRIC, files
        self.series: tuple[Series, ...] = ()
        self.rows: dict[str, np.ndarray] = {}
        self.asked: tuple[Any, ...] | None = None  # what the files were made of
        self.link = ""
        self._failed = ""
        self._held: int | None = None  # the reference that a person has chosen
        self._away: Mapping[str, Any] | None = None
        self._filling = False
        self.head = marked(widgets.HTML(), "etolib-results-head")
        self.quantity: Any = marked(widgets.Dropdown(), "etolib-quantity", "etolib-field")
        self.step: Any = marked(widgets.Dropdown(), "etolib-step-of", "etolib-field")
        self.reference: Any = marked(widgets.Dropdown(), "etolib-reference", "etolib-field")
        self.fields = marked(widgets.Box([self.quantity, self.step, self.reference]), "etolib-compare-fields")
        self._make_panes(guard)
        self.said = marked(widgets.HTML(), "etolib-places-said")
        self.widget = marked(
            widgets.VBox([self.head, self.fields, self.choice.bar, *self.choice.panes.values(), self.said]),
            "etolib-results", "etolib-panel", "etolib-empty",
        )  # fmt: skip
        for field in (self.quantity, self.step):
            field.observe(guard(lambda change: self._chosen()), "value")
        self.reference.observe(guard(lambda change: self._referred()), "value")
        self.translate(language)

    def _make_panes(self, guard: Callable[..., Any]) -> None:
        self.chart: Any = block("lines")
        self.table: Any = block("sheet")
        self.summary: Any = block("sheet")
        self.means: Any = block("sheet")
        self.biases: Any = block("sheet")
        self.about, self.about_months, self.about_bias = (marked(widgets.HTML(), "etolib-muted") for _ in range(3))
        self.away = marked(widgets.HTML(), "etolib-of-take_away", "etolib-take_away")
        parts = [self.about, self.summary, self.about_months, self.means, self.about_bias, self.biases]
        panes: dict[str, widgets.DOMWidget] = {
            "chart": widgets.Box([self.chart]), "table": widgets.Box([self.table]), "summary": widgets.VBox(parts),
            "take_away": self.away,
        }  # fmt: skip
        for name in TABS[:3]:
            marked(panes[name], f"etolib-of-{name}", "etolib-view")
        self.choice = Panes(panes, self._opened, guard)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show(self, series: Sequence[Series], link: str) -> None:
        """Show the results of places, in their order; ``link`` is the query that repeats them."""
        changed = tuple(series) != self.series
        self.series, self.link = tuple(series), link
        (self.widget.remove_class if series else self.widget.add_class)("etolib-empty")
        if changed:
            self._offer()
        self._render()

    def chosen(self) -> dict[str, str]:
        """Return what a person looks at, as text by name, for `recall`."""
        held = "" if self._held is None else str(self._held)
        return {"quantity": self.quantity.value, "step": self.step.value, "pane": self.choice.open, "held": held}

    def recall(self, row: Mapping[str, str]) -> None:
        """Take back what `chosen` has returned; whatever a browser has made of it."""
        for field, name in ((self.quantity, "quantity"), (self.step, "step")):
            if row.get(name) in [value for _, value in field.options]:
                field.value = row[name]
        if row.get("pane") in self.choice.panes:
            self.choice.turn(row["pane"])
        if row.get("held", "").isdecimal():
            self._held = int(row["held"])

    def measure(self, units: str) -> None:
        """Show numbers in units: ``metric`` or ``us``."""
        self.units = units
        self._render()

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.language = language
        for name, button in self.choice.buttons.items():
            button.description = say(language, f"tab_{name}")
        self._fill(self.quantity, [(say(language, f"places_of_{name}"), name) for name in QUANTITIES])
        self._fill(self.step, [(say(language, f"places_by_{name}"), name) for name in STEPS])
        self.quantity.description = say(language, "places_quantity")
        self.step.description = say(language, "places_step")
        self.reference.description = say(language, "compare_with")
        self._offer()
        self._render()

    def _fill(self, field: Any, options: list[tuple[str, Any]]) -> None:
        """Offer a choice; what was chosen stays."""
        values = [value for _, value in options]
        self._filling = True
        try:
            chosen = field.value
            if list(field.options) != options:
                field.options = options
            field.value = chosen if chosen in values else next(iter(values), None)
        finally:
            self._filling = False

    def _offer(self) -> None:
        """Offer the places as references; the first is one until a person has chosen."""
        self._fill(self.reference, [(one.label, one.number) for one in self.series])
        numbers = [one.number for one in self.series]
        if numbers:
            self._filling = True
            try:
                self.reference.value = self._held if self._held in numbers else numbers[0]
            finally:
                self._filling = False

    def _chosen(self) -> None:
        if not self._filling:
            self._draw()

    def _referred(self) -> None:
        if not self._filling:
            self._held = self.reference.value
            self._sum_up()
            self._opened()

    def _render(self) -> None:
        self._show_head()
        self.fields.layout.display = None if self.series else "none"
        if self.series:
            self._draw()
            self._sum_up()
        self._opened()

    def _show_head(self) -> None:
        language = self.language
        if not self.series:
            self.head.value = f'<p class="etolib-muted">{label(language, "places_empty")}</p>'
            return
        title = text(say(language, "places_count", count=len(self.series)))
        period = text(self.series[0].answer["period"])
        self.head.value = (
            f'<div class="etolib-results-title"><div><h2>{title}</h2><p>{period}</p></div>'
            f'<div class="etolib-actions">{markup.share(language, self.link)}</div></div>'
        )

    def _say(self) -> None:
        """Say what a reader must know of these numbers."""
        found: dict[tuple[str, int], list[str]] = {}  # of which places the same is said
        for one in self.series:
            stops = self.step.value == "sum" and _gap(one.values(self.quantity.value, exact=True))
            said = {"missing": one.missing, "usual": one.count("climatology"), "sum_stops": int(stops)}
            for key, count in said.items():
                if count:
                    found.setdefault((f"places_{key}", count), []).append(one.label)
        self.said.value = markup.said(
            [say(self.language, key, place=", ".join(names), count=count) for (key, count), names in found.items()]
        )

    # --- chart and table ----------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        quantity, step = self.quantity.value, self.step.value
        self.rows = drawn(self.series, quantity, step)
        names = [*self.rows]
        block = np.stack([np.asarray(row, dtype="<f8") for row in self.rows.values()])
        days = len(self.rows["day"])
        packed = {"data": block.tobytes(), "rows": names, "days": days}
        data = daily.numbers(packed, names, self.units)
        self.chart.draw(self._meta(names, days) | self._chart_words(quantity, step), data)
        columns = [{"row": "day", "title": say(self.language, "column_date"), "kind": _kind_of(step), "decimals": 0}]
        columns += [
            {"row": f"place:{one.number}", "title": one.label, "kind": "number", "place": one.number,
             "decimals": daily.DECIMALS[self.units]}
            for one in self.series
        ]  # fmt: skip
        about = self._title(quantity, step)
        self.table.draw(self._meta(names, days) | {"columns": columns, "caption": about, "kind_names": [*KINDS]}, data)
        self._say()

    def _meta(self, rows: Sequence[str], days: int) -> dict[str, Any]:
        """Return what every block needs beside its numbers."""
        language = self.language
        return {
            "rows": [*rows], "days": days, "words": texts.words_of(language, _WORDS),
            "decimals": daily.DECIMALS[self.units], "mm": daily.MM_PER[self.units],
            "places": [{"number": one.number, "label": one.label} for one in self.series],
        }  # fmt: skip

    def _chart_words(self, quantity: str, step: str) -> dict[str, Any]:
        language = self.language
        period = self.series[0].answer["period"]
        title = self._title(quantity, step)
        names = ", ".join(one.label for one in self.series)
        return {
            "axes": {"eto": title, "rain": "", "balance": ""},
            "kind_names": [*KINDS],
            "kinds": [say_or(language, f"kind_{kind}", kind) for kind in KINDS],
            "step": step,
            "place": title,
            "period": period,
            "file": f"eto_{len(self.series)}_places_{period.replace('/', '_')}",
            "summary": say(language, "places_chart", title=title, period=period, names=names),
        }

    def _title(self, quantity: str, step: str) -> str:
        day, depth = texts.units_of(self.language, self.units)
        what = say(self.language, f"places_of_{quantity}")
        how = say(self.language, f"places_by_{step}")
        return say(self.language, "places_title", what=what, how=how, measure=depth if step == "sum" else day)

    # --- summary ------------------------------------------------------------------------------------------------------

    def _sum_up(self) -> None:
        places = {one.number: one.place() for one in self.series}
        reference = places.get(self.reference.value)
        found = {n: figures.summary(place, None if place is reference else reference) for n, place in places.items()}
        for summary in found.values():
            summary["missing"] = summary["days"] - summary["known"]
        language, fine = self.language, daily.DECIMALS[self.units]
        decimals = {"fine": fine, "coarse": fine - 1, "count": 0, "score": 3}
        rows = {name: [self._in_units(found[one.number][name], kind) for one in self.series] for name, kind in _SUMMARY}
        columns = [
            {"row": name, "title": self._head_of(name), "kind": "number", "decimals": decimals[kind],
             "signed": name in ("balance", "bias")}
            for name, kind in _SUMMARY
        ]  # fmt: skip
        day, depth = texts.units_of(language, self.units)
        held = next((one.label for one in self.series if one.number == self.reference.value), "")
        about = say(language, "places_summary", reference=held, measure=day, depth=depth)
        self._show_sheet(self.summary, self.about, rows, columns, about)
        means = {n: figures.by_month(place) for n, place in places.items()}
        self._show_months(self.means, self.about_months, means, say(language, "places_months", measure=day), False)
        if reference is not None and len(places) > 1:
            bias = {n: figures.bias_by_month(p, reference) for n, p in places.items() if p is not reference}
            about = say(language, "places_bias_months", reference=held, measure=day)
            self._show_months(self.biases, self.about_bias, bias, about, True)
        for part in (self.biases, self.about_bias):
            part.layout.display = None if len(places) > 1 else "none"

    def _show_months(
        self, sheet: Any, about: Any, values: Mapping[int, tuple[np.ndarray, np.ndarray]], said: str, signed: bool
    ) -> None:
        """Show a number for each month of the year that has days."""
        seen = [month for month in range(12) if any(days[month] for _, days in values.values())]
        names = say(self.language, "months").split()
        rows = {
            f"month:{month}": [
                self._in_units(values[one.number][0][month], "fine") for one in self.series if one.number in values
            ]
            for month in seen
        }
        columns = [
            {"row": f"month:{month}", "title": names[month], "kind": "number",
             "decimals": daily.DECIMALS[self.units], "signed": signed}
            for month in seen
        ]  # fmt: skip
        self._show_sheet(sheet, about, rows, columns, said, [one for one in self.series if one.number in values])

    def _show_sheet(
        self,
        sheet: Any,
        about: Any,
        rows: Mapping[str, Sequence[float]],
        columns: Sequence[Mapping[str, Any]],
        said: str,
        series: Sequence[Series] | None = None,
    ) -> None:
        """Show a table with a row a place."""
        shown = self.series if series is None else series
        about.value = text(said)
        block = np.array([[float(one.number) for one in shown], *rows.values()], dtype="<f8")
        title = say(self.language, "place")
        first = {"row": "place", "title": title, "kind": "place", "decimals": 0}
        meta = self._meta(["place", *rows], len(shown)) | {"columns": [first, *columns], "caption": said}
        sheet.draw(meta, block.tobytes())

    def _in_units(self, value: float, kind: str) -> float:
        return value / daily.MM_PER[self.units] if kind in ("fine", "coarse") else value

    def _head_of(self, name: str) -> str:
        if name in daily.QUALITIES:
            return say(self.language, f"quality_{name}")
        return {"rmse": "RMSE", "r": "r"}.get(name) or say(self.language, f"places_column_{name}")

    # --- take away ----------------------------------------------------------------------------------------------------

    def made_of(self) -> tuple[Any, ...]:
        """Return what the files of what is shown depend on."""
        return tuple((one.number, one.label, id(one.answer)) for one in self.series), self.reference.value, self.units

    def _opened(self) -> None:
        """Have the files made when somebody wants to take them, and made anew when something has changed."""
        if self.choice.open == "take_away" and self.series and self.asked != self.made_of():
            self.asked, self._away, self._failed = self.made_of(), None, ""
            self._files()
        self._show_away()

    def take(self, made_of: tuple[Any, ...], found: Mapping[str, Any] | None, failed: str = "") -> None:
        """Offer files that were made, or say why they were not; those of an older question are left alone."""
        if made_of == self.asked:
            self._away, self._failed = found, failed
            self._show_away()

    def _show_away(self) -> None:
        if self._failed:
            failed = label(self.language, "tab_failed", error=self._failed)
            self.away.value = f'<p class="etolib-notice">{failed}</p>'
            self.asked = None
        else:
            self.away.value = take_away.look(self.language, self._away, None)


def _kind_of(step: str) -> str:
    return "month" if step == "month" else "day"


def _gap(values: np.ndarray) -> bool:
    """Return whether a day is missing between known ones.

    >>> _gap(np.array([np.nan, 1.0, np.nan])), _gap(np.array([1.0, np.nan, 2.0]))
    (False, True)
    """
    known = np.flatnonzero(np.isfinite(values))
    return bool(len(known)) and int(known[-1] - known[0] + 1) > len(known)


class _Unbuilt(widgets.HTML):  # type: ignore[misc]  # ipywidgets has no types
    """Stands where the front end was not built: says so."""

    def draw(self, meta: Mapping[str, Any], data: bytes) -> None:
        """Show the numbers as a plain table where there are columns, else nothing."""
        self.value = markup.plain_table(meta, data) if "columns" in meta else ""


def block(name: str) -> widgets.DOMWidget:
    """Return the widget of a chart (``lines``) or a table (``sheet``); where nothing was built, one that says so."""
    if front.widget_files(name) is None:
        return _Unbuilt()
    from etolib.widgets.comparison.widgets import Lines, Sheet  # import anywidget, which the fallback does without

    return Lines() if name == "lines" else Sheet()
