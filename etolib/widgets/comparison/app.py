"""The dashboard of several places; the same object in Voila and in JupyterLab."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import ipywidgets as widgets

from etolib.errors import InputError, Problem
from etolib.request import PAGE_FIELDS, Request, query_fields
from etolib.site import Site
from etolib.widgets.background import Loop, Pool
from etolib.widgets.comparison import answers
from etolib.widgets.comparison.adding import StationPlace, TypedPlaces
from etolib.widgets.comparison.map import PlacesMap
from etolib.widgets.comparison.model import MOST, ComparisonModel, Member, same_place
from etolib.widgets.comparison.rows import PlaceRow, PlaceRows
from etolib.widgets.comparison.runs import Run, Runs
from etolib.widgets.comparison.series import Series
from etolib.widgets.comparison.view import ComparisonView
from etolib.widgets.form import marked
from etolib.widgets.frame import Frame
from etolib.widgets.going import Going, Link, Running
from etolib.widgets.markup import base
from etolib.widgets.markup import form as form_markup
from etolib.widgets.search import PlaceSearch
from etolib.widgets.wording import say

if TYPE_CHECKING:
    from etolib.result.result import Result

log = logging.getLogger("etolib.page")

_KEPT = "comparison"
"""Under which name the browser keeps the tasks of this page."""

_TYPED = "comparison_typed"
"""Under which name it keeps what is typed and chosen there."""

_FILES_S = 300.0  # files of twelve places and many years may take so long [s]


class Comparison(Frame):
    """Up to twelve places or own stations in one chart and one table. Display it as the last line of a cell.

    Parameters
    ----------
    query : str, optional
        Query string to begin with (``places=lat,lon,name;..&period=..&sources=..&lang=..&theme=..``); in a browser the
        page's own address follows and counts more.
    submit_many, attach : callable, optional
        As `etolib.submit_many` and `etolib.attach`.
    connection, loop, pool : object, optional
        As in `etolib.widgets.app.Page`.

    Attributes
    ----------
    form : ComparisonModel
        The places, and what is asked for all of them.
    runs : Runs
        The calculation of each place, by its number.
    view : ComparisonView
        What is shown of them.
    """

    form: ComparisonModel
    map: PlacesMap

    def __init__(
        self,
        query: str = "",
        *,
        submit_many: Callable[..., Any] | None = None,
        attach: Callable[..., Any] | None = None,
        connection: Any = None,
        loop: Loop | None = None,
        pool: Pool | None = None,
    ) -> None:
        form = ComparisonModel()
        super().__init__(form, "places_title_page", "places_tagline", connection=connection, loop=loop, pool=pool)
        guard, run = self._background.guard, self._background.run
        self._complained = False
        self._series: dict[int, Series] = {}
        self._placed: tuple[tuple[float, float], ...] = ()  # where the places of the map are
        self._back = False  # until the tab has been asked what it had, nothing may be kept over it
        self._sites: dict[int, Site] = {}  # where the places of the list stand
        self.runs = Runs(
            self._background, self._connection, self._moved, form.bring, submit_many=submit_many, attach=attach
        )
        self.view = ComparisonView(form.language, guard, lambda: run(self._make_files, self.view.asked))
        self.map = PlacesMap(guard(self._clicked), guard(self._dragged))
        self.search = PlaceSearch(form, self.browser, self._background, self._connection.ask)
        self.typed = TypedPlaces(form, guard, lambda content, name: run(self._read_places, content, name))
        self.rows = PlaceRows(
            form, lambda number: PlaceRow(number, form, guard, self.runs.cancel, lambda n: self._retry([n]))
        )
        self.station = StationPlace(form, self.own, guard)
        self.going = Going(form.language, self._background, lambda: self.runs.unfinished, self._found_by)
        self.runs.taken = self.going.taken
        self._lay_out_parts()
        self.calculate.on_click(guard(lambda _: self._calculate()))
        self.cancel.on_click(guard(lambda _: self.runs.cancel_all()))
        self.again.on_click(guard(lambda _: self._retry(self.runs.failed)))
        form.observe(guard(lambda change: self._places_changed()), "members")
        self._watch_what_is_kept(guard(lambda _: self._remember()))
        form.observe(guard(lambda change: self._asked_changed()), ["period", "automatic", "sources", "krs", "members"])
        self.begin(query)
        run(self.runs.warm)

    def _watch_what_is_kept(self, remember: Callable[..., Any]) -> None:
        for field in (self.view.quantity, self.view.step, self.view.reference, self.typed.field):
            field.observe(remember, "value")
        self.going.tick.observe(remember, "value")
        for button in self.view.choice.buttons.values():
            button.on_click(remember)

    def _lay_out_parts(self) -> None:
        self.title = widgets.HTML()
        self.count = marked(widgets.HTML(), "etolib-muted")
        self.again = marked(widgets.Button(), "etolib-retry-failed", "etolib-second")
        self.again.layout.display = "none"
        self.buttons.children = (self.calculate, self.cancel, self.again, self.wrong, self.going.widget)
        frame = marked(widgets.Box([self.map.widget, self.search.widget, self.map.basemap]), "etolib-map-frame")
        head = marked(widgets.Box([self.title, self.count, self.search.kept]), "etolib-section-head")
        places = marked(widgets.VBox([head, self.rows.widget, self.typed.widget]), "etolib-panel", "etolib-place")
        self.own_part = marked(widgets.VBox([self.own.widget, self.station.widget]), "etolib-own")
        ask = marked(
            widgets.Box([self.when.widget, self.which.widget, self.own_part, self.buttons]),
            "etolib-panel", "etolib-form",
        )  # fmt: skip
        self.lay_out([frame, places, ask], [self.view.widget])
        self.widget.add_class("etolib-comparison")

    @property
    def results(self) -> list[Result]:
        """The results of the places that have one, in their order, for the next cell of a notebook."""
        return [self.runs.by_number[one.number].job.result() for one in self.view.series]

    @property
    def result(self) -> Any:
        """The results side by side (`etolib.result.together.Together`); None where there is none."""
        from etolib.result.together import Together

        results, series = self.results, self.view.series
        if not results:
            return None
        at = [one.number for one in series].index(self.view.reference.value)
        return Together(results, [one.label for one in series], at)

    # --- words and looks ----------------------------------------------------------------------------------------------

    def _translate(self) -> None:
        super()._translate()
        language = self.form.language
        self.title.value = f"<h2>{base.label(language, 'places')}</h2>"
        self.again.description = say(language, "places_retry_failed")
        for part in (self.map, self.search, self.typed, self.station, self.view, self.going):
            part.translate(language)
        self._show_places()
        if self._complained:
            self._check()

    def _measure(self) -> None:
        self.view.measure(self.form.units)

    # --- places -------------------------------------------------------------------------------------------------------

    def _clicked(self, latitude: float, longitude: float) -> None:
        self._from_map = True
        try:
            self.form.place(latitude, longitude)
        finally:
            self._from_map = False

    def _dragged(self, number: int, latitude: float, longitude: float) -> None:
        self._from_map = True
        try:
            self.form.move(number, latitude, longitude)
        finally:
            self._from_map = False

    _from_map = False

    def _read_places(self, content: bytes, name: str) -> None:
        """Have a list of places read on a worker; its content is nothing to be looked at here."""
        found = self._connection.ask(answers.places_of, content, name)
        self._background.later(self.typed.show, name, found)

    def _here(self) -> tuple[float, float] | None:
        return self.station.place()

    def _places_changed(self) -> None:
        members = self.form.members
        sites = {member.number: member.site for member in members}
        for number in list(self.runs.by_number):
            before, now = self._sites.get(number), sites.get(number)
            if now is None or (before is not None and not same_place(before, now)):
                self.runs.drop(number)  # the numbers of another place must not stand under this one
        self._sites = sites
        places = tuple((m.site.latitude, m.site.longitude) for m in members)
        more = not self._from_map and len(places) > len(self._placed)
        self.map.show_places(members, centre=more, small=bool(self.runs.by_number))
        self._placed = places
        self._show_places()
        self._show_results()

    def _show_places(self) -> None:
        language, members = self.form.language, self.form.members
        self.count.value = base.label(language, "places_of_most", count=len(members), most=MOST) if members else ""
        self.rows.show(language, self.runs.by_number)

    def _moved(self, number: int) -> None:
        """Show where the calculation of a place stands, and its numbers once they are here."""
        run = self.runs.by_number.get(number)
        self.rows.tell(self.form.language, number, run)
        self._show_buttons()
        self._show_results()
        if run is None or run.job is not None:
            self._remember()
        if run is not None and run.status.final and not self.runs.active:
            failed = len(self.runs.failed)
            ready = len(self.runs.by_number) - failed
            self.semantics.tell(say(self.form.language, "places_news", count=ready, failed=failed))

    def _show_buttons(self) -> None:
        self.cancel.layout.display = None if self.runs.active else "none"
        self.going.show()
        failed = [n for n in self.runs.failed if self.runs.by_number[n].request is not None]
        self.again.layout.display = None if len(failed) > 1 and not self.runs.active else "none"
        # The style sheet gives a result the room that map and form do not need any more.
        working = bool(self.runs.by_number)
        if working and "etolib-working" not in self.widget._dom_classes:
            self.map.fit(self.form.members, small=True)
        (self.widget.add_class if working else self.widget.remove_class)("etolib-working")

    def _show_results(self) -> None:
        """Show every place that has numbers."""
        members: list[tuple[Member, Run]] = [
            (m, self.runs.by_number[m.number]) for m in self.form.members if m.number in self.runs.shown
        ]
        labels = self.form.labels([member for member, _ in members])
        found = []
        for (member, run), label in zip(members, labels, strict=True):
            assert run.answer is not None
            before = self._series.get(member.number)
            if before is None or before.answer is not run.answer or before.label != label:
                before = Series.of(member.number, label, run.answer)
            self._series[member.number] = before
            found.append(before)
        if tuple(found) != self.view.series:
            self.view.show(found, self._link())

    # --- calculate ----------------------------------------------------------------------------------------------------

    def _calculate(self) -> None:
        """Calculate every place that has no result of what is asked, all at once."""
        requests = self._check()
        if requests is None:
            return
        wanted = {}
        for number, request in requests.items():
            run = self.runs.by_number.get(number)
            if run is None or run.failed or not run.does(request):
                wanted[number] = request
        for request in wanted.values():
            self.search.used(request.site)
        again = any(n in self.runs.by_number and self.runs.by_number[n].failed for n in wanted)
        self.runs.start(wanted, again=again)

    def _retry(self, numbers: Sequence[int]) -> None:
        """Calculate places that have failed again, as they were asked."""
        runs = {number: self.runs.by_number[number].request for number in numbers if number in self.runs.by_number}
        self.runs.start({number: request for number, request in runs.items() if request is not None}, again=True)

    def _check(self) -> dict[int, Request] | None:
        """Return what the form asks; None where something is wrong, which is said at its field."""
        problems: Sequence[Problem] = ()
        requests = None
        try:
            requests = self.form.requests()
        except InputError as error:
            problems = error.problems
        self._complained = bool(problems)
        for part in (self.typed, self.when, self.which):
            problems = part.errors.show(problems)
        self.wrong.value = form_markup.field_errors(self.form.language, problems)
        self.wrong.layout.display = None if problems else "none"
        return requests

    def _asked_changed(self) -> None:
        """Take back what was said as soon as it is corrected; have the address ask the same."""
        if self._complained:
            self._check()
        if self.browser.ready and not self._told:
            self.browser.fields = self.browser.fields | self.form.fields()
        self._remember()

    def _make_files(self, made_of: tuple[Any, ...]) -> None:
        """Have the files of what is shown made on a worker, where the results lie."""
        later, series = self._background.later, self.view.series
        try:
            futures = [self.runs.by_number[one.number].job.future for one in series]
            at = [one.number for one in series].index(self.view.reference.value)
            labels = [one.label for one in series]
            found = self._connection.ask(answers.files, futures, labels, at, self.form.units, timeout=_FILES_S)
        except Exception as error:  # whatever a worker raises: the pane must not wait for ever
            log.exception("the files of the comparison could not be made")
            later(self.view.take, made_of, None, f"{type(error).__name__}: {error}")
        else:
            later(self.view.take, made_of, found)

    def _lost(self) -> None:
        self.runs.lost()

    def _passed(self, *, no_worker: bool) -> None:
        self.runs.passed(no_worker=no_worker)

    # --- links, and what this tab had ---------------------------------------------------------------------------------

    def _link(self) -> str:
        fields = {name: value for name, value in self.form.fields().items() if value}
        fields["period"] = self._whole_period()
        return "?" + urlencode(fields | {"lang": self.form.language}, safe="/,;")

    def _found_by(self, running: Sequence[Running]) -> list[Link]:
        """Return the link that finds the calculations of all places again; own files cannot travel in it."""
        linked = [m for m in self.form.members if m.station is None and not m.file]
        runs = [self.runs.by_number.get(m.number) for m in linked]
        ids = [(run.task.snapshot.task_id or "") if run is not None else "" for run in runs]
        if not any(ids):
            return []
        tasks = urlencode({"tasks": ",".join(ids)}, safe=",")
        return [(f"{self._link()}&{tasks}", say(self.form.language, "places_count", count=len(linked)))]

    def _filled(self, task_id: str | None) -> None:
        """Follow the tasks that a link names."""
        tasks, self.form.linked = self.form.linked, ()
        members = [m for m in self.form.members if m.station is None and not m.file]
        if len(tasks) != len(members):
            return
        with contextlib.suppress(InputError):  # whatever a link may hold
            requests = self.form.requests()
            for member, task in zip(members, tasks, strict=True):
                if task and member.number not in self.runs.by_number:
                    self.runs.restore(member.number, task, requests[member.number], linked=True)

    def _whole_period(self) -> str:
        """Return the days as dates, so that a link means the same ones tomorrow."""
        try:
            return str(self.form.days())
        except InputError:
            return self.form.period

    def _remember(self) -> None:
        """Have the browser keep what this tab has, for when it is loaded again or left for another dashboard."""
        if not self._back:
            return
        rows = []
        for member in self.form.members:
            run = self.runs.by_number.get(member.number)
            task = run.task.snapshot.task_id if run is not None else None
            row = {"query": Request(member.site, "today").query(), "file": member.file, "task": task or ""}
            if run is not None and (run.request is not None or run.lost):
                row["request"] = run.lost if run.request is None else run.request.query()
            rows.append(row)
        going = {"going": "yes" if self.going.tick.value else ""}
        typed = self.form.typed() | self.view.chosen() | {"list": self.typed.field.value} | going
        self.browser.keep_all({_KEPT: rows, _TYPED: [typed]})

    def _came_back(self) -> None:
        """Show again what this tab had before it was loaded anew, or left for another dashboard."""
        super()._came_back()
        self._bring_back()
        self._back = True
        self._remember()

    def _bring_back(self) -> None:
        kept = []
        for row in self.browser.kept(_KEPT, tab=True):
            try:
                kept.append((Request.from_query(row.get("query", "")).site, row))
            except InputError:
                continue
        here = [member.site for member in self.form.members]
        if here and here != [site for site, row in kept if not row.get("file")]:
            return  # a link has led to other places
        with self._listening():
            self.form.restore([(site, row.get("file", "")) for site, row in kept])
            for row in self.browser.kept(_TYPED, tab=True)[:1]:
                if not self._linked():
                    self.form.retype(row)
                self.view.recall(row)
                self.typed.field.value = row.get("list", "")
                self.going.tick.value = row.get("going") == "yes"
        for member, (_, row) in zip(self.form.members, kept, strict=False):
            self._restore(member, row)

    def _restore(self, member: Member, row: dict[str, str]) -> None:
        run = self.runs.by_number.get(member.number)
        if not row.get("task") or (run is not None and run.task.snapshot.task_id == row["task"]):
            return  # the second: the link names it too
        asked = row.get("request", "")
        request = None
        if not member.file:
            with contextlib.suppress(InputError):
                request = Request.from_query(asked) if asked else None
        self.runs.restore(member.number, row["task"], request, asked if member.file else "")

    def _linked(self) -> bool:
        """Return whether the address of the page asks for something; that of a link between dashboards does not."""
        try:
            fields = query_fields(self.browser.address)
        except InputError:  # more fields than any link of ours has
            return True
        return any(name not in PAGE_FIELDS for name in fields)
