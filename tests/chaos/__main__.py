"""Chaos: every fault again and again at seeded moments (`make chaos`).

    python -m tests.chaos --times 20 --seed 1 --lanes 3

Several lanes try at once, each with stages of its own. What was tried is kept in ``--results`` (a line of JSON a
trial), so that a run that was interrupted (Ctrl-C, SIGTERM: stages are ended first) goes on where it stopped; a fault
that went wrong is tried again with ``--again``. ``--write`` puts the table of all results into
docs/validation/chaos.md, without trying anything where ``--times 0``. Ends with 1 where any trial showed something
wrong. The faults: tests/chaos/faults.py, pages.py; the questions: tests/chaos/judge.py.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.chaos import table, trial
from tests.chaos.lane import UNTRIED, Lane

LOT = 12  # trials of one stage, at most
DOCUMENT = Path(__file__).parents[2] / "docs" / "validation" / "chaos.md"


def main(arguments: Sequence[str]) -> int:
    """Try; returns the exit status."""
    chosen = _arguments(arguments)
    names = [name.strip() for name in chosen.faults.split(",") if name.strip()] or list(trial.EVERY)
    done = [json.loads(line) for line in chosen.results.read_text().splitlines()] if chosen.results.exists() else []
    have = {
        (one["fault"], one["number"])
        for one in done
        if one["seed"] == chosen.seed and not (chosen.again and one["wrong"])
    }
    guard = threading.Lock()

    def keep(verdict: dict[str, Any]) -> None:
        if UNTRIED in verdict:
            print(f"{UNTRIED}: {verdict[UNTRIED]}", flush=True)
            return
        with guard:
            done.append(verdict)
            with chosen.results.open("a") as out:
                out.write(json.dumps(verdict) + "\n")
        said = "; ".join(verdict["wrong"]) or "all well"
        took = f"usable after {verdict['usable']:g} s, {verdict['seconds']:g} s in all"
        print(f"{verdict['fault']} {verdict['number']}: {verdict['states']}, {took}, {said}", flush=True)

    wanted = [(name, n) for n in range(chosen.times) for name in names if (name, n) not in have]
    _try(lots(wanted, chosen.seed), chosen.lanes, keep)
    shown = [one for one in done if one["fault"] in names and one["seed"] == chosen.seed]
    print(table.text(shown))
    if chosen.write:
        table.write(DOCUMENT, [one for one in done if one["seed"] == chosen.seed])
    return int(any(one["wrong"] for one in table.latest(shown)))


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=20, help="trials of each fault")
    parser.add_argument("--seed", type=int, default=1, help="of moments, places and victims")
    parser.add_argument("--lanes", type=int, default=1, help="trials at once")
    parser.add_argument(
        "--faults", default="", help=f"some of them only, with commas between: {', '.join(trial.EVERY)}"
    )
    parser.add_argument("--results", type=Path, default=Path("chaos.jsonl"), help="where trials are kept")
    parser.add_argument("--again", action="store_true", help="try again what went wrong")
    parser.add_argument("--write", action="store_true", help=f"write the table into {DOCUMENT.name}")
    return parser.parse_args(list(arguments))


def lots(wanted: Sequence[tuple[str, int]], seed: int) -> deque[tuple[str, int, list[tuple[str, int]]]]:
    """Return trials in lots of one stage each, so that the first trials of all faults come first."""
    by_stage: dict[str, deque[tuple[str, int]]] = {}
    for name, number in wanted:
        by_stage.setdefault(trial.stage_of(name), deque()).append((name, number))
    found: deque[tuple[str, int, list[tuple[str, int]]]] = deque()
    while any(by_stage.values()):
        for kind, waiting in by_stage.items():
            lot = [waiting.popleft() for _ in range(min(LOT, len(waiting)))]
            if lot:
                found.append((kind, seed, lot))
    return found


def _try(waiting: deque[Any], count: int, keep: Any) -> None:
    """Have lanes try what is waiting; asked to stop, all end what they have begun."""

    def next_lot() -> Any:
        try:
            return waiting.popleft()
        except IndexError:
            return None

    lanes = [Lane() for _ in range(min(count, len(waiting)))]
    threads = [threading.Thread(target=lane.work, args=(next_lot, keep), daemon=True) for lane in lanes]

    def stop(number: int, frame: object) -> None:
        raise SystemExit(1)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(5)
                for lane in lanes:
                    lane.look()
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # a second one must not break this off
        endings = [threading.Thread(target=lane.stop) for lane in lanes]
        for ending in endings:
            ending.start()
        for ending in endings:
            ending.join()
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
