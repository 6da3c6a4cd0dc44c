"""The calculation of one day: inputs as used and where each came from, every term, and what if one were another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

import ipywidgets as widgets
import numpy as np

from etolib import words
from etolib.equations.daily import daily_terms
from etolib.unit_systems import METRIC, US
from etolib.widgets.form import marked
from etolib.widgets.markup import day as markup
from etolib.widgets.markup.day import INPUTS, OWN
from etolib.widgets.tabs.tab import Guard
from etolib.widgets.wording import say

_STEPS = {  # of the arrows of a field, in its unit
    METRIC: {"tmax": 0.5, "tmin": 0.5, "ea": 0.05, "rs": 0.5, "u2": 0.1},
    US: {"tmax": 1.0, "tmin": 1.0, "ea": 0.5, "rs": 5.0, "u2": 0.2},
}


class DayView:
    """One day of a result, recalculated in the page's own process as its inputs are changed.

    Parameters
    ----------
    guard : callable
        Wraps callbacks: see `etolib.widgets.tabs.Guard`.

    Attributes
    ----------
    inputs : dict
        The fields by the name of the input, in the page's units.
    eto : float or None
        What is shown [mm day-1].
    """

    def __init__(self, guard: Guard) -> None:
        self._language, self._units = words.ENGLISH, METRIC
        self._packed: Mapping[str, Any] | None = None
        self._at = 0
        self._filling = False
        self._typed: dict[str, tuple[float, str]] = {}  # what was typed, and the units it was typed in
        self.eto: float | None = None
        self.back = marked(widgets.Button(description="‹"), "etolib-day-back", "etolib-quiet")
        self.date = marked(widgets.DatePicker(), "etolib-day-date", "etolib-field")
        self.on = marked(widgets.Button(description="›"), "etolib-day-on", "etolib-quiet")
        self.answer = marked(widgets.HTML(), "etolib-day-answer")
        self.reset = marked(widgets.Button(), "etolib-day-reset", "etolib-plain")
        self.said = marked(widgets.HTML(), "etolib-day-said")
        self.inputs = {
            name: marked(widgets.FloatText(), "etolib-day-input", f"etolib-day-{name}", "etolib-field")
            for name in INPUTS
        }
        self.origins = {name: marked(widgets.HTML(), "etolib-muted") for name in INPUTS}
        self.terms = marked(widgets.HTML(), "etolib-day-terms")
        head = marked(widgets.Box([self.back, self.date, self.on, self.answer, self.reset]), "etolib-day-head")
        fields = [marked(widgets.VBox([self.inputs[n], self.origins[n]]), "etolib-day-field") for n in INPUTS]
        self.fields = marked(widgets.Box(fields), "etolib-day-fields")
        self.widget = marked(widgets.VBox([head, self.said, self.fields, self.terms]), "etolib-day")
        self.back.on_click(guard(lambda _: self._step(-1)))
        self.on.on_click(guard(lambda _: self._step(1)))
        self.reset.on_click(guard(lambda _: self._begin()))
        self.date.observe(guard(self._chosen), "value")
        for name, field in self.inputs.items():
            field.observe(guard(partial(self._changed, name)), "value")

    # --- which day ----------------------------------------------------------------------------------------------------

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Show a result, its last day first; the same result stays at the day and with the inputs it had."""
        self._language, self._units = language, units
        if answer is None:
            return
        if answer is not self._packed:
            self._packed, self._at, self._typed = answer, len(answer["dates"]) - 1, {}
        self._fill()

    def go(self, date: str) -> None:
        """Show a day, an ISO date; what is no day with a value is said."""
        assert self._packed is not None
        if date in self._packed["dates"]:
            self._at = self._packed["dates"].index(date)
            self._begin()
        else:
            self._say("day_without_value", date=date)

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._filling and change["new"] is not None and self._packed is not None:
            self.go(change["new"].isoformat())

    def _step(self, days: int) -> None:
        if self._packed and 0 <= self._at + days < len(self._packed["dates"]):
            self._at += days
            self._begin()

    # --- its calculation ----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Take the inputs of the day as they were."""
        self._typed = {}
        self._fill()

    def _fill(self) -> None:
        """Put the inputs of the day into their fields, changed ones as typed, and calculate."""
        packed = self._packed
        if packed is not None and packed["dates"]:
            self._filling = True
            try:
                self.date.value = dt.date.fromisoformat(packed["dates"][self._at])
                for name, field in self.inputs.items():
                    field.step = _STEPS[self._units][name]
                    field.value = self._shown(name)
            finally:
                self._filling = False
        self._draw()

    def _shown(self, name: str) -> float:
        """Return an input as its field has it: in the page's units, what was typed in them digit by digit."""
        value = self._inputs()[name]
        if name not in self._typed:
            return markup.shown(name, value, self._units)
        typed, units = self._typed[name]
        return typed if units == self._units else markup.converted(name, value, self._units)

    def _changed(self, name: str, change: Mapping[str, Any]) -> None:
        if self._filling or self._packed is None:
            return
        typed = float(change["new"])
        if typed == markup.shown(name, self._packed["values"][name][self._at], self._units):
            self._typed.pop(name, None)
        else:
            self._typed[name] = typed, self._units
        self._draw()

    def _inputs(self) -> dict[str, float]:
        """Return the inputs in their canonical units: with all their digits, changed ones as typed."""
        assert self._packed is not None
        own = {name: self._packed["values"][name][self._at] for name in INPUTS}
        return own | {name: markup.taken(name, typed, units) for name, (typed, units) in self._typed.items()}

    def _draw(self) -> None:
        packed, language = self._packed, self._language
        empty = packed is None or not packed["dates"]
        self.fields.layout.display = "none" if empty else None
        self._translate()
        if packed is None or empty:
            self.answer.value = self.terms.value = ""
            self._say("day_none")
            return
        self.said.value = ""
        at, taken = self._at, self._inputs()
        changed = bool(self._typed)
        problem = markup.impossible(taken)
        self.reset.layout.display = None if changed else "none"
        if problem is not None:
            self.eto = None
            self.answer.value = markup.answer(language, None, packed["eto"][at], self._units)
            self.terms.value = ""
            self._say(problem)
            return
        terms = self._calculate(taken)
        self.eto = terms["eto"] if changed or not packed["corrected"][at] else packed["eto"][at]
        self.answer.value = markup.answer(language, self.eto, packed["eto"][at] if changed else None, self._units)
        if packed["corrected"][at]:
            self._say("day_corrected")
        self.terms.value = markup.terms(language, terms, self._units)

    def _calculate(self, taken: Mapping[str, float]) -> dict[str, float]:
        packed = self._packed
        assert packed is not None
        own: dict[str, Any] = {name: packed["values"][name][self._at] for name in OWN}
        day = dt.date.fromisoformat(packed["dates"][self._at]).timetuple().tm_yday
        terms = daily_terms(
            **{**taken, **own}, latitude=packed["latitude"], elevation=packed["elevation"], day_of_year=day
        )
        return {name: float(np.asarray(value)) for name, value in terms.items()}

    # --- words --------------------------------------------------------------------------------------------------------

    def _say(self, key: str, **values: Any) -> None:
        self.said.value = markup.notice(self._language, key, **values)

    def _translate(self) -> None:
        language, packed, at = self._language, self._packed, self._at
        self.back.tooltip, self.on.tooltip = say(language, "day_before"), say(language, "day_after")
        self.reset.description = say(language, "day_reset")
        self.date.description = say(language, "column_date")
        for name, field in self.inputs.items():
            field.description = markup.input_name(language, name, self._units)
            if packed is not None and packed["dates"]:
                source = packed["sources"].get(name, [""] * (at + 1))[at]
                flag = packed["flags"].get(name, [""] * (at + 1))[at]
                self.origins[name].value = markup.origin(language, source, flag)
