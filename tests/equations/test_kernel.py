"""The fast path: the bits of the plain path, the numbers of the book, lazy on dask, light at import."""

from __future__ import annotations

import platform
import subprocess
import sys
import threading

import numpy as np
import pytest

from etolib import reference
from etolib.equations import kernel
from etolib.equations.compiled import driver
from etolib.equations.conventions import FAO56
from etolib.equations.elementwise import checked_inputs
from etolib.errors import InputError
from tests.oracles.rows import random_days

pytestmark = pytest.mark.slow

WEATHER = kernel.WEATHER
KEYS = [("fao56", "short"), ("asce2005", "short"), ("asce2005", "tall")]


@pytest.fixture(scope="module")
def days() -> dict[str, np.ndarray]:
    return random_days(20_000, seed=7)


def in_float32(days: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {k: v.astype(np.float32) if k in WEATHER else v for k, v in days.items()}


@pytest.mark.parametrize(("convention", "surface"), KEYS)
def test_float64_is_the_book(days: dict[str, np.ndarray], convention: str, surface: str) -> None:
    # asked for: <= 1e-12 mm/day against plain numpy by the book; compiled = plain to the last bit
    with checked_inputs():
        book = reference.daily_terms(**days, convention=convention, surface=surface)["eto"]
    plain = kernel.daily(**days, convention=convention, surface=surface, compiled=False)
    assert np.abs(plain - book).max() <= 1e-12
    compiled = kernel.daily(**days, convention=convention, surface=surface, compiled=True)
    np.testing.assert_array_equal(compiled, plain)


@pytest.mark.parametrize(("convention", "surface"), KEYS)
def test_float32_stays_float32(days: dict[str, np.ndarray], convention: str, surface: str) -> None:
    # asked for: <= 5e-5 mm/day against float64 of the same (rounded) inputs
    single = in_float32(days)
    with checked_inputs():
        double = {k: v.astype(np.float64) for k, v in single.items()}
        book = reference.daily_terms(**double, convention=convention, surface=surface)["eto"]
    plain = kernel.daily(**single, convention=convention, surface=surface, compiled=False)
    assert plain.dtype == np.float32
    assert np.abs(plain - book).max() <= 5e-5
    compiled = kernel.daily(**single, convention=convention, surface=surface, compiled=True)
    np.testing.assert_array_equal(compiled, plain)


def grid(shape: tuple[int, int, int], seed: int = 3) -> dict[str, np.ndarray]:
    """Return days on (time, latitude, longitude); latitude, elevation and day along their own dimensions."""
    flat = random_days(int(np.prod(shape)), seed)
    time, north, _ = shape
    weather = {k: flat[k].reshape(shape) for k in WEATHER}
    weather["rs"] = np.minimum(weather["rs"], 20.0)
    return {
        **weather,
        "latitude": np.linspace(-88.0, 88.0, north)[None, :, None],
        "elevation": flat["elevation"].reshape(shape)[:1],
        "day_of_year": (np.arange(time) % 366 + 1.0)[:, None, None],
    }


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 7), (5, 40, 100), (2, 3, 3000), (400, 30, 1), (1, 1, 9000)])
def test_grids_of_every_shape(shape: tuple[int, int, int]) -> None:
    # Rows shorter and longer than a block, tables along any dimension, any order in memory
    data = grid(shape)
    expected = kernel.daily(**{k: np.broadcast_to(v, shape).copy() for k, v in data.items()}, compiled=False)
    np.testing.assert_array_equal(kernel.daily(**data, compiled=False), expected)
    np.testing.assert_array_equal(kernel.daily(**data, compiled=True), expected)
    fortran = {k: np.asfortranarray(v) for k, v in data.items()}
    np.testing.assert_array_equal(kernel.daily(**fortran, compiled=True), expected)
    turned = {k: v.transpose(2, 0, 1) for k, v in data.items()}
    np.testing.assert_array_equal(kernel.daily(**turned, compiled=True), expected.transpose(2, 0, 1))
    np.testing.assert_array_equal(kernel.daily(**turned, compiled=False), expected.transpose(2, 0, 1))


def test_one_value_serves_all_cells() -> None:
    # A wind of 2 m/s for all: any weather variable may be smaller than the grid
    data = grid((4, 30, 90)) | {"u2": np.array([2.0])}
    full = data | {"u2": np.full((4, 30, 90), 2.0)}
    np.testing.assert_array_equal(kernel.daily(**data, compiled=True), kernel.daily(**full, compiled=False))


def test_read_only_and_long_series() -> None:
    flat = random_days(10_000, seed=5)
    data = {k: flat[k] for k in WEATHER} | {
        "latitude": np.array([40.0]),
        "elevation": np.array([100.0]),
        "day_of_year": np.arange(10_000) % 366 + 1.0,
        "rs": np.minimum(flat["rs"], 10.0),
    }
    for values in data.values():
        values.setflags(write=False)
    expected = kernel.daily(**(data | {"latitude": np.full(10_000, 40.0)}), compiled=False)
    np.testing.assert_array_equal(kernel.daily(**data, compiled=True), expected)
    gap = data | {"day_of_year": np.where(np.arange(10_000) == 17, np.nan, data["day_of_year"])}
    assert np.flatnonzero(np.isnan(kernel.daily(**gap, compiled=True))).tolist() == [17]


def test_missing_cells_in_the_compiled_path(days: dict[str, np.ndarray]) -> None:
    rng = np.random.default_rng(1)
    holes = {k: np.where(rng.random(v.shape) < 0.01, np.nan, v) for k, v in days.items()}
    absent = np.any([np.isnan(v) for v in holes.values()], axis=0)
    for compiled in (False, True):
        eto = kernel.daily(**holes, compiled=compiled)
        np.testing.assert_array_equal(np.isnan(eto), absent)
        np.testing.assert_array_equal(eto[~absent], kernel.daily(**days, compiled=False)[~absent])


def test_refusals_name_every_cell_and_cause(days: dict[str, np.ndarray]) -> None:
    wrong = days | {"rs": days["rs"] / 0.0864 + 60.0, "u2": days["u2"] * 3.6 + 41.0}
    with pytest.raises(InputError) as caught:
        kernel.daily(**wrong, compiled=True)
    assert {p.thing for p in caught.value.problems} == {"rs", "u2"}
    text = str(caught.value)
    assert "looks like W m-2" in text
    assert "20000 of 20000" in text


def test_soil_heat_flux_takes_the_plain_path(days: dict[str, np.ndarray]) -> None:
    with checked_inputs():
        book = reference.daily_terms(**days, g=np.full(20_000, 0.7))["eto"]
    assert np.abs(kernel.daily(**days, g=np.array([0.7])) - book).max() <= 1e-12


def test_threads_share_the_compiled_formula(days: dict[str, np.ndarray]) -> None:
    expected = kernel.daily(**days, compiled=False)
    results: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: results.append(kernel.daily(**days, compiled=True))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for result in results:
        np.testing.assert_array_equal(result, expected)


def lazy_grid(dtype: type) -> tuple[dict, np.ndarray]:
    import pandas as pd
    import xarray as xr

    shape = (20, 12, 30)
    data = grid(shape)
    coords = {
        "time": pd.date_range("2024-02-20", periods=20),
        "latitude": np.linspace(-88.0, 88.0, 12),
        "longitude": np.arange(30.0),
    }
    dims = ("time", "latitude", "longitude")
    arrays = {k: xr.DataArray(data[k].astype(dtype), dims=dims, coords=coords) for k in WEATHER}
    sample = arrays["tmin"]
    arrays["elevation"] = xr.DataArray(data["elevation"][0], dims=dims[1:])
    place = {"latitude": sample.latitude, "day_of_year": sample.time.dt.dayofyear}
    expected = reference.eto_fao56(
        **{k: v.to_numpy() for k, v in arrays.items()},
        latitude=coords["latitude"][None, :, None],
        day_of_year=sample.time.dt.dayofyear.to_numpy()[:, None, None],
    )
    return arrays | place, expected


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_dask_keeps_chunks_and_computes_nothing_early(dtype: type) -> None:
    import dask

    arrays, expected = lazy_grid(dtype)
    chunks = {"time": 7, "latitude": 5, "longitude": 11}
    lazy = {
        k: v.chunk({d: c for d, c in chunks.items() if d in v.dims}) if k in WEATHER else v for k, v in arrays.items()
    }

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed while the graph was built")

    with dask.config.set(scheduler=refuse):
        out = reference.eto_fao56(**lazy)
    assert out.chunks == lazy["tmin"].chunks
    assert out.dims == ("time", "latitude", "longitude")
    assert out.dtype == dtype
    assert out.attrs["units"] == "mm day-1"
    assert out.name == "eto_fao56"
    for name in ("time", "latitude", "longitude"):
        assert out.indexes[name].equals(arrays["tmin"].indexes[name])
    computed = out.compute()
    assert computed.dtype == dtype
    np.testing.assert_array_equal(computed.to_numpy(), expected)


def test_dask_refuses_when_it_computes() -> None:
    arrays, _ = lazy_grid(np.float64)
    lazy = {k: v.chunk({"time": 7}) if k in WEATHER else v for k, v in arrays.items()}
    out = reference.eto_fao56(**(lazy | {"rs": lazy["rs"] * 11.574 + 60.0}))
    with pytest.raises(InputError, match="looks like W m-2"):
        out.compute()


def test_labels_must_agree() -> None:
    import pandas as pd
    import xarray as xr

    day = {"ea": 1.0, "rs": 10.0, "u2": 2.0, "latitude": 40.0, "elevation": 0.0, "day_of_year": 100}
    one, other = pd.Series([1.0, 2.0]), pd.Series([5.0, 6.0], index=[1, 2])
    with pytest.raises(InputError, match="labels"):
        reference.eto_fao56(tmin=one, tmax=other, **day)
    left = xr.DataArray([1.0, 2.0], dims="x", coords={"x": [0, 1]})
    with pytest.raises(InputError, match="align"):
        reference.eto_fao56(tmin=left, tmax=left.assign_coords(x=[1, 2]) + 5, **day)
    with pytest.raises(InputError, match="shapes"):
        reference.eto_fao56(tmin=np.ones(3), tmax=np.ones(4) * 5, **day)


def test_units_of_data_arrays_are_read() -> None:
    # CF: a DataArray says its unit; it is converted at the edge, an unknown one is refused
    import xarray as xr

    day = {"tmin": 12.3, "ea": 1.409, "u2": 2.078, "latitude": 50.8, "elevation": 100, "day_of_year": 187}
    expected = reference.eto_fao56(**day, tmax=21.5, rs=22.07)
    kelvin = xr.DataArray([21.5 + 273.15], dims="x", attrs={"units": "K"})
    watts = xr.DataArray([22.07 / 0.0864], dims="x", attrs={"units": "W m**-2"})
    assert reference.eto_fao56(**day, tmax=kelvin, rs=watts).item() == pytest.approx(expected, abs=1e-9)
    with pytest.raises(InputError, match="unit of rs"):
        reference.eto_fao56(**day, tmax=kelvin, rs=watts.assign_attrs(units="lux"))


@pytest.mark.parametrize("name", ["etolib", "etolib.reference", "etolib.equations.kernel", "etolib.equations.filling"])
def test_import_is_light(name: str) -> None:
    # asked for: numba, xarray, dask and pandas come with the first use that needs them
    code = f"import sys, {name}; print(sorted(m for m in ('numba', 'xarray', 'dask', 'pandas') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_point_needs_no_compiler() -> None:
    code = (
        "import sys; from etolib.reference import eto_fao56;"
        "eto_fao56(tmin=10, tmax=20, ea=1, rs=15, u2=2, latitude=40, elevation=0, day_of_year=100);"
        "print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("size", [1, 2, 3, 4223, 4224, 4225, 8449])
def test_every_length_of_a_block(days: dict[str, np.ndarray], size: int) -> None:
    # cells are taken two at a time and in blocks: none is left out, also none of an impossible number
    part = {name: values[:size] for name, values in days.items()}
    np.testing.assert_array_equal(kernel.daily(**part, compiled=True), kernel.daily(**part, compiled=False))
    for cell in {0, size // 2, size - 1}:
        wrong = {**part, "u2": part["u2"].copy()}
        wrong["u2"][cell] = -1.0
        with pytest.raises(InputError, match=r"u2 = -1\.0"):
            kernel.daily(**wrong, compiled=True)


PLACES = {
    "station": ((1, 1, 1), (1, 1, 1), (6, 1, 1)),
    "row of stations": ((1, 1, 7), (1, 1, 7), (6, 1, 1)),
    "latitude last": ((1, 1, 7), (1, 5, 7), (6, 1, 1)),
    "one day": ((1, 5, 1), (1, 5, 7), (1, 1, 1)),
    "a day for each cell": ((1, 1, 1), (1, 1, 1), (6, 5, 7)),
    "height by row": ((1, 5, 7), (1, 5, 1), (6, 1, 1)),
}


@pytest.mark.parametrize("place", PLACES)
def test_tables_in_every_layout(place: str) -> None:
    shape, (north, high, day) = (6, 5, 7), PLACES[place]
    rng, flat = np.random.default_rng(5), random_days(6 * 5 * 7, 9)
    data = {name: flat[name].reshape(shape) for name in WEATHER}
    data["rs"] = np.minimum(data["rs"], 20.0)
    data |= {"latitude": rng.uniform(-60, 60, north), "elevation": rng.uniform(0, 3000, high)}
    data["day_of_year"] = rng.integers(1, 366, day).astype(float)
    full = {name: np.broadcast_to(values, shape).reshape(-1).copy() for name, values in data.items()}
    expected = kernel.daily(**full, compiled=False).reshape(shape)
    np.testing.assert_array_equal(kernel.daily(**data, compiled=True), expected)
    turned = {name: values.transpose(2, 0, 1) for name, values in data.items()}
    np.testing.assert_array_equal(kernel.daily(**turned, compiled=True), expected.transpose(2, 0, 1))


def test_zero_and_absent_of_either_sign_are_possible(days: dict[str, np.ndarray]) -> None:
    # the compiled check looks at signs of differences: -0 and a NaN with a sign must not be refused
    odd = {name: values[:9].copy() for name, values in days.items()}
    odd["u2"][2], odd["rs"][5], odd["ea"][7] = -0.0, -0.0, np.copysign(np.nan, -1.0)
    compiled, plain = (kernel.daily(**odd, compiled=way) for way in (True, False))
    np.testing.assert_array_equal(compiled, plain)
    assert np.flatnonzero(np.isnan(compiled)).tolist() == [7]


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names of instructions of x86-64")
@pytest.mark.parametrize(("precision", "division"), [("float64", "divpd"), ("float32", "divps")])
def test_the_loop_is_made_of_vectors(precision: str, division: str) -> None:
    # a loop that the compiler leaves in single steps gives the same numbers, five times slower; it holds two divisions
    # for each of two cells
    loop = driver((precision, FAO56, "short"))
    assert loop.inspect_asm(loop.signatures[0]).count(division) >= 4
