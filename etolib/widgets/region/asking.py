"""The part of the form that says where: drawn, typed or from a file, how dense, and what that will cost."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from etolib import words
from etolib.errors import Problem
from etolib.widgets.form import FieldErrors, marked
from etolib.widgets.form_model import shown_name
from etolib.widgets.markup import station as station_markup
from etolib.widgets.markup.base import label, text
from etolib.widgets.region import markup
from etolib.widgets.region.area import Area, in_km
from etolib.widgets.region.model import RegionModel
from etolib.widgets.wording import say, translate
from etolib.words import Text

_MAX_FILE_MB = 5  # of places or polygons
_FORMATS = ".csv,.tsv,.txt,.xlsx,.geojson,.json"


class Where:
    """The fields of a region.

    Parameters
    ----------
    model : RegionModel
    guard : callable
        Wraps callbacks.
    draw : callable
        Called with ``box``, ``polygon``, empty to give up, or ``finish``.
    read : callable
        Called with the content of a file, compressed by zlib, and its name; has it read on a worker and hands what was
        found to `take`.

    Attributes
    ----------
    found : mapping or None
        What a worker has said of the region (`etolib.widgets.region.answers.survey`).
    """

    def __init__(
        self,
        model: RegionModel,
        guard: Callable[..., Any],
        draw: Callable[[str], None],
        read: Callable[[bytes, str], None],
    ) -> None:
        self._model, self._draw, self._read = model, draw, read
        self.found: Mapping[str, Any] | None = None
        self._state = ""  # key of what keeps the cost from being known
        self._drawing = ""
        self._said: Text | None = None
        self._wrong: tuple[str, Sequence[Mapping[str, Any]]] | None = None  # a file, and what is wrong with it
        self._notes: Sequence[str] = ()
        self.title = widgets.HTML()
        self.count = marked(widgets.HTML(), "etolib-muted")
        self.rectangle = marked(widgets.ToggleButton(icon=""), "etolib-draw-box", "etolib-region-draw")
        self.polygon = marked(widgets.ToggleButton(icon=""), "etolib-draw-polygon", "etolib-region-draw")
        self.finish = marked(widgets.Button(), "etolib-draw-finish", "etolib-second")
        self.file = marked(
            widgets.FileUpload(accept=_FORMATS, multiple=False, icon=""), "etolib-upload", "etolib-region-places"
        )
        self.hint = marked(widgets.HTML(), "etolib-muted", "etolib-region-hint")
        self.box = marked(widgets.Text(continuous_update=False), "etolib-region-box", "etolib-field")
        self.spacing = marked(widgets.Text(continuous_update=False), "etolib-region-spacing", "etolib-field")
        self.apart = marked(widgets.HTML(), "etolib-muted", "etolib-region-apart")
        self.errors = FieldErrors(
            model.language, {"box": self.box, "spacing": self.spacing, "polygon": None, "places": None, "file": None}
        )
        self.said = marked(widgets.HTML(), "etolib-places-refused")
        self.cost = marked(widgets.HTML(), "etolib-region-cost")
        self.cost.layout.display = "none"
        self._lay_out()
        self._connect(guard)
        self._show()

    def _lay_out(self) -> None:
        head = marked(widgets.Box([self.title, self.count]), "etolib-section-head")
        buttons = [self.rectangle, self.polygon, self.finish, self.file]
        row = marked(widgets.Box(buttons), "etolib-places-buttons")
        fields = marked(widgets.Box([self.box, self.spacing]), "etolib-region-fields")
        self.widget = marked(
            widgets.VBox([head, row, self.hint, fields, self.apart, self.errors.widget, self.said]),
            "etolib-panel", "etolib-place",
        )  # fmt: skip

    def _connect(self, guard: Callable[..., Any]) -> None:
        widgets.link((self._model, "box"), (self.box, "value"))
        widgets.link((self._model, "spacing"), (self.spacing, "value"))
        for kind, button in (("box", self.rectangle), ("polygon", self.polygon)):
            button.observe(guard(lambda change, kind=kind: self._pressed(kind, change["new"])), "value")
        self.finish.on_click(guard(lambda _: self._draw("finish")))
        self.file.observe(guard(self._came), "value")
        self._model.observe(guard(lambda change: self._show()), ["area", "spacing"])

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _pressed(self, kind: str, on: bool) -> None:
        if on and self._drawing != kind:
            self.drawing(kind)
            self._draw(kind)
        elif not on and self._drawing == kind:
            self.drawing("")
            self._draw("")

    def drawing(self, kind: str) -> None:
        """Show what is being drawn: ``box``, ``polygon``, or nothing."""
        self._drawing = kind
        self.rectangle.value, self.polygon.value = kind == "box", kind == "polygon"
        self._show()

    # --- files --------------------------------------------------------------------------------------------------------

    def _came(self, change: Mapping[str, Any]) -> None:
        if not change["new"]:
            return
        content, name = bytes(change["new"][0]["content"]), shown_name(str(change["new"][0]["name"]))
        self.file.value = ()
        self._said, self._wrong, self._notes = None, None, ()
        if len(content) > _MAX_FILE_MB << 20:
            self._said = words.say("places_file_large", limit=_MAX_FILE_MB)
        else:
            self._read(zlib.compress(content, 1), name)
        self._show()

    def take(self, name: str, found: Mapping[str, Any]) -> Area | None:
        """Show what is wrong with a file; return the region that it holds."""
        self._wrong = (name, found["problems"]) if found["problems"] else None
        self._notes = found.get("notes", ())
        self._show()
        return found.get("area")

    # --- cost ---------------------------------------------------------------------------------------------------------

    def tell(self, found: Mapping[str, Any] | None, state: str = "") -> None:
        """Show what a worker has found of the region, or the key of what keeps it."""
        self.found, self._state = found, state
        self._show()

    def _show(self) -> None:
        language, area, found = self._model.language, self._model.area, self.found
        known = found is not None and not found["problems"]
        count = len(found["sites"]) if known and found is not None else 0
        self.count.value = label(language, "places_count", count=count) if known else ""
        self.finish.layout.display = None if self._drawing == "polygon" else "none"
        key = f"region_hint_{self._drawing}" if self._drawing else "region_hint" if area is None else ""
        self.hint.value = label(language, key) if key else text(self._area_told(area))
        self.apart.value = "" if area is None else text(self._spacing_told(area))
        self.spacing.disabled = area is not None and bool(area.sites)
        self.cost.value = markup.cost(language, found, self._state)
        self.cost.layout.display = None if self.cost.value else "none"
        said = [] if self._said is None else [self._said]
        sentences = [translate(language, one) for one in [*said, *map(words.decode, self._notes)]]
        shown = "".join(f'<p class="etolib-notice" role="alert">{text(one)}</p>' for one in sentences)
        if self._wrong is not None:
            shown += station_markup.station_problem(language, *self._wrong)
        self.said.value = shown
        self.said.layout.display = None if shown else "none"

    def _area_told(self, area: Area | None) -> str:
        if area is None or (area.box is not None and not area.name):
            return ""
        language = self._model.language
        if area.sites:
            return say(language, "region_of_file", name=repr(area.name), count=len(area.sites))
        corners = sum(len(ring) for polygon in area.polygons for ring in polygon)
        if area.name:
            return say(language, "region_polygon_of_file", name=repr(area.name), count=corners)
        return say(language, "region_polygon_drawn", count=corners)

    def _spacing_told(self, area: Area) -> str:
        """Return how far neighbours are from each other, in degrees and kilometres."""
        from etolib.errors import InputError
        from etolib.widgets.region.area import read_spacing

        language = self._model.language
        if area.sites:
            return say(language, "region_no_spacing")
        try:
            spacing = read_spacing(self._model.spacing, area)
        except InputError:
            return ""
        _, south, _, north = area.bounds
        down, across = in_km(spacing, (south + north) / 2)
        key = "region_spacing_told" if self._model.spacing.strip() else "region_spacing_usual"
        sizes = {"degrees": words.decimals(language, f"{spacing:g}"), "down": _km(language, down)}
        return say(language, key, **sizes, across=_km(language, across))

    def translate(self, language: str) -> None:
        """Show the words of a language."""
        self.title.value = f"<h2>{label(language, 'region')}</h2>"
        self.rectangle.description = say(language, "region_draw_box")
        self.polygon.description = say(language, "region_draw_polygon")
        self.finish.description = say(language, "region_draw_finish")
        self.file.description = self.file.tooltip = say(language, "region_file")
        self.box.description = say(language, "region_box")
        self.box.placeholder = say(language, "region_box_hint")
        self.spacing.description = say(language, "region_spacing")
        self.spacing.placeholder = say(language, "region_spacing_auto")
        self.errors.translate(language)
        self._show()

    def complain(self, problems: Sequence[Problem]) -> Sequence[Problem]:
        """Show the problems of these fields; return those of others."""
        return self.errors.show(problems)


def _km(language: str, distance: float) -> str:
    return words.decimals(language, f"{distance:.1f}" if distance < 10 else f"{distance:.0f}")
