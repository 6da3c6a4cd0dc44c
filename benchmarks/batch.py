"""A batch on a scheduler and workers of its own: time, peak memory of each process, what is computed after kills.

    python -m benchmarks.batch --places 1000 10000 --days 365 --kill  # climatology, no network
    python -m benchmarks.batch --places 1000 --days 30 --simulator  # a weather server that enforces the limits

With ``--kill`` client, a worker and the scheduler are killed (SIGKILL) at three moments chosen by ``--seed``, each time
started again with ``--resume``, and the arrays compared with those of an undisturbed run, byte by byte.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import report

_QUIET = ("--no-dashboard",)


class Cluster:
    """A scheduler and its workers as processes of their own."""

    def __init__(self, workers: int) -> None:
        self.peaks: dict[str, int] = {}
        self.workers: list[Any] = []
        self.start(workers)

    def start(self, workers: int) -> None:
        """Start the scheduler and workers."""
        self.scheduler = _process("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *_QUIET)
        line = next(line for line in self.scheduler.stderr if "Scheduler at:" in line)
        self.address = re.search(r"tcp://\S+", line)[0]  # type: ignore[index]
        for _ in range(workers):
            self.add()

    def add(self) -> None:
        """Start one more worker."""
        command = ("distributed.cli.dask_worker", self.address, "--no-nanny", "--nthreads", "1", *_QUIET)
        self.workers.append(_process(*command, "--preload", "etolib.pipeline", silent=True))

    def look(self) -> None:
        """Note the peak memory of each process so far."""
        _peak(self.peaks, "scheduler", self.scheduler)
        for worker in self.workers:
            _peak(self.peaks, "worker", worker)

    def stop(self) -> None:
        """Kill all."""
        for process in (self.scheduler, *self.workers):
            process.kill()
            process.wait()
        self.workers.clear()


def _process(*command: str, silent: bool = False) -> Any:
    error = subprocess.DEVNULL if silent else subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", *command], stderr=error, text=True)


def _peak(peaks: dict[str, int], name: str, process: Any) -> None:
    """Take the high-water mark of a process [kB]."""
    with contextlib.suppress(OSError, AttributeError):
        status = Path(f"/proc/{process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+)", status)
        if found:
            peaks[name] = max(peaks.get(name, 0), int(found[1]))


def _run(cluster: Cluster, arguments: Sequence[str], store: Path, kill: str | None, after: int) -> bool:
    """Run the command, and kill a process once ``after`` more lots are marked; return whether it ended by itself."""
    before = len(list((store / "journal").glob("lot-*.json")))
    client = _process(
        "etolib", "batch", *arguments, "-o", str(store), "--resume", "--scheduler", cluster.address, silent=True
    )
    while client.poll() is None:
        time.sleep(0.05)
        cluster.look()
        _peak(cluster.peaks, "client", client)
        if kill and len(list((store / "journal").glob("lot-*.json"))) - before >= after:
            victim = {"client": client, "worker": cluster.workers[0], "scheduler": cluster.scheduler}[kill]
            victim.kill()
            victim.wait()
            if kill == "worker":
                cluster.workers.pop(0)
                cluster.add()
            kill = None if kill == "worker" else "gone"
            if kill == "gone":
                client.kill()  # who lost its scheduler ends with a sentence after half a minute; not waited for here
                client.wait()
                return False
    return client.returncode in (0, 3)


def _checksums(store: Path) -> dict[str, str]:
    files = (file for file in sorted(store.rglob("*")) if file.is_file() and "journal" not in file.parts)
    return {str(file.relative_to(store)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@contextlib.contextmanager
def _provider(simulator: bool) -> Iterator[Any]:
    """Have a weather server that enforces the limits, or none."""
    if not simulator:
        yield None
        return
    from tests.simulator.server import WeatherServer

    with WeatherServer(today="2024-07-01", limits=True) as server:
        os.environ.update(server.environment())
        yield server


def _places(path: Path, count: int) -> None:
    """Write a table of made-up places in the south of Brazil and the Chaco, on land."""
    from etolib.sources.climatology import is_land

    random_ = random.Random(1)
    made = ((round(random_.uniform(-30, -12), 4), round(random_.uniform(-60, -48), 4)) for _ in itertools.count())
    found = itertools.islice((place for place in made if is_land(*place)), count)
    rows = (f"p{i},{latitude},{longitude},400\n" for i, (latitude, longitude) in enumerate(found))
    path.write_text("name,lat,lon,elevation\n" + "".join(rows))


def measure(places: int, days: int, *, simulator: bool, kill: bool, workers: int, seed: int) -> dict[str, Any]:
    """Run one batch (two, where something is killed) and return the figures."""
    from etolib.store.store import Store

    folder = Path(tempfile.mkdtemp(prefix="etolib-bench-"))
    figures: dict[str, Any] = {"places": places, "days": days, "workers": workers}
    try:
        with _provider(simulator) as server:
            os.environ |= {"ETOLIB_CACHE_DIR": str(folder / "cache"), "ETOLIB_TODAY": "2024-07-01"}
            _places(folder / "places.csv", places)
            end = f"{2024 if simulator else 2023}-{'05-31' if simulator else '12-31'}"
            import datetime as dt

            first = dt.date.fromisoformat(end) - dt.timedelta(days=days - 1)
            arguments = [str(folder / "places.csv"), "--period", f"{first}/{end}"]
            arguments += [] if simulator else ["--sources", "climatology"]
            os.environ["DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED"] = "False"  # it keeps some of every task for ever
            begun = time.monotonic()
            cluster = Cluster(workers)
            _run(cluster, arguments, folder / "a.zarr", None, 0)
            figures["seconds"] = round(time.monotonic() - begun, 1)
            figures["peak_MB"] = {name: round(kB / 1024) for name, kB in sorted(cluster.peaks.items())}
            figures["disk_MB"] = round(sum(f.stat().st_size for f in (folder / "a.zarr").rglob("*")) / 1e6, 1)
            store = Store.open(folder / "a.zarr")
            figures["lots"] = store.order.count
            figures["states"] = {str(code): int((store.states() == code).sum()) for code in range(4)}
            figures["failures"] = _failures(store)
            ends = [line for line in store.log() if line["event"] == "end" and not line["again"]]
            figures["cpu_ms_per_place"] = round(1e3 * sum(e["cpu"] for e in ends) / sum(e["places"] for e in ends), 1)
            figures["places_of_a_lot"] = store.order.lot
            if server is not None:
                figures["refused"] = sum(call.status == 429 for call in server.calls())
                figures["requests"] = len(server.calls())
            if kill:
                figures |= _killed(cluster, arguments, folder, store.order.count, workers, seed)
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def _failures(store: Any) -> dict[str, int]:
    """Return how many places failed or lack a source, by reason."""
    said = store.failures((2, 3)).values()
    return dict(Counter(f"{one.get('error')} {one.get('source')}: {one.get('message')}"[:300] for one in said))


def _killed(
    cluster: Cluster, arguments: Sequence[str], folder: Path, lots: int, workers: int, seed: int
) -> dict[str, Any]:
    """Run it again with three kills."""
    from etolib.store.store import Store

    moments = random.Random(seed)
    path, times = folder / "b.zarr", []
    for victim in ("client", "worker", "scheduler"):
        after = moments.randint(1, max(1, lots // 4))
        times.append(after)
        ended = _run(cluster, arguments, path, victim, after)
        if victim == "scheduler" and not ended:
            cluster.stop()
            cluster.start(workers)
    _run(cluster, arguments, path, None, 0)
    ends = [line["lot"] for line in Store.open(path).log() if line["event"] == "end"]
    return {
        "killed_after_lots": times,
        "lots_computed_to_their_end": len(ends),
        "lots_computed_twice": len(ends) - len(set(ends)),
        "bit_identical": _checksums(folder / "a.zarr") == _checksums(path),
    }


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and write ``benchmarks/results/batch.{json,md}``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, nargs="+", default=[1000])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--simulator", action="store_true")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(list(arguments))
    machine, rows = report.machine(), []
    for places in chosen.places:
        rows.append(
            measure(places, chosen.days, simulator=chosen.simulator, kill=chosen.kill, workers=chosen.workers,
                    seed=chosen.seed)
        )  # fmt: skip
        print(rows[-1], flush=True)
    shown = [(name, *(str(row.get(name)) for row in rows)) for name in rows[-1]]
    text = f"# Batch\n\n{machine}\n\n" + report.table(("what", *(f"{row['places']} places" for row in rows)), shown)
    name = "batch_simulator" if chosen.simulator else "batch"
    report.write(name, {"machine": machine, "figures": rows}, text)


if __name__ == "__main__":
    main(sys.argv[1:])
