"""The view of the water: crop, soil and irrigation to choose, and the balance that a worker makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from etolib import words
from etolib.water.crops import CROPS
from etolib.water.irrigation import SYSTEMS
from etolib.water.soil import SOILS
from etolib.widgets import wording
from etolib.widgets.daily import METRIC
from etolib.widgets.form import marked
from etolib.widgets.markup import water as markup
from etolib.widgets.wording import say

TYPED = ("root_depth", "initial_depletion", "efficiency", "base", "upper")
"""Numbers that are typed; an empty field is the number of the crop, the soil or the system."""

CHOSEN = ("crop", "soil", "system", "method")
_FIRST = {"crop": "maize_grain", "soil": "loam", "system": "sprinkler", "method": "single"}


class WaterView:
    """The water of a crop, balanced anew by a worker whenever a field changes.

    Attributes
    ----------
    fields : dict
        By the name of the value that is chosen.
    ask : callable
        See `etolib.widgets.tabs.Asking`.
    """

    ask: Callable[[Mapping[str, Any]], None]

    def __init__(self) -> None:
        self._language, self._units = words.ENGLISH, METRIC
        self._answer: Mapping[str, Any] | None = None
        self._filling = False
        self.fields: dict[str, Any] = {name: widgets.Dropdown() for name in CHOSEN}
        self.fields["planting"] = widgets.DatePicker()
        self.fields |= {name: widgets.Text(continuous_update=False) for name in TYPED}
        for name, field in self.fields.items():
            marked(field, "etolib-field", f"etolib-water-{name.replace('_', '-')}")
        self.said = marked(widgets.HTML(), "etolib-water-said")
        self.shown = marked(widgets.HTML(), "etolib-water-shown")
        fields = marked(widgets.Box([*self.fields.values()]), "etolib-water-fields")
        self.widget = marked(widgets.VBox([fields, self.said, self.shown]), "etolib-water")
        self._translate(_FIRST)
        for field in self.fields.values():
            field.observe(self._changed, "value")

    @property
    def values(self) -> dict[str, Any]:
        """What is chosen, as `etolib.widgets.tabs.water.balance` takes it."""
        day = self.fields["planting"].value
        return {name: self.fields[name].value for name in (*CHOSEN, *TYPED)} | {
            "planting": None if day is None else day.isoformat()
        }

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Show an answer; the first one of a result is asked for anew where a person has chosen something before."""
        if language != self._language:
            self._language = language
            self._translate({name: self.fields[name].value for name in CHOSEN})
        fresh, self._units = answer is not self._answer, units
        self._answer = answer
        first = _FIRST | dict.fromkeys(TYPED, "") | {"planting": None}
        if fresh and answer is not None and not answer["values"] and self.values != first:
            self._changed({})
            return
        self._draw()

    def opened(self) -> None:
        """Nothing waits: the page asks when the tab is opened."""

    def failed(self, error: str) -> None:
        """Say that no worker answered; the fields stand as they are, and nothing of before beside them."""
        self.said.value = markup.notice(self._language, "water_failed", error=error)
        self.shown.value = ""

    def _changed(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            self.said.value = markup.notice(self._language, "water_asking")
            self.shown.value = ""  # never a balance beside choices it was not made of
            self.ask(self.values)

    def _draw(self) -> None:
        if self._answer is None:
            self.said.value, self.shown.value = markup.notice(self._language, "water_asking"), ""
            return
        self.said.value = markup.said(self._language, self._answer)
        self.shown.value = markup.page(self._language, self._answer, self._units)
        settings = self._answer.get("settings")
        if settings:
            self.fields["root_depth"].placeholder = f"{settings['root_depth'][1]:g}"
            self.fields["efficiency"].placeholder = f"{100 * settings['efficiency']:g}"

    def _translate(self, chosen: Mapping[str, Any]) -> None:
        language = self._language
        titles = {
            "crop": {name: one.title for name, one in CROPS.items()},
            "soil": {name: one.title for name, one in SOILS.items()},
            "system": {name: one.title for name, one in SYSTEMS.items()},
            "method": {name: words.say(f"water_method_{name}") for name in ("single", "dual")},
        }
        self._filling = True
        try:
            for name, found in titles.items():
                rows = [(wording.capital(wording.translate(language, title)), key) for key, title in found.items()]
                self.fields[name].options = sorted(rows) if name == "crop" else rows
                self.fields[name].value = chosen[name]
        finally:
            self._filling = False
        for name, field in self.fields.items():
            field.description = say(language, f"water_field_{name}")
        self.fields["initial_depletion"].placeholder = "0"
        self.fields["base"].placeholder, self.fields["upper"].placeholder = "10", "–"
