"""The progress card of one task."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from etolib.tasks.messages import State
from etolib.widgets.form import marked
from etolib.widgets.markup.card import card as card_html
from etolib.widgets.task import TaskModel
from etolib.widgets.wording import say

if TYPE_CHECKING:
    from etolib.widgets.results import Answers


_LAST = 100_000  # more tasks than any page will see


class Card:
    """Shows a `TaskModel`: status, steps, one bar for the whole and one per source, errors with Retry.

    A card is made before it is needed and waits unseen in the page: making its widgets takes the browser longer
    than showing them, and the answer to a click must be there at once. `begin` gives it its task.

    ``on_close``, ``on_retry`` and ``on_show`` are called with the card.
    """

    task: TaskModel

    def __init__(
        self,
        language: str,
        *,
        on_close: Callable[[Card], None],
        on_retry: Callable[[Card], None],
        on_show: Callable[[Card], None],
    ) -> None:
        self.language = language
        self.job: Any = None
        self.answers: Answers | None = None
        self._no_worker = False
        self._shown = True  # a result is shown as it comes
        self.number = 0
        self.older = False  # of before the page was loaded anew, and not the last: shown when somebody wants it
        self.body = marked(widgets.HTML(), "etolib-card-body")
        self.clock = marked(widgets.HTML(), "etolib-elapsed")
        self.close_button = marked(widgets.Button(description="×"), "etolib-close", "etolib-quiet")
        self.retry_button = marked(widgets.Button(), "etolib-retry", "etolib-second")
        self.show_button = marked(widgets.Button(), "etolib-show", "etolib-second")
        self.close_button.on_click(lambda _: on_close(self))
        self.retry_button.on_click(lambda _: on_retry(self))
        self.show_button.on_click(lambda _: on_show(self))
        self._actions = marked(widgets.Box([self.retry_button, self.show_button]), "etolib-card-actions")
        self.widget = widgets.Box([self.body, self.clock, self.close_button, self._actions])
        self.widget.layout.display = "none"
        self.show_button.layout.display = self.retry_button.layout.display = "none"
        self._begun = False
        self.translate(language)

    @property
    def theirs(self) -> bool:
        """Whether the task is another visitor's, whose link led here."""
        return bool(getattr(self.job, "theirs", False))

    def begin(self, task: TaskModel, number: int = 0) -> None:
        """Show a task, from now on; the higher its ``number``, the newer."""
        self.task = task
        self._begun, self.number = True, number
        self._draw()
        self.widget.add_class("etolib-card")
        self.widget.layout.display = None
        task.observe(lambda change: self._draw(), "snapshot")
        task.observe(lambda change: self._tick(), "elapsed")

    def compact(self, compact: bool) -> None:
        """Be a line below the result, or a card above it. The style sheet has the result at order 0."""
        (self.widget.add_class if compact else self.widget.remove_class)("etolib-compact")
        # Ordered by the style: a child that moved would rebuild every card in the browser.
        self.widget.layout.order = str((_LAST if compact else -1) - self.number)

    def _draw(self) -> None:
        now = self.task.snapshot
        failed = now.status in (State.ERROR, State.TIMEOUT, State.CANCELLED)
        # A task that was attached to and not found has nothing that could be repeated.
        self.retry_button.layout.display = None if failed and self.task.request is not None else "none"
        self.show_button.layout.display = None if now.status is State.SUCCESS and not self._shown else "none"
        self.body.value = card_html(
            self.language,
            self.task.about,
            now,
            self.task.elapsed,
            no_worker=self._no_worker,
            lacks=self.task.lacks if failed else "",
        )
        self._tick()

    def shown(self, shown: bool) -> None:
        """Take note whether the result of this card is the one on show."""
        if shown != self._shown:
            self._shown = shown
            self._draw()

    def no_worker(self, no_worker: bool) -> None:
        """Take note whether the cluster has no worker for the task."""
        if no_worker != self._no_worker:
            self._no_worker = no_worker
            self._draw()

    def _tick(self) -> None:
        minutes, seconds = divmod(int(self.task.elapsed), 60)
        self.clock.value = f"{minutes}:{seconds:02d}"

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.language = language
        self.close_button.tooltip = say(language, "close")
        self.retry_button.description = say(language, "retry")
        self.show_button.description = say(language, "show")
        if self._begun:
            self._draw()

    def close(self) -> None:
        """Take the card off the page.

        It is hidden, not removed from its parent: a shorter list of children would rebuild every later card.
        """
        self.widget.layout.display = "none"
        self.widget.remove_class("etolib-card")
        self.widget.children = ()
        for part in (self.body, self.clock, self.close_button, self.retry_button, self.show_button, self._actions):
            for own in (part.layout, getattr(part, "style", None), part):
                if own is not None:
                    own.close()
        self.job = self.answers = None
