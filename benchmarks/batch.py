"""A batch on a scheduler and workers of its own: time, peak memory of each process, what is computed after kills.

    python -m benchmarks.batch --places 1000 10000 --lot 100  # climatology of a year, no network
    python -m benchmarks.batch --places 2000 --kill 3  # the same, with kills
    python -m benchmarks.batch --places 1000 --days 30 --simulator --kill 3  # a weather server that enforces the limits
    python -m benchmarks.batch --places 10000 --cached  # answers of two sources that lie in the cache

With ``--kill N`` client, worker and scheduler are killed (SIGKILL) in turn at N moments chosen by ``--seed``, and the
command is started again with ``--resume``. Then the arrays are compared byte by byte with those of a run that nothing
happened to (of the answers in the cache, where there is a weather server), the markers of the lots that were finished
at a kill with what they were then, and the requests are counted.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import itertools
import math
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import batch_cached, report
from benchmarks.batch_run import Run, checksums, moments
from benchmarks.processes import Cluster

_TODAY = "2024-07-01"


@contextlib.contextmanager
def _provider(chosen: argparse.Namespace) -> Iterator[Any]:
    """Have a weather server that enforces the limits, one that does not, or none."""
    if not chosen.simulator and not chosen.cached:
        yield None
        return
    from tests.simulator.server import WeatherServer

    with WeatherServer(today=_TODAY, limits=chosen.simulator) as server:
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


def measure(places: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run one batch (two, where something is killed) and return the figures."""
    from etolib.store.order import lot_size

    folder = Path(tempfile.mkdtemp(prefix="etolib-bench-"))
    # The profiler of dask keeps some of every task for ever.
    os.environ |= {
        "ETOLIB_CACHE_DIR": str(folder / "cache"),
        "ETOLIB_TODAY": _TODAY,
        "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    }
    lot = chosen.lot or lot_size(places, chosen.days)
    lots = math.ceil(places / lot)
    figures: dict[str, Any] = {"places": places, "days": chosen.days, "places of a lot": lot, "lots": lots}
    try:
        with _provider(chosen) as server:
            table = folder / "places.csv"
            _places(table, places)
            end = dt.date.fromisoformat("2024-05-31" if chosen.simulator else "2023-12-31")
            period = f"{end - dt.timedelta(days=chosen.days - 1)}/{end}"
            arguments = [str(table), "--period", period, "--lot", str(lot)]
            arguments += ["--sources", "climatology"] if server is None else []
            if chosen.cached:
                batch_cached.fill(table, period, chosen.workers)
                figures |= batch_cached.read(table, period, chosen.workers)
                server.forget()
            one = Run(arguments, folder / "a.zarr", lots, moments(chosen.kill, lots, chosen.seed))
            figures |= _figures(one, chosen.workers) | _asked(server, one.killed_at)
            if chosen.cached:
                spent = sum(cpu for name, cpu in figures["CPU of all processes [s]"].items() if "worker" in name)
                for what in ("bytes", "tables"):
                    wall, cpu = (max(figures[f"reading {what}, {unit} [s]"], 0.1) for unit in ("wall", "CPU"))
                    figures[f"batch / reading {what}, wall"] = round(figures["seconds"] / wall, 1)
                    figures[f"workers / reading {what}, CPU"] = round(spent / cpu, 1)
            if chosen.kill:
                if server is not None:
                    server.forget()
                other = Run(arguments, folder / "b.zarr", lots)
                undisturbed = _figures(other, chosen.workers) | _asked(server, [])
                names = (
                    "seconds",
                    "peak [MB]",
                    "largest worker at each tenth [MB]",
                    "CPU of a place in its lot [ms]",
                    "requests",
                )
                figures |= {f"undisturbed: {name}": undisturbed[name] for name in names if name in undisturbed}
                figures["bit-identical"] = checksums(one.store) == checksums(other.store)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def _figures(run: Run, workers: int) -> dict[str, Any]:
    """Run it on a cluster of its own, and return what it took."""
    from etolib.store.store import Store

    load = os.getloadavg()[0]
    run.cluster = Cluster(workers)
    try:
        seconds = run.to_its_end()
        peaks, cpu = run.cluster.peaks, run.cluster.cpu
    finally:
        run.cluster.stop()
    store = Store.open(run.store)
    states = store.states()
    ends = [line for line in store.log() if line["event"] == "end" and not line["again"]]
    places = sum(line["places"] for line in ends)
    found = {
        "seconds": round(seconds, 1),
        "load before and after": [round(one, 1) for one in (load, os.getloadavg()[0])],
        "CPU of a place in its lot [ms]": round(1e3 * sum(line["cpu"] for line in ends) / places, 1),
        "CPU of all processes [s]": {name: round(one) for name, one in sorted(cpu.items())},
        "peak [MB]": {name: round(one) for name, one in sorted(peaks.items())},
        "largest worker at each tenth [MB]": run.course,
        "disk [MB]": round(sum(file.stat().st_size for file in run.store.rglob("*")) / 1e6, 1),
        "places done, partial, failed": [int((states == code).sum()) for code in (1, 2, 3)],
    }
    if run.killed:
        found |= {"killed": run.killed} | run.computed()
    if failures := store.failures((2, 3)).values():
        said = Counter(f"{one.get('error')} {one.get('source')}: {one.get('message')}"[:300] for one in failures)
        found["failures"] = dict(said)
    return found


def _asked(server: Any, killed_at: Sequence[float]) -> dict[str, int]:
    """Return how many requests there were, how many of them were refused, and how many were asked before.

    What a killed process had in hand is asked again: those whose answer had come a second before any kill are counted
    by themselves.
    """
    if server is None:
        return {}
    first: dict[tuple[str, str, str], float] = {}
    again = []
    for call in server.calls():
        key = call.provider, call.path, call.query
        if key in first:
            again.append(first[key])
        elif call.status == 200 and call.finished is not None:
            first[key] = call.finished
    in_hand = sum(any(kill - 1 < finished < kill + 1 for kill in killed_at) for finished in again)
    return {
        "requests": len(server.calls()),
        "requests refused": sum(call.status == 429 for call in server.calls()),
        "requests asked again": len(again),
        "of them not in hand at a kill": len(again) - in_hand,
    }


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and write ``benchmarks/results/batch*.{json,md}``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, nargs="+", default=[1000])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--lot", type=int, help="places of a lot; by default as etolib batch chooses")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--simulator", action="store_true")
    parser.add_argument("--cached", action="store_true")
    parser.add_argument("--kill", type=int, nargs="?", const=3, default=0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(list(arguments))
    machine, rows = report.machine(), []
    for places in chosen.places:
        rows.append(measure(places, chosen))
        print(rows[-1], flush=True)
    shown = [(name, *(str(row.get(name)) for row in rows)) for name in rows[-1]]
    text = f"# Batch\n\n{machine}\n\n" + report.table(("what", *(f"{row['places']} places" for row in rows)), shown)
    name = "_".join(["batch", *(what for what in ("simulator", "cached", "kill") if getattr(chosen, what))])
    report.write(name, {"machine": machine, "figures": rows}, text)


if __name__ == "__main__":
    main(sys.argv[1:])
