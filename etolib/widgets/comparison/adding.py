"""How places come into a comparison besides the map: by name, typed, pasted, from a file, with an own station."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from etolib import words
from etolib.errors import InputError
from etolib.site import Site
from etolib.widgets.comparison import typed
from etolib.widgets.comparison.model import ComparisonModel
from etolib.widgets.form import FieldErrors, marked
from etolib.widgets.form_model import shown_name
from etolib.widgets.markup import station as station_markup
from etolib.widgets.markup.base import label, text
from etolib.widgets.station import OwnStation
from etolib.widgets.wording import say, translate

_MAX_LIST_MB = 5  # of a list of places
_FORMATS = ".csv,.tsv,.txt,.xlsx,.geojson,.json"


class TypedPlaces:
    """A field for coordinates or a whole list, and a button for a file of places.

    Parameters
    ----------
    model : ComparisonModel
    guard : callable
        Wraps callbacks.
    read : callable
        Called with the content of a file, compressed by zlib, and its name; has it read on a worker and hands what was
        found to `show`.
    """

    def __init__(self, model: ComparisonModel, guard: Callable[..., Any], read: Callable[[bytes, str], None]) -> None:
        self._model, self._read = model, read
        self._wrong: tuple[str, Sequence[Mapping[str, Any]]] | None = None  # a file, and what is wrong with it
        self._notes: Sequence[str] = ()
        self.field = marked(widgets.Textarea(rows=2, continuous_update=True), "etolib-places-typed", "etolib-field")
        self.add = marked(widgets.Button(), "etolib-places-add", "etolib-second")
        self.file = marked(
            widgets.FileUpload(accept=_FORMATS, multiple=False, icon=""), "etolib-upload", "etolib-places-file"
        )
        self.errors = FieldErrors(model.language, {"places": self.field})
        self.said = marked(widgets.HTML(), "etolib-places-refused")
        buttons = marked(widgets.Box([self.add, self.file]), "etolib-places-buttons")
        self.widget = marked(widgets.VBox([self.field, buttons, self.errors.widget, self.said]), "etolib-places-adding")
        self.add.on_click(guard(lambda _: self._add()))
        self.file.observe(guard(self._came), "value")
        self.field.observe(guard(lambda change: self._forget()), "value")
        model.observe(guard(lambda change: self._show_said()), "said")
        self._show_said()

    def _forget(self) -> None:
        """Take back what was said of what was typed or chosen before."""
        self.errors.show([])
        self._wrong, self._notes = None, ()
        self._show_said()

    def _add(self) -> None:
        self._forget()
        text_ = self.field.value
        if typed.has_header(text_):  # a table that was pasted
            self._read(zlib.compress(text_.encode(), 1), "")
            return
        try:
            sites = typed.read(text_)
        except InputError as error:
            self.errors.show(error.problems[:5])
            return
        self._model.add(sites)
        self.field.value = ""

    def _came(self, change: Mapping[str, Any]) -> None:
        if not change["new"]:
            return
        content, name = bytes(change["new"][0]["content"]), shown_name(str(change["new"][0]["name"]))
        self.file.value = ()
        self._forget()
        if len(content) > _MAX_LIST_MB << 20:
            self._model.said = words.say("places_file_large", limit=_MAX_LIST_MB)
        else:
            self._read(zlib.compress(content, 1), name)

    def show(self, name: str, found: Mapping[str, Any]) -> None:
        """Add the places of a file, or say what is wrong with it; of a pasted table there is no name."""
        if found["problems"]:
            self._wrong = (name or say(self._model.language, "places"), found["problems"])
        else:
            self._model.add(found["sites"])
            self._notes = found["notes"]
            if not name:
                self.field.value = ""
        self._show_said()

    def _show_said(self) -> None:
        language, said = self._model.language, self._model.said
        sentences = [*([] if said is None else [said]), *map(words.decode, self._notes)]
        shown = "".join(
            f'<p class="etolib-notice" role="alert">{text(translate(language, one))}</p>' for one in sentences
        )
        if self._wrong is not None:
            shown += station_markup.station_problem(language, *self._wrong)
        self.said.value = shown
        self.said.layout.display = None if shown else "none"

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.field.description = say(language, "places_typed")
        self.field.placeholder = say(language, "places_typed_hint")
        self.add.description = say(language, "places_add")
        self.file.description = self.file.tooltip = say(language, "places_file")
        self.errors.translate(language)
        self._show_said()


class StationPlace:
    """Where an own file stands, and the button that makes it a place of the comparison."""

    def __init__(self, model: ComparisonModel, own: OwnStation, guard: Callable[..., Any]) -> None:
        self._model, self._own = model, own
        self._filling = False
        self.at: Any = marked(widgets.Dropdown(), "etolib-station-at", "etolib-field")
        self.add = marked(widgets.Button(), "etolib-station-add", "etolib-second")
        self.said = marked(widgets.HTML(), "etolib-muted")
        self.widget = marked(widgets.Box([self.at, self.add, self.said]), "etolib-station-place")
        self.at.observe(guard(self._moved), "value")
        self.add.on_click(guard(lambda _: self._add()))
        model.observe(guard(lambda change: self.show()), ["station", "members"])
        self.show()

    def place(self) -> tuple[float, float] | None:
        """Return latitude and longitude [degrees] of the chosen place, of the first where the file has its own."""
        chosen = self._model.member(self.at.value or 0) or next(iter(self._model.members), None)
        return None if chosen is None else (chosen.site.latitude, chosen.site.longitude)

    def _own_place(self) -> tuple[float, float] | None:
        facts = (self._own.found or {}).get("facts")
        return None if not facts or facts["place"] is None else (facts["place"][0], facts["place"][1])

    def show(self) -> None:
        """Offer the places the file can stand at; nothing while there is no file that can be used."""
        language, own = self._model.language, self._own_place()
        options: list[tuple[str, int]] = []
        if own is not None:
            options.append((say(language, "places_station_own", place=str(Site(*own))), 0))
        options += [(member.name, member.number) for member in self._model.members if not member.file]
        self._filling = True
        try:
            chosen = self.at.value
            if list(self.at.options) != options:
                self.at.options = options
            values = [value for _, value in options]
            self.at.value = chosen if chosen in values else next(iter(values), None)
        finally:
            self._filling = False
        there = self._model.station is not None
        self.widget.layout.display = None if there else "none"
        self.at.layout.display = None if options else "none"
        self.add.disabled = not options
        self.said.value = "" if options else label(language, "places_station_where")

    def _moved(self, change: Mapping[str, Any]) -> None:
        if not self._filling and self._own.upload is not None and change["new"]:
            self._own.say_of("")  # read again: what is likely depends on the place

    def _add(self) -> None:
        station = self._model.station
        own = self._own_place()
        at = self._model.member(self.at.value or 0)
        if station is None or (at is None and own is None):
            return
        elevation = at.site.elevation if at is not None else None
        latitude, longitude = (at.site.latitude, at.site.longitude) if at is not None else own  # type: ignore[misc]
        name = getattr(station, "filename", "") or ""
        stem = name.rpartition(".")[0] or name
        place = Site(latitude, longitude, elevation)
        with contextlib.suppress(InputError):  # a file name that no place could have
            place = Site(latitude, longitude, elevation, stem or None)
        if self._model.add([place], station):
            self._own.clear()

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.at.description = say(language, "places_station_at")
        self.add.description = say(language, "places_station_add")
        self.show()
