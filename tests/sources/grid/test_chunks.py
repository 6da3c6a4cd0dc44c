"""A series of one place reads no more than the chunks of its cell and days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from zarr.storage import LocalStore

import etolib
from etolib.sources import catalogue
from etolib.sources.grid import grid_source

DAYS = pd.date_range("2023-01-01", periods=40)


class Counting(LocalStore):
    """A store that notes the chunks that are read."""

    read: list[str]

    async def get(self, key, prototype, byte_range=None):
        """Note and read."""
        self.read.append(key)
        return await super().get(key, prototype, byte_range)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("chunks") / "grid.zarr"
    field = ("time", "lat", "lon"), np.full((40, 8, 8), 20.0), {"units": "degC"}
    made = xr.Dataset({"tmin": field, "tmax": field, "other": field},
                      {"time": DAYS, "lat": np.arange(8.0), "lon": np.arange(8.0)})  # fmt: skip
    made.chunk({"time": 10, "lat": 4, "lon": 4}).to_zarr(path, consolidated=False)
    return path


@pytest.mark.parametrize("chunks", [None, {}])
@pytest.mark.parametrize(("method", "place", "expected"), [
    ("nearest", (1.2, 6.1), {"0/1"}), ("bilinear", (3.5, 3.5), {"0/0", "0/1", "1/0", "1/1"}),
])  # fmt: skip
def test_only_the_chunks_of_the_cells_and_days_are_read(folder, chunks, method, place, expected):
    store = Counting(folder, read_only=True)
    store.read = []
    grid = grid_source(xr.open_zarr(store, chunks=chunks, consolidated=False), method=method)
    opened = {key for key in store.read if key.startswith(("tmin/c", "tmax/c", "other/c"))}
    grid.fetch(etolib.Site(*place, 0), etolib.Period("2023-01-12", "2023-01-25"))
    catalogue.unregister(grid.name)
    read = {key for key in store.read if key.startswith(("tmin/c", "tmax/c", "other/c"))}
    assert opened == set()
    assert read == {f"{name}/c/{i}/{at}" for name in ("tmin", "tmax") for i in (1, 2) for at in expected}
