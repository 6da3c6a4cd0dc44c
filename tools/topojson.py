"""Read TopoJSON (as the npm package ``world-atlas`` ships Natural Earth): rings, lines and shared borders.

TopoJSON keeps every line once, as an *arc* of integer steps; shapes are lists of arcs (``~i`` is arc ``i`` backwards).
Format: https://github.com/topojson/topojson-specification.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]
"""A line: shape (points, 2), longitude and latitude. [degrees]"""


class Topology:
    """One TopoJSON file.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        transform = document.get("transform", {"scale": [1, 1], "translate": [0, 0]})
        scale, offset = np.array(transform["scale"]), np.array(transform["translate"])
        quantized = "transform" in document
        self.objects: dict[str, Any] = document["objects"]
        self.arcs: list[Line] = []
        for arc in document["arcs"]:
            points = np.array(arc, dtype=float)
            self.arcs.append((np.cumsum(points, axis=0) if quantized else points) * scale + offset)

    def line(self, indices: list[int]) -> Line:
        """Return the arcs ``indices`` joined to one line; the first point of each next arc is the last one's end."""
        parts = [self.arcs[i] if i >= 0 else self.arcs[~i][::-1] for i in indices]
        return np.vstack([parts[0], *(part[1:] for part in parts[1:])])

    def polygons(self, name: str) -> Iterator[list[Line]]:
        """Yield the polygons of an object, each as its rings: outer first, then holes."""
        for polygon in self._arc_lists(self.objects[name]):
            yield [self.line(ring) for ring in polygon]

    def arc_uses(self, name: str) -> Counter[int]:
        """Return how often each arc bounds a shape of the object: once on a coast, twice on a shared border."""
        return Counter(
            i if i >= 0 else ~i for polygon in self._arc_lists(self.objects[name]) for ring in polygon for i in ring
        )

    def _arc_lists(self, shape: dict[str, Any]) -> Iterator[list[list[int]]]:
        if shape["type"] == "GeometryCollection":
            for member in shape["geometries"]:
                yield from self._arc_lists(member)
        elif shape["type"] == "Polygon":
            yield shape["arcs"]
        elif shape["type"] == "MultiPolygon":
            yield from shape["arcs"]


def unwrapped(ring: Line) -> Line:
    """Return a closed ring whose longitudes run on past 180 degrees instead of jumping back.

    A ring around a pole (Antarctica) does not close after one turn; it is closed along that pole.

    >>> unwrapped(np.array([[179.0, 0], [-179, 0], [-179, 1], [179, 0]]))[:, 0]
    array([179., 181., 181., 179.])
    """
    out = ring.copy()
    out[:, 0] = np.unwrap(ring[:, 0], period=360)
    if abs(out[-1, 0] - out[0, 0]) > 180:
        pole = np.copysign(90.0, out[:, 1].mean())
        out = np.vstack([out, [out[-1, 0], pole], [out[0, 0], pole], out[0]])
    return out
