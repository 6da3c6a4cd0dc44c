"""What every dashboard has around its own parts: header, language, theme, units, banner, line to the cluster."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import ipywidgets as widgets
from ipywidgets import DOMWidget

from etolib import config, logs, words
from etolib.errors import EtolibError, TaskError
from etolib.unit_systems import SYSTEMS
from etolib.widgets import private, remote
from etolib.widgets.background import Background, Loop, Pool
from etolib.widgets.browser import Browser
from etolib.widgets.connection import DOWN, RUNNING, Connection
from etolib.widgets.form import PeriodForm, SourcesForm, marked
from etolib.widgets.form_model import THEMES, FormModel
from etolib.widgets.map import PlaceMap, Tiles, online_tiles
from etolib.widgets.markup import base
from etolib.widgets.semantics import Semantics
from etolib.widgets.station import OwnStation, Upload
from etolib.widgets.wording import say, say_or, translate
from etolib.words import say as say_here

log = logging.getLogger("etolib.page")

_SERVED = "/voila/render/"
_IN_ADDRESS = {"language": "lang"}  # what an address calls otherwise than the form


def _running_loop() -> Loop:
    """Return the event loop of a notebook's kernel, on which a page lives; an error in words where there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise EtolibError(say_here("page_without_loop"), suggestion=say_here("page_needs_notebook")) from None


class PressButton(widgets.Button):  # type: ignore[misc]  # ipywidgets has no types
    """A button that knows whether a browser has pressed it, or a program by `click`.

    Attributes
    ----------
    by_browser : bool
        While callbacks are called: whether the press has come from a browser.
    """

    by_browser = False

    def _handle_button_msg(self, widget: Any, content: dict[str, Any], buffers: Any) -> None:
        self.by_browser = True
        try:
            super()._handle_button_msg(widget, content, buffers)
        finally:
            self.by_browser = False


class Frame:
    """A dashboard without what it is about. A subclass makes its parts, calls `lay_out` and then `begin`.

    Parameters
    ----------
    form : FormModel
    title, tagline : str
        Keys of the texts of the header.
    connection, loop, pool : object, optional
        As in `etolib.widgets.app.Page`.
    """

    map: PlaceMap

    def __init__(
        self,
        form: FormModel,
        title: str,
        tagline: str,
        *,
        connection: Any = None,
        loop: Loop | None = None,
        pool: Pool | None = None,
    ) -> None:
        logs.at_least_ours()
        self._loop: Loop = loop or _running_loop()
        self._background = Background(self._fault, self._loop, pool)
        self._connection = connection or Connection(partial(self._background.later, self._line))
        self.form, self._title, self._tagline = form, title, tagline
        self._failure: str = ""  # what the banner says
        self._followed = ""  # the address that was followed
        self._asked: dict[str, bool] = {}  # what the link that led here has said
        self._told = False  # whether a link or the browser is choosing just now, and no person
        self._state: tuple[str, int, str | None] = ("connecting", 0, None)
        self._sources_known = False
        self._served: tuple[str, list[str]] = ("", [])  # this dashboard, and all that are served
        private.listen()
        self.browser = Browser()
        self.semantics = Semantics()
        self._make_header()
        self._make_parts()

    def _make_header(self) -> None:
        form = self.form
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

    def _make_parts(self) -> None:
        """Make the parts of the form that every dashboard has."""
        form, guard = self.form, self._background.guard
        self.when = PeriodForm(form, guard)
        self.which = SourcesForm(form, guard)
        self.own = OwnStation(form, guard, lambda upload: self._background.run(self._read_station, upload))
        self.calculate = marked(PressButton(), "etolib-calculate")
        self.cancel = marked(widgets.Button(), "etolib-cancel", "etolib-second")
        self.cancel.layout.display = "none"
        self.wrong = marked(widgets.HTML(), "etolib-field-error")  # what is wrong and belongs to no field
        self.wrong.layout.display = "none"
        self.buttons = marked(widgets.Box([self.calculate, self.cancel, self.wrong]), "etolib-buttons")

    def lay_out(self, left: Sequence[DOMWidget], right: Sequence[DOMWidget]) -> None:
        """Make the widget of the page: its header, then what is asked beside what comes of it."""
        header = marked(widgets.Box([self.heading, self.line, self.units, self.language, self.dark]), "etolib-header")
        style = resources.files("etolib.widgets").joinpath("style.css").read_text(encoding="utf-8")
        columns = [marked(widgets.VBox([*left]), "etolib-left"), marked(widgets.VBox([*right]), "etolib-right")]
        self.widget = marked(
            widgets.VBox(
                [
                    marked(widgets.HTML(f"<style>{style}</style>"), "etolib-style"),
                    marked(widgets.Box([self.browser]), "etolib-style"),
                    self.semantics,
                    header,
                    self.banner,
                    marked(widgets.Box(columns), "etolib-main"),
                ]
            ),
            "etolib-page",
        )

    def begin(self, query: str) -> None:
        """Connect the parts with each other and with the cluster, and follow a link."""
        form, guard = self.form, self._background.guard
        self.banner_close.on_click(lambda _: setattr(self.banner.layout, "display", "none"))
        widgets.link((form, "language"), (self.language, "value"))
        widgets.link((form, "units"), (self.units, "value"))
        form.observe(guard(lambda change: self._measure()), "units")
        form.observe(guard(lambda change: self._translate()), "language")
        form.observe(guard(lambda change: self._paint()), "theme")
        form.observe(guard(lambda change: self._keep(change["name"])), ["language", "theme", "units"])
        self.dark.observe(guard(self._theme_chosen), "value")
        self.browser.observe(guard(lambda change: self._paint()), "dark")
        self.browser.observe(guard(lambda change: self._came_back()), "ready")
        # The map model knows the page's address: that is how the query string comes in, preheated kernel or not.
        self.map.widget.observe(guard(self._address), "window_url")
        self._translate()
        self._connection.start()
        self._follow(query)
        if isinstance(self._loop, asyncio.AbstractEventLoop):
            self._ticker = self._loop.create_task(self._tick())

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.widget._repr_mimebundle_(**options)

    # --- words and looks ----------------------------------------------------------------------------------------------

    def _translate(self) -> None:
        language = self.form.language
        self._show_heading()
        # Voila's front page gives the document the language that this class names (see its template).
        for code in words.languages():
            self.widget.remove_class(f"etolib-lang-{code}")
        self.widget.add_class(f"etolib-lang-{language}")
        self.language.tooltip = say(language, "language")
        self.units.tooltip = say(language, "units")
        self.dark.description = say(language, "theme")
        self.calculate.description = say(language, "calculate")
        self.cancel.description = say(language, "cancel")
        for part in (self.when, self.which, self.own, self.semantics):
            part.translate(language)
        self._show_line()
        self._show_fault()

    def _show_heading(self) -> None:
        language, (here, beside) = self.form.language, self._served
        links = "".join(
            f'<a href="{base.text(self.address_of(name))}">{base.text(say_or(language, f"app_{name}", name))}</a>'
            for name in beside
            if name != here
        )
        self.heading.value = (
            f'<h1>{base.label(language, self._title)}</h1><span class="etolib-apps">{links}</span>'
            f"<p>{base.label(language, self._tagline)}</p>"
        )

    def address_of(self, name: str) -> str:
        """Return the address of another dashboard.

        What the browser does not keep, because it came by a link, goes along: language, theme and units.
        """
        came = {_IN_ADDRESS.get(one, one): getattr(self.form, one) for one, asked in self._asked.items() if asked}
        return f"{name}.ipynb{'?' if came else ''}{urlencode(came)}"

    def _measure(self) -> None:
        """Show numbers in the units of the page."""
        raise NotImplementedError

    def _keep(self, name: str) -> None:
        """Keep a choice of this person for the next visit, and in the address."""
        if self.browser.ready and not self._told:
            value = getattr(self.form, name)
            self.browser.local = self.browser.local | {name: value}
            self.browser.fields = self.browser.fields | {_IN_ADDRESS.get(name, name): value}
        self._show_heading()  # its links lead to the same language, theme and units

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

    # --- faults -------------------------------------------------------------------------------------------------------

    def _fault(self, error: BaseException) -> None:
        log.error("the page failed", exc_info=error)
        self._failure = error.message if isinstance(error, EtolibError) else f"{type(error).__name__}: {error}"
        self._show_fault()
        self.banner.layout.display = None

    def _show_fault(self) -> None:
        language = self.form.language
        self.banner_text.value = base.banner(say(language, "banner_fault", error=translate(language, self._failure)))

    # --- the address of the page, and what its browser knows ----------------------------------------------------------

    def _address(self, change: dict[str, Any]) -> None:
        address = urlsplit(str(change["new"]))
        if _SERVED in address.path:  # in JupyterLab there is nothing beside
            self._served = (Path(address.path).stem, sorted(path.stem for path in Path.cwd().glob("*.ipynb")))
            self._show_heading()
        self._follow_address(address.query)

    def _follow_address(self, query: str) -> None:
        """Follow the address of the page, once: map and browser both know it, and what was typed since counts more."""
        if query and query != self._followed:
            self._followed = query
            self._follow(query)

    def _follow(self, query: str) -> None:
        """Fill the page from a query string."""
        asked = dict(parse_qsl(query.lstrip("?")))
        private.keep_named(asked)
        private.keep_typed(asked.get("places"))
        with self._listening():
            self._filled(self.form.fill(query))
            known = bool(words.best_language(asked.get("lang", "")))
            self._asked = {"language": known, "theme": "theme" in asked, "units": "units" in asked}
            self._show_heading()
            self._paint()

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        """What is chosen within is no choice of this person: it is not kept."""
        self._told = True
        try:
            yield
        finally:
            self._told = False

    def _filled(self, task_id: str | None) -> None:
        """Take note that the form was filled by a link, and of the task the link asks for."""

    def _came_back(self) -> None:
        """Take the language, theme and units that were chosen in this browser, where the link has said nothing.

        Where no language was chosen the page speaks that of the browser, as far as it can.
        """
        private.keep_named([self.browser.local, self.browser.session])
        self._follow_address(self.browser.address.lstrip("?"))
        kept = {"language": self.browser.language()} | self.browser.local
        with self._listening():
            for name, known in (("language", words.languages()), ("theme", THEMES), ("units", SYSTEMS)):
                if not self._asked.get(name) and kept.get(name) in known:
                    setattr(self.form, name, kept[name])
            self._paint()

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
            self._lost()

    def _lost(self) -> None:
        """Tell every task that was handed over that its scheduler is gone."""
        raise NotImplementedError

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
        except Exception:  # whatever it was: they are asked for again
            self._sources_known = False
            raise
        self._background.later(self.which.offer, found)

    def _probe(self, name: str, tiles: Tiles) -> None:
        """Add online tiles if their server answers: each tile that fails would be an error in the browser."""
        if self._connection.ask(remote.answers, tiles.probe):
            self._background.later(self.map.add_tiles, name, tiles)

    # --- an own file --------------------------------------------------------------------------------------------------

    def _here(self) -> tuple[float, float] | None:
        """Return latitude and longitude of the form [degrees], None where it has none."""
        try:
            site = self.form.site()
        except EtolibError:
            return None
        return site.latitude, site.longitude

    def _read_station(self, upload: Upload) -> None:
        """Have an own file read on a worker; its content is nothing to be looked at here."""
        later, place = self._background.later, self._here()
        try:
            found = self._connection.ask(
                remote.read_station, upload.content, upload.name, upload.known, upload.station, place
            )
        except Exception as error:  # whatever a file makes a worker raise: the form must say it
            log.exception("an own file could not be read")
            known = isinstance(error, EtolibError)
            later(self.own.failed, upload, error if known else TaskError(f"{type(error).__name__}: {error}"))
        else:
            later(self.own.show, upload, found)
            self._draw_others(upload, [question["preview"] for question in found["questions"]], place)

    def _draw_others(self, upload: Upload, previews: Sequence[Any], place: tuple[float, float] | None) -> None:
        """Have other sources drawn beside the questions of a file, where they answer; nothing waits for them."""
        days = [preview["dates"] for preview in previews if preview]
        if not days or place is None or config.get("offline"):
            return
        try:
            others = self._connection.ask(remote.other_sources, place, days[0][0], days[0][-1], config.settings())
        except EtolibError:
            return
        self._background.later(self.own.compare, upload, others)

    # --- the clock ----------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Look after what runs once a second."""
        while True:
            await asyncio.sleep(1)
            self._count()

    def _count(self) -> None:
        state, workers, _ = self._state
        self._passed(no_worker=state == RUNNING and workers == 0)

    def _passed(self, *, no_worker: bool) -> None:
        """Count the seconds of what runs; say so where it waits for a worker in vain."""
        raise NotImplementedError
