"""What a visitor has under way, or has finished, beside the cards of this page: from other tabs, and from earlier ones.

The list is the scheduler's (`etolib.tasks.limited.mine`), which tells a visitor of his own tasks only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from etolib.tasks import visitor
from etolib.tasks.messages import State
from etolib.widgets.form import marked
from etolib.widgets.markup.base import label
from etolib.widgets.markup.card import other
from etolib.widgets.wording import say

if TYPE_CHECKING:
    from etolib.widgets.background import Background

log = logging.getLogger("etolib.page")

MOST = 8
"""Tasks that are shown."""


class Line:
    """A line of a list of what is not on this page; made once, and shown with one thing after the other.

    Parameters
    ----------
    guard : callable
        As `etolib.widgets.background.Background.guard`.
    stop : callable
        Called with what the line shows when its *Cancel* is pressed, once until it is shown again.
    opened : callable, optional
        The same of *Open*; a line without it has no such button.
    """

    def __init__(
        self, guard: Callable[..., Any], stop: Callable[[Any], None], opened: Callable[[Any], None] | None = None
    ) -> None:
        self.what: Any = None
        self.said = widgets.HTML()
        self.open = marked(widgets.Button(), "etolib-other-open", "etolib-second")
        self.stop = marked(widgets.Button(), "etolib-other-stop", "etolib-second")
        buttons = [self.stop] if opened is None else [self.open, self.stop]
        self.widget = marked(widgets.Box([self.said, *buttons]), "etolib-other")
        if opened is not None:
            self.open.on_click(guard(lambda _: opened(self.what)))
        self.stop.on_click(guard(lambda _: self._pressed(stop)))

    def _pressed(self, stop: Callable[[Any], None]) -> None:
        self.stop.disabled = True  # until it is known what has become of it
        stop(self.what)

    def show(self, language: str, what: Any, said: str, *, running: bool) -> None:
        """Show something, with what is said of it as HTML."""
        self.what, self.said.value = what, said
        self.open.description, self.stop.description = say(language, "open"), say(language, "cancel")
        self.stop.disabled = False
        self.stop.layout.display = None if running else "none"
        self.widget.layout.display = None

    def hide(self) -> None:
        """Show nothing."""
        self.widget.layout.display = "none"


class Others:
    """The list; unseen while there is nothing in it.

    Parameters
    ----------
    language : str
    background : Background
        Runs callbacks and slow work.
    connection : object
        As `etolib.widgets.connection.Connection`.
    here : callable
        Returns the ids of the tasks that stand on cards of this page.
    opened : callable
        Called with the id of a task and its query, to be shown on a card.
    """

    def __init__(
        self,
        language: str,
        background: Background,
        connection: Any,
        here: Callable[[], Collection[str]],
        opened: Callable[[str, str], None],
    ) -> None:
        self._language, self._background, self._connection = language, background, connection
        self._here, self._opened = here, opened
        self._found: Sequence[Mapping[str, Any]] = ()
        self._asking, self._news = False, None
        self.title = widgets.HTML()
        self.rows = [Line(background.guard, self._stop, self._open) for _ in range(MOST)]
        self.widget = marked(widgets.VBox([self.title, *(row.widget for row in self.rows)]), "etolib-others")
        self.translate(language)

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self._language = language
        self.title.value = f"<h2>{label(language, 'other_calculations')}</h2>"
        self.show()

    def passed(self) -> None:
        """Ask again where something has become of the visitor's tasks; called once a second.

        That there is news comes with what the line asks the scheduler anyhow.
        """
        if self._connection.news != self._news and not self._asking:
            self._news = self._connection.news
            self.look()

    def look(self) -> None:
        """Ask the scheduler what there is; a page without a visitor has no others."""
        if not self._asking and visitor.of_this_process():
            self._asking = True
            self._background.run(self._ask)

    def _ask(self) -> None:
        from etolib.tasks import limited

        found = self._found
        try:
            found = limited.mine(self._connection.client())
        except Exception as error:  # the line to the cluster says by itself that it is lost
            log.debug("the other tasks could not be listed: %s", error)
            self._news = None  # asked again
        self._background.later(self._told, found)

    def _told(self, found: Sequence[Mapping[str, Any]]) -> None:
        self._asking, self._found = False, found
        self.show()

    def show(self) -> None:
        """Show what is not on a card of this page: what runs first, the newest first."""
        here = self._here()
        listed = [one for one in self._found if not one["here"] and one["task_id"] not in here]
        listed.sort(key=lambda one: State(one["state"]).final)  # stable
        self.widget.layout.display = None if listed else "none"
        (self.widget.add_class if listed else self.widget.remove_class)("etolib-some")
        for row, task in zip_longest(self.rows, listed[:MOST]):
            if task is None:
                row.hide()
                continue
            said = other(self._language, task["state"], task["query"], task["task_id"])
            row.show(self._language, task, said, running=not State(task["state"]).final)

    def _open(self, task: Mapping[str, Any]) -> None:
        self._opened(task["task_id"], task["query"])
        self.show()

    def _stop(self, task: Mapping[str, Any]) -> None:
        self._background.run(self._end, task["task_id"])

    def _end(self, task_id: str) -> None:
        from etolib.tasks import limited

        try:
            limited.stop(self._connection.client(), task_id)
        finally:
            self._background.later(self.look)
