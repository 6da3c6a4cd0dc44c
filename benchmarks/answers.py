"""CPU time to read the same answers of the first six sources, recorded ones and a year of the simulator's.

With ``--before FOLDER``, a checkout of an earlier version, the same bytes are read there as well, in turns; the best of
the turns counts. The time of the process, not of the clock: other work of the machine counts little. Recorded answers
are those of ``ETOLIB_SHARED`` (tests/shared.py); without them the simulator's alone are read.

    python -m benchmarks.answers --before ../earlier
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import report

ROOT = Path(__file__).resolve().parent.parent
TURNS, BATCHES, LEAST = 3, 7, 0.05
"""Processes of each version, batches in each, and how long a batch lasts at least. [s]"""
RECORDED = {
    "NASA POWER, 30 days": "nasa_power/point_daily_ag_v2.5.9_raw.json",
    "MET Norway, compact": "met_norway/lat39.9lon116.4altitudeNone_compact.json",
    "MET Norway, complete": "met_norway/lat51.5lon-0.1altitude25_complete.json",
    "NWS grid": "nws/gridpoints_TAE_58_65.json",
    "NWS stations": "nws/gridpoints_stations_ILN.json",
    "NWS point": "nws/points_30_-85.json",
}


def bodies(folder: Path) -> None:
    """Write the answers that are read into a folder."""
    import etolib
    from tests.shared import shared_root
    from tests.simulator import WeatherServer

    root = shared_root()
    for name, path in RECORDED.items() if root.exists() else ():
        (folder / name).write_bytes((root / "fixtures" / path).read_bytes())
    with WeatherServer(today="2024-07-01") as server, tempfile.TemporaryDirectory() as cache:
        os.environ.update(server.environment())
        with etolib.set_options(cache_dir=cache, today="2024-07-01", contact="bench@example.org", beside=False):
            year = etolib.compute((-22.7, -47.6, 550.0), "2023").provenance["sources"]
            days = etolib.compute((-22.7, -47.6, 550.0), "2024-06-20/2024-07-10").provenance["sources"]
            usa = etolib.compute((40.02, -105.27, 1655.0), "2024-06-27/2024-06-29").provenance["sources"]
        wanted = {
            "NASA POWER, a year": year["nasa_power"],
            "Open-Meteo archive, a year": year["open_meteo_archive"],
            "Open-Meteo forecast, 15 days": days["open_meteo_forecast"],
            "NWS observations, a day": usa["nws_stations"],
        }
        for name, meta in wanted.items():
            with urllib.request.urlopen(meta["url"]) as answer:
                (folder / name).write_bytes(answer.read())


def reader(name: str) -> Callable[[bytes], Any]:
    """Return what reads an answer in the version on the path."""
    from etolib.sources import met_norway, nasa_power, nws, nws_forecast, nws_stations, open_meteo

    if name == "NASA POWER, 30 days":
        return lambda body: nasa_power.parse(body, ("T2M",))
    return {
        "NASA": nasa_power.parse, "Open-Meteo": open_meteo.parse, "MET": met_norway.parse,
        "NWS grid": nws_forecast.parse_grid, "NWS stations": nws_stations.parse_stations,
        "NWS observations, a day": nws_stations.parse_observations, "NWS point": nws.parse_point,
    }[name if name.startswith("NWS") else name.split()[0]]  # fmt: skip


def measure(folder: Path) -> dict[str, float]:
    """Return the shortest CPU time to read each answer. [s]"""
    found = {}
    for path in sorted(folder.iterdir()):
        read, body = reader(path.name), path.read_bytes()
        read(body)
        begun = time.process_time()
        read(body)
        count = max(1, round(LEAST / max(time.process_time() - begun, 1e-5)))
        best = float("inf")
        for _ in range(BATCHES):
            begun = time.process_time()
            for _ in range(count):
                read(body)
            best = min(best, (time.process_time() - begun) / count)
        found[path.name] = best
    return found


def main(arguments: Sequence[str] = ()) -> None:
    """Measure, compare and write ``benchmarks/results/answers.{json,md}``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("--before", help="a checkout of an earlier version, measured in the same run")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.measure:
        print(json.dumps(measure(Path(chosen.measure))))
        return
    trees = {"now": ROOT} | ({"before": Path(chosen.before).resolve()} if chosen.before else {})
    best: dict[str, dict[str, float]] = {name: {} for name in trees}
    with tempfile.TemporaryDirectory() as folder:
        bodies(Path(folder))
        for _ in range(TURNS):
            for name, tree in trees.items():
                script = [sys.executable, str(Path(__file__)), "--measure", folder]
                environment = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
                done = subprocess.run(script, env=environment, cwd=tree, check=True, stdout=subprocess.PIPE, text=True)
                for what, seconds in json.loads(done.stdout).items():
                    best[name][what] = min(seconds, best[name].get(what, seconds))
    rows = []
    for what, now in best["now"].items():
        then = best["before"][what] if chosen.before else float("nan")
        rows.append((what, f"{1e3 * then:.2f}", f"{1e3 * now:.2f}", f"{now / then:.2f}"))
    text = "# CPU time to read an answer [ms]\n\n" + report.table(("answer", "before", "now", "now / before"), rows)
    report.write("answers", {"machine": report.machine(), "seconds": best}, text + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
