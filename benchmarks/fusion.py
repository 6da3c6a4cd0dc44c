"""Speed of the fusion: location-days per second of the compiled filter, and of the whole pass with the equation.

Simulated weather for 1,000 places and 30 years, a reference on every third place. One thread. The compilation is not
counted: each contender runs once on a small part first.

    python -m benchmarks fusion
    ETOLIB_BENCH_PLACES=100                another number of places
"""

from __future__ import annotations

import os
import time

import numpy as np

from benchmarks import report
from etolib.fusion import bias
from etolib.fusion.arrays import fuse_arrays
from etolib.fusion.equation import wind_slope

DAYS = 10_958  # 30 years
ROUNDS = 5
TARGET = 1e6  # location-days per second
STEP = 50  # places a call: the arrays of one call stay small


def weather(places: int) -> dict[str, np.ndarray]:
    """Return simulated inputs of some places."""
    rng = np.random.default_rng(7)
    shape = (DAYS, places)
    tmin = rng.uniform(12, 24, shape)
    return {
        "tmin": tmin,
        "tmax": tmin + rng.uniform(4, 14, shape),
        "ea": rng.uniform(0.8, 2.2, shape),
        "rs": rng.uniform(8, 26, shape),
        "u2": rng.uniform(0.5, 4, shape),
    }


def main() -> None:
    """Measure and write the report."""
    import numba

    numba.set_num_threads(1)
    places = int(os.environ.get("ETOLIB_BENCH_PLACES", "1000"))
    step = min(STEP, places)
    part = weather(step)
    where = {"latitude": np.linspace(-30, 5, step), "elevation": np.linspace(0, 900, step)}
    day = np.arange(DAYS) % 365 + 1
    free = fuse_arrays(**part, **where, day_of_year=day, reference=np.full((DAYS, step), np.nan))
    reference = np.where(np.arange(step) % 3 == 0, 0.9 * free.eto, np.nan)
    slope = wind_slope(free.eto, 0.9 * free.eto)
    calls = max(places // step, 1)
    contenders = {
        "filter": lambda: bias.track(free.eto, slope, reference, day),
        "equation twice, filter, correction, interval": lambda: fuse_arrays(
            **part, **where, day_of_year=day, reference=reference
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for run in contenders.values():
        run()
    for _ in range(ROUNDS):
        for name, run in contenders.items():
            start = time.perf_counter()
            for _ in range(calls):
                run()
            seconds[name].append(time.perf_counter() - start)
    count = calls * step * DAYS
    rate = {name: count / float(np.median(times)) for name, times in seconds.items()}
    rows = [(name, f"{count:,}", f"{value / 1e6:.2f}", value >= TARGET) for name, value in rate.items()]
    data = {
        "machine": report.machine(),
        "versions": report.versions(["etolib", "numpy", "numba"]),
        "location_days": count,
        "seconds": seconds,
        "location_days_per_second": rate,
        "target": TARGET,
    }
    text = "# Fusion\n\n" + report.table(("what", "location-days", "million a second", "1 million met"), rows)
    report.write("fusion", data, text)


if __name__ == "__main__":
    main()
