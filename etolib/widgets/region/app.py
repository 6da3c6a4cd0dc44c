"""The dashboard of a region; the same object in Voila and in JupyterLab."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import ipywidgets as widgets
import numpy as np

from etolib import config, words
from etolib.errors import EtolibError, InputError, Problem
from etolib.widgets.background import Loop, Pool
from etolib.widgets.form import marked
from etolib.widgets.frame import Frame
from etolib.widgets.going import Going
from etolib.widgets.markup import base
from etolib.widgets.markup import form as form_markup
from etolib.widgets.region import answers, markup, runner
from etolib.widgets.region.about import About
from etolib.widgets.region.area import Area, usual_spacing
from etolib.widgets.region.asking import Where
from etolib.widgets.region.away import Away
from etolib.widgets.region.detail import Detail
from etolib.widgets.region.map import RegionMap
from etolib.widgets.region.model import Asked, RegionModel
from etolib.widgets.region.own import OwnBatches
from etolib.widgets.region.picture import Picture, lay_out, middle, nearest
from etolib.widgets.region.runner import Runner
from etolib.widgets.region.view import Look
from etolib.widgets.search import PlaceSearch
from etolib.widgets.wording import say

if TYPE_CHECKING:
    import xarray as xr

    from etolib.tasks.stored_batch import StoredBatch

log = logging.getLogger("etolib.page")

_KEPT = "region"
"""Under which name the browser keeps the batch of this page."""

_SURVEY_S = 120.0  # the places of a region and their cost [s]
_FILES_S = 600.0  # a file of thousands of places may take so long [s]


class Region(Frame):
    """Hundreds of places of a box, a polygon or a list as one batch on a map. Display it as the last line of a cell.

    Parameters
    ----------
    query : str, optional
        Query string to begin with (``box=west,south,east,north&spacing=..&period=..&sources=..&lang=..&theme=..``); in
        a browser the page's own address follows and counts more.
    submit_many, resume_batch : callable, optional
        As those of `etolib`.
    connection, loop, pool : object, optional
        As in `etolib.widgets.app.Page`.

    Attributes
    ----------
    form : RegionModel
        Where, how dense, which days and sources.
    runner : Runner
        The batch, and what is known of its places.
    look : Look
        What the map shows of them.
    """

    form: RegionModel
    map: RegionMap

    def __init__(
        self,
        query: str = "",
        *,
        submit_many: Callable[..., Any] | None = None,
        resume_batch: Callable[..., Any] | None = None,
        connection: Any = None,
        loop: Loop | None = None,
        pool: Pool | None = None,
    ) -> None:
        form = RegionModel()
        super().__init__(form, "region_title_page", "region_tagline", connection=connection, loop=loop, pool=pool)
        guard, run = self._background.guard, self._background.run
        self._complained = False
        self._surveyed: Asked | None = None  # what the worker was asked about, or has answered
        self._start_then = False  # whether to calculate once the places are known
        self._picture: Picture | None = None
        self._half = 0.0
        self.runner = Runner(
            self._background, self._connection, self._moved, submit_many=submit_many, resume_batch=resume_batch
        )
        self.going = Going(form.language, self._background, lambda: [self.runner] if self.runner.working else [],
                           lambda _: [(f"?{urlencode({'batch': self.runner.name})}", self.runner.name)])  # fmt: skip
        self.runner.taken = self.going.taken
        self.going.tick.observe(self._background.guard(lambda change: self._ticked()), "value")
        self.map = RegionMap(guard(self._clicked), guard(self._drawn))
        self.search = PlaceSearch(form, self.browser, self._background, self._connection.ask)
        self.where = Where(form, guard, self._draw, lambda content, name: run(self._read_file, content, name))
        self.detail = Detail(form.language, guard, self._look_at)
        self.look = Look(form.language, guard, self._show_picture, self.runner.find_usual, self.detail.follow)
        self.away = Away(form.language, guard, lambda name: run(self._make_file, name))
        self.others = OwnBatches(
            form.language, self._background, self._connection, self.browser, str, lambda: self.runner.name
        )
        self._lay_out_parts()
        self.calculate.on_click(guard(lambda _: self._calculate()))
        self.cancel.on_click(guard(lambda _: self.runner.stop()))
        self.again.on_click(guard(lambda _: self.runner.retry()))
        form.observe(guard(lambda change: self._area_changed()), "area")
        form.observe(guard(lambda change: self._asked_changed()), ["area", "spacing", "period", "automatic", "sources"])
        form.observe(guard(lambda change: self.map.look_at(*form.looked_at)), "looked_at")
        self.begin(query)

    def _lay_out_parts(self) -> None:
        self.again = marked(widgets.Button(), "etolib-region-retry", "etolib-second")
        self.progress = widgets.HTML()
        self.failures = widgets.HTML()
        row = marked(widgets.Box([self.progress, self.cancel, self.again]), "etolib-region-row")
        self.batch_panel = marked(
            widgets.VBox([row, self.going.widget, self.failures]), "etolib-panel", "etolib-region-batch"
        )
        self.batch_panel.layout.display = "none"
        self.again.layout.display = "none"
        self.buttons.children = (self.calculate, self.wrong)
        frame = marked(widgets.Box([self.map.widget, self.search.widget, self.map.basemap]), "etolib-map-frame")
        ask = marked(
            widgets.Box([self.when.widget, self.which.widget, self.where.cost, self.buttons]),
            "etolib-panel", "etolib-form",
        )  # fmt: skip
        self.lay_out(
            [frame, self.batch_panel, self.look.widget, self.detail.widget, self.away.widget],
            [self.where.widget, ask, self.others.widget],
        )
        self.widget.add_class("etolib-region")

    @property
    def batch(self) -> StoredBatch | None:
        """The batch of the page, for the next cell of a notebook; None where nothing was calculated."""
        return self.runner.batch

    @property
    def dataset(self) -> xr.Dataset | None:
        """What is calculated by now, lazily (dimensions place and time); None where nothing was calculated."""
        return None if self.runner.batch is None else self.runner.batch.to_dataset()

    # --- words and looks ----------------------------------------------------------------------------------------------

    def _translate(self) -> None:
        super()._translate()
        language = self.form.language
        for part in (self.map, self.search, self.where, self.look, self.detail, self.away, self.going, self.others):
            part.translate(language)
        self._show_batch()
        if self._complained:
            self._check()

    def _measure(self) -> None:
        self.look.measure(self.form.units)
        self.detail.measure(self.form.units)

    # --- where --------------------------------------------------------------------------------------------------------

    def _draw(self, kind: str) -> None:
        if kind == "finish":
            self.map.finish()
        else:
            self.map.draw(kind)

    def _drawn(self, area: Area | None) -> None:
        self.where.drawing("")
        if area is not None:
            self._from_map = True
            try:
                self.form.have(area)
            finally:
                self._from_map = False

    _from_map = False

    def _read_file(self, content: bytes, name: str) -> None:
        """Have a file of places or polygons read on a worker; its content is nothing to be looked at here."""
        found = self._connection.ask(answers.read_file, content, name)
        self._background.later(self._file_read, name, found)

    def _file_read(self, name: str, found: Mapping[str, Any]) -> None:
        area = self.where.take(name, found)
        if area is not None:
            self.form.have(area)

    def _area_changed(self) -> None:
        area = self.form.area
        self.map.outline(area)
        if area is not None and (not self._from_map or self.map.is_small(area)):
            self.map.fit(area)

    # --- what it costs ------------------------------------------------------------------------------------------------

    def _asked_changed(self) -> None:
        """Take back what was said as soon as it is corrected; find out what is asked now costs."""
        if self._complained:
            self._check()
        if self.browser.ready and not self._told:
            self.browser.fields = self.browser.fields | self.form.fields() | {"batch": self._batch_asked()}
        self._want(False)
        self._survey()

    def _survey(self) -> None:
        """Have a worker find the places of what is asked and what they cost."""
        try:
            asked = self.form.asked()
        except InputError:
            self._surveyed = None
            self.where.tell(None)
            return
        if asked == self._surveyed and self.where.found is not None:
            return
        self._surveyed = asked
        self.where.tell(None, "region_counting")
        self._background.run(self._ask_survey, asked)

    def _ask_survey(self, asked: Asked) -> None:
        later = self._background.later
        try:
            found = self._connection.ask(answers.survey, asked, config.settings(), timeout=_SURVEY_S)
        except EtolibError as error:
            log.info("the places of a region could not be found: %s", error)
            later(self._not_found, asked)
        else:
            later(self._found, asked, found)

    def _not_found(self, asked: Asked) -> None:
        if asked == self._surveyed:
            self._surveyed = None
            self._want(False)
            self.where.tell(None, "region_not_counted")

    def _found(self, asked: Asked, found: Mapping[str, Any]) -> None:
        if asked != self._surveyed:
            return  # something else is asked meanwhile
        self.where.tell(found)
        if found["problems"]:
            self._want(False)
            self._complain(found["problems"])
            return
        if self.runner.values is None:
            self._preview(found)
        if self._start_then:
            self._start_then = False
            self._start(asked, found)

    def _preview(self, found: Mapping[str, Any]) -> None:
        """Show where the places will be, while there are no numbers."""
        self._lay_out_places(found["sites"], found["half"])
        if self._picture is not None:
            self._show_picture(self._picture.draw([None] * len(found["sites"])))

    def _lay_out_places(self, sites: Sequence[Any], half: float) -> None:
        self._half = half
        self._picture = lay_out([s.latitude for s in sites], [s.longitude for s in sites], half)

    # --- calculate ----------------------------------------------------------------------------------------------------

    def _calculate(self) -> None:
        """Calculate the region as one batch, once its places are known."""
        asked = self._check()
        under_way = self.runner.working and not self.runner.stopping
        if asked is None or (under_way and asked == self._asked_of_batch):
            return  # a second press for what is being calculated must not begin it anew
        found = self.where.found
        if asked == self._surveyed and found is not None and not found["problems"]:
            self._start(asked, found)
            return
        self._want(True)
        self._survey()

    def _want(self, wanted: bool) -> None:
        """Calculate once the places are known, or do not; the tab keeps the wish, should this kernel be lost."""
        if wanted != self._start_then:
            self._start_then = wanted
            self._remember()

    def _start(self, asked: Asked, found: Mapping[str, Any]) -> None:
        self._placed = sites = tuple(found["sites"])
        self._lay_out_places(sites, found["half"])
        self.map.mark(None)
        self.detail.look_at(None)
        self._asked_of_batch = asked
        self.runner.start(sites, asked, About(asked.area, found["half"], np.asarray(found["weights"])))
        self.semantics.bring(".etolib-region-batch")  # on a phone it stands far above the button
        self._remember()

    _placed: Sequence[Any] = ()  # the places of the batch that are laid out
    _asked_of_batch: Asked | None = None
    _was_working = False

    def _know_places(self) -> None:
        """Take the region and the places of a batch that was found again."""
        sites, about = self.runner.sites, self.runner.about
        if not sites or self._placed is sites:
            return
        self._placed = sites
        area = about.area if about is not None else Area()
        if area.kind == "box" and area.box is None:
            area = Area(sites=sites, name=area.name or say(self.form.language, "region"))
        if self.form.area is None:
            with self._listening():
                self._fill_as_found(area, 0.0 if about is None else 2 * about.half)
        with contextlib.suppress(InputError):
            self._asked_of_batch = self.form.asked()
        self._lay_out_places(sites, about.half if about is not None else 0.0)
        self._remember()

    def _fill_as_found(self, area: Area, spacing: float) -> None:
        """Fill the form with what a batch is of, where nobody has filled it in."""
        self.form.have(area)
        if spacing and spacing != usual_spacing(area):
            self.form.spacing = f"{spacing:g}"
        if self.runner.found is not None:
            period, sources = self.runner.found
            names = sources if isinstance(sources, str) else ",".join(sources)
            self.form.fill(f"?{urlencode({'period': str(period), 'sources': names})}")

    def _tell_end(self) -> None:
        """Have it read aloud that the batch has ended."""
        now = self.runner
        if self._was_working and not now.working and now.progress is not None:
            count, failed = now.progress.done + now.progress.partial, now.progress.failed
            self.semantics.tell(say(self.form.language, "region_news", count=count, failed=failed))
        if self._was_working != now.working:
            self.others.look()
        self._was_working = now.working

    def _check(self) -> Asked | None:
        """Return what the form asks; None where something is wrong, which is said at its field."""
        problems: Sequence[Problem] = ()
        asked = None
        try:
            asked = self.form.asked()
        except InputError as error:
            problems = error.problems
        self._complain(problems)
        return asked

    def _complain(self, problems: Sequence[Problem]) -> None:
        self._complained = bool(problems)
        for part in (self.where, self.when, self.which):
            problems = part.errors.show(problems)
        self.wrong.value = form_markup.field_errors(self.form.language, problems)
        self.wrong.layout.display = None if problems else "none"

    # --- the batch ----------------------------------------------------------------------------------------------------

    def _moved(self) -> None:
        """Show where the batch stands."""
        now = self.runner
        self._know_places()
        self._show_batch()
        self.look.show(now.values if self._picture is not None else None, self._picture)
        why = {one.position: f"{one.message}" for one in now.failures if not one.partial}
        about = now.about
        self.detail.show(
            now.values, now.sites, None if about is None else about.weights, why, about is not None and about.half > 0
        )
        if self.detail.at is None and now.values is not None and (now.values.state > 0).any():
            self._look_at(middle([(site.latitude, site.longitude) for site in now.sites]))
        self._tell_end()

    def _show_batch(self) -> None:
        language, now = self.form.language, self.runner
        there = bool(now.name) or now.error is not None
        self.batch_panel.layout.display = None if there else "none"
        (self.widget.add_class if there else self.widget.remove_class)("etolib-working")
        if not there:
            return
        self.progress.value = markup.progress(language, now.progress, now.working, now.partial)
        self.going.show()
        self.cancel.layout.display = None if now.working else "none"
        left = now.progress is not None and now.progress.computed < now.progress.places
        failed = any(one.retryable for one in now.failures)
        more = left or failed
        self.again.description = say(language, "region_retry" if failed or not left else "region_go_on")
        self.again.layout.display = None if not now.working and more else "none"
        shown = markup.failures(language, runner.reasons(now.failures))
        if now.error is not None:
            shown = (
                f'<div class="etolib-error" role="alert"><b>{base.sentence(language, now.error.message)}</b>'
                f"<br>{base.sentence(language, now.error.suggestion or '')}</div>{shown}"
            )
        self.failures.value = shown
        self.failures.layout.display = None if shown else "none"
        self.away.offer(now.values is not None and bool((now.values.state > 0).any()), self._link())

    def _show_picture(self, address: str) -> None:
        self.map.show_picture(self._picture, address)

    def _clicked(self, latitude: float, longitude: float) -> None:
        """Look at the place that was clicked."""
        sites = self.runner.sites
        if not sites or self._picture is None:
            return
        at, far = nearest([s.latitude for s in sites], [s.longitude for s in sites], latitude, longitude)
        if far <= self.map.near(self._half * 1.42):
            self._look_at(at)

    def _look_at(self, number: int) -> None:
        """Look at a place: a ring on the map, its days below it."""
        if 0 <= number < len(self.runner.sites):
            site = self.runner.sites[number]
            self.map.mark(site.latitude, site.longitude)
            self.detail.look_at(number)

    # --- files --------------------------------------------------------------------------------------------------------

    def _make_file(self, name: str) -> None:
        """Have a file made on a worker."""
        later, path = self._background.later, self.runner.path
        try:
            found = self._connection.ask(answers.files, str(path), name, timeout=_FILES_S)
        except EtolibError as error:
            later(self.away.failed, error.message)
        else:
            if found["problem"]:
                later(self.away.failed, words.decode(found["problem"]))
            else:
                later(self.away.save, f"eto_region{found['ending']}", found["content"])

    # --- links, and what this tab had ---------------------------------------------------------------------------------

    def _link(self) -> str:
        fields = self.form.fields() | {"batch": self._batch_asked()}
        fields = {name: value for name, value in fields.items() if value}
        with contextlib.suppress(InputError):
            fields["period"] = str(self.form.days())  # as dates, so that the link means the same ones tomorrow
        return "?" + urlencode(fields | {"lang": self.form.language}, safe="/,;|")

    def _batch_asked(self) -> str:
        """Return the name of the batch where the form still asks for what it is of."""
        with contextlib.suppress(InputError):
            return self.runner.name if self.form.asked() == self._asked_of_batch else ""
        return ""

    def _remember(self) -> None:
        """Have the browser keep the batch: in this tab for when it is loaded again, and in the address."""
        if self.browser.ready:
            row = {"query": self._link(), "going": "yes" if self.going.tick.value else ""}
            named = {"task": "", "open": "yes"} if self._start_then else {"task": self.runner.name}
            self.browser.keep(_KEPT, [row | named], tab=True)
            self.browser.fields = self.browser.fields | self.form.fields() | {"batch": named["task"]}

    def _ticked(self) -> None:
        if self.runner.name:
            self._remember()

    def _filled(self, task_id: str | None) -> None:
        """Find the batch that a link names."""
        if task_id:
            self.runner.find(task_id)

    def _came_back(self) -> None:
        """Show again what this tab had before it was loaded anew."""
        super()._came_back()
        for row in self.browser.kept(_KEPT, tab=True)[:1]:
            self.going.tick.value = row.get("going") == "yes"
            here = self.form.fields()
            wanted = "open" in row and not row.get("task")  # asked for, and not handed over when the kernel went
            other = self.form.area is not None and not _same_link(here, row.get("query", ""))
            if other or (self.runner.name and not wanted):
                return  # a link has led to another region
            with self._listening():
                if self.form.area is None:
                    self.form.fill(row.get("query", ""))
            if wanted:
                self._calculate()
            else:
                self.runner.find(row.get("task", ""))

    # --- the clock, the line ------------------------------------------------------------------------------------------

    def _lost(self) -> None:
        self.runner.lost()

    def _passed(self, *, no_worker: bool) -> None:
        self.others.passed()


def _same_link(fields: Mapping[str, str], query: str) -> bool:
    """Return whether a query asks for the region of the form."""
    other = dict(parse_qsl(query.lstrip("?")))
    return all(fields.get(name, "") == other.get(name, "") for name in ("box", "polygon", "spacing"))
