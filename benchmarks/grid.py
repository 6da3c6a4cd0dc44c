"""Daily ETo of an archive larger than the memory of the cluster that computes it.

Makes a Zarr archive of simulated weather (1e9 cell-days by default: 20 GB before compression), then runs
`etolib.archive.eto_archive` on a LocalCluster whose workers may use 1 GiB each, and reports rate and peak memory of all
processes. The dashboard link is printed when it starts.

    python -m benchmarks grid              1e9 cell-days (some 4 minutes on 2 cores, 4 GB of disk)
    ETOLIB_BENCH_CELLS=1e7                 another size
    ETOLIB_BENCH_FOLDER=/big/disk          where the archive is made (a temporary folder by default)
"""

from __future__ import annotations

import math
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks import report

GRID, CHUNK = (500, 1000), (20, 250, 500)


class PeakMemory:
    """The largest sum of the memory of this process and its children, looked at ten times a second."""

    def __init__(self) -> None:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        import psutil

        me = psutil.Process()
        while not self._stop.wait(0.1):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, total)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()


def run(cells: float, folder: Path, workers: int = 2) -> dict[str, Any]:
    """Make the archive, compute it on a cluster of small workers, and return what was measured."""
    import dask
    from distributed import Client, LocalCluster

    from etolib.equations.archive import SIMULATED, eto_archive, simulate_archive

    days = max(1, round(cells / math.prod(GRID)))
    source = folder / "weather.zarr"
    begin = time.perf_counter()
    with dask.config.set(scheduler="threads", num_workers=2):
        simulate_archive(source, days, GRID, CHUNK)
    made = days * math.prod(GRID)
    made_s = time.perf_counter() - begin
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, memory_limit="1GiB", dashboard_address=":0") as cluster,
        Client(cluster) as client,
        PeakMemory() as memory,
    ):
        print(f"dashboard: {client.dashboard_link}", flush=True)
        begin = time.perf_counter()
        result = eto_archive(source, folder / "eto.zarr")
        seconds = time.perf_counter() - begin
        mean = float(result["eto"].isel(time=0).mean().compute())
    size = sum(f.stat().st_size for f in source.rglob("*") if f.is_file())
    return {
        "cell_days": made,
        "archive_gb_uncompressed": round(made * len(SIMULATED) * 4 / 1e9, 2),
        "archive_gb_on_disk": round(size / 1e9, 2),
        "chunk_cells": math.prod(CHUNK),
        "workers": workers,
        "worker_memory_limit_gib": 1,
        "made_in_s": round(made_s, 1),
        "computed_in_s": round(seconds, 1),
        "mcell_per_s": round(made / seconds / 1e6, 2),
        "peak_memory_gib_all_processes": round(memory.peak / 2**30, 2),
        "mean_eto_first_day": round(mean, 3),
    }


def main() -> None:
    """Measure and write ``benchmarks/results/grid.{json,md}``."""
    cells = float(os.environ.get("ETOLIB_BENCH_CELLS", "1e9"))
    machine = report.machine()
    with tempfile.TemporaryDirectory(dir=os.environ.get("ETOLIB_BENCH_FOLDER")) as folder:
        figures = run(cells, Path(folder))
    versions = report.versions(("etolib", "numpy", "numba", "xarray", "dask", "distributed", "zarr"))
    text = "\n".join(
        [
            "# Archive larger than memory\n",
            f"{machine}\n",
            f"{versions}\n",
            report.table(("what", "value"), figures.items()),
        ]
    )
    report.write("grid", {"machine": machine, "versions": versions, "figures": figures}, text)


if __name__ == "__main__":
    main()
