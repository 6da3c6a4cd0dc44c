"""The points of a grid in a box."""

from __future__ import annotations

import math
from typing import Any

from etolib.errors import InputError, Problem
from etolib.places_reader.place_list import PlaceList, checked_count
from etolib.quantities import without_unit
from etolib.site import Site
from etolib.sources import plan
from etolib.words import Text, say

_ROUNDED = 6  # decimals of a degree: 0.1 m


def places_in_box(
    west: float, south: float, east: float, north: float, spacing: float, *, land_only: bool = True
) -> PlaceList:
    """Return points at the middles of square cells that fill a box, row by row from the south-west.

    Parameters
    ----------
    west, south, east, north : float
        The box. Where east is smaller than west it crosses the meridian of 180 degrees. [degrees]
    spacing : float
        Side of a cell. What is left over of the box is shared by its two sides. [degrees]
    land_only : bool
        Leave out points that lie further than 0.1 degree from any land; their number is a note.

    Returns
    -------
    PlaceList

    Raises
    ------
    InputError
        Where there is no such box, no point in it, or more points than `etolib.places_reader.MAX_PLACES`.

    Examples
    --------
    >>> [(p.latitude, p.longitude) for p in places_in_box(-48, -23, -47, -22, 0.5)][:2]
    [(-22.75, -47.75), (-22.75, -47.25)]
    >>> [p.longitude for p in places_in_box(179, -17, -179, -16, 1.0, land_only=False)]
    [179.5, -179.5]
    """
    limits = {"west": west, "south": south, "east": east, "north": north, "spacing": spacing}
    west, south, east, north, spacing = _checked(limits)
    width = east - west if east > west else east - west + 360
    columns, rows = _cells(width, spacing), _cells(north - south, spacing)
    checked_count(columns * rows, "spacing")
    left, low = west + (width - columns * spacing) / 2, south + (north - south - rows * spacing) / 2
    latitudes = [round(low + (i + 0.5) * spacing, _ROUNDED) for i in range(rows)]
    longitudes = [round((left + (i + 0.5) * spacing + 180) % 360 - 180, _ROUNDED) for i in range(columns)]
    sites = [Site(latitude, longitude) for latitude in latitudes for longitude in longitudes]
    notes: list[Text] = []
    if land_only:
        inside = [site for site in sites if plan.near_land(site)]
        if len(inside) < len(sites):
            notes.append(say("points_at_sea_left_out", count=len(sites) - len(inside)))
        sites = inside
    checked_count(len(sites), "box")
    return PlaceList(tuple(sites), tuple(notes))


def _cells(length: float, spacing: float) -> int:
    """Return how many cells fit in a length, one at least; what a rounded number lacks for one more is overlooked."""
    return max(1, math.floor(length / spacing + 1e-6))


def _checked(limits: dict[str, Any]) -> list[float]:
    problems, found = [], {}
    for name, value in limits.items():
        most = {"south": 90.0, "north": 90.0, "west": 360.0, "east": 360.0, "spacing": 90.0}[name]
        bare: Any = without_unit(value, "latitude" if name in ("south", "north", "spacing") else "longitude")
        try:
            number = math.nan if isinstance(bare, (bool, str)) else float(bare)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not -most <= number <= most or (name == "spacing" and number <= 0):
            low = 0 if name == "spacing" else -most
            problems.append(Problem(name, value, say("must_be_number_between", low=f"{low:g}", high=f"{most:g}")))
        found[name] = number
    if not problems and found["north"] <= found["south"]:
        problems.append(Problem("north", found["north"], say("north_not_above_south"), say("box_is_west_south")))
    width = found["east"] - found["west"]
    if not problems and not (0 < width <= 360 or -360 < width < 0):
        problems.append(Problem("east", found["east"], say("east_not_east_of_west"), say("box_is_west_south")))
    if problems:
        raise InputError(problems)
    return list(found.values())
