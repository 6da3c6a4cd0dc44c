"""The view of the normals: first against the climatology, and against years of a record once they are calculated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from etolib import config, words
from etolib.tasks.messages import State
from etolib.unit_systems import METRIC
from etolib.widgets import wording
from etolib.widgets.form import marked
from etolib.widgets.markup import normals as markup
from etolib.widgets.markup.base import bar
from etolib.widgets.markup.calendar import KINDS, calendar
from etolib.widgets.tabs.tab import Guard
from etolib.widgets.wording import say

if TYPE_CHECKING:
    from etolib.widgets.task import Snapshot


class NormalsView:
    """A period against its normal.

    The years of the normal are asked for when the first answer is there, once for each result: its tab is asked when
    somebody opens it.

    Parameters
    ----------
    guard : callable
        Wraps callbacks: see `etolib.widgets.tabs.Guard`.

    Attributes
    ----------
    ask, begin, cancel : callable
        See `etolib.widgets.tabs.Calculating`.
    """

    ask: Callable[[Mapping[str, Any]], None]
    begin: Callable[[str], None]
    cancel: Callable[[], None]

    def __init__(self, guard: Guard) -> None:
        self._language, self._units = words.ENGLISH, METRIC
        self._answer: Mapping[str, Any] | None = None
        self._asked: set[str] = set()  # tasks of which the years were asked for
        self._task = ""
        self._now: Snapshot | None = None
        self._error = ""
        self._filling = False
        self.state = marked(widgets.HTML(), "etolib-normals-state")
        self.again = marked(widgets.Button(), "etolib-normals-ask", "etolib-second")
        self.stop = marked(widgets.Button(), "etolib-normals-cancel", "etolib-second")
        self.shown = marked(widgets.HTML(), "etolib-normals-shown")
        self.kind: Any = marked(widgets.Dropdown(), "etolib-normals-kind", "etolib-field")
        self.calendar = marked(widgets.HTML(), "etolib-normals-calendar")
        self.again.on_click(guard(lambda _: self._begin()))
        self.stop.on_click(guard(lambda _: self.cancel()))
        self.kind.observe(guard(self._chosen), "value")
        head = marked(widgets.Box([self.state, self.again, self.stop]), "etolib-normals-head")
        self.widget = marked(widgets.VBox([head, self.shown, self.kind, self.calendar]), "etolib-normals")

    def show(self, language: str, answer: Mapping[str, Any] | None, task_id: str | None, units: str) -> None:
        """Show a result against its normal, and ask for the years of it where there is a network."""
        self._language, self._units, self._task = language, units, task_id or ""
        if answer is not self._answer:
            self._answer, self._error, self._now = answer, "", None
        self._draw()
        # Where too few of the years were there, they are asked for again by hand only.
        if answer is not None and not answer["asked"] and self._task not in self._asked:
            self._begin()

    def progress(self, snapshot: Snapshot) -> None:
        """Show how far the years are."""
        self._now = snapshot
        self._draw_state()

    def failed(self, error: str) -> None:
        """Say that the years could not be compared with."""
        self._error = error
        self._draw_state()

    # --- the years ----------------------------------------------------------------------------------------------------

    def _can_ask(self) -> bool:
        answer = self._answer
        return answer is not None and not answer["record"] and not config.is_offline() and markup.comparable(answer)

    def _begin(self) -> None:
        if not self._can_ask():
            return
        assert self._answer is not None
        self._asked.add(self._task)
        self._now, self._error = None, ""
        self.begin(self._answer["request"])

    def _draw_state(self) -> None:
        """Say what has become of the years, with the button that fits."""
        language, answer, now = self._language, self._answer, self._now
        error = self._error
        if not error and now is not None and now.error is not None:
            error = wording.translate(language, now.error["message"])
        busy = now is not None and not error and now.status is not State.CANCELLED  # also while a worker compares
        said = markup.state(language, "making") if answer is None else ""
        if answer is not None and not answer["record"] and markup.comparable(answer):
            if error:
                said = markup.state(language, "failed", error=error)
            elif busy and now is not None:
                said = markup.state(language, "asking") + bar("", say(language, "normals_progress"), now.progress)
            elif now is not None:
                said = markup.state(language, "cancelled")
            elif config.is_offline():
                said = markup.state(language, "offline")
        self.state.value = said
        self.state.layout.display = None if said else "none"
        self.stop.layout.display = None if said and busy and now is not None and not now.status.final else "none"
        self.again.layout.display = None if self._can_ask() and not busy else "none"
        self.again.description, self.stop.description = say(language, "normals_ask"), say(language, "cancel")

    # --- how it looks -------------------------------------------------------------------------------------------------

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            self._draw_calendar()

    def _draw(self) -> None:
        answer = self._answer
        self._draw_state()
        self.shown.value = "" if answer is None else markup.page(self._language, answer, self._units)
        kinds = [kind for kind in KINDS if answer is not None and kind in answer["calendars"]]
        kept = self.kind.value if self.kind.value in kinds else next(iter(kinds), None)
        self._filling = True
        try:
            self.kind.options = [(say(self._language, f"normals_kind_{kind}"), kind) for kind in kinds]
            self.kind.value = kept
        finally:
            self._filling = False
        self.kind.description = say(self._language, "normals_calendar")
        self.kind.layout.display = None if kinds else "none"
        self._draw_calendar()

    def _draw_calendar(self) -> None:
        kind, answer = self.kind.value, self._answer
        empty = answer is None or kind is None
        self.calendar.value = (
            "" if empty else calendar(self._language, kind, answer["calendars"][kind], self._units)  # type: ignore[index]
        )
