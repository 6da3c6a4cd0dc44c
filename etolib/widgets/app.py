"""The page: map, form, progress cards and results around one model; the same object in Voila and in JupyterLab."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import ipywidgets as widgets

from etolib import config, words
from etolib.errors import EtolibError, InputError, Problem, TaskError
from etolib.widgets import remote
from etolib.widgets.background import Background, Loop, Pool
from etolib.widgets.browser import Browser
from etolib.widgets.connection import DOWN, RUNNING, Connection
from etolib.widgets.form import PeriodForm, SourcesForm, marked
from etolib.widgets.form_model import THEMES, UNITS, FormModel
from etolib.widgets.map import Tiles, online_tiles
from etolib.widgets.markup import base
from etolib.widgets.markup import form as markup
from etolib.widgets.place import Place
from etolib.widgets.stack import CardStack
from etolib.widgets.station import OwnStation, Upload
from etolib.widgets.wording import say, translate

if TYPE_CHECKING:
    from etolib.request import Request
    from etolib.result.result import Result

log = logging.getLogger("etolib.page")

FIELDS = ["latitude", "longitude", "elevation", "period", "automatic", "sources", "station", "krs"]
"""What a person fills in."""


class Page:
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
        _log_to_terminal()
        self._loop: Loop = loop or asyncio.get_running_loop()
        self._background = Background(self._fault, self._loop, pool)
        self._connection = connection or Connection(partial(self._background.later, self._line))
        self.form = FormModel()
        self.stack = CardStack(
            self.form.language, self._background, self._connection, self._buttons, submit=submit, attach=attach
        )
        self.cards, self.shown = self.stack.cards, self.stack.results
        self._failure: str = ""  # what the banner says
        self._linked_task: str | None = None
        self._asked: dict[str, bool] = {}  # what the link that led here has said
        self._complained = False  # whether something is said to be wrong with the form
        self._state: tuple[str, int, str | None] = ("connecting", 0, None)
        self._sources_known = False
        self._build()
        self._connect_parts()
        self._translate()
        self._connection.start()
        self._follow(query)
        self._background.run(self.stack.warm)
        if isinstance(self._loop, asyncio.AbstractEventLoop):
            self._ticker = self._loop.create_task(self._tick())

    @property
    def result(self) -> Result | None:
        """The result on show, for the next cell of a notebook; None where there is none."""
        return self.stack.result

    @property
    def results(self) -> list[Result]:
        """The results of all finished calculations of the page, oldest first."""
        return [card.job.result() for card in self.stack.finished]

    # --- layout -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        form, guard = self.form, self._background.guard
        self.browser = Browser()
        self.place = Place(form, self.browser, self._background, self._connection.ask)
        self.map = self.place.map
        self.when = PeriodForm(form, guard)
        self.which = SourcesForm(form, guard)
        self.own = OwnStation(form, guard, lambda upload: self._background.run(self._read_station, upload))

        self.heading = marked(widgets.HTML(), "etolib-heading")
        self.line = marked(widgets.HTML(), "etolib-line")
        self.language = marked(
            widgets.ToggleButtons(options=[(code.upper(), code) for code in words.languages()], value=form.language),
            "etolib-language",
            "etolib-tabs",
        )
        choice = widgets.ToggleButtons(options=[("mm", "metric"), ("in", "us")], value=form.units)
        self.units = marked(choice, "etolib-units", "etolib-tabs")
        self.dark = marked(widgets.ToggleButton(value=False), "etolib-theme")
        self.banner_text = widgets.HTML()
        self.banner_close = marked(widgets.Button(description="×"), "etolib-quiet")
        self.banner = marked(widgets.Box([self.banner_text, self.banner_close]), "etolib-banner")
        self.banner.layout.display = "none"
        self.calculate = marked(widgets.Button(), "etolib-calculate")
        self.cancel = marked(widgets.Button(), "etolib-cancel", "etolib-second")
        self.cancel.layout.display = "none"
        self.wrong = marked(widgets.HTML(), "etolib-field-error")  # what is wrong and belongs to no field
        self.wrong.layout.display = "none"
        self.earlier = marked(widgets.HTML(), "etolib-earlier")
        self.widget = self._lay_out()

    def _lay_out(self) -> widgets.VBox:
        header = marked(widgets.Box([self.heading, self.line, self.units, self.language, self.dark]), "etolib-header")
        buttons = marked(widgets.Box([self.calculate, self.cancel, self.wrong]), "etolib-buttons")
        ask = marked(
            widgets.Box([self.when.widget, self.which.widget, self.own.widget, buttons]), "etolib-panel", "etolib-form"
        )
        left = marked(widgets.VBox([self.place.frame, self.place.form.widget, ask]), "etolib-left")
        right = marked(widgets.VBox([self.stack.widget, self.shown.widget, self.earlier]), "etolib-right")
        style = resources.files("etolib.widgets").joinpath("style.css").read_text(encoding="utf-8")
        return marked(
            widgets.VBox(
                [
                    marked(widgets.HTML(f"<style>{style}</style>"), "etolib-style"),
                    marked(widgets.Box([self.browser]), "etolib-style"),
                    header,
                    self.banner,
                    marked(widgets.Box([left, right]), "etolib-main"),
                ]
            ),
            "etolib-page",
        )

    def _connect_parts(self) -> None:
        form, guard = self.form, self._background.guard
        self.banner_close.on_click(lambda _: setattr(self.banner.layout, "display", "none"))
        self.calculate.on_click(guard(self._calculate))
        self.cancel.on_click(guard(lambda _: self.stack.cancel_newest()))
        widgets.link((form, "language"), (self.language, "value"))
        widgets.link((form, "units"), (self.units, "value"))
        form.observe(guard(lambda change: self.shown.measure(change["new"])), "units")
        form.observe(guard(lambda change: self._translate()), "language")
        form.observe(guard(lambda change: self._paint()), "theme")
        form.observe(guard(lambda change: self._keep(change["name"])), ["language", "theme", "units"])
        self.dark.observe(guard(self._theme_chosen), "value")
        form.observe(guard(lambda change: self._check_again()), FIELDS)
        self.browser.observe(guard(lambda change: self._paint()), "dark")
        self.browser.observe(guard(lambda change: self._came_back()), "ready")
        # The map model knows the page's address: that is how the query string comes in, preheated kernel or not.
        self.map.widget.observe(guard(self._address), "window_url")

    def _translate(self) -> None:
        language = self.form.language
        self.heading.value = f"<h1>{base.label(language, 'title')}</h1><p>{base.label(language, 'tagline')}</p>"
        # Voila's front page gives the document the language that this class names (see its template).
        for code in words.languages():
            self.widget.remove_class(f"etolib-lang-{code}")
        self.widget.add_class(f"etolib-lang-{language}")
        self.language.tooltip = say(language, "language")
        self.units.tooltip = say(language, "units")
        self.dark.description = say(language, "theme")
        self.calculate.description = say(language, "calculate")
        self.cancel.description = say(language, "cancel")
        self.earlier.value = f"<h2>{base.label(language, 'calculations')}</h2>"
        for part in (self.place, self.when, self.which, self.own, self.stack):
            part.translate(language)
        self._show_line()
        self._show_fault()
        if self._complained:
            self._check()

    def _keep(self, name: str) -> None:
        """Keep a choice of this person for the next visit, and in the address."""
        if self.browser.ready:
            value = getattr(self.form, name)
            self.browser.local = self.browser.local | {name: value}
            self.browser.fields = self.browser.fields | {{"language": "lang"}.get(name, name): value}

    def _theme_chosen(self, change: dict[str, Any]) -> None:
        if change["new"] != self._is_dark():
            wanted = bool(change["new"])
            self.form.theme = "system" if wanted == self.browser.dark else "dark" if wanted else "light"

    def _is_dark(self) -> bool:
        return self.browser.dark if self.form.theme == "system" else self.form.theme == "dark"

    def _paint(self) -> None:
        dark = self._is_dark()
        self.dark.value = dark
        (self.widget.add_class if dark else self.widget.remove_class)("etolib-dark")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.widget._repr_mimebundle_(**options)

    # --- faults -------------------------------------------------------------------------------------------------------

    def _fault(self, error: BaseException) -> None:
        log.error("the page failed", exc_info=error)
        self._failure = error.message if isinstance(error, EtolibError) else f"{type(error).__name__}: {error}"
        self._show_fault()
        self.banner.layout.display = None

    def _show_fault(self) -> None:
        language = self.form.language
        self.banner_text.value = base.banner(say(language, "banner_fault", error=translate(language, self._failure)))

    # --- the address of the page --------------------------------------------------------------------------------------

    def _address(self, change: dict[str, Any]) -> None:
        query = urlsplit(str(change["new"])).query
        if query:
            self._follow(query)

    def _follow(self, query: str) -> None:
        task_id = self.form.fill(query)
        self._asked = {"language": "lang=" in query, "theme": "theme=" in query, "units": "units=" in query}
        self._paint()
        if task_id and task_id != self._linked_task:
            self._linked_task = task_id
            self.stack.attach(task_id)

    # --- the line to the cluster --------------------------------------------------------------------------------------

    def _line(self, state: str, workers: int, dashboard: str | None) -> None:
        self._state = (state, workers, dashboard)
        self._show_line()
        # Without a worker nobody could answer; the first one that joins is a change of the line.
        if state == RUNNING and workers and not self._sources_known:
            self._sources_known = True
            self._background.run(self._list_sources)
            for name, tiles in online_tiles().items():
                self._background.run(self._probe, name, tiles)
        if state == DOWN:
            if not self._sources_known:
                self.which.unavailable()
            self.stack.scheduler_lost()

    def _show_line(self) -> None:
        language = self.form.language
        state, workers, dashboard = self._state
        key = {0: "cluster_empty", 1: "cluster_one"}.get(workers, "cluster_running") if state == RUNNING else None
        shown = base.label(language, key or f"cluster_{state}", workers=workers)
        empty = " data-empty" if key == "cluster_empty" else ""
        if state == RUNNING and dashboard:
            name = base.label(language, "cluster_dashboard")
            shown = f'<a href="{base.text(dashboard)}" target="_blank" rel="noopener" title="{name}">{shown}</a>'
        self.line.value = f'<span class="etolib-dot" data-state="{base.text(state)}"{empty}></span>{shown}'

    def _list_sources(self) -> None:
        try:
            found = self._connection.ask(remote.source_list, config.settings())
        except Exception:
            self._sources_known = False
            raise
        self._background.later(self.which.offer, found)

    def _read_station(self, upload: Upload) -> None:
        """Have an own file read on a worker; its content is nothing to be looked at here."""
        later = self._background.later
        try:
            site = self.form.site()
            place = site.latitude, site.longitude
        except EtolibError:
            place = None
        try:
            found = self._connection.ask(
                remote.read_station, upload.content, upload.name, upload.known, upload.station, place
            )
        except Exception as error:
            log.exception("an own file could not be read")
            known = isinstance(error, EtolibError)
            later(self.own.failed, upload, error if known else TaskError(f"{type(error).__name__}: {error}"))
        else:
            later(self.own.show, upload, found)
            self._compare(upload, found, place)

    def _compare(self, upload: Upload, found: Mapping[str, Any], place: tuple[float, float] | None) -> None:
        """Have other sources drawn beside the questions of a file, where they answer; nothing waits for them."""
        days = [question["preview"]["dates"] for question in found["questions"] if question["preview"]]
        if not days or place is None or config.get("offline"):
            return
        try:
            others = self._connection.ask(remote.other_sources, place, days[0][0], days[0][-1], config.settings())
        except EtolibError:
            return
        self._background.later(self.own.compare, upload, others)

    def _probe(self, name: str, tiles: Tiles) -> None:
        """Add online tiles if their server answers: each tile that fails would be an error in the browser."""
        if self._connection.ask(remote.answers, tiles.probe):
            self._background.later(self.map.add_tiles, name, tiles)

    # --- tasks --------------------------------------------------------------------------------------------------------

    def _calculate(self, _: Any = None) -> None:
        request = self._check()
        if request is not None:
            self.stack.start(request)
            self.place.search.used(request.site)
            self.browser.fields = {"task": "", **dict(parse_qsl(request.query().lstrip("?")))}

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
        self.wrong.value = markup.field_errors(self.form.language, problems)
        self.wrong.layout.display = None if problems else "none"
        return request

    def _check_again(self) -> None:
        """Take back what was said as soon as it is corrected."""
        if self._complained:
            self._check()

    def _buttons(self) -> None:
        self.cancel.layout.display = None if self.stack.active else "none"
        # The style sheet gives a result the room that map and form do not need any more.
        (self.widget.add_class if self.stack.cards else self.widget.remove_class)("etolib-working")
        self._remember()

    # --- what this tab had --------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        """Have the browser keep the tasks of this tab, for when it is loaded again."""
        if self.browser.ready:
            self.browser.keep("tasks", self.stack.tasks(), tab=True)

    def _came_back(self) -> None:
        """Show again what this tab had before it was loaded anew, in the language and theme that were chosen here."""
        kept = self.browser.local
        for name, known in (("language", words.languages()), ("theme", THEMES), ("units", UNITS)):
            if not self._asked.get(name) and kept.get(name) in known:
                setattr(self.form, name, kept[name])
        self._paint()
        for row in self.browser.kept("tasks", tab=True):
            self.stack.restore(row)

    async def _tick(self) -> None:
        """Look after the running cards once a second."""
        while True:
            await asyncio.sleep(1)
            self._count()

    def _count(self) -> None:
        state, workers, _ = self._state
        self.stack.count(no_worker=state == RUNNING and workers == 0)


def _log_to_terminal() -> None:
    """Send log lines to the process's own error stream: what a kernel's threads write to `sys.stderr` is lost."""
    logger = logging.getLogger("etolib")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.__stderr__)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)
