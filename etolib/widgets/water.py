"""The view of the water: crop, soil and irrigation to choose or type, and the balance that a worker makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ipywidgets as widgets

from etolib import words
from etolib.unit_systems import METRIC, US
from etolib.water.crops import CROPS
from etolib.water.irrigation import SYSTEMS
from etolib.water.soil import SOILS
from etolib.widgets import texts, water_fields, wording
from etolib.widgets.form import marked
from etolib.widgets.markup import water as markup
from etolib.widgets.markup.base import label
from etolib.widgets.tabs.tab import Guard
from etolib.widgets.water_fields import FIELDS, LISTS
from etolib.widgets.wording import say

CHOSEN = ("crop", "soil", "system", "method")
_FIRST = {"crop": "maize_grain", "soil": "loam", "system": "sprinkler", "method": "single"}
_FILLED_BY = {"crop": ("crop",), "soil": ("soil",), "system": ("system",), "method": ()}
_PARTS = ("crop", "soil", "balance", "warmth")


class WaterView:
    """The water of a crop, balanced anew by a worker whenever a field changes.

    Parameters
    ----------
    guard : callable
        Wraps callbacks: see `etolib.widgets.tabs.Guard`.

    Attributes
    ----------
    fields : dict
        By the name of the value that is chosen or typed. A number stands there as the chosen row of the table has it,
        until somebody types another: then it is marked as theirs, until it is emptied or another row is chosen.
    ask : callable
        See `etolib.widgets.tabs.Asking`.
    """

    ask: Callable[[Mapping[str, Any]], None]

    def __init__(self, guard: Guard) -> None:
        self._language, self._units = words.ENGLISH, METRIC
        self._answer: Mapping[str, Any] | None = None
        self._filling, self._folded = False, True
        self._own: dict[str, tuple[str, str]] = {}  # what was typed, and the units it was typed in
        self.fields: dict[str, Any] = {name: widgets.Dropdown() for name in CHOSEN}
        self.fields["planting"] = widgets.DatePicker()
        self.fields |= {name: widgets.Text(continuous_update=False) for name in FIELDS}
        self.fields |= {name: widgets.Textarea(continuous_update=False, rows=3) for name in LISTS}
        self.wrong = {name: marked(widgets.HTML(), "etolib-field-error") for name in self.fields}
        cells = {}
        for name, field in self.fields.items():
            marked(field, "etolib-field", f"etolib-water-{name.replace('_', '-')}")
            cells[name] = marked(widgets.VBox([field, self.wrong[name]]), "etolib-water-cell")
        self.said = marked(widgets.HTML(), "etolib-water-said")
        self.shown = marked(widgets.HTML(), "etolib-water-shown")
        self.more = marked(widgets.Button(), "etolib-water-more", "etolib-second")
        self.more.on_click(guard(lambda _: self._fold(not self._folded)))
        self.titles = {name: widgets.HTML() for name in _PARTS}
        choices = [cells[name] for name in ("crop", "planting", "method", "soil", "system")]
        numbers = [marked(widgets.VBox([self.titles[of], self._numbers(of, cells)])) for of in _PARTS]
        self.numbers = marked(widgets.Box(numbers), "etolib-water-numbers")
        lists = marked(widgets.Box([cells[name] for name in LISTS]), "etolib-water-lists")
        head = marked(widgets.Box(choices), "etolib-water-fields")
        self.widget = marked(
            widgets.VBox([head, self.more, self.numbers, lists, self.said, self.shown]), "etolib-water"
        )
        self._translate(_FIRST)
        for name, field in self.fields.items():
            field.observe(guard(partial(self._changed, name)), "value")

    @staticmethod
    def _numbers(part: str, cells: Mapping[str, Any]) -> Any:
        of = ("balance", "system") if part == "balance" else (part,)
        found = [cells[name] for name, field in FIELDS.items() if field.of in of]
        return marked(widgets.Box(found), "etolib-water-typed")

    @property
    def values(self) -> dict[str, Any]:
        """What is chosen and typed, as `etolib.widgets.tabs.water.balance` takes it."""
        day = self.fields["planting"].value
        found = {name: self.fields[name].value for name in CHOSEN}
        found["planting"] = None if day is None else day.isoformat()
        found |= {name: typed for name, (typed, _) in self._own.items()}
        return found | {"us": [name for name, (_, units) in self._own.items() if units == US]}

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Show an answer; the first one of a result is asked for anew where a person has chosen something before."""
        if (language, units) != (self._language, self._units):
            self._language, self._units = language, units
            self._translate({name: self.fields[name].value for name in CHOSEN})
        fresh = answer is not self._answer
        self._answer = answer
        first: dict[str, Any] = _FIRST | {"planting": None, "us": []}
        if fresh and answer is not None and not answer["values"] and self.values != first:
            self._ask()
            return
        self._draw()

    def failed(self, error: str) -> None:
        """Say that no worker answered; the fields stand as they are, and nothing of before beside them."""
        self.said.value = markup.notice(self._language, "water_failed", error=error)
        self.shown.value = ""

    # --- what is typed ------------------------------------------------------------------------------------------------

    def _changed(self, name: str, change: Mapping[str, Any]) -> None:
        if self._filling:
            return
        if name in CHOSEN:  # the row fills its fields
            gone = [one for one, field in FIELDS.items() if field.of in _FILLED_BY[name]]
            gone += [one for one in FIELDS if name == "method" and one.startswith("kc_")]
            self._own = {one: typed for one, typed in self._own.items() if one not in gone}
        elif name in FIELDS or name in LISTS:
            typed = str(change["new"]).strip()
            if not typed or typed == self._of_row(name):
                self._own.pop(name, None)
            else:
                self._own[name] = typed, self._units
        self._fill()
        self._ask()

    def _ask(self) -> None:
        self.said.value = markup.notice(self._language, "water_asking")
        self.shown.value = ""  # never a balance beside choices it was not made of
        self.ask(self.values)

    def _of_row(self, name: str) -> str:
        """Return the number of the table as it stands in its field; nothing where it has none."""
        if name in LISTS:
            return ""
        value = water_fields.of_row(name, {one: self.fields[one].value for one in CHOSEN})
        return "" if value is None else self._number(name, value)

    def _number(self, name: str, value: float) -> str:
        field = FIELDS[name]
        decimals = field.decimals + (field.unit(US) == "in" and self._units == US)
        return texts.decimal(self._language, field.shown(value, self._units), decimals)

    def _shown_own(self, name: str) -> str:
        """Return what was typed, in the page's units."""
        typed, units = self._own[name]
        if name in LISTS or units == self._units:
            return typed
        value = water_fields.number(typed)
        return typed if value != value else self._number(name, FIELDS[name].taken(value, units))

    def _fill(self) -> None:
        """Put into every field what was typed there, or the number of the chosen row; mark what is a person's own."""
        self._filling = True
        try:
            for name in (*FIELDS, *LISTS):
                own, field = name in self._own, self.fields[name]
                field.value = self._shown_own(name) if own else self._of_row(name)
                (field.add_class if own else field.remove_class)("etolib-own")
                title = self._label(name)
                field.description = say(self._language, "water_yours", field=title) if own and name in FIELDS else title
        finally:
            self._filling = False

    def _label(self, name: str) -> str:
        if name.startswith("kc_"):
            of = name.replace("kc_", "kcb_") if self.fields["method"].value == "dual" else name
            return wording.capital(say(self._language, f"thing_{of}"))
        unit = FIELDS[name].unit(self._units) if name in FIELDS else "mm"
        if unit in ("mm", "in"):
            unit = texts.units_of(self._language, self._units)[1]
        return say(self._language, f"water_field_{name}", unit=unit)

    # --- how it looks -------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        language, answer = self._language, self._answer
        wrong = {} if answer is None else answer.get("wrong", {})
        for name, error in self.wrong.items():
            error.value = markup.sentences(language, wrong.get(name, ()))
            error.layout.display = None if name in wrong else "none"
            field = self.fields[name]
            (field.add_class if name in wrong else field.remove_class)("etolib-invalid")
        if wrong:
            self._fold(False)
        if answer is None:
            self.said.value, self.shown.value = markup.notice(language, "water_asking"), ""
            return
        self.said.value = markup.said(language, answer, self.fields)
        self.shown.value = markup.page(language, answer, self._units)

    def _fold(self, folded: bool) -> None:
        """Hide the numbers on a narrow page, or show them; on a wide one they always stand there."""
        self._folded = folded
        (self.numbers.add_class if folded else self.numbers.remove_class)("etolib-folded")
        self.more.description = say(self._language, "water_numbers_show" if folded else "water_numbers_hide")

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
        for name in (*CHOSEN, "planting"):
            self.fields[name].description = say(language, f"water_field_{name}")
        for name, title in self.titles.items():
            title.value = f"<h3>{label(language, f'water_part_{name}')}</h3>"
        for name in LISTS:
            self.fields[name].placeholder = f"2024-06-10 {1 if self._units == US else 25}"
        self._fold(self._folded)
        self._fill()
