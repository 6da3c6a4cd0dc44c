"""What a worker says of a region, so that the page's own kernel needs no pandas: its places, their cost, files."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from etolib import config
from etolib.site import Site
from etolib.widgets.region.area import MOST_PLACES, Area, Polygon, polygons_together, ring_of
from etolib.widgets.region.model import Asked, too_many
from etolib.words import Text, encode, say

LARGEST_FILE = 80e6
"""A file that is handed to a browser has so many bytes at most."""

LARGEST_PLAIN = 20e6
"""Text of more bytes is packed into a zip: it becomes a tenth."""

_SLIVER = 1e-3  # of a cell: a polygon that has less of it does not have it


def survey(asked: Asked, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the places of a region and what it costs to calculate them.

    Returns
    -------
    dict
        ``problems``: what is wrong; else ``sites``; ``half``: half a cell [degrees], 0 where places are no
        cells; ``weights``: share of the region of each place, which sum to one; ``notes``; ``cost``: sentences.
    """
    from etolib.errors import InputError, Problem
    from etolib.request import Request
    from etolib.store.order import Order
    from etolib.tasks.cost import cost_of

    with config.set_options(**settings):
        try:
            sites, weights, notes = places(asked.area, asked.spacing)
            if len(sites) > MOST_PLACES:
                rule = say("region_too_many", number=len(sites), most=MOST_PLACES)
                raise InputError([Problem("spacing", f"{asked.spacing:g}", rule, say("region_take_batch"))])
            if wrong := too_many(Area(sites=sites), asked.spacing, len(asked.period)):
                raise InputError(wrong)
            requests = [Request(site, asked.period, asked.sources) for site in sites]
            cost = cost_of(Order.of(requests))
        except InputError as error:
            return {"problems": list(error.problems)}
    half = 0.0 if asked.area.sites else asked.spacing / 2
    return {
        "problems": [], "sites": sites, "half": half, "weights": weights, "notes": [encode(note) for note in notes],
        "cost": [encode(line) for line in cost.sentences],
    }  # fmt: skip


def places(area: Area, spacing: float) -> tuple[tuple[Site, ...], list[float], list[str]]:
    """Return the places of a region, the share each has of it, and what is to be said of them.

    Places of a list weigh the same. Cells weigh by their area on the sphere; of a polygon by the area of their part
    inside (`etolib.sources.grid.areas.shares`).

    >>> sites, weights, _ = places(Area(box=(-48, -23, -47, -22)), 0.5)
    >>> len(sites), [round(weight, 4) for weight in weights]
    (4, [0.2495, 0.2495, 0.2505, 0.2505])
    """
    from etolib.places_reader import places_in_box

    if area.sites:
        return area.sites, [1.0 / len(area.sites)] * len(area.sites), []
    if area.polygons:
        return _of_polygon(area, spacing)
    west, south, east, north = area.box or area.bounds
    found = places_in_box(west, south, east, north, spacing)
    return found.sites, _by_area([site.latitude for site in found.sites], spacing / 2), list(found.notes)


def _by_area(latitudes: Sequence[float], half: float) -> list[float]:
    """Return the shares of cells of one grid by their area on the sphere."""
    sizes = [
        math.sin(math.radians(min(90.0, at + half))) - math.sin(math.radians(max(-90.0, at - half))) for at in latitudes
    ]
    return [size / sum(sizes) for size in sizes]


def _of_polygon(area: Area, spacing: float) -> tuple[tuple[Site, ...], list[float], list[str]]:
    """Return the cells that a polygon has a part of: of the grid whose lines lie on multiples of the spacing."""
    import numpy as np

    from etolib.places_reader.place_list import checked_count
    from etolib.sources import plan
    from etolib.sources.grid.areas import polygons_of, shares
    from etolib.sources.grid.lattice import Lattice

    west, south, east, north = area.bounds
    columns, rows = _edges(west, east, spacing), _edges(max(-90.0, south), min(90.0, north), spacing)
    checked_count(len(columns) * len(rows), "spacing")
    cells = Lattice(("row", "column"), rows.mean(axis=1), columns.mean(axis=1), rows, columns)
    found = shares(cells, polygons_of(area.polygon()))
    least = _SLIVER * max((cell.weight for cell in found), default=0.0)
    inside = sorted((c for c in found if c.weight > least), key=lambda c: (c.at["row"], c.at["column"]))
    sites = [Site(round(cell.latitude, 6), round(cell.longitude, 6)) for cell in inside]
    land = np.array([plan.near_land(site) for site in sites], dtype=bool)
    notes = [] if land.all() else [say("points_at_sea_left_out", count=int((~land).sum()))]
    sites = [site for site, dry in zip(sites, land, strict=True) if dry]
    checked_count(len(sites), "polygon")
    weights = np.array([cell.weight for cell in inside])[land]
    return tuple(sites), (weights / weights.sum()).tolist(), list(notes)


def _edges(low: float, high: float, spacing: float) -> Any:
    """Return the edges of the cells that hold a stretch, an array of shape (cells, 2)."""
    import numpy as np

    first, last = math.floor(low / spacing + 1e-9), math.ceil(high / spacing - 1e-9)
    lines = np.round(np.arange(first, max(last, first + 1) + 1) * spacing, 9)
    return np.stack([lines[:-1], lines[1:]], axis=1)


def read_file(content: bytes, name: str) -> dict[str, Any]:
    """Return the region of a file: polygons of a GeoJSON, or places; ``area``, ``notes``, or ``problems``.

    ``content`` comes compressed by zlib; its name only tells the kind of file.
    """
    import tempfile
    import zlib

    from etolib.errors import InputError, Problem
    from etolib.places_reader import read_places

    ending = re.sub(r"[^.a-z]", "", Path(name).suffix.lower())[:10]
    data = zlib.decompress(content)
    try:
        polygons, said = _polygons_of(data)
        if polygons:
            area = Area(polygons=polygons, name=name)
            return {"area": area, "notes": [encode(note) for note in said], "problems": []}
        with tempfile.TemporaryDirectory(prefix="etolib-") as folder:
            path = Path(folder) / f"places{ending or '.csv'}"
            path.write_bytes(data)
            found = read_places(path)
        if len(found) > MOST_PLACES:
            rule = say("region_too_many", number=len(found), most=MOST_PLACES)
            raise InputError([Problem("file", name, rule, say("region_take_batch"))])
    except InputError as error:
        return {"problems": [problem.encode() for problem in error.problems]}
    notes = [encode(note) for note in found.notes]
    return {"area": Area(sites=tuple(found.sites), name=name), "notes": notes, "problems": []}


def _polygons_of(data: bytes) -> tuple[tuple[Polygon, ...], list[Text]]:
    """Return the polygons of GeoJSON, and what is to be said; none where it is another file or has points alone."""
    import numpy as np

    from etolib.sources.grid.areas import in_one_turn, polygons_of

    if data.lstrip()[:1] != b"{":
        return (), []
    try:
        document = json.loads(data)
        kinds = re.findall(r'"(?:Multi)?(?:Polygon|Point)"', json.dumps(document))
    except (ValueError, RecursionError):
        return (), []
    points = sum("Point" in kind for kind in kinds)
    if points == len(kinds):
        return (), []
    closed = [[ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]]) for ring in rings]
              for rings in polygons_of(document)]  # fmt: skip
    found = [tuple(ring_of(ring.tolist()) for ring in in_one_turn(rings)) for rings in closed]
    notes = [say("region_points_beside_polygons", count=points)] if points else []
    return polygons_together(found), notes


def files(path: str, name: str) -> dict[str, Any]:
    """Return one file of a store: ``content`` and ``ending``, or ``problem`` where it is too large for a browser.

    ``name``: ``csv``, ``netcdf``, ``geojson`` or ``zarr`` (the store itself, in a zip). Large text comes in a zip.
    """
    import shutil
    import tempfile

    from etolib.errors import EtolibError
    from etolib.store.export import save
    from etolib.store.store import Store
    from etolib.widgets.region import record

    with tempfile.TemporaryDirectory(prefix="etolib-") as folder:
        try:
            made = Path(folder) / f"eto{ENDINGS[name]}"
            if name == "zarr":
                ours = shutil.ignore_patterns("*.lock", "run.json", record.FILE, record.STOPPED)
                shutil.copytree(path, made, ignore=ours)
            else:
                save(Store.open(path), made)
            if name == "zarr" or (name in ("csv", "geojson") and made.stat().st_size > LARGEST_PLAIN):
                made = Path(shutil.make_archive(str(made), "zip", folder, made.name))
        except EtolibError as error:
            return {"content": b"", "problem": encode(error.message)}
        size = made.stat().st_size
        if size > LARGEST_FILE:
            told = say("region_file_large", size=f"{size / 1e6:.0f}", path=path)
            return {"content": b"", "problem": encode(told)}
        return {"content": made.read_bytes(), "ending": made.name.removeprefix("eto"), "problem": None}


ENDINGS = {"zarr": ".zarr", "netcdf": ".nc", "csv": ".csv", "geojson": ".geojson"}
"""Files that are offered, and how their names end where they are not in a zip."""


def usual(sites: Sequence[Site], period: str, settings: Mapping[str, str]) -> bytes:
    """Return ETo of the embedded climatology, float64 of shape (places, days), absent NaN. [mm day-1]"""
    from etolib.pipeline import run_lot_arrays
    from etolib.request import Request

    with config.set_options(**{**settings, "offline": "1"}):
        found = run_lot_arrays([Request(site, period, "climatology") for site in sites])
    content: bytes = found.eto.astype("<f8").tobytes()
    return content
