"""An archive in Zarr or NetCDF through dask, block by block: the numbers of the table, in bounded pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from etolib.equations.archive import eto_archive, open_archive
from etolib.equations.tables import eto
from etolib.errors import InputError
from etolib.site import Site

pytestmark = pytest.mark.slow

pytest.importorskip("zarr")


def weather() -> xr.Dataset:
    """Return twelve days on a small grid, one hole in radiation."""
    rng = np.random.default_rng(5)
    shape, dims = (12, 4, 6), ("time", "latitude", "longitude")
    rs = rng.uniform(5, 20, shape)
    rs[3, 2, 1] = np.nan
    data = {
        "tmin": rng.uniform(0, 12, shape),
        "tmax": rng.uniform(13, 30, shape),
        "ea": rng.uniform(0.4, 1.2, shape),
        "rs": rs,
        "u2": rng.uniform(0.5, 6, shape),
    }
    dataset = xr.Dataset(
        {name: (dims, values) for name, values in data.items()},
        coords={
            "time": pd.date_range("2024-02-25", periods=12),
            "latitude": np.linspace(-60, 60, 4),
            "longitude": np.arange(6.0),
        },
    )
    dataset["elevation"] = (dims[1:], rng.uniform(0, 2000, shape[1:]))
    return dataset


@pytest.mark.parametrize("form", ["zarr", "netcdf", "several files"])
def test_archive_is_the_grid(tmp_path: Path, form: str) -> None:
    dataset = weather()
    source: object = tmp_path / ("weather.zarr" if form == "zarr" else "weather.nc")
    if form == "zarr":
        dataset.chunk({"time": 5, "longitude": 4}).to_zarr(source, consolidated=False)
    elif form == "netcdf":
        dataset.to_netcdf(source, engine="h5netcdf")
    else:
        source = [tmp_path / "a.nc", tmp_path / "b.nc"]
        place = dataset[["elevation"]]
        for path, part in zip(source, (slice(0, 7), slice(7, 12)), strict=True):
            xr.merge([dataset.drop_vars("elevation").isel(time=part), place]).to_netcdf(path, engine="h5netcdf")
    chunks = None if form == "zarr" else {"time": 5}
    done = eto_archive(source, tmp_path / "eto.zarr", chunks=chunks)
    expected = eto(dataset)
    np.testing.assert_array_equal(done["eto"].to_numpy(), expected.eto.to_numpy())
    np.testing.assert_array_equal(done["rs_flag"].to_numpy(), expected.flags["rs"].to_numpy())
    meanings = done["rs_flag"].attrs["flag_meanings"].split()
    assert meanings[int(done["rs_flag"][3, 2, 1])] == "estimated_hargreaves"
    assert done["eto"].attrs["units"] == "mm day-1"
    assert done["eto"].chunks is not None
    assert done["eto"].dims == ("time", "latitude", "longitude")


def test_packed_archives_are_unpacked_once(tmp_path: Path) -> None:
    # scale_factor and add_offset belong to the source: the result must not inherit them
    dataset = weather()
    packing = {"dtype": "int16", "scale_factor": 0.001, "add_offset": 15.0, "_FillValue": -32768}
    encoding = dict.fromkeys(("tmin", "tmax", "rs"), packing)
    dataset.to_netcdf(tmp_path / "packed.nc", engine="h5netcdf", encoding=encoding)
    done = eto_archive(tmp_path / "packed.nc", tmp_path / "eto.zarr", chunks={"time": 4})
    assert done["eto"].dtype.kind == "f"
    assert float(np.abs(done["eto"] - eto(dataset).eto).max()) < 0.01


def test_place_from_a_site_and_no_flags(tmp_path: Path) -> None:
    dataset = weather().drop_vars("elevation").isel(latitude=1, longitude=0, drop=True).chunk({"time": 4})
    site = Site(-20.0, 0.0, elevation=300)
    done = eto_archive(dataset, tmp_path / "eto.zarr", site, with_flags=False)
    assert list(done.data_vars) == ["eto"]
    np.testing.assert_array_equal(done["eto"].to_numpy(), eto(dataset.compute(), site).eto.to_numpy())


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        open_archive(tmp_path / "nowhere.zarr")
    with pytest.raises(InputError, match="exists already"):
        eto_archive(weather(), tmp_path)
    with pytest.raises(InputError, match="elevation"):
        eto_archive(weather().drop_vars("elevation"), tmp_path / "eto.zarr")


def test_the_weather_is_not_cut_into_the_blocks_of_the_place() -> None:
    # A task reads each chunk of the weather as it lies, whatever the chunks of the elevation are
    dataset = weather().chunk({"time": 5, "latitude": 4, "longitude": 3})
    dataset["elevation"] = dataset["elevation"].chunk({"latitude": 1, "longitude": 6})
    lazy = eto(dataset)
    assert lazy.eto.chunks == dataset["tmin"].chunks
    np.testing.assert_array_equal(lazy.eto.to_numpy(), eto(weather()).eto.to_numpy())


def test_the_benchmark_runs_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The benchmark of 1e9 cell-days on a small grid: made, computed on a cluster of processes, read back
    from benchmarks import grid

    monkeypatch.setattr(grid, "GRID", (20, 30))
    monkeypatch.setattr(grid, "CHUNK", (10, 10, 30))
    monkeypatch.setattr(grid, "YEAR", 10)
    figures = grid.run(20 * 30 * 25, tmp_path, workers=1, rounds=1, sea=0.3)
    assert figures["cell_days"] == 15_000
    # The limit is the workers'; the client is the process of the tests, whose peak is that of all tests before
    peaks = {name: peak for name, peak in figures["peak_memory_mib"].items() if name != "client and scheduler"}
    assert peaks.keys() == {"worker 1"}
    assert peaks["worker 1"] < figures["worker_memory_limit_mib"]
    done = xr.open_zarr(tmp_path / "out.zarr", consolidated=False)
    assert 0.0 < float(np.isnan(done["eto"]).mean()) < 1.0
    source = xr.open_zarr(tmp_path / "weather.zarr", consolidated=False).compute()
    assert done["eto"].dtype == np.float32
    np.testing.assert_array_equal(done["eto"].to_numpy(), eto(source).eto.to_numpy())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_with_holes_of_every_kind_are_their_table(tmp_path: Path, dtype: type) -> None:
    # Each cell of an archive is, to the bit, what its series alone gives: values, holes, every route and flag
    rng = np.random.default_rng(8)
    shape, dims = (30, 5, 4), ("time", "latitude", "longitude")
    tmin = rng.uniform(0, 12, shape)
    data = {
        "tmin": tmin, "tmax": tmin + rng.uniform(4, 14, shape), "ea": rng.uniform(0.3, 0.6, shape),
        "tdew": tmin - 2, "rhmean": rng.uniform(30, 90, shape), "rs": rng.uniform(1, 22, shape),
        "sunshine": rng.uniform(0, 8, shape), "u2": rng.uniform(0.5, 6, shape),
    }  # fmt: skip
    holes = {name: rng.uniform(size=shape) < 0.4 for name in data}
    data = {name: np.where(holes[name], np.nan, values).astype(dtype) for name, values in data.items()}
    for values in data.values():
        values[:, 1:3, 0] = np.nan  # sea
    data["rs"][4, 3, 2] = 49.9  # one reading above the sun
    dataset = xr.Dataset(
        {name: (dims, values) for name, values in data.items()},
        {"time": pd.date_range("2024-02-25", periods=30), "latitude": np.linspace(-40, 40, 5), "longitude": range(4)},
    )
    dataset["elevation"] = (dims[1:], rng.uniform(0, 2000, shape[1:]))
    done = eto_archive(dataset.chunk({"time": 7, "latitude": 2}), tmp_path / "eto.zarr").load()
    seen: set[int] = set()
    for y in range(5):
        for x in range(4):
            cell = dataset.isel(latitude=y, longitude=x)
            alone = eto(cell)
            np.testing.assert_array_equal(done["eto"][:, y, x], alone.eto)
            for name in alone.flags.data_vars:
                np.testing.assert_array_equal(done[f"{name}_flag"][:, y, x], alone.flags[name])
                seen |= set(np.unique(alone.flags[name]).tolist())
            if dtype is np.float64:
                table = cell.drop_vars(["latitude", "longitude", "elevation"]).to_dataframe()
                site = Site(float(cell.latitude), 0.0, float(cell.elevation))
                np.testing.assert_array_equal(done["eto"][:, y, x], eto(table, site).eto.to_numpy())
    meanings = done["rs_flag"].attrs["flag_meanings"].split()
    expected = {"given", "missing", "from_dew_point", "from_rh_mean", "estimated_tmin", "estimated_sunshine",
                "estimated_hargreaves", "default_wind", "suspect_above_ra"}  # fmt: skip
    assert {meanings[code] for code in seen} == expected
    assert np.isnan(done["eto"][:, 1:3, 0]).all()
