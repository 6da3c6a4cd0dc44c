"""The result of a task: the numbers that matter, and one tab for each way to look at it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, cast

import ipywidgets as widgets
from traitlets import HasTraits

from etolib.unit_systems import METRIC
from etolib.widgets import tabs
from etolib.widgets.form import marked
from etolib.widgets.markup.base import label
from etolib.widgets.markup.result import result_head
from etolib.widgets.panes import Panes
from etolib.widgets.shelf import Shelf
from etolib.widgets.wording import say_or

if TYPE_CHECKING:
    from etolib.widgets.task import Snapshot

log = logging.getLogger("etolib.page")


Manner = tuple[str, str]
"""The language and the units an answer was made in; empty where it depends on none."""


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
    manners : dict
        By the name of a tab: in which language and units its answer was made, as far as they went with the question.
    asked : set
        Tabs that are asked when they are opened, and have been.
    questions : dict
        By the name of a tab: how often a person has asked it again.
    """

    task_id: str | None
    head: Mapping[str, Any]
    tabs: MutableMapping[str, Any] = field(default_factory=dict)
    manners: dict[str, Manner] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    questions: dict[str, int] = field(default_factory=dict)

    def fold(self, but: Collection[str]) -> None:
        """Take little room until the result is shown again; the answers to some tabs are still at hand."""
        self.head, self.tabs = Shelf(self.head), Shelf(self.tabs)
        self.head.fold()
        self.tabs.fold(but)


class Results:
    """One result at a time, in the tabs that are registered when the page is made.

    Parameters
    ----------
    language : str
    guard : callable
        Wraps the callbacks of the page's own.
    opened : callable
        Called when a person opens a tab.
    between : callable
        Runs what it is given a moment later, so that a press is answered first. The widgets of all tabs take a kernel
        0.2 s the first time.

    Attributes
    ----------
    open : str
        The name of the tab that is seen.
    panes : dict
        The widget below the buttons, by the name of its tab: an ``HTML``, or a box around the widget of a `tabs.View`.
    again : callable
        Called with the answers, the name of a tab and what a person chose there: asks a worker again.
    calculate, give_up : callable
        Called with the answers and the name of a tab: calculates the request (a query string) it wants beside the
        result, and stops that.
    """

    def __init__(
        self,
        language: str,
        guard: tabs.Guard,
        opened: Callable[[], None],
        between: Callable[[Callable[[], None]], None],
    ) -> None:
        self.language, self.units = language, METRIC
        self.answers: Answers | None = None
        self.again: Callable[[Answers, str, Mapping[str, Any]], None] = lambda answers, name, values: None
        self.calculate: Callable[[Answers, str, str], None] = lambda answers, name, query: None
        self.give_up: Callable[[Answers, str], None] = lambda answers, name: None
        self.registered = tabs.registered()
        self.head = marked(widgets.HTML(), "etolib-results-head")
        self.panes = {name: _pane(tab) for name, tab in self.registered.items()}
        self._opened, self._between = opened, between
        self._behind: list[str] = []  # tabs that show what they are to show when their turn comes
        self._filling = False
        self._choice = Panes(self.panes, self._tab_opened, guard)
        self.buttons = self._choice.buttons
        self.widget = marked(
            widgets.VBox([self.head, self._choice.bar, *self.panes.values()]),
            "etolib-results", "etolib-panel", "etolib-empty",
        )  # fmt: skip
        self._views: dict[str, tabs.View] = {}
        self._finished: Sequence[Answers] = ()
        self.translate(language)

    def show(self, answers: Answers, finished: Sequence[Answers] = ()) -> None:
        """Show a result, one of the finished ones; tabs whose answers come later follow with `update`."""
        self.answers, self._finished = answers, finished
        self.widget.remove_class("etolib-empty")
        self._render()

    def update(self, answers: Answers, name: str) -> None:
        """Show a tab anew, where its result is the one on show."""
        if answers is self.answers:
            self._fill(name)

    def head_changed(self, answers: Answers) -> None:
        """Show a heading anew, where its result is the one on show."""
        if answers is self.answers:
            self.head.value = result_head(self.language, answers.head, self.units)

    def _fold(self) -> None:
        """Keep little of the results that are not on show."""
        compared = [name for name in self._views if self.compares(name)]
        for other in self._finished:
            if other is not self.answers:
                other.fold(compared)

    def compares(self, name: str) -> bool:
        """Return whether a tab shows other results of the page."""
        return isinstance(self._views.get(name), tabs.Comparing)

    def compare(self, finished: Sequence[Answers]) -> None:
        """Offer the finished results of the page, oldest first, to the tabs that compare."""
        self._finished = finished
        for name, view in self._views.items():
            if isinstance(view, tabs.Comparing):
                self._fill(name)
        self._fold()

    def _others(self, name: str) -> list[tabs.Other]:
        """Return what workers have said of the other results to a tab."""
        assert self.answers is not None
        found = {}
        for answers in self._finished:
            answer = answers.tabs.get(name)
            if answer is not None and not isinstance(answer, tabs.Failed):
                found[answers.task_id or ""] = tabs.Other(answers.task_id or "", answer)
        found.pop(self.answers.task_id or "", None)
        return [*found.values()]

    def failed(self, answers: Answers, name: str, error: str) -> None:
        """Say in a tab that it got no answer to what was chosen there, where its result is the one on show."""
        if answers is self.answers and name in self._views:
            cast("tabs.Asking", self._views[name]).failed(error)

    def progress(self, answers: Answers, name: str, snapshot: Snapshot) -> None:
        """Show in a tab how far the calculation beside its result is, where that result is the one on show."""
        view = self._views.get(name)
        if answers is self.answers and isinstance(view, tabs.Calculating):
            view.progress(snapshot)

    def prepare(self) -> None:
        """Say that a result is on its way, where none is shown yet."""
        if self.answers is None:
            self.head.value = f'<p class="etolib-muted">{label(self.language, "results_preparing")}</p>'

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.language = language
        for name, tab in self.registered.items():
            self.buttons[name].description = say_or(language, f"tab_{name}", tab.title or name)
        self._render()

    def measure(self, units: str) -> None:
        """Show numbers in units: ``metric`` or ``us``."""
        self.units = units
        self._render()

    @property
    def open(self) -> str:
        """The name of the tab that is seen."""
        return self._choice.open

    def turn(self, name: str) -> None:
        """Open a tab."""
        self._choice.turn(name)
        self._catch_up(name)

    def _tab_opened(self) -> None:
        self._catch_up(self.open)
        self._opened()

    def _render(self) -> None:
        if self.answers is None:
            self.head.value = f'<p class="etolib-muted">{label(self.language, "results_empty")}</p>'
        else:
            self.head.value = result_head(self.language, self.answers.head, self.units)
            self._behind = [*self.registered]
            self._catch_up(self.open)
            if not self._filling:
                self._fill_others()

    def _catch_up(self, name: str) -> None:
        """Show at once what a tab is to show, where its turn has not come."""
        if name in self._behind:
            self._fill(name)

    def _fill_others(self) -> None:
        """Show the answers of the tabs that nobody sees, one after the other."""
        self._filling = bool(self._behind)
        if self._behind:
            self._between(self._fill_next)
        else:
            self._fold()

    def _fill_next(self) -> None:
        if self._behind:
            self._fill(self._behind[0])
        self._fill_others()

    def _fill(self, name: str) -> None:
        """Show the answer of a tab; what fails of it is said in its own pane."""
        assert self.answers is not None
        if name in self._behind:
            self._behind.remove(name)
        answer = self.answers.tabs.get(name)
        tab, pane = self.registered[name], self.panes[name]
        shown: Any = None
        if not isinstance(answer, tabs.Failed):
            try:
                if tab.view is not None:
                    shown = self._seen(tab, answer)
                elif tab.look is not None:
                    shown = tab.look(self.language, answer, self.answers.task_id)
            except Exception as error:  # of whoever wrote the tab: the others are shown all the same
                log.exception("the tab %s failed", name)
                answer = tabs.Failed.of(error)
        if isinstance(answer, tabs.Failed):
            notice = self._notice(answer)
            shown = notice if tab.view is None else widgets.HTML(notice)
        if tab.view is None:
            pane.value = shown or ""
        elif pane.children != (shown,):
            pane.children = (shown,)

    def _notice(self, failed: tabs.Failed) -> str:
        return f'<p class="etolib-notice" role="alert">{label(self.language, "tab_failed", error=failed.error)}</p>'

    def _guard(self, name: str, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a callback of a view: what it did not expect is said above the view, until something works again."""

        pane = self.panes[name]

        @wraps(callback)
        def guarded(*args: Any, **kwargs: Any) -> None:
            before = pane.children
            try:
                callback(*args, **kwargs)
            except Exception as error:
                log.exception("the tab %s failed", name)
                pane.children = (widgets.HTML(self._notice(tabs.Failed.of(error))), self._views[name].widget)
            else:
                if len(before) > 1 and pane.children == before:  # what is said there is not of this callback
                    pane.children = before[1:]

        return guarded

    def _seen(self, tab: tabs.Tab, answer: Any) -> widgets.DOMWidget:
        """Return the widget of a tab that shows an answer."""
        assert tab.view is not None
        assert self.answers is not None
        view = self._views.get(tab.name) or tab.view(partial(self._guard, tab.name))
        if isinstance(view, tabs.Comparing):
            view.offer(self._others(tab.name))
        if tab.again is not None:
            cast("tabs.Asking", view).ask = partial(self._ask, tab.name)
        if hasattr(view, "progress"):
            calculating = cast("tabs.Calculating", view)
            calculating.begin, calculating.cancel = partial(self._begin, tab.name), partial(self._give_up, tab.name)
        view.show(self.language, answer, self.answers.task_id, self.units)
        if tab.name not in self._views and isinstance(view, HasTraits) and view.has_trait("day"):
            view.observe(self._guard(tab.name, lambda change: self._look_at(change["new"])), "day")
        self._views[tab.name] = view
        return view.widget

    def _look_at(self, day: str) -> None:
        """Turn the other views that show one day to the one that was chosen, an ISO date."""
        for name, view in self._views.items():
            if go := getattr(view, "go", None):
                self._guard(name, go)(day)

    def _ask(self, name: str, values: Mapping[str, Any]) -> None:
        if self.answers is not None:
            self.again(self.answers, name, values)

    def _begin(self, name: str, query: str) -> None:
        if self.answers is not None:
            self.calculate(self.answers, name, query)

    def _give_up(self, name: str) -> None:
        if self.answers is not None:
            self.give_up(self.answers, name)


def _pane(tab: tabs.Tab) -> widgets.DOMWidget:
    if tab.view is None:
        return marked(widgets.HTML(), f"etolib-of-{tab.name}", f"etolib-{tab.name}")
    return marked(widgets.Box(), f"etolib-of-{tab.name}", "etolib-view")  # the view marks what is its own
