"""The place of the page: map, typed coordinates, search and elevation around one form."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from etolib import config
from etolib.errors import EtolibError
from etolib.site import Site
from etolib.widgets import remote
from etolib.widgets.browser import Browser
from etolib.widgets.form import PlaceForm, marked
from etolib.widgets.form_model import FormModel
from etolib.widgets.map import PlaceMap
from etolib.widgets.markup import base
from etolib.widgets.markup import form as markup
from etolib.widgets.search import PlaceSearch

if TYPE_CHECKING:
    from etolib.widgets.background import Background

log = logging.getLogger("etolib.page")


class Place:
    """Everything that shows or sets the place of a `FormModel`.

    Parameters
    ----------
    model : FormModel
    browser : Browser
    background : Background
        Runs callbacks and slow work.
    ask : callable
        As `etolib.widgets.connection.Connection.ask`.
    """

    def __init__(self, model: FormModel, browser: Browser, background: Background, ask: Callable[..., Any]) -> None:
        guard = background.guard
        self.model, self._background, self._ask = model, background, ask
        self._shown: Site | None = None
        self._found: tuple[float, str | None] | None = None  # elevation of the place shown [m], and its source
        self._key = ""  # what is said of it while it is not found
        self._from_map = False
        self.map = PlaceMap(guard(self._clicked))
        self.search = PlaceSearch(model, browser, background, ask)
        self.form = PlaceForm(model, guard, self.search.kept)
        frame = marked(widgets.Box([self.map.widget, self.search.widget, self.map.basemap]), "etolib-map-frame")
        self.frame = frame
        model.observe(guard(lambda change: self._changed()), ["latitude", "longitude", "elevation"])
        model.observe(guard(lambda change: self._show()), "units")

    def _clicked(self, latitude: float, longitude: float) -> None:
        self._from_map = True
        try:
            self.model.place(latitude, longitude)
        finally:
            self._from_map = False

    def _changed(self) -> None:
        try:
            site: Site | None = self.model.site()
        except EtolibError:
            site = None
        changed = _where(site) != _where(self._shown)
        self.map.show(site, centre=not self._from_map and changed)
        self._shown = site
        if site is None:
            self._key, self._found = "", None
        elif site.elevation is not None:
            self._key, self._found = "elevation_given", None
        elif changed:
            self._key, self._found = "elevation_looking", None
            self._background.run(self._look_up, site)
        self._show()

    # --- elevation ----------------------------------------------------------------------------------------------------

    def _look_up(self, site: Site) -> None:
        found: tuple[float, str | None] | None = None
        try:
            found = self._ask(remote.elevation, site.latitude, site.longitude, config.settings())
        except Exception as error:  # the calculation looks it up itself: this is a courtesy
            log.info("no elevation for %s: %s", site, error)
        self._background.later(self._looked_up, site, found)

    def _looked_up(self, site: Site, found: tuple[float, str | None] | None) -> None:
        if _where(site) != _where(self._shown):
            return  # another place was chosen meanwhile
        known = found is not None and found[0] is not None
        self._found, self._key = (found, "") if known else (None, "elevation_later")
        self._show()

    def _show(self) -> None:
        language = self.model.language
        if self._found is not None:
            self.form.found.value = markup.elevation(language, self.model.units, *self._found)
        else:
            self.form.found.value = base.label(language, self._key) if self._key else "&nbsp;"

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        for part in (self.map, self.search, self.form):
            part.translate(language)
        self._show()


def _where(site: Site | None) -> tuple[float, float] | None:
    return None if site is None else (site.latitude, site.longitude)
