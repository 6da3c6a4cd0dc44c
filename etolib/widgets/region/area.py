"""What a region is: a box, a polygon or places, as typed, drawn, linked; no widget and no pandas in it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etolib.errors import InputError, Problem
from etolib.site import Site, parse_angle
from etolib.words import say

MOST_PLACES = 5_000
"""Places of one region on the page; more are a batch of the command line or of Python."""

MOST_VALUES = 1_500_000
"""Places times days of one region on the page: what its kernel holds of them are some 50 MB."""

USUAL_PLACES = 200
"""A spacing that nobody has typed gives about so many places."""

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Spacings that are offered. [degrees]"""

KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6371 km. [km]"""

MOST_CORNERS = 2_000
_LONGEST = 8_000  # characters of a typed or linked region that are looked at
_SIDES = ("west", "south", "east", "north")

_LONG_EDGE = 90.0  # longer edges get corners between, so that nobody takes the shorter way round [degrees]

Ring = tuple[tuple[float, float], ...]
"""Corners, longitude and latitude [degrees]; the first is not repeated."""

Polygon = tuple[Ring, ...]
"""An outer ring and its holes."""


@dataclass(frozen=True)
class Area:
    """A region.

    Attributes
    ----------
    box : (west, south, east, north) or None
        East smaller than west crosses the meridian of 180 degrees. [degrees]
    polygons : tuple of Polygon
        Parts of one region; empty where it is none of polygons. Longitudes have no jump at the meridian of 180 degrees.
    sites : tuple of Site
        Places of a list; empty where it is none.
    name : str
        Of the file that the polygon or the places came from.
    """

    box: tuple[float, float, float, float] | None = None
    polygons: tuple[Polygon, ...] = ()
    sites: tuple[Site, ...] = ()
    name: str = ""

    @property
    def kind(self) -> str:
        """``box``, ``polygon`` or ``places``."""
        return "places" if self.sites else "polygon" if self.polygons else "box"

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north [degrees]; east is larger than west, beyond 180 where it must be."""
        if self.box is not None:
            west, south, east, north = self.box
            return west, south, east if east > west else east + 360, north
        if self.sites:
            longitudes, latitudes = together([s.longitude for s in self.sites]), [s.latitude for s in self.sites]
        else:
            corners = [at for outer, *_ in self.polygons for at in outer]
            longitudes, latitudes = [x for x, _ in corners], [y for _, y in corners]
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)

    def polygon(self) -> dict[str, Any]:
        """Return box or polygon as a GeoJSON geometry."""
        if self.polygons:
            parts = [[[list(at) for at in _closed(ring)] for ring in polygon] for polygon in self.polygons]
            return {"type": "MultiPolygon", "coordinates": parts}
        west, south, east, north = self.bounds
        ring = ((west, south), (east, south), (east, north), (west, north))
        return {"type": "Polygon", "coordinates": [[list(at) for at in _closed(ring)]]}


def read_box(text: str) -> Area:
    """Return the box of four typed numbers: west, south, east, north.

    They are parted by semicolons, commas with or without a space, or spaces; degrees as `etolib.site.parse_angle` reads
    them.

    Raises
    ------
    InputError

    Examples
    --------
    >>> read_box("-48, -23, -47, -22").box, read_box("48 W; 23 S; 47,5 W; 22 S").box
    ((-48.0, -23.0, -47.0, -22.0), (-48.0, -23.0, -47.5, -22.0))
    """
    typed = text.strip()[:_LONGEST]
    if not typed:
        raise InputError([Problem("box", "", say("is_empty"), say("region_draw_or_type"))])
    numbers: list[float | None] = []
    for mark in (";", r",\s", ",", r"\s"):
        parts = [part.strip(" ,") for part in re.split(mark, typed) if part.strip(" ,")]
        numbers = [parse_angle(part, axis) for part, axis in zip(parts, ("longitude", "latitude") * 2, strict=False)]
        if len(parts) == 4 and None not in numbers:
            break
    else:
        raise InputError([Problem("box", typed[:60], say("region_box_is_four"), say("region_box_like"))])
    west, south, east, north = (float(number) for number in numbers if number is not None)
    return Area(box=checked(west, south, east, north))


def checked(west: float, south: float, east: float, north: float) -> tuple[float, float, float, float]:
    """Return a box; `InputError` where there is none."""
    rule = None
    if not all(map(math.isfinite, (west, south, east, north))) or max(abs(west), abs(east)) > 360:
        rule = say("must_be_number_between", low="-360", high="360")
    elif max(abs(south), abs(north)) > 90:
        rule = say("must_be_number_between", low="-90", high="90")
    elif north <= south:
        rule = say("north_not_above_south")
    elif west == east or east - west > 360:
        rule = say("east_not_east_of_west")
    if rule is not None:
        shown = ", ".join(f"{one:g}" for one in (west, south, east, north))
        raise InputError([Problem("box", shown, rule, say("region_box_like"))])
    return west, south, east, north


def box_text(box: Sequence[float]) -> str:
    """Return a box as it is typed.

    >>> box_text((-48.0, -23.123456, -47.0, -22.0))
    '-48, -23.1235, -47, -22'
    """
    return ", ".join(f"{round(side, 4):g}" for side in box)


def to_field(area: Area | None) -> dict[str, str]:
    """Return a region as fields of a link, absent ones empty; places of a file do not travel in it.

    >>> triangle, hole = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)), ((6.0, 1.0), (8.0, 1.0), (8.0, 3.0))
    >>> to_field(Area(box=(-48.0, -23.0, -47.0, -22.0))), to_field(Area(polygons=((triangle, hole),)))
    ({'box': '-48,-23,-47,-22', 'polygon': ''}, {'box': '', 'polygon': '0,0;9,0;9,9/6,1;8,1;8,3'})
    """
    box = box_text(area.box).replace(" ", "") if area is not None and area.box is not None else ""
    polygons = area.polygons if area is not None else ()
    polygon = "|".join("/".join(map(_ring_text, rings)) for rings in polygons)
    return {"box": box, "polygon": polygon if len(polygon) <= _LONGEST else ""}


def _ring_text(ring: Ring) -> str:
    return ";".join(f"{round(x, 4):g},{round(y, 4):g}" for x, y in ring)


def from_field(box: str, polygon: str) -> Area | None:
    """Return the region of a link; None where it says none: a link must never break a page.

    >>> from_field("", "0,0;1,0;1,1").polygons, from_field("x", "0,0;nan,1")
    (((((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),),), None)
    """
    try:
        if polygon.strip():
            parts = [part.split("/") for part in polygon[:_LONGEST].split("|")]
            rings = [[[tuple(map(float, at.split(","))) for at in ring.split(";")] for ring in part] for part in parts]
            return Area(polygons=tuple(tuple(map(ring_of, part)) for part in rings))
        return read_box(box) if box.strip() else None
    except (InputError, ValueError, TypeError):
        return None


def ring_of(points: Sequence[Sequence[float]]) -> Ring:
    """Return corners as a ring; `InputError` where they enclose nothing or are no places."""
    ring = [(float(x), float(y)) for x, y in points]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    finite = all(math.isfinite(x) and math.isfinite(y) and abs(x) <= 540 and abs(y) <= 90 for x, y in ring)
    if not finite or not 3 <= len(ring) <= MOST_CORNERS or not _area(ring):
        rule = say("region_no_polygon", number=len(ring), most=MOST_CORNERS)
        raise InputError([Problem("polygon", "", rule, say("region_draw_or_type"))])
    return tuple(ring)


def _closed(ring: Ring) -> list[tuple[float, float]]:
    """Return a ring with its first corner repeated; long edges get corners between their ends.

    >>> _closed(((-75.0, 0.0), (75.0, 0.0), (0.0, 50.0)))
    [(-75.0, 0.0), (0.0, 0.0), (75.0, 0.0), (0.0, 50.0), (-75.0, 0.0)]
    """
    corners = []
    for (x, y), (far, high) in zip(ring, (*ring[1:], ring[0]), strict=True):
        steps = max(1, math.ceil(abs(far - x) / _LONG_EDGE))
        corners += [(x + (far - x) * i / steps, y + (high - y) * i / steps) for i in range(steps)]
    return [*corners, ring[0]]


def together(longitudes: Sequence[float]) -> list[float]:
    """Return longitudes without a jump at the meridian of 180 degrees.

    >>> together([179.5, -179.5]), together([-47.0, 10.0])
    ([179.5, 180.5], [-47.0, 10.0])
    """
    if max(longitudes) - min(longitudes) <= 180:
        return list(longitudes)
    turned = [one + 360 if one < 0 else one for one in longitudes]
    return turned if max(turned) - min(turned) < max(longitudes) - min(longitudes) else list(longitudes)


def polygons_together(polygons: Sequence[Polygon]) -> tuple[Polygon, ...]:
    """Return the parts of a region in turns that keep them together: one cut at the date line is in one piece again.

    >>> west, east = (((179.0, 0.0), (180.0, 0.0), (180.0, 1.0)),), (((-180.0, 0.0), (-179.0, 0.0), (-180.0, 1.0)),)
    >>> polygons_together([west, east])[1]
    (((180.0, 0.0), (181.0, 0.0), (180.0, 1.0)),)
    """
    middles = [(min(x for x, _ in outer) + max(x for x, _ in outer)) / 2 for outer, *_ in polygons]
    turns = [turned - middle for middle, turned in zip(middles, together(middles), strict=True)]
    return tuple(
        tuple(tuple((x + turn, y) for x, y in ring) for ring in polygon)
        for polygon, turn in zip(polygons, turns, strict=True)
    )


def _area(ring: Sequence[tuple[float, float]]) -> float:
    """Return twice the area between corners, in square degrees."""
    return abs(sum(ring[i - 1][0] * y - x * ring[i - 1][1] for i, (x, y) in enumerate(ring)))


# --- spacing ----------------------------------------------------------------------------------------------------------


def read_spacing(text: str, area: Area) -> float:
    """Return a typed spacing in degrees, of kilometres where it says so; the usual one where nothing is typed.

    >>> read_spacing("0,25", Area(box=(0, 0, 1, 1))), read_spacing("", Area(box=(0, 0, 10, 10)))
    (0.25, 1.0)
    >>> read_spacing("25 km", Area(box=(0, 0, 1, 1)))
    0.2248
    """
    typed = text.strip().lower().replace(",", ".").removesuffix("°").strip()[:40]
    if not typed:
        return usual_spacing(area)
    in_km = typed.endswith("km")
    try:
        number = float(typed.removesuffix("km").strip())
    except ValueError:
        number = math.nan
    if in_km and math.isfinite(number):
        number = round(number / KM_PER_DEGREE, 4)
    if not 0 < number <= 90:
        raise InputError([Problem("spacing", text.strip()[:40], say("region_spacing_is"), say("region_spacing_like"))])
    return number


def usual_spacing(area: Area) -> float:
    """Return the finest round spacing of not many more than `USUAL_PLACES` places. [degrees]

    >>> usual_spacing(Area(box=(-48, -23, -47, -22))), usual_spacing(Area(box=(0, 0, 0.01, 0.01)))
    (0.1, 0.01)
    """
    west, south, east, north = area.bounds
    for step in STEPS:
        if max(1, (east - west) / step) * max(1, (north - south) / step) <= USUAL_PLACES:
            return step
    return STEPS[-1]


def in_km(spacing: float, latitude: float) -> tuple[float, float]:
    """Return how far neighbours are from north to south, and from west to east at a latitude. [km]

    >>> [round(one) for one in in_km(0.5, 60.0)]
    [56, 28]
    """
    return spacing * KM_PER_DEGREE, spacing * KM_PER_DEGREE * math.cos(math.radians(latitude))
