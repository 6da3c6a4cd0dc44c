"""Finding a place: by name, where the browser stands, among those that were used or saved."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from etolib import config
from etolib.errors import EtolibError
from etolib.site import Site
from etolib.widgets import remote
from etolib.widgets.browser import Browser
from etolib.widgets.form import marked
from etolib.widgets.form_model import FormModel
from etolib.widgets.markup.base import label
from etolib.widgets.wording import say

if TYPE_CHECKING:
    from etolib.widgets.background import Background

log = logging.getLogger("etolib.page")

_SHOWN = 6  # places found that are offered
_RECENT = 5  # places used last that are offered


class PlaceSearch:
    """A field for a name, its answers, and places of before.

    Parameters
    ----------
    model : FormModel
        Its place is set.
    browser : Browser
        Says where it stands, and keeps places.
    background : Background
        Runs callbacks and slow work.
    ask : callable
        As `etolib.widgets.connection.Connection.ask`.
    """

    def __init__(self, model: FormModel, browser: Browser, background: Background, ask: Callable[..., Any]) -> None:
        guard = background.guard
        self.model, self.browser, self._background, self._ask = model, browser, background, ask
        self._said = ""  # key of a sentence below the field
        self._found: Sequence[Mapping[str, Any]] = ()
        self.field = marked(widgets.Text(continuous_update=True), "etolib-search", "etolib-field")
        self.locate = marked(widgets.Button(), "etolib-locate", "etolib-plain")
        self.save = marked(widgets.ToggleButton(value=False), "etolib-save-place", "etolib-plain")
        self.answers = [marked(widgets.Button(), "etolib-search-result") for _ in range(_SHOWN)]
        self.said = marked(widgets.HTML(), "etolib-muted", "etolib-search-said")
        self.before = marked(widgets.Dropdown(), "etolib-places", "etolib-field")
        row = marked(widgets.Box([self.field, self.locate]), "etolib-search-row")
        self.list = marked(widgets.VBox([*self.answers, self.said]), "etolib-search-list")
        self.kept = marked(widgets.Box([self.before, self.save]), "etolib-kept")
        self.widget = marked(widgets.VBox([row, self.list]), "etolib-search-box")
        self._rows: list[dict[str, str]] = []  # what ``before`` offers
        self._filling = False

        self.field.observe(guard(self._typed), "value")
        self.field.on_msg(guard(self._entered))
        self.locate.on_click(guard(lambda _: self._locate()))
        for index, button in enumerate(self.answers):
            button.on_click(guard(lambda _, at=index: self._take(at)))
        self.before.observe(guard(self._chosen), "value")
        self.save.observe(guard(self._saved), "value")
        browser.observe(guard(lambda change: self._located(change["new"])), "found")
        browser.observe(guard(lambda change: self._offer()), ["local", "ready"])
        model.observe(guard(lambda change: self._offer()), ["latitude", "longitude", "name"])
        self._lay_out()

    # --- by name ------------------------------------------------------------------------------------------------------

    def _typed(self, change: Mapping[str, Any]) -> None:
        wanted = change["new"].strip()
        if len(wanted) < 2:
            self._show((), "")
        else:
            self._background.run(self._look_for, wanted)

    def _look_for(self, wanted: str) -> None:
        """Have a name looked up on a worker."""
        try:
            found = self._ask(remote.search, wanted, self.model.language, config.settings())
        except Exception as error:  # whatever it was: the field says that nothing could be looked up
            log.info("the search for a place failed: %s", error)
            self._background.later(self.failed, wanted)
        else:
            self._background.later(self.show, wanted, found)

    def show(self, wanted: str, found: Sequence[Mapping[str, Any]]) -> None:
        """Offer what was found; an answer to what is no longer asked is left alone."""
        if wanted == self.field.value.strip():
            self._show(found, "" if found else "search_nothing")

    def failed(self, wanted: str) -> None:
        """Say that names cannot be looked up for now."""
        if wanted == self.field.value.strip():
            self._show((), "search_unavailable")

    def _show(self, found: Sequence[Mapping[str, Any]], said: str) -> None:
        self._found, self._said = found[:_SHOWN], said
        self._lay_out()

    def _lay_out(self) -> None:
        for button, place in zip(self.answers, [*self._found, *[None] * _SHOWN], strict=False):
            button.layout.display = None if place else "none"
            button.description = place["title"] if place else ""
        self.said.value = label(self.model.language, self._said) if self._said else ""
        self.said.layout.display = None if self._said else "none"
        self.list.layout.display = None if self._said or self._found else "none"

    def _entered(self, widget: Any, content: Mapping[str, Any], buffers: Any) -> None:
        if content.get("event") == "submit" and self._found:
            self._take(0)

    def _take(self, at: int) -> None:
        place = self._found[at]
        self.model.place(place["latitude"], place["longitude"], place["name"])
        self.field.value = ""

    # --- where the browser stands -------------------------------------------------------------------------------------

    def _locate(self) -> None:
        self._show((), "locate_asking")
        self.browser.locate()

    def _located(self, found: Mapping[str, Any]) -> None:
        latitude, longitude = found.get("latitude"), found.get("longitude")
        if isinstance(latitude, int | float) and isinstance(longitude, int | float):
            self.model.place(float(latitude), float(longitude))
            self._show((), "")
        elif found:
            error = found.get("error")
            known = error if error in ("denied", "timeout", "unsupported") else "unavailable"
            self._show((), f"locate_{known}")

    # --- places of before ---------------------------------------------------------------------------------------------

    def used(self, site: Site) -> None:
        """Take note of a place that somebody calculates for."""
        row = _row(site)
        if not any(_same(row, place) for place in self.browser.kept("saved")):
            others = [place for place in self.browser.kept("recent") if not _same(row, place)]
            self.browser.keep("recent", [row, *others][:_RECENT])

    def _offer(self) -> None:
        saved, recent = self.browser.kept("saved"), self.browser.kept("recent")
        here = self._here()
        self._filling = True
        try:
            rows = [*saved, *(row for row in recent if not any(_same(row, place) for place in saved))]
            titles = [("★ " if row in saved else "") + _title(row) for row in rows]
            hint = say(self.model.language, "places_kept")
            self.before.options = [(hint, -1), *((title, at) for at, title in enumerate(titles))]
            self.before.value = -1
            self._rows = rows
            self.save.value = here is not None and any(_same(here, place) for place in saved)
        finally:
            self._filling = False
        self.before.layout.display = None if rows else "none"
        self.save.layout.display = None if here is not None and self.browser.ready else "none"
        self._name_save()

    def _here(self) -> dict[str, str] | None:
        try:
            return _row(self.model.site())
        except EtolibError:
            return None

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if self._filling or change["new"] is None or change["new"] < 0:
            return
        self.model.recall(self._rows[change["new"]])

    def _saved(self, change: Mapping[str, Any]) -> None:
        here = self._here()
        if self._filling or here is None:
            return
        others = [place for place in self.browser.kept("saved") if not _same(here, place)]
        self.browser.keep("saved", [here, *others] if change["new"] else others)

    def _name_save(self) -> None:
        saved = bool(self.save.value)
        self.save.description = ("★ " if saved else "☆ ") + say(
            self.model.language, "place_saved" if saved else "place_save"
        )

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.field.description = say(language, "search")
        self.field.placeholder = say(language, "search_hint")
        self.locate.description = self.locate.tooltip = say(language, "locate")
        self.before.description = say(language, "places_kept")
        self._offer()
        self._lay_out()


def _row(site: Site) -> dict[str, str]:
    row = {"lat": f"{site.latitude:.9g}", "lon": f"{site.longitude:.9g}", "name": site.name or ""}
    return row if site.elevation is None else row | {"elevation": f"{site.elevation:g}"}


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return (one.get("lat"), one.get("lon")) == (other.get("lat"), other.get("lon"))


def _title(row: Mapping[str, str]) -> str:
    where = f"{row.get('lat', '')}, {row.get('lon', '')}"
    return f"{row['name']} ({where})" if row.get("name") else where
