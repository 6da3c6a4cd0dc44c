"""Daily ETo of an archive larger than the memory of the cluster that computes it, beside reading and writing alone.

Makes a Zarr archive of simulated weather (1e9 cell-days by default: 20 GB before compression), and runs over it, on a
LocalCluster of two workers that may use 1 GiB each, in turns: (a) reading the five inputs and writing one array of the
output's size, (b) `etolib.archive.eto_archive` with the flags of every input, (c) the same without flags. A ratio is
taken within its round, and the median over the rounds is given; beside the time that passed stands the CPU time of all
processes, because a machine that has other work stretches the first. Peaks of memory are those the system keeps of
each process.

    python -m benchmarks grid              1e9 cell-days (some 10 minutes on 2 cores, 8 GB of disk)
    ETOLIB_BENCH_CELLS=1e7                 another size
    ETOLIB_BENCH_ROUNDS=3                  rounds (2 by default, every second one backwards)
    ETOLIB_BENCH_SEA=0.3                   share of the cells without values (0 by default)
    ETOLIB_BENCH_FOLDER=/big/disk          where the archive is made (a temporary folder by default)
"""

from __future__ import annotations

import math
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report

GRID, CHUNK = (500, 1000), (20, 250, 500)
YEAR = 360
"""Days of weather that are made; a longer archive has them again and again, each as chunks of its own on the disk."""
LIMIT_GIB = 1


def _status(pid: int, key: str) -> float:
    """Return a line of /proc/PID/status [MiB]; VmHWM is the peak since the process began."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024


def _cpu(pids: list[int]) -> float:
    """Return the CPU time of processes, of the kernel on their behalf included. [s]"""
    import psutil

    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


def first_of(first: Any, *_: Any) -> Any:
    """Return the first of several blocks, for which all of them were read, with all digits as what is computed has.

    The few digits of an archive take zstd twice as long to compress: they would flatter what is compared with them.
    """
    return first * first.dtype.type(1.1)


def read_and_write(source: Path, target: Path) -> None:
    """Read every input and write an array of the output's size, as dask does it: the floor of the chain.

    What is written is one of the inputs times a constant.
    """
    import dask.array as da
    import xarray as xr

    from etolib.equations.archive import SIMULATED, open_archive

    weather = open_archive(source)
    arrays = [weather[name].data for name in SIMULATED]
    out = da.map_blocks(first_of, *arrays, dtype=arrays[0].dtype, meta=arrays[0]._meta)
    xr.Dataset({"eto": (weather["tmin"].dims, out)}, coords=weather.coords).to_zarr(target, consolidated=False)


def runs(source: Path) -> dict[str, Callable[[Path], Any]]:
    """Return what is timed: each writes a store."""
    from etolib.equations.archive import eto_archive

    return {
        "read and write": lambda target: read_and_write(source, target),
        "ETo and flags": lambda target: eto_archive(source, target),
        "ETo": lambda target: eto_archive(source, target, with_flags=False),
    }


def _rounds(source: Path, folder: Path, pids: list[int], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return seconds that passed and of CPU of each run, round by round."""
    calls = runs(source)
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for number in range(rounds):
        for name in list(calls) if number % 2 == 0 else reversed(list(calls)):
            target = folder / "out.zarr"
            shutil.rmtree(target, ignore_errors=True)
            begin, cpu = time.perf_counter(), _cpu(pids)
            calls[name](target)
            seconds[name].append((time.perf_counter() - begin, _cpu(pids) - cpu))
            print(f"{name}: {seconds[name][-1][0]:.1f} s, CPU {seconds[name][-1][1]:.1f} s", flush=True)
    return seconds


def make(source: Path, days: int, sea: float) -> None:
    """Write the simulated archive: a year, and copies of its chunks."""
    import dask
    import pandas as pd
    import xarray as xr
    import zarr

    from etolib.equations.archive import SIMULATED, simulate_archive

    with dask.config.set(scheduler="threads", num_workers=2):
        simulate_archive(source, min(days, YEAR), GRID, CHUNK, sea=sea)
    if days <= YEAR:
        return
    group = zarr.open_group(source, mode="r+", use_consolidated=False)
    per_year = YEAR // CHUNK[0]
    for name in SIMULATED:
        group[name].resize((days, *GRID))
        for number in range(per_year, math.ceil(days / CHUNK[0])):
            shutil.copytree(source / name / "c" / str(number % per_year), source / name / "c" / str(number))
    time_ = xr.Dataset(coords={"time": pd.date_range("2000-01-01", periods=days)})
    del group["time"]
    time_.to_zarr(source, mode="a", consolidated=False)


def run(cells: float, folder: Path, workers: int = 2, rounds: int = 2, sea: float = 0.0) -> dict[str, Any]:
    """Make the archive, run over it on a cluster of small workers, and return what was measured."""
    from distributed import Client, LocalCluster

    from etolib.equations.archive import SIMULATED

    days = max(1, round(cells / math.prod(GRID)))
    source = folder / "weather.zarr"
    begin = time.perf_counter()
    make(source, days, sea)
    made = days * math.prod(GRID)
    made_s = time.perf_counter() - begin
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, memory_limit=f"{LIMIT_GIB}GiB", dashboard_address=":0")
        as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        print(f"dashboard: {client.dashboard_link}", flush=True)
        of_workers = sorted(client.run(os.getpid).values())
        pids = [os.getpid(), *of_workers]
        _warm(folder)
        seconds = _rounds(source, folder, pids, rounds)
        peaks = {"client and scheduler": _status(pids[0], "VmHWM"),
                 **{f"worker {i + 1}": _status(pid, "VmHWM") for i, pid in enumerate(of_workers)}}  # fmt: skip
    size = {name: sum(f.stat().st_size for f in path.rglob("*") if f.is_file())
            for name, path in (("archive", source), ("result", folder / "out.zarr"))}  # fmt: skip
    base = seconds["read and write"]
    return {
        "cell_days": made,
        "cells_without_values": sea,
        "archive_gb_uncompressed": round(made * len(SIMULATED) * 4 / 1e9, 2),
        "archive_gb_on_disk": round(size["archive"] / 1e9, 2),
        "chunk": CHUNK,
        "workers": workers,
        "worker_memory_limit_mib": LIMIT_GIB * 1024,
        "made_in_s": round(made_s, 1),
        "seconds": {n: [round(s, 2) for s, _ in all_] for n, all_ in seconds.items()},
        "cpu_seconds": {n: [round(s, 2) for _, s in all_] for n, all_ in seconds.items()},
        "mcell_per_s": {n: round(made / statistics.median(s for s, _ in all_) / 1e6, 2) for n, all_ in seconds.items()},
        "over_reading_and_writing": {
            name: {what: _ratio(all_, base, at) for at, what in enumerate(("time", "cpu"))}
            for name, all_ in seconds.items()
        },
        "peak_memory_mib": {name: round(peak) for name, peak in peaks.items()},
    }


def _ratio(own: list[tuple[float, float]], base: list[tuple[float, float]], at: int) -> float:
    return round(statistics.median(a[at] / b[at] for a, b in zip(own, base, strict=True)), 3)


def _warm(folder: Path) -> None:
    """Let every worker import what it needs and compile the equation, which an archive pays once."""
    from etolib.equations.archive import simulate_archive

    small = folder / "small.zarr"
    simulate_archive(small, 4 * CHUNK[0], (CHUNK[1], CHUNK[2]), CHUNK)
    for call in runs(small).values():
        target = folder / "warm.zarr"
        call(target)
        shutil.rmtree(target)
    shutil.rmtree(small)


def main() -> None:
    """Measure and write ``benchmarks/results/grid.{json,md}``."""
    cells = float(os.environ.get("ETOLIB_BENCH_CELLS", "1e9"))
    rounds = int(os.environ.get("ETOLIB_BENCH_ROUNDS", "2"))
    sea = float(os.environ.get("ETOLIB_BENCH_SEA", "0"))
    machine = report.machine()
    with tempfile.TemporaryDirectory(dir=os.environ.get("ETOLIB_BENCH_FOLDER")) as folder:
        figures = run(cells, Path(folder), rounds=rounds, sea=sea)
    versions = report.versions(("etolib", "numpy", "numba", "xarray", "dask", "distributed", "zarr"))
    text = "\n".join(
        [
            "# Archive larger than memory\n",
            "The weather is simulated.\n",
            f"{machine}\n",
            f"{versions}\n",
            report.table(("what", "value"), figures.items()),
        ]
    )
    report.write("grid", {"machine": machine, "versions": versions, "figures": figures}, text)


if __name__ == "__main__":
    main()
