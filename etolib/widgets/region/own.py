"""The list of a visitor's batches: of other pages, and of pages that are closed. Each leads to the region page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from etolib.tasks import visitor
from etolib.tasks.messages import State
from etolib.widgets.form import marked
from etolib.widgets.markup.base import label
from etolib.widgets.markup.batches import own_batch
from etolib.widgets.others import Line
from etolib.widgets.region import record

if TYPE_CHECKING:
    from etolib.widgets.background import Background
    from etolib.widgets.browser import Browser

log = logging.getLogger("etolib.page")

MOST = 8
"""Batches that are shown."""

_AGAIN_S = 10  # how often to look again while one of them is being calculated, or the cluster has not answered [s]


class OwnBatches:
    """The list; unseen while there is nothing in it.

    Parameters
    ----------
    language : str
    background : Background
        Runs callbacks and slow work.
    connection : object
        As `etolib.widgets.connection.Connection`.
    browser : Browser
        Says whether somebody can see the page.
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
        browser: Browser,
        page: Callable[[], str | None],
        here: Callable[[], str] = str,
    ) -> None:
        self._language, self._background, self._connection, self._browser = language, background, connection, browser
        self._page, self._here = page, here
        self._found: Sequence[record.Row] = ()
        self._asking = self._unknown = False
        self._leads_to: str | None = None
        self._seconds = 0
        self.title = widgets.HTML()
        self.lines: list[Line] = []  # as many as were needed by now
        self.widget = marked(widgets.VBox([self.title]), "etolib-others")
        browser.observe(background.guard(lambda change: self._seen(change["new"])), "visible")
        self.show()

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self._language = language
        self.show()

    def passed(self) -> None:
        """Look once the visitor is known, and again while something of his is being calculated; once a second.

        A page that nobody can see looks when it is seen again.
        """
        waiting = self._unknown or any(row.state is State.PROCESSING for row in self._found)
        if self._page() != self._leads_to:  # known once the browser has told its address
            self.show()
        if self._seconds == 0 or (waiting and self._browser.visible and self._seconds >= _AGAIN_S):
            self.look()
        self._seconds += bool(self._seconds)

    def _seen(self, visible: bool) -> None:
        if visible and self._seconds:
            self.look()

    def look(self) -> None:
        """Look which batches there are; a page without a visitor has none."""
        if not self._asking and visitor.of_this_process():
            self._asking, self._seconds = True, 1
            self._background.run(self._ask)

    def _ask(self) -> None:
        from etolib.tasks import limited

        found = None
        try:
            asked = partial(limited.batches_under_way, self._connection.client())
            found = record.stores_of(record.folder(), visitor.of_this_process(), asked)
        except Exception as error:  # the line to the cluster says by itself that it is lost
            level = logging.DEBUG if self._unknown else logging.WARNING
            log.log(level, "the batches could not be listed: %s", error)
        self._background.later(self._told, found)

    def _told(self, found: Sequence[record.Row] | None) -> None:
        self._asking, self._unknown = False, found is None
        if found is not None:
            self._found = found
        self.show()

    def _stop(self, row: record.Row) -> None:
        self._background.run(self._end, row.name)

    def _end(self, name: str) -> None:
        from etolib.tasks import limited

        try:
            store = record.folder() / name
            if limited.stop_batch(self._connection.client(), store):
                record.mark_stopped(store, True)
        finally:
            self._background.later(self.look)

    def show(self) -> None:
        """Show the newest ones that are not on this page."""
        self._leads_to = page = self._page()
        here = self._here()
        listed = [row for row in self._found if row.name != here][:MOST] if page is not None else []
        if listed:
            self.title.value = f"<h2>{label(self._language, 'own_batches')}</h2>"
        if len(listed) > len(self.lines):
            new = [Line(self._background.guard, self._stop) for _ in listed[len(self.lines) :]]
            for line in new:
                line.widget.add_class("etolib-own-batch")
            self.lines += new
            self.widget.children = [self.title, *(line.widget for line in self.lines)]
        for line, row in zip_longest(self.lines, listed):
            if row is None:
                line.hide()
                continue
            said = own_batch(self._language, row, page or "")
            line.show(self._language, row, said, running=row.state is State.PROCESSING)
        self.widget.layout.display = None if listed else "none"
        (self.widget.add_class if listed else self.widget.remove_class)("etolib-some")
