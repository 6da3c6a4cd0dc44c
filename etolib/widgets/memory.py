"""What a tab of the browser keeps of its page, so that loading it anew loses nothing: tasks, what is typed and open.

Kept where the browser keeps it, and distrusted when it comes back.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from etolib.errors import InputError
from etolib.request import PAGE_FIELDS, Request, query_fields
from etolib.widgets import remote

if TYPE_CHECKING:
    from etolib.widgets.background import Background
    from etolib.widgets.browser import Browser
    from etolib.widgets.cards import Card
    from etolib.widgets.form_model import FormModel
    from etolib.widgets.going import Going
    from etolib.widgets.stack import CardStack
    from etolib.widgets.station import OwnStation

log = logging.getLogger("etolib.page")


class Memory:
    """Keeps a page in its tab, and brings it back.

    Parameters
    ----------
    browser, form, own, stack, going, background
        The parts of the page.
    ask : callable
        Has a function run on a worker, as `etolib.widgets.connection.Connection.ask`.
    """

    def __init__(
        self,
        browser: Browser,
        form: FormModel,
        own: OwnStation,
        stack: CardStack,
        going: Going,
        background: Background,
        ask: Callable[..., Any],
    ) -> None:
        self._browser, self._form, self._own, self._stack = browser, form, own, stack
        self._going, self._background, self._ask = going, background, ask
        self._back = False  # until the tab has been asked what it had, nothing may be kept over it
        self._wanted = ""  # name of the own file that the form had
        stack.succeeded = self._came

    def keep(self) -> None:
        """Have the browser keep the page as it stands."""
        if not self._back:
            return
        results = self._stack.results
        shown = results.answers.task_id if results.answers is not None else None
        typed = self._form.typed() | {"station": self._own.name, "address": self._address()}
        self._browser.keep_all(
            {
                "tasks": self._stack.tasks(),
                "typed": [typed],
                "shown": [{"task": shown or "", "tab": results.open, "going": "yes" if self._going.tick.value else ""}],
            }
        )

    def bring_back(self) -> None:
        """Show again what this tab had; an address that asks something else than before counts more than the form."""
        tasks = self._browser.kept("tasks", tab=True)
        typed, shown = (self._one(name) for name in ("typed", "shown"))
        if typed and (self._is_bare() or typed.get("address", "") == self._address()):
            self._form.retype(typed)
            self._wanted = typed.get("station", "")
            if self._wanted:
                self._own.lost(self._wanted)
        results = self._stack.results
        if shown.get("tab") in results.registered:
            results.turn(shown["tab"])
        self._going.tick.value = shown.get("going") == "yes"
        self._stack.restore(tasks, shown.get("task", ""))
        for row in tasks:
            if not row.get("task") and "open" in row:  # asked for, and not handed over when the page went
                with contextlib.suppress(InputError):  # the browser may hold anything
                    self._stack.start(Request.from_query(row.get("query", "")))
        self._back = True
        self.keep()

    def _one(self, name: str) -> dict[str, str]:
        return next(iter(self._browser.kept(name, tab=True)), {})

    def _is_bare(self) -> bool:
        """Return whether the address asks for nothing, as that of a link between dashboards does."""
        return not self._browser.address.lstrip("?")

    def _address(self) -> str:
        """Return what the address of the page asks for, in an order of its own."""
        try:
            fields = query_fields(self._browser.address)
        except InputError:  # more fields than any link of ours has
            fields = {}
        fields |= {name: value for name, value in self._browser.fields.items() if isinstance(value, str)}
        return urlencode(sorted((name, value) for name, value in fields.items() if value and name not in PAGE_FIELDS))

    def _came(self, card: Card) -> None:
        """Take back the own file out of a result that was calculated with it."""
        if self._wanted and card.task.lacks == self._wanted:
            self._background.run(self._fetch, card)

    def _fetch(self, card: Card) -> None:
        try:
            found = self._ask(remote.own_file, card.job.future)
        except Exception as error:  # what is said of the file stays: it is to be chosen again
            log.info("the own file did not come back: %s", error)
        else:
            self._background.later(self._restore, found)

    def _restore(self, found: Any) -> None:
        if self._wanted and found is not None and found["name"] == self._wanted and self._own.upload is None:
            self._wanted = ""
            self._own.restore(found)
