"""Daily ETo of an archive larger than memory: Zarr or NetCDF in, Zarr out, block by block on dask.

Nothing is held but the blocks in work: every dask task reads one chunk of each variable, computes, and writes one
chunk of the result. The peak of memory follows from the chunk size and the number of workers, not from the archive.

    from dask.distributed import Client
    client = Client()                       # or the address of a cluster
    print(client.dashboard_link)            # watch it
    eto_archive("weather.zarr", "eto.zarr")

`simulate_archive` makes an archive of made-up weather of any size, to try a cluster before the real data is there.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from etolib.equations import air, sun
from etolib.equations.tables import eto
from etolib.errors import InputError, Problem
from etolib.extras import needed
from etolib.site import Site
from etolib.variables import VARIABLES
from etolib.words import say

SIMULATED = ("tmin", "tmax", "ea", "rs", "u2")


def open_archive(source: Any, chunks: Mapping[str, int] | None = None) -> Any:
    """Open a Zarr store, a NetCDF file or several, lazily.

    Parameters
    ----------
    source : str, path, sequence of paths, or xarray.Dataset
        ``*.zarr`` (a folder or an address), NetCDF files, or a Dataset as it is.
    chunks : mapping, optional
        Cells per block by dimension; the chunks of the store by default.

    Returns
    -------
    xarray.Dataset
        On dask.

    Raises
    ------
    InputError
        Where there is no such file.
    """
    with needed("grid"):
        import dask.array  # noqa: F401
        import h5netcdf  # noqa: F401
        import xarray as xr
        import zarr  # noqa: F401

    if isinstance(source, xr.Dataset):
        return source if chunks is None else source.chunk(dict(chunks))
    several = isinstance(source, Sequence) and not isinstance(source, str)
    paths = [str(p) for p in (source if several else [source])]
    missing = [p for p in paths if "://" not in p and not Path(p).exists()]
    if missing:
        raise InputError([Problem("source", p, say("does_not_exist"), say("check_the_path")) for p in missing])
    if several:
        return xr.open_mfdataset(
            paths,
            engine="h5netcdf",
            chunks=dict(chunks or {}),
            combine="by_coords",
            # What has no time dimension (elevation) is taken from the first file.
            data_vars="minimal",
            coords="minimal",
            compat="override",
        )
    if Path(paths[0]).is_dir() or paths[0].rstrip("/").endswith(".zarr"):
        with warnings.catch_warnings():
            # A store without consolidated metadata is as good, only slower to open from far away.
            warnings.simplefilter("ignore", RuntimeWarning)
            return xr.open_zarr(paths[0], chunks=dict(chunks or {}))
    return xr.open_dataset(paths[0], engine="h5netcdf", chunks=dict(chunks or {}))


def eto_archive(
    source: Any,
    target: str | Path,
    site: Site | None = None,
    method: str = "fao56",
    *,
    chunks: Mapping[str, int] | None = None,
    with_flags: bool = True,
    **options: Any,
) -> Any:
    """Compute the daily ETo of a whole archive into a Zarr store, in bounded memory.

    Parameters
    ----------
    source : str, path, sequence of paths, or xarray.Dataset
        As in `open_archive`; variables, units and place as in `etolib.equations.tables.eto` for a Dataset.
    target : str or path
        Zarr store to write; an existing one is not overwritten.
    site : Site, optional
        Latitude and elevation where the archive has none.
    method : str
        As in `etolib.equations.tables.eto`.
    chunks : mapping, optional
        Cells per block by dimension; by default the chunks of the store, so that each is read once.
    with_flags : bool
        Write the flag of every filled input too (``ea_flag`` ...).
    **options
        Further options of `etolib.equations.tables.eto` (``units``, ``krs`` ...).

    Returns
    -------
    xarray.Dataset
        The store just written, opened lazily: ``eto`` [mm day-1] and the flags.

    Raises
    ------
    InputError
        Where the archive or the target cannot be used; impossible numbers are found when their block is computed.

    Notes
    -----
    Runs on the active ``dask.distributed`` client where there is one, else in the threads of this process. A block
    needs about twelve times its own cells in float64 while it is in work (inputs, filled inputs, flags, result).

    Examples
    --------
    >>> import tempfile, numpy as np, pandas as pd, xarray as xr
    >>> days = pd.date_range("2024-01-01", periods=4)
    >>> grid = xr.Dataset({"tmin": ("time", [1.0, 2.0, 3.0, 4.0]), "tmax": ("time", [9.0, 9.0, 9.0, 9.0])},
    ...                   coords={"time": days})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = eto_archive(grid.chunk({"time": 2}), f"{folder}/eto.zarr", Site(45.0, 5.0, elevation=100))
    ...     sorted(done), done["eto"].attrs["units"]
    (['ea_flag', 'eto', 'rs_flag', 'tmax_flag', 'tmin_flag', 'u2_flag'], 'mm day-1')
    """
    with needed("grid"):
        import xarray as xr

    _refuse_existing(target)
    store = Path(target)
    result = eto(open_archive(source, chunks), site, method, **options)
    out = xr.Dataset({"eto": result.eto}, attrs={"title": "reference evapotranspiration", "Conventions": "CF-1.11"})
    if with_flags:
        out = out.assign({f"{name}_flag": flag for name, flag in result.flags.data_vars.items()})
        out["eto"].attrs["ancillary_variables"] = " ".join(f"{name}_flag" for name in result.flags.data_vars)
    # Encodings of the source (packing, fill values) are not those of the result.
    out = out.drop_encoding()
    # Zarr has one size of chunks per dimension; files by year or month have not.
    uneven = {
        str(dim): max(sizes) for dim, sizes in out.chunks.items() if len(set(sizes[:-1])) > 1 or sizes[-1] > sizes[0]
    }
    _write(out.chunk(uneven) if uneven else out, store)
    return xr.open_zarr(store, consolidated=False)


def _write(out: Any, store: Path) -> None:
    """Write a Dataset whose variables on dask share their dimensions and chunks: one task writes a block of them all.

    A task for each variable would cost more than what it writes: flags are zeros almost everywhere.
    """
    with needed("grid"):
        import dask.array as da
        import zarr

    lazy = [str(name) for name, variable in out.data_vars.items() if variable.chunks]
    out.to_zarr(store, consolidated=False, compute=False)
    if not lazy:
        return
    group = zarr.open_group(store, mode="r+", use_consolidated=False)
    chunks = out[lazy[0]].chunks
    starts = tuple(np.cumsum([0, *sizes]).tolist() for sizes in chunks)
    done = da.map_blocks(
        _WriteBlock([group[name] for name in lazy], starts),
        *(out[name].data for name in lazy),
        dtype=bool,
        chunks=tuple((1,) * len(sizes) for sizes in chunks),
        meta=np.empty((0,) * len(chunks), bool),
    )
    done.sum().compute()


class _WriteBlock:
    """Write a block of several variables where it belongs in their arrays; a class, so that it pickles."""

    def __init__(self, targets: list[Any], starts: tuple[list[int], ...]) -> None:
        self.targets, self.starts = targets, starts

    def __call__(self, *blocks: Any, block_id: tuple[int, ...] = ()) -> np.ndarray:
        region = tuple(slice(edges[i], edges[i + 1]) for edges, i in zip(self.starts, block_id, strict=True))
        for target, block in zip(self.targets, blocks, strict=True):
            target[region] = block
        return np.ones((1,) * len(region), bool)


def simulate_archive(
    target: str | Path,
    days: int,
    grid: tuple[int, int] = (500, 1000),
    chunk: tuple[int, int, int] = (20, 250, 500),
    *,
    sea: float = 0.0,
) -> Any:
    """Write a Zarr archive of simulated weather, block by block on dask.

    Parameters
    ----------
    target : str or path
        Zarr store to write; an existing one is not overwritten.
    days : int
        From 1 January 2000 on; 2000 days of the default grid are 1e9 cell-days (20 GB before compression).
    grid : (int, int)
        Latitudes (-40 to 40) and longitudes.
    chunk : (int, int, int)
        Days, latitudes and longitudes of a block; by default 2.5e6 cells, 10 MB for each variable.
    sea : float
        Share of the cells that have no values: as much of every parallel, in patches.

    Returns
    -------
    xarray.Dataset
        The store just written, opened lazily: float32 ``tmin``, ``tmax``, ``ea``, ``rs``, ``u2``, ``elevation``, with
        a season, a warm belt and passing waves. The attribute ``title`` says that they are simulated.

    Raises
    ------
    InputError
        Where the target exists.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     dict(simulate_archive(f"{folder}/weather.zarr", days=3, grid=(4, 6)).sizes)
    {'time': 3, 'latitude': 4, 'longitude': 6}
    """
    import pandas as pd

    with needed("grid"):
        import dask.array as da
        import xarray as xr

    _refuse_existing(target)
    shape = (days, *grid)
    chunks = tuple(tuple(min(c, s - at) for at in range(0, s, c)) for c, s in zip(chunk, shape, strict=True))
    dims = ("time", "latitude", "longitude")
    latitude = np.linspace(-40.0, 40.0, grid[0])
    dataset = xr.Dataset(
        {
            name: (
                dims,
                da.map_blocks(
                    _simulated_block, variable=name, latitude=latitude, sea=sea, chunks=chunks, dtype=np.float32
                ),
                {"units": VARIABLES[name].units, "long_name": VARIABLES[name].long_name},
            )
            for name in SIMULATED
        },
        coords={
            "time": pd.date_range("2000-01-01", periods=days),
            "latitude": ("latitude", latitude, {"units": "degrees_north", "standard_name": "latitude"}),
            "longitude": (
                "longitude",
                np.linspace(-180.0, 180.0, grid[1], endpoint=False),
                {"units": "degrees_east", "standard_name": "longitude"},
            ),
        },
        attrs={"title": "simulated weather", "Conventions": "CF-1.11"},
    )
    relief = 300.0 + 200.0 * np.sin(np.arange(grid[0]) / 20.0)[:, None] * np.sin(np.arange(grid[1]) / 20.0)
    dataset["elevation"] = (dims[1:], relief.astype(np.float32), {"units": "m"})
    dataset.to_zarr(Path(target), consolidated=False)
    return open_archive(target)


def _simulated_block(block_info: Any = None, *, variable: str, latitude: np.ndarray, sea: float = 0.0) -> np.ndarray:
    (first, last), (south, north), (west, east) = block_info[None]["array-location"]
    day = np.arange(first, last)[:, None, None] + 1.0
    north_of_equator = latitude[None, south:north, None]
    # What no neighbour knows, so that it compresses as weather does and not as a formula.
    number = SIMULATED.index(variable)
    shape = last - first, north - south, east - west
    own = np.random.default_rng((first, south, west, number)).random(shape, dtype=np.float32)
    own += own - np.float32(1.0)
    # Of each variable another phase of the same wave, which needs nine days and goes east: sin(when - where).
    when, where = 0.7 * day + north_of_equator / 9.0 + number, np.arange(west, east) / 40.0
    ahead, beside = (f(when).astype(np.float32) for f in (np.sin, np.cos))
    wave = ahead * np.cos(where).astype(np.float32) - beside * np.sin(where).astype(np.float32)
    day_of_year = (day - 1.0) % 365.0 + 1.0
    season = np.sin(2.0 * np.pi * (day_of_year - 110.0) / 365.0) * north_of_equator / 40.0
    tmean = 27.0 - 0.3 * np.abs(north_of_equator) + 8.0 * season
    # Of what all cells of a parallel share, the middle and what wave and cell take of it.
    if variable in ("tmin", "tmax"):
        middle, of_wave, of_cell = tmean + (5.0 if variable == "tmax" else -5.0), 2.0, 0.5
    elif variable == "ea":
        vapour = air.saturation_vapour_pressure(tmean - 5.0)
        middle, of_wave, of_cell = 0.8 * vapour, 0.15 * vapour, 0.03 * vapour
    elif variable == "rs":
        ra = sun.extraterrestrial_radiation(north_of_equator, day_of_year)
        middle, of_wave, of_cell = 0.5 * ra, 0.2 * ra, 0.05 * ra
    else:
        middle, of_wave, of_cell = 2.5, 1.5, 0.5
    wave *= np.asarray(of_wave, dtype=np.float32)
    own *= np.asarray(of_cell, dtype=np.float32)
    wave += own
    wave += np.asarray(middle, dtype=np.float32)
    # Two digits, as an archive would keep them: it also compresses like one.
    values = np.round(wave, 2)
    if sea > 0:
        patch = (np.arange(west, east) / 100.0 + np.arange(south, north)[:, None] / 300.0) % 1.0
        values[:, patch < sea] = np.nan
    return np.asarray(values)


def _refuse_existing(target: str | Path) -> None:
    if Path(target).exists():
        raise InputError([Problem("target", str(target), say("exists_already"), say("choose_another_name_or_remove"))])
