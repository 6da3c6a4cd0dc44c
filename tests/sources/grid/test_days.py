"""Daily grids: the same truth out of every convention, at the right cell, or a refusal."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import etolib
from etolib.errors import InputError, NotCovered, SourceWindowError
from etolib.sources import catalogue
from etolib.sources.grid import grid_source
from tests.sources.grid import kinds

PERIOD = etolib.Period("2023-03-01", "2023-03-06")
ROW, COLUMN = 2, 1  # -23.0, -48.0
HERE = etolib.Site(-23.1, -47.9, float(kinds.HEIGHT[ROW, COLUMN]))


@pytest.fixture(autouse=True)
def registered():
    """Take away what a test has opened."""
    yield
    for row in catalogue.added():
        catalogue.unregister(row.name)


def truth(name, row=ROW, column=COLUMN):
    return kinds.TRUTH[name][:, row, column]


def ea_of(frame):
    return frame["ea"] if "ea" in frame else 0.6108 * np.exp(17.27 * frame["tdew"] / (frame["tdew"] + 237.3))


@pytest.mark.parametrize("kind", [*kinds.DAILY, "packed"])
def test_the_truth_comes_out_of_every_convention(kind, tmp_path):
    data = kinds.packed(tmp_path) if kind == "packed" else kinds.DAILY[kind]()
    place = etolib.Site(-23.9, -47.5, HERE.elevation) if kind == "rotated" else HERE
    grid = grid_source(data)
    answer = grid.fetch(place, PERIOD)
    near = {"abs": 1e-2} if kind == "packed" else {"abs": 1e-6}
    for name in ("tmin", "tmax", "rs", "u2"):
        assert answer.frame[name].to_numpy() == pytest.approx(truth(name), **near), name
    assert ea_of(answer.frame).to_numpy() == pytest.approx(truth("ea"), abs=1e-3 if kind == "packed" else 1e-6)
    assert answer.frame["precipitation"].to_numpy() == pytest.approx(truth("precipitation"), **near)
    assert answer.meta["distance_km"] < 40
    assert "tmin" in grid.info.provides


def test_it_is_computed_and_fused_as_other_sources_are():
    grid = grid_source(kinds.agera5(), name="agera5", title="AgERA5 of mine", licence="CC BY 4.0")
    with etolib.set_options(offline=True):
        alone = etolib.compute(HERE, PERIOD, grid)
        fused = etolib.compute(HERE, PERIOD, [grid, "nasa_power", "climatology"])
        named = etolib.compute(HERE, PERIOD, ["grid_agera5"])
    assert set(alone.table["source"]) == {"grid_agera5"}
    assert alone.provenance["sources"]["grid_agera5"]["distance_km"] == pytest.approx(15.1, abs=0.1)
    assert alone.table["eto"].notna().all()
    assert (alone.table["eto_lower"] < alone.table["eto"]).all()
    assert "grid_agera5" in set(fused.table["source"])
    assert list(named.table["eto"]) == list(alone.table["eto"])
    assert "AgERA5 of mine" in etolib.sources().loc["grid_agera5", "title"]


def test_a_point_is_the_same_as_its_cell_of_the_whole_grid():
    data = kinds.cmip()
    grid = grid_source(data, correct_elevation=False)
    whole = etolib.eto(data).eto
    for row in range(4):
        for column in range(3):
            site = etolib.Site(kinds.LATITUDES[row], kinds.LONGITUDES[column], float(kinds.HEIGHT[row, column]))
            frame = grid.fetch(site, PERIOD).frame.drop(columns=["kind", "precipitation"])
            one = etolib.eto(frame, site).eto.to_numpy()
            assert one == pytest.approx(whole[:, row, column].to_numpy(), rel=1e-12)


def test_bilinear_is_the_mean_of_the_four_centres():
    grid = grid_source(kinds.agera5(), method="bilinear", correct_elevation=False)
    middle = grid.fetch(etolib.Site(-23.25, -47.75, 500), PERIOD)
    four = kinds.TRUTH["tmax"][:, 1:3, 1:3].mean(axis=(1, 2))
    assert middle.frame["tmax"].to_numpy() == pytest.approx(four)
    assert middle.meta["elevation"] == pytest.approx(kinds.HEIGHT[1:3, 1:3].mean())
    at_a_centre = grid.fetch(etolib.Site(-23.0, -48.0, 500), PERIOD).frame["tmax"]
    assert at_a_centre.to_numpy() == pytest.approx(truth("tmax"))


@pytest.mark.parametrize(
    ("latitude", "longitude", "inside"),
    [(-22.26, -47.9, True), (-22.24, -47.9, False), (-24.24, -47.9, True), (-24.26, -47.9, False),
     (-23, -47.26, True), (-23, -47.24, False), (-23, -48.74, True), (-23, -48.76, False), (40, 10, False)],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["agera5", "cmip", "gridmet"])
def test_half_a_cell_around_the_centres_is_covered_and_nothing_else(kind, latitude, longitude, inside):
    cells = grid_source(kinds.DAILY[kind]()).cells
    assert (cells.nearest(etolib.Site(latitude, longitude)) is not None) == inside


def test_outside_is_not_covered():
    grid = grid_source(kinds.agera5())
    with pytest.raises(NotCovered, match="outside of the grid's cells"):
        grid.fetch(etolib.Site(-21, -47.9, 500), PERIOD)
    with pytest.raises(SourceWindowError):
        grid.fetch(HERE, etolib.Period("2024-01-01", "2024-01-03"))


@pytest.mark.parametrize("longitude", [179.9, -179.9, 0.1, -0.1, 90.0])
@pytest.mark.parametrize("columns", [np.arange(0, 360, 1.0), np.arange(-180, 180, 1.0), np.arange(-179.5, 180, 1.0)])
@pytest.mark.parametrize("method", ["nearest", "bilinear"])
def test_a_grid_around_the_earth_has_no_edge(columns, longitude, method):
    values = np.broadcast_to(np.cos(np.radians(columns)), (2, 3, 360)) * 10
    field = (("time", "lat", "lon"), values, {"units": "degC"})
    data = xr.Dataset({"tmin": field, "tmax": field}, {"time": kinds.DAYS[:2], "lat": [1.0, 0.0, -1.0], "lon": columns})
    grid = grid_source(data, method=method)
    got = grid.fetch(etolib.Site(0.3, longitude, 0), etolib.Period("2023-03-01", "2023-03-02")).frame["tmax"]
    assert got.to_numpy() == pytest.approx(10 * np.cos(np.radians(longitude)), abs=0.1 if method == "nearest" else 2e-3)


def test_rotated_cells_end_where_their_edges_are():
    cells = grid_source(kinds.rotated()).cells
    assert cells.nearest(etolib.Site(-24.94, -48.02)) is not None
    assert cells.nearest(etolib.Site(-25.6, -48.02)) is None
    assert cells.nearest(etolib.Site(-23.9, -49.9)) is None


def test_the_elevation_of_the_place_is_reached_by_the_lapse_and_that_is_said():
    grid = grid_source(kinds.agera5())
    high = etolib.Site(HERE.latitude, HERE.longitude, HERE.elevation + 1000)
    answer = grid.fetch(high, PERIOD)
    assert answer.frame["tmax"].to_numpy() == pytest.approx(truth("tmax") - 6.5, abs=1e-6)
    assert (answer.frame["ea"].to_numpy() < truth("ea")).all()
    assert any("-6.5 K (6.5 K per km)" in text for text in answer.warnings)
    assert not any("K per km" in text for text in grid.fetch(HERE, PERIOD).warnings)
    flat = grid_source(kinds.agera5().drop_vars("elevation")).fetch(high, PERIOD)
    assert flat.frame["tmax"].to_numpy() == pytest.approx(truth("tmax"))
    assert any("has no elevation" in text for text in flat.warnings)


def test_sea_is_said_and_the_nearest_land_taken_only_where_asked():
    data = kinds.agera5()
    sea = (data.lat == -23.0) & (data.lon == -48.0)
    data = data.where(~sea)
    with pytest.raises(NotCovered, match="has no values"):
        grid_source(data).fetch(HERE, PERIOD)
    answer = grid_source(data, nearest_land_km=80).fetch(HERE, PERIOD)
    assert answer.frame["tmax"].to_numpy() == pytest.approx(truth("tmax", ROW, 2), abs=6)
    assert any("the nearest that has" in text for text in answer.warnings)
    bilinear = grid_source(data, method="bilinear").fetch(etolib.Site(-23.45, -47.55, 500), PERIOD)
    assert any("1 of the 4 cells" in text for text in bilinear.warnings)


@pytest.mark.parametrize("calendar", ["noleap", "360_day", "standard"])
def test_days_that_a_calendar_has_not_are_missing_and_that_is_said(calendar):
    times = xr.date_range("2023-02-25", periods=8, calendar=calendar, use_cftime=True)
    values = np.arange(8.0)[:, None, None] * np.ones((8, 2, 2))
    field = (("time", "lat", "lon"), 10 + values, {"units": "degC"})
    data = xr.Dataset({"tmin": field, "tmax": field}, {"time": times, "lat": [0.0, 1.0], "lon": [0.0, 1.0]})
    answer = grid_source(data).fetch(etolib.Site(0, 0, 0), etolib.Period("2023-02-25", "2023-03-04"))
    by_day = answer.frame["tmax"]
    assert by_day["2023-02-28"] == 13.0
    assert by_day["2023-03-01"] == (16.0 if calendar == "360_day" else 14.0)
    assert any("calendar" in text for text in answer.warnings) == (calendar != "standard")


def no_units(data):
    del data["tasmax"].attrs["units"]
    return data


def marked(**attributes):
    data = kinds.cmip()
    data["tasmax"].attrs.update(attributes)
    return data


def numbered():
    return kinds.cmip().assign_coords(time=("time", range(6), {"units": "days since 2000-01-01"}))


REFUSED = {
    "no unit": (lambda: no_units(kinds.cmip()), "states no unit"),
    "two that could be meant": (lambda: kinds.cmip().assign(mn2t=kinds.cmip()["tasmin"]), "could be any of these"),
    "no extremes": (lambda: kinds.cmip().drop_vars(["tasmin", "tasmax"]), "not found among the variables"),
    "no coordinates": (lambda: kinds.cmip().drop_vars(["lat", "lon"]), "not in the dataset|where the cells"),
    "months": (lambda: kinds.cmip().assign_coords(time=pd.date_range("2023-01-01", periods=6, freq="MS")), "months"),
    "an unsorted axis": (lambda: kinds.cmip().isel(lat=[0, 2, 1, 3]), "neither rises nor falls"),
    "not decoded": (lambda: marked(scale_factor=0.1), "not decoded"),
    "another unit": (lambda: marked(units="lux"), "is not known"),
    "times as numbers": (numbered, "decode"),
    "members": (lambda: kinds.cmip().expand_dims(member=[1, 2]), "several values"),
    "a file that is not there": (lambda: "/nowhere/grid.nc", "does not exist"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_be_read_in_two_ways_or_none_is_refused(case):
    make, said = REFUSED[case]
    with pytest.raises((InputError, etolib.BadResponse), match=said):
        grid_source(make()).fetch(HERE, PERIOD)


def hourly_means(data):
    data["Solar_Radiation_Flux"] = data["Solar_Radiation_Flux"].copy(data=data["Solar_Radiation_Flux"] / 24)
    return data


def seconds(data):
    data["rsds"] = data["rsds"].copy(data=data["rsds"] * 3.6)
    return data


@pytest.mark.parametrize("data", [hourly_means(kinds.agera5()), seconds(kinds.cmip())])
def test_radiation_that_no_sky_gives_is_asked(data):
    with pytest.raises(etolib.BadResponse, match="top of the atmosphere"):
        grid_source(data).fetch(HERE, PERIOD)


def test_days_that_may_begin_at_another_hour_are_said():
    said = "local solar day is UTC-3"
    assert any(said in text for text in grid_source(kinds.agera5()).fetch(HERE, PERIOD).warnings)
    stated = kinds.agera5().assign_attrs(time_standard="LST")
    assert not any(said in text for text in grid_source(stated).fetch(HERE, PERIOD).warnings)


def test_a_person_says_the_names_and_units():
    data = kinds.cmip().rename(tasmax="warm", tasmin="cold")
    del data["warm"].attrs["units"]
    grid = grid_source(data, names={"tmax": "warm", "tmin": "cold"}, units={"tmax": "K"})
    assert grid.fetch(HERE, PERIOD).frame["tmax"].to_numpy() == pytest.approx(truth("tmax"))
    with pytest.raises(InputError, match="not in"):
        grid_source(data, names={"tmax": "hot"})


def test_it_travels_by_its_path_and_small_ones_as_they_are(tmp_path):
    by_path = grid_source(kinds.packed(tmp_path), name="a")
    in_memory = grid_source(kinds.agera5(), name="b")
    for grid in (by_path, in_memory):
        row = pickle.loads(pickle.dumps(grid.info))
        there = catalogue.load(row.provider)(row)
        assert there.fetch(HERE, PERIOD).frame["tmax"].to_numpy() == pytest.approx(truth("tmax"), abs=1e-2)
    assert len(pickle.dumps(by_path.info)) < 20_000
    wide = grid_source(kinds.agera5().reindex(time=pd.date_range("2000-01-01", "2023-12-31")).interp(
        lon=np.linspace(-48.5, -47.5, 20)), name="c")  # fmt: skip
    row = pickle.loads(pickle.dumps(wide.info))
    with pytest.raises(NotCovered, match="too large to be sent"):
        catalogue.load(row.provider)(row).fetch(HERE, PERIOD)


def test_a_link_and_a_script_say_what_they_need(tmp_path):
    path = kinds.packed(tmp_path)
    request = etolib.Request(HERE, PERIOD, [grid_source(path, name="farm", method="bilinear"), "climatology"])
    assert "sources=grid_farm,climatology" in request.query()
    made = {}
    exec(request.script().split("result =")[0], made)
    assert made["grid_farm"].info.options.method == "bilinear"
    assert etolib.Request.from_query(request.query()).sources == request.sources
    catalogue.unregister("grid_farm")
    with pytest.raises(InputError, match="not open here"):
        etolib.Request.from_query(request.query())
    memory = etolib.Request(HERE, PERIOD, grid_source(kinds.agera5(), name="mine"))
    assert "opened in memory" in memory.script()


def test_a_task_has_it_on_its_worker(client):
    grid = grid_source(kinds.agera5())
    with etolib.set_options(offline=True):
        task = etolib.submit(HERE, PERIOD, grid, client=client)
        assert set(task.result(60).table["source"]) == {grid.name}
