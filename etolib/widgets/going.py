"""Tasks that go on when the page is closed: a tick, and the links by which they are found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from etolib.widgets.form import marked
from etolib.widgets.markup.card import links_of_tasks
from etolib.widgets.wording import say

if TYPE_CHECKING:
    from etolib.widgets.background import Background
    from etolib.widgets.cards import Card
    from etolib.widgets.stack import CardStack


class Going:
    """The tick beside the buttons; seen while something waits or runs.

    Attributes
    ----------
    tick : Checkbox
        Whether the tasks of the page, also those to come, go on without it.
    links : HTML
        Where those that are under way are found again.
    """

    def __init__(self, language: str, stack: CardStack, background: Background) -> None:
        self._language, self._stack, self._background = language, stack, background
        self.tick = widgets.Checkbox(indent=False)
        self.links = widgets.HTML()
        self.widget = marked(widgets.VBox([self.tick, self.links]), "etolib-going")
        self.tick.observe(background.guard(lambda change: self._ticked()), "value")
        stack.taken = self._taken
        self.translate(language)

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self._language = language
        self.tick.description = say(language, "go_on_without_page")
        self.show()

    def show(self) -> None:
        """Show what there is to say of the tasks as they stand."""
        self.widget.layout.display = None if self._stack.active else "none"
        ids = [card.task.snapshot.task_id for card in self._stack.unfinished if card.task.snapshot.task_id]
        shown = links_of_tasks(self._language, ids) if self.tick.value else ""
        if shown != self.links.value:
            self.links.value = shown

    def _ticked(self) -> None:
        for card in self._stack.unfinished:
            if card.job is not None:
                self._background.run(card.job.keep, self.tick.value)
        self.show()

    def _taken(self, card: Card) -> None:
        if self.tick.value:
            self._background.run(card.job.keep)
