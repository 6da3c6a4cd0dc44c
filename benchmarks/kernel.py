"""Speed of the daily equation beside its peers, the streaming limit of the machine, dask, memory and import.

Every round times each contender once, one after the other, on the same data; a ratio is taken within its round, and
the median over the rounds is given. A call shorter than `SAMPLE_S` is repeated until the sample is that long, as timeit
does: at 1e4 cells a single call of 50 us would time the caches that the contender before it left behind. "Cell" is one
ETo. One thread, unless a line says otherwise.

    python -m benchmarks kernel            all sizes (about 6 minutes on 2 cores)
    ETOLIB_BENCH_QUICK=1                   1e4 and 1e6 cells, few rounds: to look, not to quote
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report

SHAPES = {"1e4": (10, 10, 100), "1e6": (100, 100, 100), "1e7": (100, 100, 1000)}
ROUNDS = {"1e4": 15, "1e6": 9, "1e7": 7}
SAMPLE_S = 0.2
PYFAO56_CELLS = 2000  # a call per cell: timed on a part, scaled
LAZY_SHAPE = (1000, 250, 400)  # 1e8 cells
LAZY_CHUNK = (20, 250, 400)  # 2e6 cells

TARGETS = [
    ("refet over etolib, 1e4", "1e4", "refet", 4.0),
    ("refet over etolib, 1e6", "1e6", "refet", 20.0),
    ("refet over etolib, 1e7", "1e7", "refet", 20.0),
    ("numpy by the book over etolib, 1e6", "1e6", "numpy, by the book", 8.0),
]


def quick() -> bool:
    """Return whether only a look is wanted."""
    return os.environ.get("ETOLIB_BENCH_QUICK", "0") not in ("", "0")


def days(shape: tuple[int, int, int], dtype: Any = np.float64) -> dict[str, np.ndarray]:
    """Return a grid of days: weather on (time, latitude, longitude), the place along its own dimensions."""
    rng = np.random.default_rng(11)
    tmin = rng.uniform(-5.0, 24.0, shape)
    weather = {
        "tmin": tmin,
        "tmax": tmin + rng.uniform(1.0, 18.0, shape),
        "ea": rng.uniform(0.3, 2.5, shape),
        "rs": rng.uniform(1.0, 25.0, shape),
        "u2": rng.uniform(0.2, 8.0, shape),
    }
    return {name: values.astype(dtype) for name, values in weather.items()} | {
        "latitude": np.linspace(-60.0, 60.0, shape[1])[None, :, None],
        "elevation": rng.uniform(0.0, 2500.0, (1, shape[1], shape[2])),
        "day_of_year": (np.arange(shape[0]) % 365 + 1.0)[:, None, None],
    }


def numpy_by_the_book(
    tmin: Any, tmax: Any, ea: Any, rs: Any, u2: Any, latitude: Any, elevation: Any, day_of_year: Any
) -> Any:
    """Return FAO-56 Eq. 6 in plain numpy, equation by equation, tables broadcast: what a careful reader writes."""
    tmean = (tmax + tmin) / 2
    gamma = 0.665e-3 * 101.3 * ((293 - 0.0065 * elevation) / 293) ** 5.26
    delta = 4098 * 0.6108 * np.exp(17.27 * tmean / (tmean + 237.3)) / (tmean + 237.3) ** 2
    es = (0.6108 * np.exp(17.27 * tmax / (tmax + 237.3)) + 0.6108 * np.exp(17.27 * tmin / (tmin + 237.3))) / 2
    phi = np.radians(latitude)
    angle = 2 * np.pi / 365 * day_of_year
    declination = 0.409 * np.sin(angle - 1.39)
    omega = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1, 1))
    sun = omega * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(omega)
    ra = 24 * 60 / np.pi * 0.0820 * (1 + 0.033 * np.cos(angle)) * sun
    rso = (0.75 + 2e-5 * elevation) * ra
    black = 4.903e-9 * ((tmax + 273.16) ** 4 + (tmin + 273.16) ** 4) / 2
    rnl = black * (0.34 - 0.14 * np.sqrt(ea)) * (1.35 * np.minimum(rs / rso, 1.0) - 0.35)
    rn = 0.77 * rs - rnl
    top = 0.408 * delta * rn + gamma * 900 / (tmean + 273) * u2 * (es - ea)
    return top / (delta + gamma * (1 + 0.34 * u2))


def contenders(shape: tuple[int, int, int]) -> dict[str, Callable[[], Any]]:
    """Return a call per contender, on the same days; a peer that is not installed is left out."""
    from etolib.reference import eto_fao56

    data, single = days(shape), days(shape, np.float32)
    calls: dict[str, Callable[[], Any]] = {
        "etolib f64": lambda: eto_fao56(**data),
        "etolib f32": lambda: eto_fao56(**single),
        "numpy, by the book": lambda: numpy_by_the_book(**data),
        **_labelled(data, eto_fao56),
    }
    for add in (_refet, _pyet, _xclim, _climate_indices, _pyfao56):
        try:
            calls |= add(data)
        except ImportError as error:
            print(f"left out: {error}", file=sys.stderr)
    return calls


def _coordinates(data: dict[str, np.ndarray]) -> tuple[tuple[str, ...], dict[str, Any]]:
    import pandas as pd

    time_, _, east = data["tmin"].shape
    return ("time", "lat", "lon"), {
        "time": pd.date_range("2023-01-01", periods=time_),
        "lat": ("lat", data["latitude"].ravel(), {"standard_name": "latitude", "units": "degrees_north"}),
        "lon": np.linspace(0.0, 10.0, east),
    }


def _arrays(data: dict[str, np.ndarray]) -> dict[str, Any]:
    import xarray as xr

    dims, coords = _coordinates(data)
    arrays = {n: xr.DataArray(data[n], dims=dims, coords=coords) for n in ("tmin", "tmax", "ea", "rs", "u2")}
    arrays["elevation"] = xr.DataArray(data["elevation"][0], dims=dims[1:], coords={d: coords[d] for d in dims[1:]})
    return arrays


def _labelled(data: dict[str, np.ndarray], eto_fao56: Callable[..., Any]) -> dict[str, Callable[[], Any]]:
    arrays = _arrays(data)
    place = {"latitude": arrays["tmin"].lat, "day_of_year": arrays["tmin"].time.dt.dayofyear}
    return {"etolib f64, xarray": lambda: eto_fao56(**arrays, **place)}


def _refet(data: dict[str, np.ndarray]) -> dict[str, Callable[[], Any]]:
    import refet

    def call() -> Any:
        # refet changes the latitude it is given: a copy each time (small).
        return refet.Daily(
            tmin=data["tmin"],
            tmax=data["tmax"],
            ea=data["ea"],
            rs=data["rs"],
            uz=data["u2"],
            zw=2,
            elev=data["elevation"],
            lat=data["latitude"].copy(),
            doy=data["day_of_year"],
            method="asce",
        ).eto()

    return {"refet": call}


def _pyet(data: dict[str, np.ndarray]) -> dict[str, Callable[[], Any]]:
    import pyet
    import xarray as xr

    arrays = _arrays(data)
    radians = xr.DataArray(np.radians(data["latitude"].ravel()), dims="lat", coords={"lat": arrays["tmin"].lat})
    radians = radians.broadcast_like(arrays["tmin"][0])

    def call() -> Any:
        return pyet.pm_fao56(
            tmean=(arrays["tmin"] + arrays["tmax"]) / 2,
            wind=arrays["u2"],
            rs=arrays["rs"],
            elevation=arrays["elevation"],
            lat=radians,
            tmax=arrays["tmax"],
            tmin=arrays["tmin"],
            ea=arrays["ea"],
        )

    return {"pyet": call}


def _xclim(data: dict[str, np.ndarray]) -> dict[str, Callable[[], Any]]:
    from xclim.indices import potential_evapotranspiration

    arrays = _arrays(data)
    kelvin = {n: (arrays[n] + 273.15).assign_attrs(units="K") for n in ("tmin", "tmax")}
    tmean = ((kelvin["tmin"] + kelvin["tmax"]) / 2).assign_attrs(units="K")
    watts = (arrays["rs"] / 0.0864).assign_attrs(units="W m-2")
    zero = (watts * 0.0).assign_attrs(units="W m-2")
    percent = (arrays["ea"] * 0 + 60.0).assign_attrs(units="%")
    wind = arrays["u2"].assign_attrs(units="m s-1")

    def call() -> Any:
        # xclim is given the four radiation fluxes (here longwave 0): less work than the others do.
        return potential_evapotranspiration(
            tasmin=kelvin["tmin"],
            tasmax=kelvin["tmax"],
            tas=tmean,
            hurs=percent,
            rsds=watts,
            rsus=zero,
            rlds=zero,
            rlus=zero,
            sfcWind=wind,
            method="FAO_PM98",
        ).values

    return {"xclim (given Rn)": call}


def _climate_indices(data: dict[str, np.ndarray]) -> dict[str, Callable[[], Any]]:
    from climate_indices import pm_eto as pm

    shape = data["tmin"].shape
    # It broadcasts nothing: the place is given for every cell, outside the timing.
    radians = np.radians(np.broadcast_to(data["latitude"], shape)).copy()
    elevation, day = (np.broadcast_to(data[n], shape).copy() for n in ("elevation", "day_of_year"))

    def call() -> Any:
        tmin, tmax, ea, rs = (data[n] for n in ("tmin", "tmax", "ea", "rs"))
        tmean = (tmin + tmax) / 2
        gamma = pm.psychrometric_constant(pm.atmospheric_pressure(elevation))
        es = pm.mean_saturation_vapor_pressure(tmin, tmax)
        rso = pm.clear_sky_solar_radiation(pm.extraterrestrial_radiation(radians, day), elevation)
        rn = pm.net_shortwave_radiation(rs) - pm.net_longwave_radiation(tmin, tmax, ea, rs, rso)
        return pm.pm_eto(rn, 0.0 * rn, tmean, data["u2"], es, ea, pm.vapor_pressure_slope(tmean), gamma)

    return {"climate_indices": call}


def _pyfao56(data: dict[str, np.ndarray]) -> dict[str, Callable[[], Any]]:
    from pyfao56 import refet

    shape = data["tmin"].shape
    names = ("elevation", "latitude", "day_of_year", "rs", "tmax", "tmin", "ea", "u2")
    rows = list(zip(*(np.broadcast_to(data[n], shape).ravel()[:PYFAO56_CELLS].tolist() for n in names), strict=True))

    def call() -> Any:
        return [
            refet.ascedaily("S", z, lat, doy, rs, tx, tn, vapr=ea, wndsp=u) for z, lat, doy, rs, tx, tn, ea, u in rows
        ]

    return {"pyfao56": call}


def streaming(size: int, dtype: Any) -> Callable[[], Any]:
    """Return a compiled sum of five arrays: what memory allows for five reads and one write."""
    import numba

    arrays = [np.full(size, value, dtype) for value in range(1, 6)]
    out = np.zeros(size, dtype)

    @numba.njit(nogil=True)
    def add(a, b, c, d, e, out):  # type: ignore[no-untyped-def]
        for i in range(out.size):
            out[i] = a[i] + b[i] + c[i] + d[i] + e[i]

    return lambda: add(*arrays, out)


def measure(calls: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds per call of every round of every contender, after two calls each to compile and warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    repeats = {}
    for name, call in calls.items():
        call()
        repeats[name] = max(1, round(SAMPLE_S / _seconds(call, 1)))
    for _ in range(rounds):
        for name, call in calls.items():
            seconds[name].append(_seconds(call, repeats[name]))
    return seconds


def _seconds(call: Callable[[], Any], repeats: int) -> float:
    begin = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - begin) / repeats


def compare(size: str) -> dict[str, Any]:
    """Return Mcell/s and paired ratios to ``etolib f64`` of all contenders at one size."""
    shape, rounds = SHAPES[size], 3 if quick() else ROUNDS[size]
    cells = math.prod(shape)
    calls = contenders(shape)
    calls |= {"streaming f64": streaming(cells, np.float64), "streaming f32": streaming(cells, np.float32)}
    seconds = measure(calls, rounds)
    if "pyfao56" in seconds:
        seconds["pyfao56"] = [s * cells / PYFAO56_CELLS for s in seconds["pyfao56"]]
    ours = seconds["etolib f64"]
    return {
        "shape": shape,
        "rounds": rounds,
        "mcell_per_s": {n: round(cells / statistics.median(s) / 1e6, 3) for n, s in seconds.items()},
        "time_over_etolib_f64": {
            n: round(statistics.median(a / b for a, b in zip(s, ours, strict=True)), 3) for n, s in seconds.items()
        },
        "f32_over_streaming_f32": round(
            statistics.median(a / b for a, b in zip(seconds["streaming f32"], seconds["etolib f32"], strict=True)),
            3,
        ),
        "f64_over_streaming_f64": round(
            statistics.median(a / b for a, b in zip(seconds["streaming f64"], ours, strict=True)), 3
        ),
    }


# dask and memory ---------------------------------------------------------------------------------------------------


def synthetic_block(block_info: Any = None, *, variable: str) -> np.ndarray:
    """Return one block of made-up weather, cheap to make (for dask.array.map_blocks)."""
    shape = block_info[None]["chunk-shape"]
    return make_weather(variable, shape, block_info[None]["chunk-location"][0])


def make_weather(name: str, shape: tuple[int, ...], step: int) -> np.ndarray:
    """Return made-up weather of a block."""
    low, high = {"tmin": (0, 15), "tmax": (16, 30), "ea": (0.5, 1.5), "rs": (5, 25), "u2": (1, 5)}[name]
    row = np.linspace(low, high, shape[-1]) + 0.001 * (step % 7)
    return np.broadcast_to(row, shape).copy()


def lazy_eto() -> Any:
    """Return the mean ETo of 1e8 lazy cells: five arrays of made-up weather through `eto_fao56`."""
    import dask.array as da
    import xarray as xr

    from etolib.reference import eto_fao56

    chunks = tuple((c,) * (s // c) for s, c in zip(LAZY_SHAPE, LAZY_CHUNK, strict=True))
    dims = ("time", "lat", "lon")
    weather = {
        n: xr.DataArray(da.map_blocks(synthetic_block, variable=n, chunks=chunks, dtype=float), dims=dims)
        for n in ("tmin", "tmax", "ea", "rs", "u2")
    }
    place = {
        "latitude": xr.DataArray(np.linspace(-60.0, 60.0, LAZY_SHAPE[1]), dims="lat"),
        "elevation": xr.DataArray(np.full(LAZY_SHAPE[1:], 200.0), dims=dims[1:]),
        "day_of_year": xr.DataArray(np.arange(LAZY_SHAPE[0]) % 365 + 1.0, dims="time"),
    }
    return eto_fao56(**weather, **place).mean()


def direct_block(step: int) -> float:
    """Return the sum of ETo of one block, made and computed without dask."""
    from etolib.reference import eto_fao56

    weather = {n: make_weather(n, LAZY_CHUNK, step) for n in ("tmin", "tmax", "ea", "rs", "u2")}
    begin = step * LAZY_CHUNK[0]
    day = np.arange(begin, begin + LAZY_CHUNK[0]) % 365 + 1.0
    eto = eto_fao56(
        **weather,
        latitude=np.linspace(-60.0, 60.0, LAZY_SHAPE[1])[None, :, None],
        elevation=np.full((1, *LAZY_SHAPE[1:]), 200.0),
        day_of_year=day[:, None, None],
    )
    return float(eto.sum())


def lazily() -> dict[str, Any]:
    """Return rates of dask (2 threads) and of direct loops (1 and 2 threads) over the same 1e8 cells, and memory."""
    from concurrent.futures import ThreadPoolExecutor

    import dask

    steps = LAZY_SHAPE[0] // LAZY_CHUNK[0]
    begin = time.perf_counter()
    lazy = lazy_eto()
    graph_seconds = time.perf_counter() - begin

    def with_dask() -> float:
        with dask.config.set(scheduler="threads", num_workers=2):
            return float(lazy.compute())

    def with_threads() -> float:
        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(direct_block, range(steps)))

    calls = {
        "dask, 2 threads": with_dask,
        "direct loop, 1 thread": lambda: sum(map(direct_block, range(steps))),
        "direct loop, 2 threads": with_threads,
    }
    seconds = measure(calls, 2 if quick() else 7)
    cells = math.prod(LAZY_SHAPE)
    code = "from benchmarks.kernel import lazy_peak; lazy_peak()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ratios = {
        name: round(statistics.median(a / b for a, b in zip(seconds[name], seconds["dask, 2 threads"], strict=True)), 3)
        for name in calls
    }
    return {
        "cells": cells,
        "chunk_cells": math.prod(LAZY_CHUNK),
        "graph_s": round(graph_seconds, 3),
        "mcell_per_s": {n: round(cells / statistics.median(s) / 1e6, 1) for n, s in seconds.items()},
        "dask_over": ratios,
        "peak_gib": json.loads(done.stdout)["peak_gib"],
    }


def lazy_peak() -> None:
    """Compute the lazy mean with 2 threads and print the peak memory of the process (run in one of its own)."""
    import dask

    with dask.config.set(scheduler="threads", num_workers=2):
        lazy_eto().compute()
    # Not getrusage: its maximum outlives exec, so a child would tell its parent's.
    status = Path("/proc/self/status").read_text()
    kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"peak_gib": round(kib / 2**20, 3)}))


# Import ------------------------------------------------------------------------------------------------------------

POINT = "e.eto_fao56(tmin=10., tmax=20., ea=1., rs=15., u2=2., latitude=40., elevation=0., day_of_year=100)"
TABLE = (
    "days = pandas.date_range('2024-01-01', periods=365);"
    "e.eto(pandas.DataFrame({'tmin': 10., 'tmax': 20.}, index=days), e.Site(40, 0, 100))"
)


def imports() -> dict[str, float]:
    """Return median milliseconds of fresh processes: bare, with etolib, and to a first result."""
    bare = "import numpy, pandas"
    programs = {
        "python, numpy, pandas": bare,
        "the same and import etolib": f"{bare}; import etolib",
        "the same and a first point": f"{bare}; import etolib as e; {POINT}",
        "the same and 365 days of a table": f"{bare}; import etolib as e; {TABLE}",
    }
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(3 if quick() else 9):
        for name, code in programs.items():
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            seconds[name].append(time.perf_counter() - begin)
    return {name: round(statistics.median(s) * 1e3, 1) for name, s in seconds.items()}


def compile_formula() -> None:
    """Compile beforehand, once: a process that works on grids has done so, and no peer's first call counts either."""
    from etolib.reference import eto_fao56

    for dtype in (np.float64, np.float32):
        eto_fao56(**days(SHAPES["1e6"], dtype))


def main() -> None:
    """Measure and write ``benchmarks/results/kernel.{json,md}``."""
    warnings.simplefilter("ignore")
    machine = report.machine()
    names = ("etolib", "numpy", "numba", "xarray", "dask", "refet", "pyet", "pyfao56", "xclim", "climate-indices")
    compile_formula()
    sizes = {size: compare(size) for size in SHAPES if size != "1e7" or not quick()}
    lazy, started = lazily(), imports()
    acceptance = [
        (what, sizes[size]["time_over_etolib_f64"][peer], f">= {least:g}")
        for what, size, peer, least in TARGETS
        if size in sizes and peer in sizes[size]["time_over_etolib_f64"]
    ]
    largest = list(sizes)[-1]
    bare = started["python, numpy, pandas"]
    acceptance += [
        (f"f64 over streaming limit, {largest}", sizes[largest]["f64_over_streaming_f64"], ">= 0.3"),
        (f"f32 over streaming limit, {largest}", sizes[largest]["f32_over_streaming_f32"], "aim 0.6"),
        ("dask 2 threads over direct loop, 1e8", lazy["dask_over"]["direct loop, 1 thread"], ">= 0.7"),
        ("dask 2 threads over direct 2 threads, 1e8", lazy["dask_over"]["direct loop, 2 threads"], "-"),
        ("peak memory of 1e8 lazy cells [GiB]", lazy["peak_gib"], "< 1.5"),
        ("import etolib above numpy and pandas [ms]", round(started["the same and import etolib"] - bare, 1), "<= 800"),
        ("first point above import [ms]", round(started["the same and a first point"] - bare, 1), "<= 1500"),
    ]
    heads = [f"{s} [Mcell/s]" for s in sizes] + [f"{s} time / etolib f64" for s in sizes]
    rows = [
        [n, *(sizes[s]["mcell_per_s"].get(n, "-") for s in sizes)]
        + [sizes[s]["time_over_etolib_f64"].get(n, "-") for s in sizes]
        for n in sizes[largest]["mcell_per_s"]
    ]
    versions = report.versions(names)
    text = "\n".join(
        [
            "# Daily equation beside its peers\n",
            f"{machine}\n",
            f"{versions}\n",
            report.table(("acceptance", "measured", "to reach"), acceptance),
            report.table(("contender", *heads), rows),
            report.table(
                ("1e8 lazy cells", "Mcell/s"), [*lazy["mcell_per_s"].items(), ("graph built in [s]", lazy["graph_s"])]
            ),
            report.table(("fresh process", "ms"), started.items()),
        ]
    )
    data = {"machine": machine, "versions": versions, "quick": quick(), "sizes": sizes, "lazy": lazy, "start": started}
    report.write("kernel", data | {"acceptance": acceptance}, text)


if __name__ == "__main__":
    main()
