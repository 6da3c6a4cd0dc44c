"""Drawing a box or a polygon by clicks: two corners, or as many as are wanted; no widget in it.

Clicks and not dragging: a map is moved by dragging, a finger has no second button, and both ends may be far apart.
"""

from __future__ import annotations

from etolib.errors import InputError
from etolib.widgets.region.area import Area, checked, ring_of

Point = tuple[float, float]


class Drawing:
    """What is being drawn.

    Attributes
    ----------
    kind : str
        ``box``, ``polygon``, or empty where nothing is being drawn.
    corners : list of (longitude, latitude)
        Those that were clicked. [degrees]
    """

    def __init__(self) -> None:
        self.kind = ""
        self.corners: list[Point] = []
        self._at: Point | None = None

    def begin(self, kind: str) -> None:
        """Begin anew; give up with an empty text."""
        self.kind, self.corners, self._at = kind, [], None

    def move(self, longitude: float, latitude: float) -> None:
        """Take note of where the pointer is."""
        self._at = (longitude, latitude)

    def click(self, longitude: float, latitude: float, near: float = 0.0) -> Area | None:
        """Take a corner; return the region where this was its last one.

        ``near`` [degrees]: a click that is so close to the first corner closes a polygon.

        >>> drawing = Drawing()
        >>> drawing.begin("box")
        >>> drawing.click(10.0, 5.0), drawing.click(8.0, 7.0).box
        (None, (8.0, 5.0, 10.0, 7.0))
        """
        point = (round(longitude, 4), round(latitude, 4))
        if self.kind == "polygon" and len(self.corners) >= 3 and _near(self.corners[0], point, near):
            return self.finish()
        if not self.corners or self.corners[-1] != point:
            self.corners.append(point)
        if self.kind == "box" and len(self.corners) == 2:
            return self.finish()
        return None

    def finish(self) -> Area | None:
        """Return the region that the corners make and be ready for another; None, and go on, where they make none.

        >>> drawing = Drawing()
        >>> drawing.begin("polygon")
        >>> [drawing.click(x, y) for x, y in ((0, 0), (2, 0), (2, 2))], drawing.finish().polygons
        ([None, None, None], ((((0.0, 0.0), (2.0, 0.0), (2.0, 2.0)),),))
        """
        try:
            if self.kind == "box":
                (x1, y1), (x2, y2) = self.corners
                west, east = _turned(min(x1, x2)), max(x1, x2) + _turned(min(x1, x2)) - min(x1, x2)
                area = Area(box=checked(west, max(-90.0, min(y1, y2)), _wrapped(east), min(90.0, max(y1, y2))))
            else:
                shift = _turned(self.corners[0][0]) - self.corners[0][0] if self.corners else 0.0
                ring = ring_of([(x + shift, max(-90.0, min(90.0, y))) for x, y in self.corners])
                area = Area(polygons=((ring,),))
        except (InputError, ValueError):
            self.corners = self.corners[:1] if self.kind == "box" else self.corners
            return None
        self.begin("")
        return area

    def outline(self) -> list[Point]:
        """Return the corners to show, where the pointer is among them."""
        corners = list(self.corners)
        if self.kind == "box" and corners and self._at is not None:
            (x1, y1), (x2, y2) = corners[0], self._at
            return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
        if self._at is not None and corners:
            corners.append(self._at)
        return corners


def _near(one: Point, other: Point, most: float) -> bool:
    return abs(one[0] - other[0]) <= most and abs(one[1] - other[1]) <= most


def _turned(longitude: float) -> float:
    """Return a longitude of a copy of the world as one of -180 to 180."""
    return round((longitude + 180.0) % 360.0 - 180.0, 4)


def _wrapped(east: float) -> float:
    return east if east <= 180.0 else round(east - 360.0, 4)
