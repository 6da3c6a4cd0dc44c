"""The form: place, period and sources as widgets around a `FormModel`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from etolib.errors import EtolibError, Problem
from etolib.request import FEET, OPTIONS, metres
from etolib.site import Period
from etolib.sources import catalogue
from etolib.sources.obstacle import obstacle
from etolib.unit_systems import METRIC, unit
from etolib.widgets import wording
from etolib.widgets.form_model import PRESETS, FormModel, split_pair
from etolib.widgets.markup import form as markup
from etolib.widgets.markup.base import day_count, label, text
from etolib.widgets.wording import say


def marked(widget: widgets.DOMWidget, *names: str) -> Any:
    """Return the widget with CSS classes added."""
    for name in names:
        widget.add_class(name)
    return widget


class FieldErrors:
    """What is wrong with some fields, said where they stand.

    Parameters
    ----------
    language : str
    fields : mapping
        By the name that a `Problem` gives: the widget, or None where the whole part is meant.
    """

    def __init__(self, language: str, fields: Mapping[str, widgets.DOMWidget | None]) -> None:
        self._language, self._fields = language, fields
        self._problems: Sequence[Problem] = ()
        self.widget = marked(widgets.HTML(), "etolib-field-error")
        self.show(())

    def show(self, problems: Sequence[Problem]) -> Sequence[Problem]:
        """Show the problems of these fields, and no others; return those of other fields."""
        mine = [problem for problem in problems if problem.thing in self._fields]
        self._problems = mine
        wrong = {problem.thing for problem in mine}
        for name, field in self._fields.items():
            if field is not None:
                (field.add_class if name in wrong else field.remove_class)("etolib-invalid")
        self.translate(self._language)
        return [problem for problem in problems if problem.thing not in self._fields]

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self._language = language
        self.widget.value = markup.field_errors(language, self._problems)
        self.widget.layout.display = None if self._problems else "none"


def with_unit(typed: str, units: str) -> str:
    """Return a height as it was typed in a field of units, understood without knowing them.

    >>> with_unit("1237", "us"), with_unit("377", "metric"), with_unit("377 m", "us"), with_unit("high", "us")
    ('1237 ft', '377', '377 m', 'high')
    """
    sign = unit("m", units).sign
    bare = metres(typed) is not None and not typed.strip().lower().endswith("m") and not FEET.match(typed)
    return f"{typed} {sign}" if bare and units != METRIC else typed


def without_unit(text: str, units: str) -> str:
    """Return a height of the form as a field of units shows it.

    >>> without_unit("1237 ft", "us"), without_unit("1237 ft", "metric"), without_unit("377", "us")
    ('1237', '377', '1237')
    """
    feet, height = FEET.match(text), metres(text)
    if height is None or bool(feet) == (units != METRIC):
        return feet[1] if feet else text
    return f"{unit('m', units).of(height):.0f}"


class PlaceForm:
    """Typed coordinates and elevation: the keyboard's twin of the map."""

    def __init__(self, model: FormModel, guard: Callable[..., Any], kept: widgets.DOMWidget) -> None:
        self.model = model
        self._filling = False
        self.title = widgets.HTML()
        self.fields = {
            name: marked(widgets.Text(value=getattr(model, name)), f"etolib-{name}", "etolib-field")
            for name in ("latitude", "longitude", "elevation")
        }
        self.found = marked(widgets.HTML(), "etolib-elevation-source", "etolib-muted")
        for name, field in self.fields.items():
            if name != "elevation":
                widgets.link((model, name), (field, "value"))
                field.observe(guard(self._typed), "value")
        self._show_height()
        model.observe(guard(lambda change: self._show_height()), ["elevation", "units"])
        self.fields["elevation"].observe(guard(self._height_typed), "value")
        self.krs = marked(widgets.Dropdown(options=list(OPTIONS["krs"]), value=model.krs), "etolib-krs", "etolib-field")
        widgets.link((model, "krs"), (self.krs, "value"))
        row = marked(widgets.Box(list(self.fields.values())), "etolib-row", "etolib-row-3")
        self.errors = FieldErrors(model.language, {**self.fields, "krs": self.krs, "name": None, "site": None})
        head = marked(widgets.Box([self.title, kept]), "etolib-section-head")
        facts = marked(widgets.Box([self.found, self.krs]), "etolib-place-facts")
        self.widget = marked(widgets.VBox([head, row, self.errors.widget, facts]), "etolib-panel", "etolib-place")

    def _typed(self, change: Mapping[str, Any]) -> None:
        pair = split_pair(change["new"])
        if pair is not None:
            self.model.latitude, self.model.longitude = pair

    def _height_typed(self, change: Mapping[str, Any]) -> None:
        self._one_way(self.model, "elevation", with_unit(change["new"], self.model.units))

    def _show_height(self) -> None:
        self._one_way(self.fields["elevation"], "value", without_unit(self.model.elevation, self.model.units))
        self._label_height()

    def _one_way(self, one: Any, name: str, text: str) -> None:
        """Keep what is shown, rounded, from being taken for typed, and what is typed from being written anew."""
        if not self._filling:
            self._filling = True
            try:
                setattr(one, name, text)
            finally:
                self._filling = False

    def _label_height(self) -> None:
        height = unit("m", self.model.units)
        self.fields["elevation"].description = say(self.model.language, "elevation", unit=height.sign)

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.title.value = f"<h2>{label(language, 'place')}</h2>"
        self.errors.translate(language)
        for name, field in self.fields.items():
            if name != "elevation":
                field.description = say(language, name)
                field.tooltip = say(language, "place_hint")
        self._label_height()
        self.fields["elevation"].placeholder = say(language, "elevation_auto")
        chosen = self.model.krs
        self.krs.description = say(language, "krs")
        self.krs.tooltip = say(language, "krs_hint")
        self.krs.options = [(say(language, f"krs_{name}"), name) for name in OPTIONS["krs"]]
        self.krs.value = chosen


class PeriodForm:
    """Presets with one click, two dates, or typed text: three views of one period."""

    def __init__(self, model: FormModel, guard: Callable[..., Any]) -> None:
        self.model = model
        self._filling = False
        self.title = widgets.HTML()
        self.presets = marked(
            widgets.ToggleButtons(options=[(name, name) for name in PRESETS], value=None), "etolib-presets"
        )
        self.start = marked(widgets.DatePicker(), "etolib-start", "etolib-field")
        self.end = marked(widgets.DatePicker(), "etolib-end", "etolib-field")
        self.typed = marked(widgets.Text(value=model.period), "etolib-period", "etolib-field")
        self.count = marked(widgets.HTML(), "etolib-day-count", "etolib-muted")
        head = marked(widgets.Box([self.title, self.count]), "etolib-section-head")
        dates = marked(widgets.Box([self.start, self.end, self.typed]), "etolib-row", "etolib-dates")
        self.errors = FieldErrors(
            model.language, {"period": self.typed, "start": self.start, "end": self.end, "date": self.typed}
        )
        self.widget = marked(
            widgets.VBox([head, self.presets, dates, self.errors.widget]), "etolib-section", "etolib-when"
        )
        widgets.link((model, "period"), (self.typed, "value"))
        self.presets.observe(guard(self._chosen), "value")
        for picker in (self.start, self.end):
            picker.observe(guard(self._picked), "value")
        model.observe(lambda change: self._show(), "period")

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._filling and change["new"]:
            self.model.period = str(Period.parse(change["new"]))

    def _picked(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            first, last = self.start.value, self.end.value
            # Not checked here: an end before the start is an error when somebody calculates.
            self.model.period = f"{first or ''}/{last or ''}"

    def _show(self) -> None:
        try:
            days: Period | None = self.model.days()
        except EtolibError:
            days = None
        self._filling = True
        try:
            if days is not None:
                self.start.value, self.end.value = days.start, days.end
            self.presets.value = next(
                (name for name in PRESETS if days is not None and Period.parse(name) == days), None
            )
        finally:
            self._filling = False
        self.count.value = text(day_count(self.model.language, len(days))) if days else "&nbsp;"

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.title.value = f"<h2>{label(language, 'period')}</h2>"
        self.errors.translate(language)
        self._filling = True
        try:
            chosen = self.presets.value
            self.presets.options = [(say(language, f"preset_{name}"), name) for name in PRESETS]
            self.presets.value = chosen
        finally:
            self._filling = False
        self.start.description = say(language, "period_from")
        self.end.description = say(language, "period_to")
        self.typed.description = say(language, "period_text")
        self.typed.placeholder = say(language, "period_hint")
        self.typed.tooltip = say(language, "period_hint")
        self._show()


class SourcesForm:
    """Tick boxes of the sources; each with its window, delay and licence."""

    def __init__(self, model: FormModel, guard: Callable[..., Any]) -> None:
        self.model = model
        self._guard = guard
        self._filling = False
        self._known: Sequence[Mapping[str, Any]] = ()
        self._state = "sources_waiting"
        self.title = widgets.HTML()
        self.automatic = marked(widgets.Checkbox(value=True, indent=False), "etolib-auto")
        self.hint = marked(widgets.HTML(), "etolib-muted", "etolib-auto-hint")
        self.boxes: dict[str, widgets.Checkbox] = {}
        self.facts: dict[str, widgets.HTML] = {}
        self.rows = marked(widgets.VBox(), "etolib-source-list")
        self.waiting = marked(widgets.HTML(), "etolib-muted")
        head = marked(widgets.Box([self.title, self.automatic, self.hint]), "etolib-section-head")
        self.errors = FieldErrors(model.language, {"sources": None, "source": None})
        self.widget = marked(
            widgets.VBox([head, self.waiting, self.rows, self.errors.widget]), "etolib-section", "etolib-sources"
        )
        self.automatic.observe(guard(self._automatic), "value")
        model.observe(lambda change: self._show(), ["automatic", "sources"])
        model.observe(guard(lambda change: self._tell()), ["latitude", "longitude", "period"])

    def offer(self, sources: Sequence[Mapping[str, Any]]) -> None:
        """Show the sources there are."""
        self._known = sources
        self.boxes = {}
        self.facts = {}
        rows = []
        for source in sources:
            name = source["name"]
            self.boxes[name] = widgets.Checkbox(value=False, indent=False)
            self.boxes[name].observe(self._guard(self._ticked), "value")
            self.facts[name] = widgets.HTML()
            rows.append(marked(widgets.Box([self.boxes[name], self.facts[name]]), "etolib-source"))
        self.rows.children = rows
        self.translate(self.model.language)

    def unavailable(self) -> None:
        """Say that the list cannot be had for now."""
        self._state = "sources_none"
        self.translate(self.model.language)

    def _automatic(self, change: Mapping[str, Any]) -> None:
        if self._filling:
            return
        self.model.automatic = bool(change["new"])

    def _ticked(self, change: Mapping[str, Any]) -> None:
        if self._filling:
            return
        self.model.sources = [name for name, box in self.boxes.items() if box.value]

    def _show(self) -> None:
        self._filling = True
        try:
            self.automatic.value = self.model.automatic
            for name, box in self.boxes.items():
                box.value = name in self.model.sources
        finally:
            self._filling = False
        self.rows.layout.display = "none" if self.model.automatic else None
        self.hint.layout.display = None if self.model.automatic else "none"
        self._tell()

    def _tell(self) -> None:
        """Say what is known of each source; one that has nothing for place and days is greyed, with the reason."""
        language, site, period = self.model.language, *self.model.known()
        usable = []
        for source in self._known:
            name = source["name"]
            why_not = obstacle(catalogue.find(name), site, period) if name in catalogue.SOURCES else None
            self.facts[name].value = markup.source_line(language, source, why_not)
            box = self.boxes[name]
            box.disabled = why_not is not None and not box.value  # what a link has ticked can be taken back
            if why_not is None:
                usable.append(source)
        self.hint.value = markup.source_names(language, usable)

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.title.value = f"<h2>{label(language, 'sources')}</h2>"
        self.errors.translate(language)
        self.automatic.description = say(language, "sources_auto")
        self.waiting.value = "" if self._known else label(language, self._state)
        self.waiting.layout.display = "none" if self._known else None
        for source in self._known:
            self.boxes[source["name"]].description = wording.source(language, source["name"])
        self._show()
