"""The list of a visitor's batches: of other pages, and of pages that are closed. Each leads to the region page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from etolib.tasks import visitor
from etolib.tasks.messages import State
from etolib.widgets.form import marked
from etolib.widgets.markup.batches import own_batches
from etolib.widgets.region import record

if TYPE_CHECKING:
    from etolib.widgets.background import Background

log = logging.getLogger("etolib.page")

MOST = 8
"""Batches that are shown."""

_AGAIN_S = 10  # how often to look again while one of them is being calculated [s]


class OwnBatches:
    """The list; unseen while there is nothing in it.

    Parameters
    ----------
    language : str
    background : Background
        Runs callbacks and slow work.
    connection : object
        As `etolib.widgets.connection.Connection`.
    page : callable
        Returns the address of the region page, before its query; None where it is not served.
    here : callable, optional
        Returns the name of the batch that the page itself shows.
    """

    def __init__(
        self,
        language: str,
        background: Background,
        connection: Any,
        page: Callable[[], str | None],
        here: Callable[[], str] = str,
    ) -> None:
        self._language, self._background, self._connection = language, background, connection
        self._page, self._here = page, here
        self._found: Sequence[record.Row] = ()
        self._asking = False
        self._leads_to: str | None = None
        self._seconds = 0
        self.list = widgets.HTML()
        self.widget = marked(widgets.VBox([self.list]), "etolib-others", "etolib-own-batches")
        self.show()

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self._language = language
        self.show()

    def passed(self) -> None:
        """Look once the visitor is known, and again while something of his is being calculated; once a second."""
        working = any(row.state is State.PROCESSING for row in self._found)
        if self._page() != self._leads_to:  # known once the browser has told its address
            self.show()
        if self._seconds == 0 or (working and self._seconds >= _AGAIN_S):
            self.look()
        self._seconds += bool(self._seconds)

    def look(self) -> None:
        """Look which batches there are; a page without a visitor has none."""
        if not self._asking and visitor.of_this_process():
            self._asking, self._seconds = True, 1
            self._background.run(self._ask)

    def _ask(self) -> None:
        from etolib.tasks import limited

        found = None
        try:
            there = record.folder()
            going = limited.batches_under_way(self._connection.client(), there.glob("*"))
            found = record.stores_of(there, visitor.of_this_process(), {path.name for path in going})
        except Exception as error:  # the line to the cluster says by itself that it is lost
            log.warning("the batches could not be listed: %s", error)
        self._background.later(self._told, found)

    def _told(self, found: Sequence[record.Row] | None) -> None:
        self._asking = False
        if found is None:
            self._seconds = 0  # asked again
        else:
            self._found = found
            self.show()

    def show(self) -> None:
        """Show the newest ones that are not on this page."""
        self._leads_to = page = self._page()
        here = self._here()
        listed = [row for row in self._found if row.name != here][:MOST] if page is not None else []
        self.list.value = own_batches(self._language, listed, page or "") if listed else ""
        self.widget.layout.display = None if listed else "none"
        (self.widget.add_class if listed else self.widget.remove_class)("etolib-some")
