"""The map: an offline basemap always, online tiles where they answer, a marker that follows the form."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import ipyleaflet as leaflet
import traitlets
from ipywidgets import Dropdown, Layout

from etolib import config, words
from etolib.site import Site
from etolib.widgets import cities
from etolib.widgets.wording import say, say_or

RELIEF = "relief"
"""The basemap of the package itself."""

CENTRE = (5.0, 5.0)
WORLD = ((-85.0511, -180.0), (85.0511, 180.0))  # what Web Mercator shows [degrees]


_NOTHING = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"

LINES: dict[str, dict[str, Any]] = {
    "coast": {"color": "#7d97a8", "weight": 0.8, "opacity": 0.9},
    "border": {"color": "#8f8a86", "weight": 0.7, "opacity": 0.8, "dashArray": "3 3"},
}
"""Kinds of lines of the offline basemap, and how each is drawn."""


@dataclass(frozen=True)
class Tiles:
    """An online tile service."""

    url: str
    attribution: str
    probe: str  # path of one tile, asked once from the kernel before any browser asks for tiles
    max_zoom: int = 19


ONLINE = {
    "osm": Tiles(
        url="https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        attribution='&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors',
        probe="https://tile.openstreetmap.org/0/0/0.png",
    ),
    "imagery": Tiles(
        url="https://server.arcgisonline.com/ArcGIS/rest/services/World_Imagery/MapServer/tile/{z}/{y}/{x}",
        attribution="Imagery &copy; Esri, Maxar, Earthstar Geographics",
        probe="https://server.arcgisonline.com/ArcGIS/rest/services/World_Imagery/MapServer/tile/0/0/0",
    ),
    "terrain": Tiles(
        url="https://tile.opentopomap.org/{z}/{x}/{y}.png",
        attribution='&copy; OpenStreetMap contributors, SRTM | <a href="https://opentopomap.org">OpenTopoMap</a>, '
        "CC BY-SA",
        probe="https://tile.opentopomap.org/0/0/0.png",
        max_zoom=17,
    ),
}
"""Online basemaps by name; the first that answers is shown."""


def online_tiles() -> dict[str, Tiles]:
    """Return the tiles the settings allow by name: all of `ONLINE` where nothing is said, none offline.

    >>> with config.set_options(tiles="none"):
    ...     online_tiles()
    {}
    """
    chosen = config.get("tiles")
    if config.is_offline() or chosen == "none":
        return {}
    if chosen is None:
        return ONLINE
    probe = chosen
    for mark in ("{z}", "{x}", "{y}"):
        probe = probe.replace(mark, "0")
    return {"tiles": Tiles(url=chosen, attribution="", probe=probe)}


class _FullScreen(leaflet.FullScreenControl):  # type: ignore[misc]  # ipyleaflet has no types
    """The control of full screen with words of its own: ipyleaflet's has none, its plugin takes them."""

    title: Any = traitlets.Dict().tag(sync=True, o=True)  # by whether the map fills the screen


class PlaceMap:
    """A map on which a click chooses a place.

    Parameters
    ----------
    on_click : callable
        Called with latitude and longitude [degrees], the longitude as the map counts it; also where the marker has
        been dragged to.
    """

    def __init__(self, on_click: Callable[[float, float], None]) -> None:
        self.on_click = on_click
        self.widget = leaflet.Map(
            layers=(),
            center=CENTRE,
            zoom=2,
            min_zoom=1,
            max_zoom=15,
            world_copy_jump=True,
            scroll_wheel_zoom=True,
            zoom_control=False,  # one with words of its own follows
            panes={
                "etolib-relief": {"zIndex": 150},
                "etolib-names": {"zIndex": 420, "pointerEvents": "none"},
                # Above the offline land, below the marker, and never in the way of a click.
                "etolib-tiles": {"zIndex": 450, "pointerEvents": "none"},
            },
            layout=Layout(width="100%", height="100%"),
        )
        self.widget.add_class("etolib-map")
        self.widget.add(leaflet.ScaleControl(position="bottomleft", imperial=False))
        self.widget.on_interaction(self._interaction)
        self._controls: tuple[leaflet.Control, ...] = ()
        self._marker: leaflet.Marker | None = None
        self._placing = False  # whether the marker is being moved from here
        self._smaller = False  # whether the map is about to shrink
        self.widget.observe(self._bounded, "bounds")
        self._tiles: leaflet.TileLayer | None = None
        self._known: dict[str, Tiles] = {}  # online basemaps that have answered
        self._language = words.ENGLISH
        self.basemap = Dropdown(options=[RELIEF], value=RELIEF)
        self.basemap.add_class("etolib-basemap").add_class("etolib-field")
        self.basemap.layout.display = "none"  # until there is a choice
        self.basemap.observe(lambda change: self._lay(change["new"]), "value")
        for layer in _offline_layers():
            self.widget.add(layer)
        self._names: leaflet.ImageOverlay | None = None
        self.widget.observe(lambda change: self._name(), "bounds")

    def translate(self, language: str) -> None:
        """Show the words of a language; a control that is drawn keeps its own, so another takes its place."""
        zoom = leaflet.ZoomControl(
            position="topleft", zoom_in_title=say(language, "zoom_in"), zoom_out_title=say(language, "zoom_out")
        )
        titles = {"false": say(language, "full_screen"), "true": say(language, "full_screen_leave")}
        new = (zoom, _FullScreen(position="topleft", title=titles))  # the one below the other
        for old, control in zip(self._controls or (None, None), new, strict=True):
            if old is None:
                self.widget.add(control)
            else:
                self.widget.substitute(old, control)
                old.close()
        self._controls = new
        self._language = language
        self.basemap.description = say(language, "layers")
        self._offer(self.basemap.value)

    def _interaction(self, **event: Any) -> None:
        if event.get("type") == "click":
            latitude, longitude = event["coordinates"]
            self.on_click(float(latitude), float(longitude))

    def _name(self) -> None:
        """Draw the names of the cities in view."""
        if self._tiles is not None or not self.widget.bounds:
            return  # online tiles have names of their own
        (south, west), (north, east) = self.widget.bounds
        drawn = cities.labels(((south, west), (north, east)), self.widget.zoom)
        if self._names is None:
            if drawn is None:
                return
            self._names = leaflet.ImageOverlay(
                url=drawn[0], bounds=drawn[1], pane="etolib-names", attribution=cities.ATTRIBUTION
            )
            self.widget.add(self._names)
        elif drawn is None:
            self._names.url = _NOTHING
        else:
            with self._names.hold_sync():
                self._names.bounds, self._names.url = drawn[1], drawn[0]

    def show(self, site: Site | None, *, centre: bool = False) -> None:
        """Put the marker on a place (or take it away); ``centre`` brings it into view."""
        if site is None:
            if self._marker is not None:
                self._marker.visible = False
            return
        location = (site.latitude, site.longitude)
        if self._marker is None:
            self._marker = leaflet.Marker(
                location=location,
                draggable=True,
                keyboard=False,
                title="",
                icon=leaflet.DivIcon(html='<span class="etolib-pin"></span>', icon_size=(24, 24), icon_anchor=(12, 22)),
            )
            self._marker.observe(self._dragged, "location")
            self.widget.add(self._marker)
        self._placing = True
        try:
            self._marker.location = location
        finally:
            self._placing = False
        self._marker.visible = True
        if centre and not self._in_view(location):
            self.widget.center = location
            if self.widget.zoom < 4:
                self.widget.zoom = 5

    def size(self) -> tuple[float, float] | None:
        """Return width and height as the browser has told them, None before it has. [px]"""
        if not self.widget.pixel_bounds:
            return None
        (left, top), (right, bottom) = self.widget.pixel_bounds
        found = (float(right - left), float(bottom - top))
        return found if min(found) > 50 else None

    def becomes_smaller(self) -> None:
        """Bring the marker back into view, where it is out of it once the map has its new size."""
        self._smaller = True

    def _bounded(self, change: Mapping[str, Any]) -> None:
        if self._smaller and self._marker is not None:
            self._smaller = False
            location = tuple(self._marker.location)
            if self._marker.visible and not self._in_view(location):
                self.widget.center = location

    def _in_view(self, location: tuple[float, float]) -> bool:
        bounds = self.widget.bounds
        if not bounds or self.widget.zoom < 3:
            return False
        (south, west), (north, east) = bounds
        return bool(south < location[0] < north and west < location[1] < east)

    def _dragged(self, change: Mapping[str, Any]) -> None:
        if not self._placing:
            latitude, longitude = change["new"]
            self.on_click(float(latitude), float(longitude))

    def add_tiles(self, name: str, tiles: Tiles) -> None:
        """Offer an online basemap that answers; the first is laid over the offline one at once."""
        self._known[name] = tiles
        self._offer(name if len(self._known) == 1 else self.basemap.value)

    def _offer(self, chosen: str | None) -> None:
        names = [RELIEF, *(name for name in (*ONLINE, "tiles") if name in self._known)]
        self.basemap.options = [(say_or(self._language, f"basemap_{name}", name), name) for name in names]
        self.basemap.value = chosen if chosen in names else RELIEF
        self.basemap.layout.display = None if len(names) > 1 else "none"

    def _lay(self, name: str | None) -> None:
        """Show a basemap: one at a time, so that no tile is asked for in vain."""
        if self._tiles is not None:
            self.widget.remove(self._tiles)
            self._tiles = None
        tiles = self._known.get(name or "")
        if tiles is None:
            self._name()
            return
        self._tiles = leaflet.TileLayer(
            url=tiles.url, attribution=tiles.attribution, max_zoom=tiles.max_zoom, pane="etolib-tiles", name="tiles"
        )
        self.widget.add(self._tiles)
        if self._names is not None:
            self.widget.remove(self._names)
            self._names = None


class _Whole:
    """A list that goes to the browser as it is: ipywidgets looks into every list for bytes, 14,000 of them in lines."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)


class _Lines(leaflet.GeoJSON):  # type: ignore[misc]  # ipyleaflet has no types
    data = traitlets.Dict().tag(
        sync=True, to_json=lambda data, _: {**data, "features": _Whole(data["features"])} if data else data
    )

    def _get_data(self) -> Any:
        """Return the lines as they are: each has its style. ipyleaflet would copy every point to give it one."""
        return self.data


def _style(kind: str) -> dict[str, Any]:
    # Not interactive: else the kernel hears of each line the pointer touches.
    return {"fill": False, "interactive": False, **LINES[kind]}


@functools.cache
def offline_data() -> tuple[str, dict[str, dict[str, Any]]]:
    """Return relief as an address and the lines of each kind, as the package has them; nobody changes them."""
    data = resources.files("etolib.data")
    relief = base64.b64encode(data.joinpath("relief.webp").read_bytes()).decode("ascii")
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in LINES}
    for feature in json.loads(data.joinpath("lines.geojson").read_text(encoding="utf-8"))["features"]:
        kind = feature["properties"]["kind"]
        feature["properties"]["style"] = _style(kind)
        found[kind].append(feature)
    lines = {kind: {"type": "FeatureCollection", "features": features} for kind, features in found.items()}
    return f"data:image/webp;base64,{relief}", lines


def _offline_layers() -> list[leaflet.Layer]:
    """Return relief, coasts and borders from the package: no address is asked for them."""
    relief, lines = offline_data()
    image = leaflet.ImageOverlay(url=relief, bounds=WORLD, pane="etolib-relief")
    return [image, *(_Lines(data=data, style=_style(kind)) for kind, data in lines.items())]
