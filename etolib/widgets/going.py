"""Tasks that go on when the page is closed: a tick, and the links by which they are found again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import ipywidgets as widgets

from etolib.widgets.form import marked
from etolib.widgets.markup.card import links_of_tasks
from etolib.widgets.wording import say

if TYPE_CHECKING:
    from etolib.widgets.background import Background

Link = tuple[str, str]
"""Where a link leads, and its text."""


class Running(Protocol):
    """What a page has under way."""

    @property
    def job(self) -> Any:
        """What `keep` is called of; None before the cluster has it."""


def of_tasks(running: Sequence[Any]) -> list[Link]:
    """Return a link for each task, by its id."""
    ids = [one.task.snapshot.task_id for one in running]
    return [(f"?task={one}", one) for one in ids if one]


class Going:
    """The tick beside the buttons; seen while something waits or runs.

    Parameters
    ----------
    language : str
    background : Background
        Runs callbacks and slow work.
    under_way : callable
        Returns what waits or runs.
    links : callable
        Called with that; returns the links by which it is found again.

    Attributes
    ----------
    tick : Checkbox
        Whether the tasks of the page, also those to come, go on without it.
    links : HTML
        Where those that are under way are found again.
    """

    def __init__(
        self,
        language: str,
        background: Background,
        under_way: Callable[[], Sequence[Running]],
        links: Callable[[Sequence[Running]], Sequence[Link]] = of_tasks,
    ) -> None:
        self._language, self._background, self._under_way, self._links = language, background, under_way, links
        self.tick = widgets.Checkbox(indent=False)
        self.links = widgets.HTML()
        self.widget = marked(widgets.VBox([self.tick, self.links]), "etolib-going")
        self.tick.observe(background.guard(lambda change: self._ticked()), "value")
        self.translate(language)

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self._language = language
        self.tick.description = say(language, "go_on_without_page")
        self.show()

    def show(self) -> None:
        """Show what there is to say of the tasks as they stand."""
        running = self._under_way()
        self.widget.layout.display = None if running else "none"
        shown = links_of_tasks(self._language, self._links(running)) if self.tick.value and running else ""
        if shown != self.links.value:
            self.links.value = shown

    def _ticked(self) -> None:
        for one in self._under_way():
            if one.job is not None:
                self._background.run(one.job.keep, self.tick.value)
        self.show()

    def taken(self, one: Running) -> None:
        """Have what the cluster has just taken go on too, where the others do."""
        if self.tick.value:
            self._background.run(one.job.keep)
