"""Means of polygons: shares of cells against a count of many points, and means against single places."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

import etolib
from etolib.errors import InputError
from etolib.sources import catalogue
from etolib.sources.grid import grid_source
from etolib.sources.grid.areas import _holds, _parts, covered, polygons_of, shares, union_area
from etolib.sources.grid.lattice import lattice_of
from tests.sources.grid import kinds

PERIOD = "2023-03-01/2023-03-03"
CELLS = lattice_of(xr.Dataset(coords={"lat": np.arange(50.0, 44, -1), "lon": np.arange(0.0, 8)}))


@pytest.fixture(autouse=True)
def registered():
    """Take away what a test has opened."""
    yield
    for row in catalogue.added():
        catalogue.unregister(row.name)


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [[*map(list, ring), list(ring[0])] for ring in rings]}


def counted(rings):
    """Return shares by a million points on the sphere."""
    made = np.random.default_rng(5)
    x = made.uniform(-0.5, 7.5, 1_000_000)
    y = np.degrees(np.arcsin(made.uniform(np.sin(np.radians(44.5)), np.sin(np.radians(50.5)), x.size)))
    inside = _holds(np.array(rings[0]), x, y)
    for hole in rings[1:]:
        inside &= ~_holds(np.array(hole), x, y)
    keys, numbers = np.unique(np.stack([np.round(50 - y), np.round(x)])[:, inside], axis=1, return_counts=True)
    return {(int(r), int(c)): n / inside.sum() for (r, c), n in zip(keys.T, numbers, strict=True)}


SHAPES = {
    "a triangle": [[(0.3, 45.1), (6.8, 46.2), (2.2, 49.7)]],
    "a star that goes in and out of cells": [
        [(1, 45), (3.4, 47.1), (6, 45), (4.1, 47.9), (6, 50), (3.3, 48.2), (1, 50), (2.6, 47.7)]
    ],
    "with a hole": [[(0, 45), (7, 45), (7, 50), (0, 50)], [(2.2, 46.1), (4.9, 46.1), (4.9, 48.8), (2.2, 48.8)]],
    "within a cell": [[(3.1, 47.1), (3.3, 47.1), (3.2, 47.3)]],
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("clockwise", [False, True])
def test_shares_are_those_of_a_count(name, clockwise):
    rings = [list(reversed(ring)) if clockwise else ring for ring in SHAPES[name]]
    found = {tuple(cell.at.values()): cell.weight for cell in shares(CELLS, polygons_of(polygon(*rings)))}
    assert sum(found.values()) == pytest.approx(1)
    for at, weight in counted(rings).items():
        assert found[at] == pytest.approx(weight, abs=2e-3), at
    assert covered(CELLS, polygons_of(polygon(*rings))) == pytest.approx(1, abs=1e-3)


def test_the_date_line_and_the_edge_of_longitudes_part_nothing():
    box = polygons_of(polygon([(179, -1), (-179, -1), (-179, 1), (179, 1)]))
    zero = polygons_of(polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)]))
    for longitudes in (np.arange(0.0, 360), np.arange(-180.0, 180)):
        cells = lattice_of(xr.Dataset(coords={"lat": np.arange(-2.0, 3), "lon": longitudes}))
        for area, expected in (
            (box, {179.0: 0.25, -180.0: 0.5, -179.0: 0.25}),
            (zero, {-1.0: 0.25, 0.0: 0.5, 1.0: 0.25}),
        ):
            by_column: dict[float, float] = {}
            for cell in shares(cells, area):
                by_column[cell.longitude] = by_column.get(cell.longitude, 0) + cell.weight
            assert by_column == pytest.approx(expected)


def test_rings_round_the_world_or_a_pole_and_holes_of_wide_ones():
    cells = lattice_of(xr.Dataset(coords={"lat": np.arange(-89.0, 90, 2), "lon": np.arange(-179.0, 180, 2)}))

    def share(*rings):
        """Return the part of the sphere's area that all cells of a polygon have."""
        return (
            sum(float(union_area(parts)) for parts in _parts(cells, polygons_of(polygon(*rings))).values()) / 4 / np.pi
        )

    def cap(latitude):
        return (1 - np.sin(np.radians(latitude))) / 2

    world = [(-180, -60), (0, -60), (180, -60), (180, 80), (-180, 80)]
    assert share(world) == pytest.approx(1 - cap(60) - cap(80))
    assert share([(0, 60), (120, 60), (-120, 60)]) == pytest.approx(cap(60))
    assert share([(0, -60), (-120, -60), (120, -60)]) == pytest.approx(cap(60))
    antarctica = [(-180, -70), (-60, -70), (60, -70), (180, -70), (180, -90), (-180, -90)]
    assert share(antarctica) == pytest.approx(cap(70))
    hole = [(100, -10), (120, -10), (120, 10), (100, 10)]
    belt = [(-170, -30), (-50, -30), (70, -30), (170, -30), (170, 30), (50, 30), (-70, 30), (-170, 30)]
    assert share(belt, hole) == pytest.approx(np.sin(np.radians(30)) * 340 / 360 - np.sin(np.radians(10)) * 20 / 360)
    both_sides = [(170, 0), (180, 0), (-180, 0), (-170, 0), (-170, 30), (-180, 30), (180, 30), (170, 30)]
    assert share(both_sides) == pytest.approx(20 / 360 / 4)


def test_what_two_polygons_cover_counts_once():
    """Against a count of points: polygons that cross, one within the other, and one with a hole over another."""
    made = np.random.default_rng(5)
    x, y = made.uniform(0, 7, 1_000_000), np.degrees(np.arcsin(made.uniform(np.sin(0.78), np.sin(0.88), 1_000_000)))
    shapes = [
        [(0.3, 45.1), (6.8, 46.2), (2.2, 49.7)],
        [(1, 46), (6, 45.2), (4, 49)],
        [(2.6, 46.5), (3.4, 46.5), (3, 47)],
    ]
    hole = [(2.5, 46.4), (3.5, 46.6), (3.1, 47.2)]
    parts = [[np.array(shapes[0], float), np.array(hole)], [np.array(shapes[1], float)], [np.array(shapes[2], float)]]
    inside = np.zeros(x.shape, bool)
    for outer, *holes in parts:
        inside |= _holds(outer, x, y) & ~np.any(
            [_holds(one, x, y) for one in holes] or [np.zeros(x.shape, bool)], axis=0
        )
    expected = inside.mean() * np.radians(7) * (np.sin(0.88) - np.sin(0.78))
    assert union_area(parts) == pytest.approx(expected, rel=3e-3)


def test_a_mean_is_that_of_its_cells(tmp_path):
    grid = grid_source(kinds.agera5())
    path = tmp_path / "field.geojson"
    ring = [(-48.3, -23.6), (-47.4, -23.6), (-47.4, -22.9), (-48.3, -22.9)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": polygon(ring)}]}))  # fmt: skip
    with etolib.set_options(offline=True):
        found = etolib.area_mean(grid, path, PERIOD)
        expected = np.zeros(3)
        for row in found.cells.itertuples():
            place = etolib.Site(row.latitude, row.longitude, row.elevation)
            expected += row.weight * etolib.compute(place, PERIOD, grid).table["eto"].to_numpy()
    assert len(found.cells) == 6
    assert found.weighting == "area"
    assert found.table["eto"].to_numpy() == pytest.approx(expected)
    assert (found.table["eto_lower"] < found.table["eto"]).all()
    assert (found.table["eto_upper"] > found.table["eto"]).all()


def test_sea_and_what_lies_beyond_are_left_out_and_said():
    data = kinds.agera5()
    grid = grid_source(data.where((data.lat != -23.0) | (data.lon != -48.0)))
    with etolib.set_options(offline=True):
        found = etolib.area_mean(
            grid, polygon([(-48.7, -23.4), (-46.9, -23.4), (-46.9, -22.9), (-48.7, -22.9)]), PERIOD
        )
    texts = " ".join(found.warnings)
    assert "beyond the grid" in texts
    assert "1 of 6 cells" in texts
    assert found.cells["weight"].sum() == pytest.approx(1)


def test_centres_of_curved_grids():
    grid = grid_source(kinds.rotated())
    cells = shares(grid.cells, polygons_of(polygon([(-50, -25.2), (-40, -25.2), (-40, -23.8), (-50, -23.8)])))
    latitudes = grid.cells.latitude
    assert len(cells) == int(((latitudes > -25.2) & (latitudes < -23.8)).sum()) > 0


@pytest.mark.parametrize(
    ("given", "said"),
    [({"type": "Point", "coordinates": [0, 0]}, "holds no polygon"), ("nowhere.geojson", "cannot be opened"),
     (polygon([(500000, 7e6), (500100, 7e6), (500100, 7.1e6)]), "another system"),
     (polygon([(10, 10), (11, 10), (11, 11)]), "no cell of the grid"),
     ({"type": "Polygon", "coordinates": [[[0], [1]]]}, "no closed ring|no GeoJSON")],
)  # fmt: skip
def test_what_is_no_area_of_the_grid_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        etolib.area_mean(grid_source(kinds.agera5()), given, PERIOD)
