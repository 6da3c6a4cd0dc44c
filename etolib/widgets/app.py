"""The page: map, form, progress cards and results around one model; the same object in Voila and in JupyterLab."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from importlib import resources
from typing import Any, Protocol
from urllib.parse import urlsplit

import ipywidgets as widgets

from etolib import config
from etolib.errors import EtolibError, SchedulerUnavailable, TaskError
from etolib.site import Site
from etolib.widgets import remote, render, sentences
from etolib.widgets.cards import Card
from etolib.widgets.connection import DOWN, RUNNING, Connection
from etolib.widgets.form import PeriodForm, PlaceForm, SourcesForm, marked
from etolib.widgets.map import PlaceMap, Tiles, online_tiles
from etolib.widgets.model import LANGUAGES, FormModel, Request, Status, TaskModel, say
from etolib.widgets.results import Results
from etolib.widgets.station import OwnStation, Upload

log = logging.getLogger("etolib.page")

_FORGET_S = 2.0  # a Retry does not wait longer for workers to forget what has failed [s]
_WORKER_PATIENCE_S = 4.0  # a task may wait so long before the page says that there is no worker [s]


class Loop(Protocol):
    """What the page needs of an event loop."""

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any) -> Any:
        """Run ``callback(*args)`` soon, on the loop's own thread."""


class Pool(Protocol):
    """What the page needs of an executor."""

    def submit(self, work: Callable[..., Any], /, *args: Any) -> Any:
        """Run ``work(*args)`` aside."""


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
        self._submit, self._attach = submit, attach
        self._pool: Pool = pool or ThreadPoolExecutor(max_workers=8, thread_name_prefix="etolib-page")
        self.form = FormModel()
        self.cards: list[Card] = []
        self._spare: Card | None = None
        self._linked_task: str | None = None
        self._elevation_wait: Any = None
        self._site_shown: Site | None = None
        self._from_map = False
        self._state: tuple[str, int, str | None] = ("connecting", 0, None)
        self._sources_known = False
        self._build()
        self._prepare()
        self._connection = connection or Connection(partial(self._later, self._line))
        self._connection.start()
        self._follow(query)
        self._aside(self._warm)
        if isinstance(self._loop, asyncio.AbstractEventLoop):
            self._ticker = self._loop.create_task(self._tick())

    # --- layout -------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        form, guard = self.form, self._guarded
        self.map = PlaceMap(guard(self._clicked))
        self.place = PlaceForm(form, guard)
        self.when = PeriodForm(form, guard)
        self.which = SourcesForm(form, guard)
        self.own = OwnStation(form, guard, lambda upload: self._aside(self._read_station, upload))
        self.results = Results(form.language)

        self.heading = marked(widgets.HTML(), "etolib-heading")
        self.line = marked(widgets.HTML(), "etolib-line")
        self.language = marked(
            widgets.ToggleButtons(options=[(code.upper(), code) for code in LANGUAGES], value=form.language),
            "etolib-language",
            "etolib-tabs",
        )
        self.dark = marked(widgets.ToggleButton(value=False), "etolib-theme")
        header = marked(widgets.Box([self.heading, self.line, self.language, self.dark]), "etolib-header")

        self.banner_text = widgets.HTML()
        self.banner_close = marked(widgets.Button(description="×"), "etolib-quiet")
        self.banner = marked(widgets.Box([self.banner_text, self.banner_close]), "etolib-banner")
        self.banner.layout.display = "none"
        self.banner_close.on_click(lambda _: setattr(self.banner.layout, "display", "none"))

        self.calculate = marked(widgets.Button(), "etolib-calculate")
        self.cancel = marked(widgets.Button(), "etolib-cancel", "etolib-second")
        self.cancel.layout.display = "none"
        self.calculate.on_click(guard(self._calculate))
        self.cancel.on_click(guard(self._cancel_newest))
        buttons = marked(widgets.Box([self.calculate, self.cancel]), "etolib-buttons")

        ask = marked(
            widgets.Box([self.when.widget, self.which.widget, self.own.widget, buttons]), "etolib-panel", "etolib-form"
        )
        self.stack = marked(widgets.VBox(), "etolib-cards")
        chart = marked(widgets.Box([self.map.widget]), "etolib-map-frame")
        left = marked(widgets.VBox([chart, self.place.widget]), "etolib-left")
        right = marked(widgets.VBox([ask, self.stack, self.results.widget]), "etolib-right")
        style = resources.files("etolib.widgets").joinpath("style.css").read_text(encoding="utf-8")
        self.widget = marked(
            widgets.VBox(
                [
                    marked(widgets.HTML(f"<style>{style}</style>"), "etolib-style"),
                    header,
                    self.banner,
                    marked(widgets.Box([left, right]), "etolib-main"),
                ]
            ),
            "etolib-page",
        )

        widgets.link((form, "language"), (self.language, "value"))
        form.observe(guard(lambda change: self._translate()), "language")
        form.observe(guard(lambda change: self._paint()), "theme")
        self.dark.observe(guard(self._theme_chosen), "value")
        form.observe(guard(lambda change: self._place_changed()), ["latitude", "longitude", "elevation"])
        # The map model knows the page's address: that is how the query string comes in, preheated kernel or not.
        self.map.widget.observe(guard(self._address), "window_url")
        self._translate()

    def _translate(self) -> None:
        language = self.form.language
        self.heading.value = (
            f"<h1>{render.text(say(language, 'title'))}</h1><p>{render.text(say(language, 'tagline'))}</p>"
        )
        self.language.tooltip = say(language, "language")
        self.dark.description = say(language, "theme")
        self.calculate.description = say(language, "calculate")
        self.cancel.description = say(language, "cancel")
        parts: list[Any] = [self.place, self.when, self.which, self.own, self.results, *self.cards, self._spare]
        for part in filter(None, parts):
            part.translate(language)
        self._show_line()
        self._place_changed(ask=False)

    def _theme_chosen(self, change: dict[str, Any]) -> None:
        self.form.theme = "dark" if change["new"] else "light"

    def _paint(self) -> None:
        dark = self.form.theme == "dark"
        self.dark.value = dark
        (self.widget.add_class if dark else self.widget.remove_class)("etolib-dark")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.widget._repr_mimebundle_(**options)

    # --- faults -------------------------------------------------------------------------------------------------------

    def _guarded(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a callback so that an exception becomes a banner and a log line: Jupyter would swallow it."""

        @wraps(callback)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return callback(*args, **kwargs)
            except Exception as error:
                self._fault(error)
                return None

        return guarded

    def _fault(self, error: BaseException) -> None:
        log.error("the page failed", exc_info=error)
        words = error.message if isinstance(error, EtolibError) else f"{type(error).__name__}: {error}"
        language = self.form.language
        self._announce(say(language, "banner_fault", error=sentences.sentence(language, words)))

    def _announce(self, message: str) -> None:
        self.banner_text.value = render.banner(message)
        self.banner.layout.display = None

    def _later(self, callback: Callable[..., Any], *args: Any) -> None:
        """Run a callback on the page's own thread; from any thread."""
        # A loop that is closed belongs to a kernel that is going down: nobody is left to tell.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._guarded(callback), *args)

    def _aside(self, work: Callable[..., Any], *args: Any) -> None:
        """Run work on a background thread; what it did not expect becomes a banner."""

        def run() -> None:
            try:
                work(*args)
            except Exception as error:
                self._later(self._fault, error)

        self._pool.submit(run)

    # --- the address of the page --------------------------------------------------------------------------------------

    def _address(self, change: dict[str, Any]) -> None:
        query = urlsplit(str(change["new"])).query
        if query:
            self._follow(query)

    def _follow(self, query: str) -> None:
        task_id = self.form.fill(query)
        self._paint()
        if task_id and task_id != self._linked_task:
            self._linked_task = task_id
            task = TaskModel()
            task.submitted(task_id)
            card = self._add(task)
            self._aside(self._attach_to, card, task_id)

    # --- place --------------------------------------------------------------------------------------------------------

    def _clicked(self, latitude: float, longitude: float) -> None:
        self._from_map = True
        try:
            self.form.place(latitude, longitude)
        finally:
            self._from_map = False

    def _place_changed(self, *, ask: bool = True) -> None:
        try:
            site: Site | None = self.form.site()
        except EtolibError:
            site = None
        self.map.show(site, centre=not self._from_map and site != self._site_shown)
        changed = site != self._site_shown
        self._site_shown = site
        language = self.form.language
        if site is None:
            self.place.found.value = "&nbsp;"
        elif site.elevation is not None:
            self.place.found.value = render.text(say(language, "elevation_given"))
        elif changed and ask:
            self.place.found.value = render.text(say(language, "elevation_looking"))
            self._aside(self._look_up, site)

    def _look_up(self, site: Site) -> None:
        try:
            metres, source = self._connection.ask(remote.elevation, site.latitude, site.longitude, _options())
        except Exception as error:  # the calculation looks it up itself: this is a courtesy
            log.info("no elevation for %s: %s", site, error)
            self._later(self._elevation, site, None, None)
        else:
            self._later(self._elevation, site, metres, source)

    def _elevation(self, site: Site, metres: float | None, source: str | None) -> None:
        if site != self._site_shown:
            return  # another place was chosen meanwhile
        language = self.form.language
        if metres is None:
            self.place.found.value = render.text(say(language, "elevation_later"))
        else:
            found = render.elevation_source(language, source)
            self.place.found.value = render.text(say(language, "elevation_found", metres=f"{metres:.0f}", source=found))

    # --- the line to the cluster --------------------------------------------------------------------------------------

    def _line(self, state: str, workers: int, dashboard: str | None) -> None:
        self._state = (state, workers, dashboard)
        self._show_line()
        # Without a worker nobody could answer; the first one that joins is a change of the line.
        if state == RUNNING and workers and not self._sources_known:
            self._sources_known = True
            self._aside(self._list_sources)
            if tiles := online_tiles():
                self._aside(self._probe, tiles)
        if state == DOWN:
            if not self._sources_known:
                self.which.unavailable()
            lost = SchedulerUnavailable("the connection to the dask scheduler was lost while the task ran")
            for card in self.cards:
                if card.job is not None:
                    card.task.fail(lost)

    def _show_line(self) -> None:
        state, workers, dashboard = self._state
        key = {0: "cluster_empty", 1: "cluster_one"}.get(workers, "cluster_running") if state == RUNNING else None
        words = render.text(say(self.form.language, key or f"cluster_{state}", workers=workers))
        lonely = " data-empty" if key == "cluster_empty" else ""
        if state == RUNNING and dashboard:
            name = render.text(say(self.form.language, "cluster_dashboard"))
            words = f'<a href="{render.text(dashboard)}" target="_blank" rel="noopener" title="{name}">{words}</a>'
        self.line.value = f'<span class="etolib-dot" data-state="{render.text(state)}"{lonely}></span>{words}'

    def _list_sources(self) -> None:
        try:
            found = self._connection.ask(remote.source_list, _options())
        except Exception:
            self._sources_known = False
            raise
        self._later(self.which.offer, found)

    def _read_station(self, upload: Upload) -> None:
        """Have an own file read on a worker; its content is nothing to be looked at here."""
        try:
            latitude = self.form.site().latitude
        except EtolibError:
            latitude = None
        try:
            found = self._connection.ask(
                remote.read_station, upload.content, upload.name, upload.known, upload.station, latitude
            )
        except Exception as error:
            log.exception("an own file could not be read")
            known = isinstance(error, EtolibError)
            self._later(self.own.failed, upload, error if known else TaskError(f"{type(error).__name__}: {error}"))
        else:
            self._later(self.own.show, upload, found)

    def _probe(self, tiles: Tiles) -> None:
        """Add online tiles if their server answers: each tile that fails would be an error in the browser."""
        if self._connection.ask(remote.answers, tiles.probe):
            self._later(self.map.add_tiles, tiles)

    def _warm(self) -> None:
        """Do, while the first view is being read, what the first click would wait for."""
        self._submitter()
        self._attacher()

    # --- tasks --------------------------------------------------------------------------------------------------------

    def _calculate(self, _: Any = None) -> None:
        task: TaskModel
        try:
            request = self.form.request()
        except EtolibError as error:
            task = TaskModel()
            task.fail(error)
            self._add(task)
            self._later(self._prepare)
            return
        self._start(request)

    def _start(self, request: Request, *, again: bool = False) -> None:
        task = TaskModel(request)
        card = self._add(task)
        self._aside(self._hand_over, card, request, again)

    def _prepare(self) -> None:
        """Make the next card, unless it waits already."""
        if self._spare is not None:
            return
        self._spare = Card(
            self.form.language,
            on_close=self._guarded(self._close),
            on_retry=self._guarded(self._retry),
            on_show=self._guarded(self._show),
        )
        # Appended; the style sheet shows the newest first. A new first child would rebuild every card in the browser.
        self.stack.children = (*self.stack.children, self._spare.widget)

    def _add(self, task: TaskModel) -> Card:
        """Show a task on the card that waits."""
        self._prepare()
        assert self._spare is not None
        card, self._spare = self._spare, None
        self.cards.append(card)
        card.begin(task)
        task.observe(self._guarded(partial(self._moved, card)), "snapshot")
        self._buttons()
        return card

    def _hand_over(self, card: Card, request: Request, again: bool) -> None:
        """Submit a task; runs aside, because the line to the scheduler may not be up yet."""
        if again:
            # A provider that failed is left alone for a while; who presses Retry wants it asked.
            with contextlib.suppress(EtolibError):
                self._connection.ask(remote.forget_failures, timeout=_FORGET_S)
        more = {**request.options} | ({} if request.station is None else {"station": request.station})

        def submit(client: Any) -> Any:
            place = request.site, request.period, request.sources
            return self._submitter()(*place, client=client, timeout=config.timeout(), **more)

        self._watch(card, submit)

    def _attach_to(self, card: Card, task_id: str) -> None:
        self._watch(card, lambda client: self._attacher()(task_id, client=client))

    def _watch(self, card: Card, get: Callable[[Any], Any]) -> None:
        try:
            self._take_over(card, get)
        finally:
            self._later(self._prepare)

    def _take_over(self, card: Card, get: Callable[[Any], Any]) -> None:
        try:
            job = get(self._connection.client())
        except EtolibError as error:
            self._later(card.task.fail, error)
            return
        except Exception as error:
            self._later(card.task.fail, SchedulerUnavailable(f"the task could not be handed to the scheduler: {error}"))
            log.exception("the task could not be handed over")
            return
        self._later(self._handed_over, card, job)
        job.on_message(partial(self._later, card.task.apply))

    def _handed_over(self, card: Card, job: Any) -> None:
        card.job = job
        card.task.submitted(job.task_id)
        if card not in self.cards or card.task.snapshot.status is Status.CANCELLED:
            self._aside(job.cancel)  # closed or cancelled before the scheduler had taken it

    def _submitter(self) -> Callable[..., Any]:
        if self._submit is None:
            from etolib.tasks import jobs

            self._submit = jobs.submit
        return self._submit

    def _attacher(self) -> Callable[..., Any]:
        if self._attach is None:
            from etolib.tasks import jobs

            self._attach = jobs.attach
        return self._attach

    def _moved(self, card: Card, change: dict[str, Any]) -> None:
        now, before = change["new"], change["old"]
        self._buttons()
        if now.status is Status.SUCCESS and before.status is not Status.SUCCESS:
            self.results.prepare()
            self._aside(self._fetch, card)

    def _buttons(self) -> None:
        active = any(not card.task.snapshot.status.final for card in self.cards)
        self.cancel.layout.display = None if active else "none"

    def _fetch(self, card: Card) -> None:
        """Get table and chart of a finished task, made on a worker where the result lies."""
        card.view = self._connection.ask(remote.view, card.job.future)
        self._later(self._show, card)
        words = {key: say(self.form.language, key) for key in remote.CHART_WORDS}
        card.charts = self._connection.ask(remote.charts, card.job.future, words)
        self._later(self._drawn, card)

    def _show(self, card: Card) -> None:
        if card.view is None:
            self._aside(self._fetch, card)
            return
        self.results.show(card.view, card.task.snapshot.task_id)
        if card.charts is not None:
            self.results.draw(card.charts)
        self._mark_shown()

    def _mark_shown(self) -> None:
        """Offer "show" only on cards whose result is not the one shown."""
        for card in self.cards:
            card.shown(card.task.snapshot.task_id == self.results.task_id)

    def _drawn(self, card: Card) -> None:
        if self.results.task_id == card.task.snapshot.task_id and card.charts is not None:
            self.results.draw(card.charts)

    def _retry(self, card: Card) -> None:
        if card.task.request is not None:
            self._start(card.task.request, again=True)

    def _cancel_newest(self, _: Any = None) -> None:
        for card in reversed(self.cards):
            if not card.task.snapshot.status.final:
                self._stop_task(card)
                return

    def _close(self, card: Card) -> None:
        if not card.task.snapshot.status.final:
            self._stop_task(card)
        self.cards.remove(card)
        card.close()
        self._buttons()

    def _stop_task(self, card: Card) -> None:
        if card.job is not None:
            self._aside(card.job.cancel)
        else:
            card.task.cancelled()

    async def _tick(self) -> None:
        """Look after the running cards once a second."""
        while True:
            await asyncio.sleep(1)
            self._count()

    def _count(self) -> None:
        """Count the seconds on the cards that are running, and tell on those that wait for a worker in vain."""
        state, workers, _ = self._state
        for card in self.cards:
            card.task.tick()
            card.forlorn(state == RUNNING and workers == 0 and card.task.elapsed >= _WORKER_PATIENCE_S)


def _options() -> dict[str, str]:
    """Return the settings of this process, for a worker that may run elsewhere."""
    return {name: value for name in config.OPTIONS if (value := config.get(name)) is not None}


def _log_to_terminal() -> None:
    """Send log lines to the process's own error stream: what a kernel's threads write to `sys.stderr` is lost."""
    logger = logging.getLogger("etolib")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.__stderr__)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)
