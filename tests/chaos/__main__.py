"""Chaos: every fault again and again at seeded moments (`make chaos`).

    python -m tests.chaos --times 20 --seed 1

What was tried is kept in ``--results`` (a line of JSON a trial), so that an interrupted run goes on where it stopped.
Ends with 1 where any trial showed something wrong. The faults: tests/chaos/faults.py, pages.py; the questions:
tests/chaos/judge.py.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.chaos import table, trial
from tests.chaos.faults import FAULTS, NotHere
from tests.chaos.pages import PAGE_FAULTS

EVERY = [*FAULTS, *PAGE_FAULTS]


def main(arguments: Sequence[str]) -> int:
    """Try; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=20, help="trials of each fault")
    parser.add_argument("--seed", type=int, default=1, help="of moments, places and victims")
    parser.add_argument("--faults", default="", help=f"some of them only, with commas between: {', '.join(EVERY)}")
    parser.add_argument("--results", type=Path, default=Path("chaos.jsonl"), help="where trials are kept")
    chosen = parser.parse_args(list(arguments))
    names = [name.strip() for name in chosen.faults.split(",") if name.strip()] or list(EVERY)
    done = [json.loads(line) for line in chosen.results.read_text().splitlines()] if chosen.results.exists() else []
    have = {(one["fault"], one["seed"], one["number"]) for one in done}

    def keep(verdict: dict[str, Any]) -> None:
        done.append(verdict)
        with chosen.results.open("a") as out:
            out.write(json.dumps(verdict) + "\n")
        said = "; ".join(verdict["wrong"]) or "all well"
        print(
            f"{verdict['fault']} {verdict['number']}: {verdict['states']} {verdict['seconds']:g} s, {said}", flush=True
        )

    @contextlib.contextmanager
    def told(name: str) -> Iterator[None]:
        try:
            yield
        except NotHere as error:
            print(f"{name}: not tried, {error}", flush=True)

    for name in names:
        numbers = [n for n in range(chosen.times) if (name, chosen.seed, n) not in have]
        if numbers:
            with tempfile.TemporaryDirectory(prefix="chaos") as folder, told(name):
                for verdict in trial.several(Path(folder), name, chosen.seed, numbers):
                    keep(verdict.as_dict() | {"seed": chosen.seed})
    shown = [one for one in done if one["fault"] in names and one["seed"] == chosen.seed]
    print(table.text(shown))
    return int(any(one["wrong"] for one in shown))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
