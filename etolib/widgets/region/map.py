"""The map of a region: its outline, its places in one picture, the one that is looked at, and drawing with clicks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ipyleaflet as leaflet

from etolib.widgets import cities
from etolib.widgets.map import PlaceMap
from etolib.widgets.region.area import Area
from etolib.widgets.region.drawing import Drawing
from etolib.widgets.region.picture import Picture

_PANE = "etolib-region"
_NEAREST = 10  # of zooming to a region
_TOWN = 8  # zoom at which a town that was looked for is shown
_ROOM = (640.0, 480.0)  # width and height of a map that has not told them yet [px]
_SMALL = 0.3  # share of the map that a region should take
_CLOSE = 14  # px around the first corner of a polygon that close it
_SLIP = 8  # px by which a map that is made wider or narrower may shift by itself
_TONE = "#1d2b2c"


class RegionMap(PlaceMap):
    """A map on which a region is drawn, and its places are shown.

    Parameters
    ----------
    clicked : callable
        Called with latitude and longitude [degrees] where nothing is being drawn.
    drawn : callable
        Called with the `Area` that was drawn; None where drawing was given up.
    """

    def __init__(self, clicked: Callable[[float, float], None], drawn: Callable[[Area | None], None]) -> None:
        super().__init__(clicked)
        self._clicked, self._drawn = clicked, drawn
        self.drawing = Drawing()
        # Above tiles, below markers, never in the way of a click; the names of cities above the cells.
        self.widget.panes = {
            **self.widget.panes, _PANE: {"zIndex": 455, "pointerEvents": "none"},
            "etolib-names": {"zIndex": 460, "pointerEvents": "none"},
        }  # fmt: skip
        self.widget.add_class("etolib-region-map")
        self._outline: leaflet.Polygon | None = None
        self._sketch: leaflet.Polygon | None = None
        self._picture: leaflet.ImageOverlay | None = None
        self._ring: leaflet.CircleMarker | None = None
        self._fitted: Area | None = None  # what the map was brought to, as long as nobody has moved it since
        self._fitting = False
        self._fitted_to: tuple[float, float] = _ROOM
        self._view: tuple[tuple[float, float], float] = ((0.0, 0.0), 0.0)  # centre and zoom of that
        self.widget.observe(lambda change: self._sized(), "pixel_bounds")
        self.widget.observe(lambda change: self._looked(), ["center", "zoom"])

    # --- drawing ------------------------------------------------------------------------------------------------------

    def draw(self, kind: str) -> None:
        """Begin to draw a ``box`` or a ``polygon``; give up with an empty text."""
        self.drawing.begin(kind)
        self.widget.double_click_zoom = not kind
        self._show_sketch()

    def finish(self) -> None:
        """Close the polygon that is being drawn."""
        self._take(self.drawing.finish())

    def _interaction(self, **event: Any) -> None:
        if not self.drawing.kind:
            super()._interaction(**event)
            return
        latitude, longitude = (float(one) for one in event["coordinates"])
        kind = event.get("type")
        if kind == "click":
            self._take(self.drawing.click(longitude, latitude, near=self._degrees(_CLOSE)))
        elif kind == "dblclick":
            self.finish()
        elif kind == "mousemove" and self.drawing.corners:
            self.drawing.move(longitude, latitude)
            self._show_sketch()

    def _take(self, area: Area | None) -> None:
        self._show_sketch()
        if not self.drawing.kind:
            self.widget.double_click_zoom = True
            self._drawn(area)

    def _degrees(self, pixels: float) -> float:
        """Return how many degrees of longitude so many pixels are."""
        return float(pixels * 360 / (256 * 2 ** float(self.widget.zoom)))

    def _show_sketch(self) -> None:
        corners = [[y, x] for x, y in self.drawing.outline()]
        if self._sketch is None:
            if not corners:
                return
            self._sketch = leaflet.Polygon(
                locations=corners, color="#c2410c", weight=2, fill_opacity=0.12, dash_array="6 4",
                pointer_events="none",
            )  # fmt: skip
            self.widget.add(self._sketch)
        self._sketch.locations = corners

    # --- region and places --------------------------------------------------------------------------------------------

    def outline(self, area: Area | None) -> None:
        """Show the outline of a box or a polygon; none of a list of places."""
        self._fitted = None
        rings: list[Any] = []
        if area is not None and not area.sites:
            parts = area.polygon()
            rings = [parts["coordinates"]] if parts["type"] == "Polygon" else parts["coordinates"]
        locations = [[[[y, x] for x, y in ring] for ring in rings_] for rings_ in rings]
        if self._outline is None:
            if not locations:
                return
            self._outline = leaflet.Polygon(
                locations=locations, color=_TONE, weight=2, fill=False, pointer_events="none"
            )
            self.widget.add(self._outline)
        self._outline.locations = locations

    def show_picture(self, picture: Picture | None, address: str) -> None:
        """Show the places of a region; none where there are none."""
        if self._picture is None:
            if picture is None:
                return
            self._picture = leaflet.ImageOverlay(url=address, bounds=picture.corners, pane=_PANE)
            self.widget.add(self._picture)
            return
        with self._picture.hold_sync():
            self._picture.url = address
            if picture is not None:
                self._picture.bounds = picture.corners

    def mark(self, latitude: float | None, longitude: float = 0.0) -> None:
        """Put a ring around the place that is looked at; none where latitude is None."""
        if self._ring is None:
            if latitude is None:
                return
            self._ring = leaflet.CircleMarker(
                location=(latitude, longitude), radius=10, color="#0b1f4b", weight=4, fill=False, pointer_events="none",
                pane="markerPane",
            )  # fmt: skip
            self.widget.add(self._ring)
        if latitude is not None:
            self._ring.location = (latitude, longitude)
        self._ring.opacity = 0.0 if latitude is None else 1.0

    # --- where one looks ----------------------------------------------------------------------------------------------

    def look_at(self, latitude: float, longitude: float) -> None:
        """Bring a town into the middle."""
        self.widget.center = (latitude, longitude)
        self.widget.zoom = max(_TOWN, int(self.widget.zoom))

    def is_small(self, area: Area) -> bool:
        """Return whether a region takes so little of the map that its places could not be told apart."""
        (left, top), (right, bottom) = _corners(area)
        wide, high = self._room()
        times = 2 ** float(self.widget.zoom)
        return (right - left) * times < _SMALL * wide and (bottom - top) * times < _SMALL * high

    def fit(self, area: Area) -> None:
        """Bring a region into view; once more when the map has another size, until somebody moves it."""
        (left, top), (right, bottom) = _corners(area)
        self._fitted_to = wide, high = self._room()
        parts = [(wide, right - left), (high, bottom - top)]
        zooms = [math.log2(0.86 * pixels / part) for pixels, part in parts if part > 1e-9]
        centre = cities.unproject((left + right) / 2, (top + bottom) / 2, 0)
        zoom = max(1, min(_NEAREST, *(math.floor(one) for one in zooms)) if zooms else _TOWN)
        self._fitted, self._view, self._fitting = area, (centre, zoom), True
        try:
            self.widget.center, self.widget.zoom = centre, zoom
        finally:
            self._fitting = False

    def _sized(self) -> None:
        """Fit again what was fitted to a map of another size; the first one is a guess, before a browser has any."""
        if self._fitted is not None and max(map(abs, map(float.__sub__, self._room(), self._fitted_to))) > 1:
            self.fit(self._fitted)

    def _looked(self) -> None:
        """Take note that somebody has moved the map."""
        if self._fitting or self._fitted is None:
            return
        centre, zoom = self._view
        latitude, longitude = self.widget.center
        here, there = cities.project(latitude, longitude, zoom), cities.project(*centre, zoom)
        if self.widget.zoom != zoom or math.dist(here, there) > _SLIP:
            self._fitted = None

    def _room(self) -> tuple[float, float]:
        """Return width and height of the map. [px]"""
        return self.size() or _ROOM

    def near(self, half: float) -> float:
        """Return how far from a place a click still means it: half a cell, or as far as a finger is wide. [degrees]"""
        return max(half * 1.01, self._degrees(_CLOSE))


def _corners(area: Area) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the north-west and the south-east corner of a region in the world at zoom 0. [px]"""
    west, south, east, north = area.bounds
    return cities.project(north, west, 0), cities.project(south, east, 0)
