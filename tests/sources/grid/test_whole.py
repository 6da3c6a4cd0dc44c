"""Whole grids of hours: each cell has the days, and the ETo, of its centre asked as a place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import etolib
from etolib.archive import eto_archive
from etolib.errors import InputError
from etolib.sources import catalogue
from etolib.sources.grid import grid_source
from tests.sources.grid import hourly_kinds as kinds

PERIOD = etolib.Period("2023-03-01", "2023-03-06")
DATES = pd.date_range(PERIOD.start, PERIOD.end)
EAST = (-53.0, -47.0)  # of two solar days


@pytest.fixture(autouse=True)
def registered():
    """Take away what a test has opened."""
    yield
    for row in catalogue.added():
        catalogue.unregister(row.name)


def wide(kind):
    """Return a Dataset of hours whose columns lie in two solar days, with a hole, and a cell of the sea."""
    data = kinds.KINDS[kind]().copy(deep=True)
    if kind == "wrf":
        data["XLONG"] = (data["XLONG"].dims, np.broadcast_to(EAST, data["XLONG"].shape).copy(), data["XLONG"].attrs)
    else:
        data = data.assign_coords(longitude=("longitude", list(EAST), data.longitude.attrs))
    for name in data.data_vars:
        if data[name].ndim == 3 and name != "HGT":
            data[name][50, 0, 0] = np.nan
            data[name][:, 1, 1] = np.nan
    return data


def of_places(grid):
    """Return the days of each cell asked as a place."""
    cells = grid.cells
    for y in range(2):
        for x in range(2):
            latitude, longitude = (cells.latitude[y], cells.longitude[x]) if cells.axes else (
                cells.latitude[y, x], cells.longitude[y, x])  # fmt: skip
            if (y, x) != (1, 1):
                site = etolib.Site(float(latitude), float(longitude), 550)
                yield y, x, site, grid.fetch(site, PERIOD).frame.reindex(DATES)


@pytest.mark.parametrize("kind", kinds.KINDS)
@pytest.mark.parametrize("chunks", [None, {"time": 30}])
def test_a_cell_has_the_days_of_its_centre(kind, chunks):
    data = wide(kind)
    along = next(str(dim) for dim in data["t2m" if "t2m" in data else "tas" if "tas" in data else "T2"].dims)
    lazy = data if chunks is None else data.chunk({along: chunks["time"]})
    grid = grid_source(lazy, correct_elevation=False, elevation=550)
    found = grid.daily()
    assert (found["tmin"].chunks is None) == (chunks is None)
    days = found.load().reindex(time=DATES)
    assert np.isnan(days["tmax"][:, 1, 1]).all()
    names = [name for name in ("tmin", "tmax", "tdew", "ea", "u2", "rs", "pressure") if name in days]
    assert {"tmin", "tmax", "u2"} <= set(names)
    for y, x, _, frame in of_places(grid):
        for name in names:
            np.testing.assert_array_equal(days[name][:, y, x], frame[name], err_msg=f"{name} {y} {x}")
        assert set(names) >= {"rs"} & set(frame)


def test_the_archive_of_hours_is_that_of_its_days(tmp_path):
    grid = grid_source(wide("era5_land").chunk({"time": 30}), correct_elevation=False, elevation=550)
    done = eto_archive(grid.daily(), tmp_path / "eto.zarr").load()
    for y, x, site, frame in of_places(grid):
        alone = etolib.eto(frame.drop(columns=["tmean", "precipitation"]), site).eto
        np.testing.assert_array_equal(done["eto"].sel(time=slice("2023-03-02", "2023-03-04"))[:, y, x],
                                      alone["2023-03-02":"2023-03-04"])  # fmt: skip
    assert done["eto"].notnull().sum() > 8
    assert done.attrs["title"] == "reference evapotranspiration"


def test_what_cannot_be_told_of_the_amounts_is_asked():
    data = kinds.era5().isel(valid_time=slice(0, 12))
    data["ssrd"] = (data["ssrd"].dims, np.maximum.accumulate(data["ssrd"].to_numpy() + 1.0), data["ssrd"].attrs)
    with pytest.raises(InputError, match="accumulated"):
        grid_source(data).daily()


def test_radiation_that_no_sky_gives_is_refused():
    data = kinds.era5()
    later = data.assign_coords(valid_time=data.valid_time + np.timedelta64(5, "D"))
    data = xr.concat([data, later], "valid_time")
    grid_source(data).daily()
    data["ssrd"] = data["ssrd"].copy(data=data["ssrd"].to_numpy() / 24)
    with pytest.raises(InputError, match="rs ="):
        grid_source(data).daily()


def test_a_grid_of_days_is_taken_as_it_is():
    field = ("time", "lat", "lon"), np.full((3, 2, 2), 20.0), {"units": "degC"}
    days = np.array(["2024-01-01", "2024-01-02", "2024-01-03"], dtype="datetime64[ns]")
    data = xr.Dataset({"tmin": field, "tmax": field}, {"time": days, "lat": [-23.0, -22.0], "lon": [-48.0, -47.0]})
    xr.testing.assert_identical(grid_source(data).daily(), data)
