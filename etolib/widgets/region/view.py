"""What is shown of a region: which numbers the map has, of which day, in which colours; and the series of a place."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np

from etolib.unit_systems import METRIC
from etolib.widgets import daily
from etolib.widgets.form import marked
from etolib.widgets.region import markup, values
from etolib.widgets.region.colours import Scale, scale_of
from etolib.widgets.region.picture import Picture
from etolib.widgets.region.values import FAILED, QUANTITIES, STEPS, Values
from etolib.widgets.wording import say

_PACE_S = 0.4  # a day of the playback lasts so long [s]


class Look:
    """What the map shows: fields, playback, legend.

    Parameters
    ----------
    language : str
    guard : callable
        Wraps callbacks.
    draw : callable
        Called with the address of a picture whenever it is another.
    usual : callable
        Called with nothing where what is usual has to be found.
    follow : callable
        Called with the day that is shown, since 1970-01-01; None where it is no single one.
    """

    def __init__(
        self,
        language: str,
        guard: Callable[..., Any],
        draw: Callable[[str], None],
        usual: Callable[[], None],
        follow: Callable[[int | None], None],
    ) -> None:
        self.language, self.units = language, METRIC
        self._draw, self._usual, self._follow = draw, usual, follow
        self._values: Values | None = None
        self._picture: Picture | None = None
        self._filling = False
        self.scale: Scale | None = None
        self.quantity: Any = marked(widgets.Dropdown(), "etolib-quantity", "etolib-field")
        self.step: Any = marked(widgets.Dropdown(), "etolib-step-of", "etolib-field")
        self.day: Any = marked(
            widgets.IntSlider(min=0, max=1, value=0, readout=False, continuous_update=True), "etolib-region-day"
        )
        self.date = marked(widgets.HTML(), "etolib-region-date")
        self.play: Any = marked(widgets.ToggleButton(value=False), "etolib-region-play", "etolib-region-draw")
        self.legend = widgets.HTML()
        self.days = marked(widgets.Box([self.play, self.day, self.date]), "etolib-region-days")
        fields = marked(widgets.Box([self.quantity, self.step, self.days]), "etolib-compare-fields")
        self.widget = marked(widgets.VBox([fields, self.legend]), "etolib-panel", "etolib-region-look")
        self.widget.layout.display = "none"
        for field in (self.quantity, self.step):
            field.observe(guard(lambda change: self._chosen()), "value")
        self.day.observe(guard(lambda change: self._moved()), "value")
        self.play.observe(guard(lambda change: self._play(change["new"])), "value")
        self._playing: asyncio.Task[None] | None = None
        self.translate(language)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show(self, known: Values | None, picture: Picture | None) -> None:
        """Show what is known of a region."""
        if known is not None and (self._values is None or known.days != self._values.days):
            with self.day.hold_sync():
                self._filling = True
                self.step.value = "mean" if known.days > 1 else "day"
                self.day.max = max(1, known.days - 1)
                self.day.value = 0
                self._filling = False
        self._values, self._picture = known, picture
        self.widget.layout.display = None if known is not None else "none"
        self.render()

    def render(self) -> None:
        """Draw the map and the legend anew."""
        known, picture = self._values, self._picture
        if known is None or picture is None:
            return
        quantity, step = self.quantity.value, self.step.value
        if quantity == "anomaly":
            self._usual()
        unit = 1.0 if quantity == "quality" else daily.MM_PER[self.units]
        extent = values.extent(known, quantity, step) if quantity != "quality" else None
        self.scale = scale_of(quantity, step, None if extent is None else (extent[0] / unit, extent[1] / unit))
        classes = np.full(len(known.state), -1)
        if self.scale is not None:
            classes = self.scale.classes(values.shown(known, quantity, step, self.day.value) / unit)
        colours: Sequence[str] = () if self.scale is None else self.scale.colours
        self._draw(picture.draw([None if c < 0 else colours[c] for c in classes], known.state == FAILED))
        waiting = "region_usual_coming" if quantity == "anomaly" else ""
        self.legend.value = markup.legend(self.language, quantity, step, self.scale, self.units, waiting)
        one_of_many = step == "day" and known.days > 1
        self.days.layout.display = None if one_of_many else "none"
        self._follow(known.first + self.day.value if one_of_many else None)
        self.date.value = self.date_of(self.day.value)

    def date_of(self, day: int) -> str:
        """Return a day of the period as its date."""
        first = 0 if self._values is None else self._values.first
        return (dt.date(1970, 1, 1) + dt.timedelta(days=first + day)).isoformat()

    def _chosen(self) -> None:
        if self._filling:
            return
        self._offer_steps()
        self.render()

    def _moved(self) -> None:
        if not self._filling:
            self.render()

    # --- playback -----------------------------------------------------------------------------------------------------

    def _play(self, on: bool) -> None:
        self._name_play()
        if on and self._playing is None:
            self._playing = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Show a day after the other, from the first again at the end, until it is stopped or nobody can see it."""
        try:
            if self.day.value >= self.day.max:
                self.day.value = 0
            while self.play.value and self.step.value == "day":
                await asyncio.sleep(_PACE_S)
                if self.day.value >= self.day.max:
                    break
                self.day.value += 1
        finally:
            self._playing = None
            self.play.value = False

    # --- words --------------------------------------------------------------------------------------------------------

    def _name_play(self) -> None:
        self.play.description = say(self.language, "region_stop" if self.play.value else "region_play")

    def _offer_steps(self) -> None:
        quantity = self.quantity.value
        self._fill(self.step, [(say(self.language, f"region_by_{name}"), name) for name in STEPS[quantity]])

    def _fill(self, field: Any, options: list[tuple[str, Any]]) -> None:
        """Offer a choice; what was chosen stays."""
        self._filling = True
        try:
            chosen = field.value
            if list(field.options) != options:
                field.options = options
            offered = [value for _, value in options]
            field.value = chosen if chosen in offered else offered[0]
        finally:
            self._filling = False

    def measure(self, units: str) -> None:
        """Show numbers in units: ``metric`` or ``us``."""
        self.units = units
        self.render()

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.language = language
        self._fill(self.quantity, [(say(language, f"region_of_{name}"), name) for name in QUANTITIES])
        self._offer_steps()
        self.quantity.description = say(language, "region_shown")
        self.step.description = say(language, "region_when")
        self.day.tooltip = say(language, "region_day")
        self._name_play()
        self.render()
