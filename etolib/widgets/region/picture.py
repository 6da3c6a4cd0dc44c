"""The places of a region as one picture for the map: cells as squares, places as dots, a path for each colour.

One picture takes a map of thousands of places some milliseconds; a widget or a shape for each would take seconds.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etolib.widgets import cities
from etolib.widgets.region.area import together

SIZE = 10_000
"""Units along the longer side of the picture."""

_DOT = 13  # px across, on the screen at any zoom
_ZOOM = 20.0  # in whose pixels places are laid out


@dataclass(frozen=True)
class Picture:
    """Where the places of a region lie in a picture.

    Attributes
    ----------
    corners : ((south, west), (north, east))
        Of the picture. [degrees]
    width, height : int
        In its units.
    shapes : tuple of str
        The path of each place.
    cells : bool
        Whether places are cells, else dots.
    """

    corners: cities.Corners
    width: int
    height: int
    shapes: tuple[str, ...]
    cells: bool

    def draw(self, colours: Sequence[str | None], failed: NDArray[np.bool_] | None = None) -> str:
        """Return the picture as a data URL: a colour a place, None where it has no value yet.

        >>> one = lay_out([0.0], [10.0], 0.5)
        >>> base64.b64decode(one.draw(["#123456"]).partition(",")[2]).decode().count("#123456")
        1
        """
        by_colour: dict[str | None, list[str]] = {}
        for i, (shape, colour) in enumerate(zip(self.shapes, colours, strict=True)):
            lost = failed is not None and failed[i]
            by_colour.setdefault("failed" if lost else colour, []).append(shape)
        parts = [self._path("".join(shapes), colour) for colour, shapes in by_colour.items()]
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" preserveAspectRatio="none">'
            '<pattern id="h" width="240" height="240" patternUnits="userSpaceOnUse"><rect width="240" height="240" '
            'fill="#fff"/><path d="M-60 60L60-60M0 240L240 0M180 300L300 180" stroke="#b3261e" stroke-width="60"/>'
            f"</pattern>{''.join(parts)}</svg>"
        )
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"

    def _path(self, path: str, colour: str | None) -> str:
        if self.cells:
            if colour is None:
                return (
                    f'<path d="{path}" fill="#fff" fill-opacity=".28" stroke="#5b6b6c" stroke-opacity=".65" '
                    'vector-effect="non-scaling-stroke"/>'
                )
            if colour == "failed":
                return f'<path d="{path}" fill="url(#h)" stroke="#b3261e" vector-effect="non-scaling-stroke"/>'
            return f'<path d="{path}" fill="{colour}" shape-rendering="crispEdges"/>'
        about = 'fill="none" stroke-linecap="round" vector-effect="non-scaling-stroke"'
        edge, inner = {None: ("#5b6b6c", "#fff"), "failed": ("#b3261e", "#fff")}.get(colour, ("#1d2b2c", colour))
        lost = f'<path d="{path}" {about} stroke="#b3261e" stroke-width="4"/>' if colour == "failed" else ""
        return (
            f'<path d="{path}" {about} stroke="{edge}" stroke-width="{_DOT}"/>'
            f'<path d="{path}" {about} stroke="{inner}" stroke-width="{_DOT - 3}"/>{lost}'
        )


def lay_out(latitudes: Sequence[float], longitudes: Sequence[float], half: float) -> Picture:
    """Return where places lie in a picture.

    Parameters
    ----------
    latitudes, longitudes : sequence of float
        [degrees]; longitudes are taken in the turn that keeps them together.
    half : float
        Half a cell [degrees]; 0 where places are no cells.
    """
    turned = together(longitudes)
    margin = half or _margin(latitudes, turned)
    south, north = max(-85.0, min(latitudes) - margin), min(85.0, max(latitudes) + margin)
    west, east = min(turned) - margin, max(turned) + margin
    left, top = cities.project(north, west, _ZOOM)
    right, bottom = cities.project(south, east, _ZOOM)
    unit = max(right - left, bottom - top) / SIZE

    def at(latitude: float, longitude: float) -> tuple[int, int]:
        x, y = cities.project(max(-85.0, min(85.0, latitude)), longitude, _ZOOM)
        return round((x - left) / unit), round((y - top) / unit)

    shapes = []
    for latitude, longitude in zip(latitudes, turned, strict=True):
        if half:
            (x, y), (far, low) = at(latitude + half, longitude - half), at(latitude - half, longitude + half)
            shapes.append(f"M{x} {y}H{far}V{low}H{x}z")
        else:
            x, y = at(latitude, longitude)
            shapes.append(f"M{x} {y}h0")
    width, height = (max(1, round(side / unit)) for side in (right - left, bottom - top))
    return Picture(((south, west), (north, east)), width, height, tuple(shapes), bool(half))


def _margin(latitudes: Sequence[float], longitudes: Sequence[float]) -> float:
    """Return what a picture of dots is larger than its places, so that none is cut off. [degrees]"""
    wide = max(max(latitudes) - min(latitudes), max(longitudes) - min(longitudes))
    return max(0.05, wide * 0.08)


def nearest(
    latitudes: Sequence[float], longitudes: Sequence[float], latitude: float, longitude: float
) -> tuple[int, float]:
    """Return the place that is nearest to a point, and how far it is. [degrees of latitude]

    >>> nearest([0.0, 1.0], [10.0, 10.0], 0.9, 370.0)
    (1, 0.1)
    """
    ahead = (np.asarray(longitudes) - longitude + 180.0) % 360.0 - 180.0
    apart = np.hypot(np.asarray(latitudes) - latitude, ahead * np.cos(np.radians(latitude)))
    at = int(np.argmin(apart))
    return at, round(float(apart[at]), 9)


def middle(places: Sequence[tuple[float, float]]) -> int:
    """Return the place that is nearest to the middle of all; each is latitude and longitude [degrees].

    >>> middle([(0.0, 179.0), (1.0, -179.9), (0.0, -179.0)])
    1
    """
    latitudes = [latitude for latitude, _ in places]
    turned = together([longitude for _, longitude in places])
    centre = (min(latitudes) + max(latitudes)) / 2, (min(turned) + max(turned)) / 2
    return nearest(latitudes, turned, *centre)[0]
