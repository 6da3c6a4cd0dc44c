"""The page: map, form, progress cards and results around one model; the same object in Voila and in JupyterLab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import ipywidgets as widgets

from etolib.errors import EtolibError, InputError, Problem
from etolib.widgets.background import Loop, Pool
from etolib.widgets.form import marked
from etolib.widgets.form_model import FormModel
from etolib.widgets.frame import Frame
from etolib.widgets.going import Going
from etolib.widgets.markup import base
from etolib.widgets.markup import form as markup
from etolib.widgets.memory import Memory
from etolib.widgets.others import Others
from etolib.widgets.place import Place
from etolib.widgets.region.own import OwnBatches
from etolib.widgets.stack import CardStack
from etolib.widgets.wording import say

if TYPE_CHECKING:
    from etolib.request import Request
    from etolib.result.result import Result
    from etolib.widgets.cards import Card

FIELDS = ["latitude", "longitude", "elevation", "period", "automatic", "sources", "station", "krs"]
"""What a person fills in."""
_POINTED_TO = "etolib-pointed-to"


class Page(Frame):
    """The whole page. Display it as the last line of a cell.

    Parameters
    ----------
    query : str, optional
        Query string to begin with (``lat=..&lon=..&period=..&sources=..&lang=..&theme=..&task=..``); in a browser
        the page's own address follows and counts more.
    submit, attach : callable, optional
        As `etolib.submit` and `etolib.attach`.
    connection : object, optional
        As `etolib.widgets.connection.Connection`.
    loop : object, optional
        Where callbacks run; default: the running event loop.
    pool : object, optional
        Where slow work runs; default: threads of the page's own.

    Attributes
    ----------
    form : FormModel
        The form as it stands.
    cards : list of Card
        One per task, oldest first.
    shown : Results
        The result on show in its tabs.
    """

    def __init__(
        self,
        query: str = "",
        *,
        submit: Callable[..., Any] | None = None,
        attach: Callable[..., Any] | None = None,
        connection: Any = None,
        loop: Loop | None = None,
        pool: Pool | None = None,
    ) -> None:
        super().__init__(FormModel(), "title", "tagline", connection=connection, loop=loop, pool=pool)
        self._linked_task: str | None = None
        self._complained = False  # whether something is said to be wrong with the form
        self._pointed_to: Card | None = None  # the card of what was asked for once more
        form, guard = self.form, self._background.guard
        self.stack = CardStack(
            form.language, self._background, self._connection, self._buttons, submit=submit, attach=attach
        )
        self.cards, self.shown = self.stack.cards, self.stack.results
        self.stack.tell = self.semantics.tell
        self.stack.refused = self._refused
        self.going = Going(form.language, self._background, lambda: self.stack.unfinished)
        self.stack.taken = self.going.taken
        self.buttons.children = (*self.buttons.children, self.going.widget)
        self.others = Others(form.language, self._background, self._connection, self._on_cards, self.stack.attach)
        self.batches = OwnBatches(
            form.language, self._background, self._connection, self.browser, self._page_of_regions
        )
        self.place = Place(form, self.browser, self._background, self._connection.ask)
        self.map = self.place.map
        self.earlier = marked(widgets.HTML(), "etolib-earlier")
        ask = marked(
            widgets.Box([self.when.widget, self.which.widget, self.own.widget, self.buttons]),
            "etolib-panel",
            "etolib-form",
        )
        self.lay_out(
            [self.place.frame, self.place.form.widget, ask],
            [self.stack.widget, self.shown.widget, self.earlier, self.others.widget, self.batches.widget],
        )
        self.calculate.on_click(guard(self._calculate))
        self.cancel.on_click(guard(lambda _: self.stack.cancel_newest()))
        form.observe(guard(lambda change: self._typed()), FIELDS)
        self.memory = Memory(
            self.browser, form, self.own, self.stack, self.going, self._background, self._connection.ask
        )
        self.going.tick.observe(guard(lambda change: self.memory.keep()), "value")
        self.begin(query)
        self._background.run(self.stack.warm)

    @property
    def result(self) -> Result | None:
        """The result on show, for the next cell of a notebook; None where there is none."""
        return self.stack.result

    @property
    def results(self) -> list[Result]:
        """The results of all finished calculations of the page, oldest first."""
        return [card.job.result() for card in self.stack.finished]

    def _translate(self) -> None:
        super()._translate()
        language = self.form.language
        self.earlier.value = f"<h2>{base.label(language, 'calculations')}</h2>"
        self.place.translate(language)
        self.stack.translate(language)
        self.going.translate(language)
        self.others.translate(language)
        self.batches.translate(language)
        if self._complained:
            self._check()
        elif self._pointed_to is not None:
            self.wrong.value = markup.under_way(language)

    def _measure(self) -> None:
        self.stack.measure(self.form.units)

    def _filled(self, task_id: str | None) -> None:
        if task_id and task_id != self._linked_task:
            self._linked_task = task_id
            self.stack.attach(task_id)

    def _lost(self) -> None:
        self.stack.scheduler_lost()

    # --- tasks --------------------------------------------------------------------------------------------------------

    def _calculate(self, _: Any = None) -> None:
        request = self._check()
        if request is None:
            return
        same = self._under_way(request) if self.calculate.by_browser else None  # a program gets what it asks for
        if same is not None:
            self._point_to(same)
            return
        self.stack.start(request)
        self.place.search.used(request.site)
        self.browser.fields = {"task": "", **dict(parse_qsl(request.query().lstrip("?")))}
        self.memory.keep()

    def _under_way(self, request: Request) -> Card | None:
        """Return the card of this visitor's task that waits or runs and asks exactly the same."""
        mine = (card for card in self.stack.unfinished if not card.theirs)
        return next((card for card in mine if card.task.request == request), None)

    def _point_to(self, card: Card) -> None:
        """Bring the card of a task that is asked for once more into view, and say so until it is over."""
        self._say_at_button(markup.under_way(self.form.language))
        self._pointed_to = card
        card.widget.add_class(_POINTED_TO)
        self.semantics.bring(f".{_POINTED_TO}")
        self.semantics.tell(say(self.form.language, "calculated_already"))

    def _check(self) -> Request | None:
        """Return what the form asks; None where something is wrong, which is said at its field."""
        problems: Sequence[Problem] = ()
        request = None
        try:
            request = self.form.request()
        except InputError as error:
            problems = error.problems
        self._complained = bool(problems)
        for part in (self.place.form, self.when, self.which):
            problems = part.errors.show(problems)
        self._say_at_button(markup.field_errors(self.form.language, problems))
        return request

    def _say_at_button(self, html: str) -> None:
        if self._pointed_to is not None:
            self._pointed_to.widget.remove_class(_POINTED_TO)
            self._pointed_to = None
        self.wrong.value = html
        self.wrong.layout.display = None if html else "none"

    def _refused(self, error: EtolibError) -> None:
        """Say at the button why the cluster did not take a task, until something is asked again."""
        self._say_at_button(markup.refusal(self.form.language, error))

    def _typed(self) -> None:
        """Keep what is typed; take back what was said as soon as it is corrected."""
        self.memory.keep()
        if self._complained:
            self._check()
        elif self._pointed_to is not None:
            self._say_at_button("")

    def _buttons(self) -> None:
        if self._pointed_to is not None and self._pointed_to not in self.stack.unfinished:
            self._say_at_button("")
        self.cancel.layout.display = None if self.stack.unfinished else "none"
        if hasattr(self, "going"):
            self.going.show()
        # The style sheet gives a result the room that map and form do not need any more.
        working = bool(self.stack.cards)
        if working and "etolib-working" not in self.widget._dom_classes:
            self.map.becomes_smaller()
        (self.widget.add_class if working else self.widget.remove_class)("etolib-working")
        if hasattr(self, "memory"):  # cards may come before the page is whole
            self.memory.keep()

    def _came_back(self) -> None:
        """Show again what this tab had before it was loaded anew, in the language and theme that were chosen here."""
        super()._came_back()
        self.memory.bring_back()

    def _passed(self, *, no_worker: bool) -> None:
        self.stack.count(no_worker=no_worker)
        self.others.passed()
        self.batches.passed()

    def _page_of_regions(self) -> str | None:
        return self.address_of("region") if "region" in self._served[1] else None

    def _on_cards(self) -> set[str]:
        return {card.task.snapshot.task_id or "" for card in self.stack.cards}
