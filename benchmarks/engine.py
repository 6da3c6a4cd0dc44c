"""CPU time of the engine per place-year: checks, choice, equation, interval, quality; the data are in memory.

Places of two sources with faults, and places of the climatology alone, for 365 days: one place alone with its tables,
and lots of up to 1,000 places as arrays. The time of this process, not of the clock: other work of the machine counts
little. With ``--before FOLDER``, a checkout of an earlier version, the same is measured there in the same run, and all
its numbers are compared with those of this one.

    python -m benchmarks.engine --before ../earlier
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report

LOTS = {"two sources": (1, 100, 1000), "climatology": (1, 100, 1000)}
ROUNDS = 3
DAYS = 365
ROOT = Path(__file__).resolve().parent.parent


def places(kind: str, count: int) -> list[tuple[Any, Any, Any]]:
    """Return request, plan and answers of some places; 40 are different, the others lie beside them."""
    from etolib.request import Request
    from etolib.site import Site
    from etolib.sources import catalogue, plan
    from etolib.sources.base import SourceData
    from etolib.sources.download import Download
    from etolib.sources.elevation import Elevation
    from tests.fusion import simulated

    found = []
    known: list[dict[str, Any]] = []
    for number in range(count):
        site = Site(-10.0 - 0.01 * (number % 40), -52.0 - 0.01 * (number // 40), 300.0)
        request = Request(site, ("2023-01-01", "2023-12-31"))
        if kind == "climatology":
            answers = {"climatology": catalogue.provider("climatology").fetch(site, request.period)}
        else:
            if number < 40:
                frames = simulated.place("2023-01-01", "2023-12-31", site, number)[0]
                rng = np.random.default_rng(number)
                for frame in frames.values() if number % 4 == 0 else ():
                    first = int(rng.integers(0, 300))
                    frame.iloc[first : first + 20] = np.nan
                    frame.loc[frame.index[rng.random(DAYS) < 0.01], "tmax"] += 16.0
                known.append({name: frame.assign(kind="observed") for name, frame in frames.items()})
            answers = {name: SourceData(name, frame) for name, frame in known[number % 40].items()}
        answered = Download(site, Elevation(300.0, "given"), answers, ())
        found.append((request, plan.make(request), answered))
    return found


def runners() -> dict[str, Callable[[list[Any]], Any]]:
    """Return how this version computes places with their tables one by one, and as a lot of arrays."""
    from etolib import pipeline

    progress = pipeline._Progress(None, None)
    if not hasattr(pipeline, "run_lot_arrays"):  # before the engine: five functions of one place

        def one_by_one(asked: list[Any]) -> list[Any]:
            results = []
            for request, plan, answered in asked:
                checked = pipeline.check(plan, answered, progress)  # type: ignore[call-arg]
                fused = pipeline.fuse(request, plan, answered, checked, progress)  # type: ignore[call-arg]
                results.append(pipeline.grade(request, plan, answered, checked, fused, progress))  # type: ignore
            return results

        return {"tables": one_by_one, "arrays": one_by_one}

    from etolib.result.lot import Asked

    def blocks(asked: list[Any]) -> list[Any]:
        every = {number: Asked(*one) for number, one in enumerate(asked)}
        made: list[Any] = []
        for together in pipeline._blocks(every):
            made += pipeline._compute_block([every[number] for number in together], progress)
        return made

    def tables(asked: list[Any]) -> list[Any]:
        return [block.result(place) for one in asked for block, place in blocks([one])]

    return {"tables": tables, "arrays": blocks}


def measure(folder: str) -> None:
    """Measure the version on the path; writes figures, and the numbers of the first places, into a folder."""
    run = runners()
    seconds: dict[str, list[float]] = {}
    numbers: dict[str, Any] = {}
    for kind in LOTS:
        few = places(kind, 40 if kind == "two sources" else 4)
        numbers[kind] = [
            {"table": r.table, "flags": r.flags, "each": r.source_eto, "warnings": list(map(str, r.warnings))}
            for r in run["tables"](few)
        ]
        for count in LOTS[kind]:
            asked = places(kind, count)
            some = asked[:40]
            if run["tables"] is run["arrays"]:
                asked = some  # one by one: more places cost the same each
            for _ in range(ROUNDS if count < 1000 else 1):
                start = time.process_time()
                run["arrays"](asked)
                seconds.setdefault(f"{kind}, lot of {count}", []).append((time.process_time() - start) / len(asked))
            del asked
        for _ in range(ROUNDS):
            start = time.process_time()
            run["tables"](few)
            seconds.setdefault(f"{kind}, one place with tables", []).append((time.process_time() - start) / len(few))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Path(folder, "figures.json").write_text(json.dumps({"seconds": seconds, "memory_mib": memory}))
    Path(folder, "numbers.pickle").write_bytes(pickle.dumps(numbers))


def differences(before: Any, after: Any) -> dict[str, float]:
    """Return the largest difference of numbers, and how many words (quality, kind, flags, warnings) differ."""
    worst, words = 0.0, 0
    for kind in LOTS:
        for one, two in zip(before[kind], after[kind], strict=True):
            words += one["warnings"] != two["warnings"]
            for name in ("table", "flags", "each"):
                for column in one[name]:
                    a, b = one[name][column], two[name][column]
                    if a.dtype.kind == "f":
                        words += int((a.isna() != b.isna()).sum())
                        worst = max(worst, float(np.nanmax(np.abs(a - b), initial=0.0)))
                    else:
                        words += int((a.astype(object).fillna("") != b.astype(object).fillna("")).sum())
    return {"largest difference": worst, "words that differ": words}


def main(arguments: Sequence[str] = ()) -> None:
    """Measure, compare and write ``benchmarks/results/engine.{json,md}``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--before", help="a checkout of an earlier version, measured in the same run")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.measure:
        measure(chosen.measure)
        return
    trees = {"after": ROOT} | ({"before": Path(chosen.before).resolve()} if chosen.before else {})
    figures, numbers = {}, {}
    for name, tree in trees.items():
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
            script = [sys.executable, str(Path(__file__)), "--measure", folder]
            subprocess.run(script, env=environment, cwd=tree, check=True)
            figures[name] = json.loads(Path(folder, "figures.json").read_text())
            numbers[name] = pickle.loads(Path(folder, "numbers.pickle").read_bytes())
    rows = []
    for what, after in figures["after"]["seconds"].items():
        now = 1e3 * float(np.median(after))
        then = 1e3 * float(np.median(figures["before"]["seconds"][what])) if chosen.before else float("nan")
        rows.append((what, f"{then:.1f}", f"{now:.2f}", f"{then / now:.1f}"))
    text = "# CPU per place-year [ms]\n\n" + report.table(("what", "before", "after", "times less"), rows)
    text += "".join(f"\nPeak memory {name}: {one['memory_mib']:.0f} MiB" for name, one in figures.items())
    data = {"machine": report.machine(), "figures": figures}
    if chosen.before:
        data["differences"] = differences(numbers["before"], numbers["after"])
        text += "\n\n" + ", ".join(f"{name}: {value:.3g}" for name, value in data["differences"].items())
    report.write("engine", data, text + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
