"""The map of a comparison: a numbered marker for each place, in the colour of its line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ipyleaflet as leaflet

from etolib.widgets.comparison import markup
from etolib.widgets.comparison.model import Member
from etolib.widgets.map import PlaceMap

_LARGE, _SMALL = (640, 520), (340, 190)  # width and height of the map, before and while a result is shown [px]
_EDGES = (60, 120)  # what a marker and the search field take of a map's width and height [px]
_TILE = 256  # px of the whole world at zoom 0
_NEAREST = 9  # of zooming to places


class PlacesMap(PlaceMap):
    """A map on which a click adds a place, and the marker of one is dragged elsewhere.

    ``on_move`` is called with the number of the place, latitude and longitude [degrees].
    """

    def __init__(self, on_click: Callable[[float, float], None], on_move: Callable[[int, float, float], None]) -> None:
        super().__init__(on_click)
        self._on_move = on_move
        self._markers: dict[int, leaflet.Marker] = {}
        self._guessed: Sequence[Member] = ()  # what was fitted to a map whose size no browser had told
        self.widget.observe(lambda change: self._sized(), "pixel_bounds")

    def show_places(self, members: Sequence[Member], *, centre: bool, small: bool) -> None:
        """Put a marker on every place; ``centre`` brings them all into view of a map that is ``small`` or not."""
        there = {member.number for member in members}
        for number, marker in self._markers.items():
            if number not in there and marker.visible:
                marker.visible = False
        for member in members:
            location = (member.site.latitude, member.site.longitude)
            marker = self._markers.get(member.number)
            if marker is None:
                icon = leaflet.DivIcon(html=markup.number(member.number), icon_size=(22, 22), icon_anchor=(11, 11))
                marker = leaflet.Marker(location=location, draggable=True, keyboard=False, icon=icon)
                marker.observe(partial(self._moved, member.number), "location")
                self._markers[member.number] = marker
                self.widget.add(marker)
            if tuple(marker.location) != location:
                self._placing = True
                try:
                    marker.location = location
                finally:
                    self._placing = False
            if marker.title != member.name:
                marker.title = member.name
            if not marker.visible:
                marker.visible = True
        if centre and members and not self._sees(members):
            self.fit(members, small=small)

    def _moved(self, number: int, change: Mapping[str, Any]) -> None:
        if not self._placing:
            latitude, longitude = change["new"]
            self._on_move(number, float(latitude), float(longitude))

    def _sized(self) -> None:
        """Fit once more what was fitted to a guess."""
        if self._guessed and self.size():
            self.fit(self._guessed, small=False)

    def _sees(self, members: Sequence[Member]) -> bool:
        if not self.widget.bounds:
            return False
        (south, west), (north, east) = self.widget.bounds
        if len(members) < 2 and self.widget.zoom < 3:  # one place on the map of the world is gone to
            return False
        return all(south < m.site.latitude < north and west < m.site.longitude < east for m in members)

    def fit(self, members: Sequence[Member], *, small: bool) -> None:
        """Bring places into the middle of a map that is ``small`` or not."""
        self._guessed = () if small or self.size() else members
        known = self.size()
        room = _SMALL if small else (known[0] - _EDGES[0], known[1] - _EDGES[1]) if known else _LARGE
        latitudes = [member.site.latitude for member in members]
        longitudes = [member.site.longitude for member in members]
        north, south = (_mercator(edge(latitudes)) for edge in (max, min))
        wide = (max(longitudes) - min(longitudes)) / 360
        parts = zip(room, (wide, north - south), strict=True)
        zooms = [math.log2(pixels / (_TILE * part)) for pixels, part in parts if part > 1e-9]
        self.widget.center = ((max(latitudes) + min(latitudes)) / 2, (max(longitudes) + min(longitudes)) / 2)
        self.widget.zoom = max(1, min([_NEAREST, *(math.floor(zoom) for zoom in zooms)] if zooms else [6]))


def _mercator(latitude: float) -> float:
    """Return where a latitude lies on the map, as a share of its height."""
    bounded = math.radians(max(-85.0, min(85.0, latitude)))
    return math.asinh(math.tan(bounded)) / (2 * math.pi)
