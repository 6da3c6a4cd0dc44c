"""The result of a task: chart, table, and everything to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from etolib.widgets import render
from etolib.widgets.form import marked
from etolib.widgets.model import say

TABS = ("chart", "table", "take")


class Results:
    """One result at a time, in three tabs."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.view: Mapping[str, Any] | None = None
        self.task_id: str | None = None
        self._charts: tuple[str, str] | None = None
        self.head = marked(widgets.HTML(), "etolib-results-head")
        self.tabs = marked(widgets.ToggleButtons(options=[(t, t) for t in TABS], value="chart"), "etolib-tabs")
        self.panes = {name: marked(widgets.HTML(), "etolib-pane", f"etolib-{name}") for name in TABS}
        self.widget = marked(
            widgets.VBox([self.head, self.tabs, *self.panes.values()]), "etolib-results", "etolib-panel", "etolib-empty"
        )
        self.tabs.observe(lambda change: self._turn(), "value")
        self.translate(language)

    def show(self, view: Mapping[str, Any], task_id: str | None) -> None:
        """Show a result; its figure follows with `draw`."""
        self.view, self.task_id, self._charts = view, task_id, None
        self.widget.remove_class("etolib-empty")
        self._render()

    def draw(self, charts: tuple[str, str]) -> None:
        """Show the figure of the result shown: SVG for a wide and for a narrow page."""
        self._charts = charts
        self._chart()

    def prepare(self) -> None:
        """Tell that a result is on its way, where none is shown yet."""
        if self.view is None:
            self.head.value = f'<p class="etolib-muted">{render.text(say(self.language, "results_preparing"))}</p>'

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.language = language
        chosen = self.tabs.value
        self.tabs.options = [(say(language, f"tab_{name}"), name) for name in TABS]
        self.tabs.value = chosen
        self._render()

    def _render(self) -> None:
        if self.view is None:
            self.head.value = f'<p class="etolib-muted">{render.text(say(self.language, "results_empty"))}</p>'
        else:
            self.head.value = render.result_head(self.language, self.view)
            self.panes["table"].value = render.table(self.language, self.view)
            self.panes["take"].value = render.take_away(self.language, self.view, self.task_id)
            self._chart()
        self._turn()

    def _chart(self) -> None:
        if self._charts is None:
            self.panes[
                "chart"
            ].value = f'<p class="etolib-muted">{render.text(say(self.language, "chart_drawing"))}</p>'
            return
        alt = render.text(say(self.language, "chart_alt"))
        wide, narrow = self._charts
        self.panes["chart"].value = (
            f'<div role="img" aria-label="{alt}"><div class="etolib-wide">{wide}</div>'
            f'<div class="etolib-narrow">{narrow}</div></div>'
        )

    def _turn(self) -> None:
        # The table stays in the page for readers that cannot see the chart; only the others are taken out.
        for name, pane in self.panes.items():
            if name == self.tabs.value:
                pane.remove_class("etolib-aside")
            else:
                pane.add_class("etolib-aside")
