"""Forecast runs (time and step, as GRIB files open): laid out along one time, amounts of each step."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import etolib
from etolib.errors import InputError
from etolib.sources import catalogue
from etolib.sources.grid import grid_source
from tests.sources.grid import hourly_kinds as kinds

SITE = etolib.Site(-23.02, -47.97)
PERIOD = etolib.Period("2023-03-02", "2023-03-04")
AMOUNTS = ("ssrd", "tp")


@pytest.fixture(autouse=True)
def registered():
    """Take away what a test has opened."""
    yield
    for row in catalogue.added():
        catalogue.unregister(row.name)


def runs(length, every, *, summed, start=False):
    """Return ERA5's hours as runs of ``length`` hours, one ``every`` so many, amounts of hours or of the run."""
    plain = kinds.era5()
    moments = plain.valid_time.to_numpy()
    bases = np.arange(moments[0] - np.timedelta64(1, "h"), moments[-1], np.timedelta64(every, "h"))
    bases = bases[bases + np.timedelta64(length, "h") <= moments[-1]]
    parts = []
    for base in bases:
        part = plain.sel(valid_time=slice(base + np.timedelta64(1, "h"), base + np.timedelta64(length, "h")))
        part = part.assign({n: part[n].cumsum("valid_time").assign_attrs(part[n].attrs) for n in AMOUNTS if summed})
        if start:
            first = (part.isel(valid_time=[0]) * 0).assign_coords(valid_time=[base])
            part = xr.concat([first, part], "valid_time")
            for name in part.data_vars:
                part[name].attrs = plain[name].attrs
        step = part.valid_time.to_numpy() - base
        parts.append(part.rename(valid_time="step").assign_coords(step=step).expand_dims(time=[base]))
    made = xr.concat(parts, "time", combine_attrs="override")
    return made.assign_coords(valid_time=(("time", "step"), made.time.to_numpy()[:, None] + made.step.to_numpy()))


@pytest.mark.parametrize("summed", [False, True])
@pytest.mark.parametrize(("length", "every", "start"), [(12, 12, False), (24, 24, False), (24, 12, False),
                                                        (24, 24, True)])  # fmt: skip
def test_runs_have_the_days_of_the_hours(length, every, start, summed):
    expected = grid_source(kinds.era5()).fetch(SITE, PERIOD).frame
    data = runs(length, every, summed=summed, start=start)
    grid = grid_source(data)
    found = grid.fetch(SITE, PERIOD).frame
    for name in ("tmin", "tmax", "tdew", "u2", "rs", "precipitation"):
        if start and name not in ("rs", "precipitation"):
            continue  # the states at the start of a run are none here
        assert found[name].to_numpy() == pytest.approx(expected[name].to_numpy(), rel=1e-9, abs=1e-9), name
    lazy = grid_source(data.chunk({"time": 2, "step": -1})).daily()
    np.testing.assert_array_equal(lazy["rs"].sel(time=slice("2023-03-02", "2023-03-04"))[:, 0, 0], found["rs"])


def test_runs_are_no_days_of_the_time_at_which_they_began():
    with pytest.raises(InputError, match="step"):
        etolib.eto(runs(24, 24, summed=False).rename(t2m="tmin").assign(tmax=lambda d: d["tmin"]), SITE)


def test_runs_that_do_not_tell_are_asked():
    data = runs(6, 24, summed=True)
    with pytest.raises(InputError, match="accumulated"):
        grid_source(data)
    told = grid_source(data, accumulated="run")
    assert "etolib_amounts" in told.dataset["ssrd"].attrs
    with pytest.raises(InputError, match="accumulated"):
        grid_source(data, accumulated="day")


@pytest.mark.parametrize("address", ["https://127.0.0.1:9/x.zarr", "s3://bucket/x.zarr"])
def test_an_address_without_its_package_is_a_sentence(address):
    pytest.importorskip("fsspec")
    for package in ("aiohttp", "s3fs"):
        try:
            __import__(package)
        except ImportError:
            continue
        pytest.skip(f"{package} is installed")
    with pytest.raises(InputError, match="another package") as caught:
        grid_source(address)
    assert "aiohttp" in str(caught.value)
