"""The result of a task: the numbers that matter, and one tab for each way to look at it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets

from etolib.widgets import tabs
from etolib.widgets.form import marked
from etolib.widgets.markup.base import label
from etolib.widgets.markup.result import result_head
from etolib.widgets.wording import say_or

log = logging.getLogger("etolib.page")


@dataclass
class Answers:
    """What workers have said of one result.

    Attributes
    ----------
    task_id : str or None
    head : mapping
        As `etolib.widgets.remote.head` gives it.
    tabs : dict
        By the name of a tab: what its ``ask`` returned.
    languages : dict
        By the name of a tab: the language its answer was made in, where its words went with the question.
    """

    task_id: str | None
    head: Mapping[str, Any]
    tabs: dict[str, Any] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)


class Results:
    """One result at a time, in the tabs that are registered when the page is made."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.answers: Answers | None = None
        self.registered = tabs.registered()
        names = list(self.registered)
        self.head = marked(widgets.HTML(), "etolib-results-head")
        self.tabs = marked(widgets.ToggleButtons(options=[(n, n) for n in names], value=names[0]), "etolib-tabs")
        self.panes = {name: marked(widgets.HTML(), "etolib-pane", f"etolib-{name}") for name in names}
        self.widget = marked(
            widgets.VBox([self.head, self.tabs, *self.panes.values()]), "etolib-results", "etolib-panel", "etolib-empty"
        )
        self.tabs.observe(lambda change: self._turn(), "value")
        self.translate(language)

    def show(self, answers: Answers) -> None:
        """Show a result; tabs whose answers come later follow with `update`."""
        self.answers = answers
        self.widget.remove_class("etolib-empty")
        self._render()

    def update(self, answers: Answers, name: str) -> None:
        """Show a tab anew, where its result is the one on show."""
        if answers is self.answers:
            self._pane(name)

    def prepare(self) -> None:
        """Say that a result is on its way, where none is shown yet."""
        if self.answers is None:
            self.head.value = f'<p class="etolib-muted">{label(self.language, "results_preparing")}</p>'

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.language = language
        chosen = self.tabs.value
        self.tabs.options = [
            (say_or(language, f"tab_{name}", tab.title or name), name) for name, tab in self.registered.items()
        ]
        self.tabs.value = chosen
        self._render()

    def _render(self) -> None:
        if self.answers is None:
            self.head.value = f'<p class="etolib-muted">{label(self.language, "results_empty")}</p>'
        else:
            self.head.value = result_head(self.language, self.answers.head)
            for name in self.registered:
                self._pane(name)
        self._turn()

    def _pane(self, name: str) -> None:
        assert self.answers is not None
        answer = self.answers.tabs.get(name)
        if not isinstance(answer, tabs.Failed):
            try:
                self.panes[name].value = self.registered[name].look(self.language, answer, self.answers.task_id)
            except Exception as error:  # of whoever wrote the tab: the others are shown all the same
                log.exception("the tab %s failed", name)
                answer = tabs.Failed(f"{type(error).__name__}: {error}")
        if isinstance(answer, tabs.Failed):
            failed = label(self.language, "tab_failed", error=answer.error)
            self.panes[name].value = f'<p class="etolib-notice">{failed}</p>'

    def _turn(self) -> None:
        # The table stays in the page for readers that cannot see the chart; only the others are taken out.
        for name, pane in self.panes.items():
            if name == self.tabs.value:
                pane.remove_class("etolib-aside")
            else:
                pane.add_class("etolib-aside")
