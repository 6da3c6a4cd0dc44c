"""US National Weather Service, simulated: where it has data, its invented grid, and how its answers are written."""

from __future__ import annotations

import email.utils
import hashlib
import math
import re
from dataclasses import dataclass
from typing import Any

from tests.simulator import sky
from tests.simulator.answer import Answer, indented
from tests.simulator.clock import Clock
from tests.simulator.weather import SIMULATED

# The states and territories [south, north, west, east], roughly.
COVERED = (
    (24.4, 49.4, -125, -66.9),
    (51, 71.5, -170, -130),
    (18.8, 22.4, -160.4, -154.7),
    (17.6, 18.6, -67.4, -64.5),
    (13.2, 15.4, 144.6, 145.9),
)


BOX, CELL, LATTICE = 5.0, 0.025, 0.4


CONTEXT = [
    "https://geojson.org/geojson-ld/geojson-context.jsonld",
    {"@version": "1.1", "wmoUnit": "https://codes.wmo.int/common/unit/"},
]


PRECISION = (
    "The precision of latitude/longitude points is limited to 4 decimal digits for efficiency."
    " The location attribute contains your request mapped to the nearest supported point."
    " If your client supports it, you will be redirected."
)


def problem(status: int, name: str, title: str, detail: str) -> Answer:
    """Return an ``application/problem+json`` answer."""
    number = hashlib.sha256(f"{name}{detail}".encode()).hexdigest()[:8]
    return Answer(
        status,
        {
            "correlationId": number,
            "title": title,
            "type": f"https://api.weather.gov/problems/{name}",
            "status": status,
            "detail": detail,
            "instance": f"https://api.weather.gov/requests/{number}",
        },
        content_type="application/problem+json",
        render=indented,
    )


def not_found(path: str) -> Answer:
    """Return the problem for a path that leads nowhere."""
    return problem(404, "NotFound", "Not Found", f"'{path}' is not a valid resource path")


def covered(latitude: float, longitude: float) -> bool:
    """Return whether the service has data there.

    >>> covered(30, -85), covered(25.048, -77.3554), covered(40, -40)
    (True, False, False)
    """
    inside = any(s <= latitude <= n and w <= longitude <= e for s, n, w, e in COVERED)
    bahamas = latitude < 27.5 and longitude > -79.6 and longitude < -68
    return inside and not bahamas and sky.is_land(latitude, longitude)


@dataclass(frozen=True)
class Grid:
    """An office and a cell of its grid."""

    office: str
    x: int
    y: int

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the cell's centre."""
        number = sum((ord(c) - 65) * 26**i for i, c in enumerate(reversed(self.office)))
        south, west = divmod(number, 72)
        return south * BOX - 90 + (self.y + 0.5) * CELL, west * BOX - 180 + (self.x + 0.5) * CELL


def letters(number: int, length: int) -> str:
    return "".join(chr(65 + number // 26**i % 26) for i in reversed(range(length)))


def grid_of(latitude: float, longitude: float) -> Grid:
    """Return the cell a point lies in.

    >>> [round(v, 4) for v in grid_of(30.0, -85.0).centre]
    [30.0125, -84.9875]
    """
    south, west = math.floor((latitude + 90) / BOX), math.floor((longitude + 180) / BOX)
    return Grid(
        letters(south * 72 + west, 3),
        int(((longitude + 180) % BOX) / CELL + 1e-9),
        int(((latitude + 90) % BOX) / CELL + 1e-9),
    )


def quantity(unit: str, value: float | None) -> dict[str, Any]:
    return {"unitCode": f"wmoUnit:{unit}", "value": value}


def zone(longitude: float) -> str:
    zones = {
        -5: "America/New_York",
        -6: "America/Chicago",
        -7: "America/Denver",
        -8: "America/Los_Angeles",
        -9: "America/Anchorage",
    }
    return zones.get(round(longitude / 15), "Pacific/Honolulu")


def _whole(value: Any) -> Any:
    """Return a document with whole numbers written without decimals, as the service does."""
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_data(document: dict[str, Any], seconds: int, clock: Clock) -> Answer:
    now = clock.seconds()
    headers = {
        "Cache-Control": f"public, max-age={seconds}, s-maxage={seconds}",
        "Expires": email.utils.formatdate(now + seconds, usegmt=True),
        "Last-Modified": email.utils.formatdate(now, usegmt=True),
    }
    return Answer(
        document=_whole(document),
        content_type="application/geo+json",
        render=indented,
        headers=headers,
        origin=SIMULATED,
    )


def shortest(value: float) -> str:
    return f"{round(value, 4):.4f}".rstrip("0").rstrip(".")


def asked_grid(found: re.Match[str]) -> Grid | None:
    grid = Grid(found["office"], int(found["x"]), int(found["y"]))
    steps = round(BOX / CELL)
    latitude, longitude = grid.centre
    inside = grid.x < steps and grid.y < steps and -90 <= latitude <= 90 and -180 <= longitude <= 180
    return grid if inside and covered(latitude, longitude) else None


def unknown_grid(found: re.Match[str]) -> Answer:
    return problem(
        404,
        "InvalidGridpoint",
        "Invalid Gridpoint",
        f"Gridpoint {found['office']}/{found['x']},{found['y']} does not exist",
    )
