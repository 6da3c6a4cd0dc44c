"""The list of places: a row each, with its number, name, state, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from etolib import words
from etolib.widgets.comparison import markup
from etolib.widgets.comparison.model import ComparisonModel, Member, elevation_text
from etolib.widgets.comparison.runs import Run
from etolib.widgets.form import marked
from etolib.widgets.wording import say

_MANY = 5


class PlaceRow:
    """The row of one number; hidden while no place has it.

    ``cancel``, ``retry`` are called with the number of the place.
    """

    def __init__(
        self,
        number: int,
        model: ComparisonModel,
        guard: Callable[..., Any],
        cancel: Callable[[int], None],
        retry: Callable[[int], None],
    ) -> None:
        self.number, self._model = number, model
        self._filling = False
        self.badge = marked(widgets.HTML(markup.number(number)), "etolib-place-number")
        self.name = marked(widgets.Text(continuous_update=False), "etolib-place-name", "etolib-field")
        self.elevation = marked(widgets.Text(continuous_update=False), "etolib-place-elevation", "etolib-field")
        self.state = marked(widgets.HTML(), "etolib-place-state")
        self.facts = marked(widgets.HTML(), "etolib-place-facts")
        self.stop, self.again = (
            marked(widgets.Button(layout=widgets.Layout(display="none")), f"etolib-place-{name}", "etolib-plain")
            for name in ("cancel", "retry")
        )
        self.away = marked(widgets.Button(description="×"), "etolib-place-remove", "etolib-quiet")
        self.widget = marked(
            widgets.Box(
                [self.badge, self.name, self.elevation, self.state, self.stop, self.again, self.away, self.facts]
            ),
            "etolib-place-row",
        )
        self.name.observe(guard(self._renamed), "value")
        self.elevation.observe(guard(self._raised), "value")
        self.stop.on_click(guard(lambda _: cancel(number)))
        self.again.on_click(guard(lambda _: retry(number)))
        self.away.on_click(guard(lambda _: model.remove(number)))

    def _renamed(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            kept = self._model.rename(self.number, change["new"])
            (self.name.remove_class if kept else self.name.add_class)("etolib-invalid")

    def _raised(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            kept = self._model.raise_to(self.number, change["new"])
            (self.elevation.remove_class if kept else self.elevation.add_class)("etolib-invalid")

    def show(self, language: str, member: Member | None, run: Run | None, place: int) -> None:
        """Show a place and its calculation; ``place`` says where in the list."""
        self.widget.layout.display = "none" if member is None else None
        if member is None:
            return
        self.widget.layout.order = str(place)
        self._filling = True
        try:
            self.name.value = member.site.name or ""
            self.elevation.value = elevation_text(member.site)
        finally:
            self._filling = False
        for field in (self.name, self.elevation):
            field.remove_class("etolib-invalid")
        self.name.placeholder = words.decimals(language, str(member.site))
        self.name.description = say(language, "places_name_of", number=self.number)
        self.elevation.description = self.elevation.tooltip = say(language, "places_elevation_of", number=self.number)
        self.stop.description, self.again.description = say(language, "cancel"), say(language, "retry")
        self.stop.tooltip = say(language, "places_cancel", name=member.name)
        self.again.tooltip = say(language, "places_retry", name=member.name)
        self.away.tooltip = say(language, "places_remove", name=member.name)
        self.tell(language, member, run)

    def tell(self, language: str, member: Member, run: Run | None) -> None:
        """Show where the calculation of the place stands."""
        self.state.value = markup.state(language, run)
        self.facts.value = markup.facts(language, member, run)
        self.name.tooltip = markup.about(language, member, run)
        found = None if run is None or run.answer is None else run.answer["elevation"]
        self.elevation.placeholder = "m" if found is None else f"{found:.0f} m"
        self.stop.layout.display = None if run is not None and not run.status.final else "none"
        failed = run is not None and run.failed and run.request is not None
        self.again.layout.display = None if failed else "none"


class PlaceRows:
    """The rows of all places; made when a number is first used, and never moved."""

    def __init__(self, model: ComparisonModel, make: Callable[[int], PlaceRow]) -> None:
        self._model, self._make = model, make
        self.by_number: dict[int, PlaceRow] = {}
        self.widget = marked(widgets.VBox(), "etolib-place-rows")

    def show(self, language: str, runs: Mapping[int, Run]) -> None:
        """Show every place."""
        missing = [m.number for m in self._model.members if m.number not in self.by_number]
        for number in missing:
            self.by_number[number] = self._make(number)
        places = {member.number: (place, member) for place, member in enumerate(self._model.members)}
        for number, row in self.by_number.items():
            place, member = places.get(number, (0, None))
            row.show(language, member, runs.get(number), place)
        many = len(places) > _MANY  # of many a line each, so that the button below stays in reach
        (self.widget.add_class if many else self.widget.remove_class)("etolib-many")
        if missing:  # whole, and appended: a row that moved would be rebuilt in the browser, the focus with it
            self.widget.children = (*self.widget.children, *(self.by_number[number].widget for number in missing))

    def tell(self, language: str, number: int, run: Run | None) -> None:
        """Show where one calculation stands."""
        member = self._model.member(number)
        if member is not None and number in self.by_number:
            self.by_number[number].tell(language, member, run)
