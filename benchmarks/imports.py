"""What the first use costs: fresh processes, this checkout and another one in turn, medians.

    python -m benchmarks.imports                      # this checkout
    python -m benchmarks.imports --before OTHER       # and one to compare with
    python -m benchmarks.imports --python .venv-core/bin/python

On a machine that is busy `--cpu` shows the time of the processor instead. A process that only starts is measured with
them and taken off: Python itself is nobody's import. Byte code is written beforehand, as an installation has it.
`tests/test_project.py` holds what must not be imported; no test holds a time.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent

STEPS = {
    "nothing": "pass",
    "import etolib": "import etolib",
    "first `etolib.compute`": "import etolib; etolib.compute",
    "first plain equation": "import etolib; etolib.eto_fao56(tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, u2=2.078, "
    "latitude=50.8, elevation=100.0, day_of_year=187)",
    "first table": "import etolib, pandas as pd; etolib.eto(pd.DataFrame({'tmin': [10.0], 'tmax': [20.0]}, "
    "index=pd.DatetimeIndex(['2024-01-01'])), etolib.Site(9.0, 9.0, 9.0))",
}


def seconds(python: str, checkout: Path, code: str, cache: str, *, cpu: bool) -> float:
    """Return how long a fresh process takes that runs the code with a checkout, or its processor. [s]"""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(checkout), "PYTHONPYCACHEPREFIX": cache}
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([python, "-c", code], env=environment, cwd=cache, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if cpu:
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begin


def measured(python: str, checkouts: dict[str, Path], times: int, *, cpu: bool) -> dict[str, dict[str, float]]:
    """Return the median of each step [s] by checkout, each time in turn; the empty process is taken off."""
    found: dict[str, dict[str, list[float]]] = {name: {step: [] for step in STEPS} for name in checkouts}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(times + 1):
            for step, code in STEPS.items():
                for name, checkout in checkouts.items():
                    took = seconds(python, checkout, code, folder, cpu=cpu)
                    if turn:  # the first turn writes the byte code
                        found[name][step].append(took)
    medians = {name: {step: statistics.median(all_) for step, all_ in steps.items()} for name, steps in found.items()}
    return {name: {step: took - steps["nothing"] for step, took in steps.items()} for name, steps in medians.items()}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=Path, help="another checkout")
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--cpu", action="store_true", help="time of the processor, not of the clock")
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    checkouts = {"here": HERE} | ({"before": options.before.resolve()} if options.before else {})
    found = measured(options.python, checkouts, options.times, cpu=options.cpu)
    print(f"{'median of ' + str(options.times):<24}" + "".join(f"{name:>12}" for name in found))
    for step in STEPS:
        if step != "nothing":
            row = [steps[step] for steps in found.values()]
            ratio = f"   {row[0] / row[1]:.2f}" if len(row) > 1 else ""
            print(f"{step:<24}" + "".join(f"{1000 * took:>9.0f} ms" for took in row) + ratio)


if __name__ == "__main__":
    main()
