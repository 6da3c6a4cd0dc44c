"""An hour of tasks, and what has grown meanwhile: ``python -m benchmarks.soak [--minutes 60] [--rate 2]``.

A scheduler, two workers with their nannies and a client, each a process of its own but the client, which is this one.
Tasks come at a steady rate, whether those before have ended or not; each result must be that of its place. Looked at
after a twelfth, the half and the whole of the time: resident memory, open files and threads of every process, topics,
events and tasks on the scheduler, handlers of the client, the size of the cache.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil

from benchmarks import report
from tests.chaos.faults import control
from tests.chaos.stage import Stage, marked, role, stage

LOOKS = (1 / 12, 1 / 2, 1.0)
MOST_GROWTH = 0.02
PLACES = 400  # most answers come from the cache by and by, as in an office
PERIOD = "2024-02-01/2024-02-10"
LEAST = {"files": 1, "threads": 1}  # one more or less is none


def _held(dask_scheduler: Any) -> dict[str, int]:
    """Return what the scheduler holds."""
    topics = dask_scheduler._broker._topics
    return {
        "topics": len(topics), "events": sum(len(topic.events) for topic in topics.values()),
        "tasks": len(dask_scheduler.tasks), "clients": len(dask_scheduler.clients),
    }  # fmt: skip


def look(where: Stage) -> dict[str, float]:
    """Return every figure, by name."""
    gc.collect()
    found: dict[str, float] = {}
    names: dict[str, int] = {}
    for one in sorted([psutil.Process(), *marked(where.mark)], key=lambda process: process.pid):
        kind = "client" if one.pid == psutil.Process().pid else role(one).replace("dask_worker", "nanny")
        names[kind] = names.get(kind, 0) + 1
        name = f"{kind} {names[kind]}"
        with contextlib.suppress(psutil.Error):
            found[f"{name}, MB"] = round(one.memory_info().rss / 1e6, 1)
            found[f"{name}, files"] = one.num_fds()
            found[f"{name}, threads"] = one.num_threads()
    found |= {f"scheduler, {name}": count for name, count in where.client.run_on_scheduler(_held).items()}
    found["client, handlers"] = len(where.client._event_handlers)
    found["cache, MB"] = round(sum(path.stat().st_size for path in where.cache.rglob("*") if path.is_file()) / 1e6, 2)
    return found


class Calling:
    """Hands over tasks and checks what comes back."""

    def __init__(self, where: Stage) -> None:
        self._where, self._pool = where, ThreadPoolExecutor(8)
        self.ended: dict[str, int] = {}
        self.wrong: list[str] = []
        self.handed: list[float] = []
        self._lock = threading.Lock()
        rng = random.Random(13)
        self._places = [
            (round(rng.uniform(-20, -8), 2), round(rng.uniform(-56, -46), 2), rng.randint(100, 900))
            for _ in range(PLACES)
        ]
        self._rng = rng

    def one(self) -> None:
        """Hand over a task; its end is waited for beside."""
        import etolib

        place = etolib.Site(*self._rng.choice(self._places))
        began = time.perf_counter()
        with etolib.set_options(**self._where.options()):
            job = etolib.submit(place, PERIOD, client=self._where.client)
        self.handed.append(time.perf_counter() - began)
        self._pool.submit(self._take, job, place)

    def _take(self, job: Any, place: Any) -> None:
        state = "SUCCESS"
        try:
            result = job.result(120)
            if (result.site.latitude, result.site.longitude) != (place.latitude, place.longitude):
                self.wrong.append(f"{job.task_id}: another place")
        except Exception as error:
            state = type(error).__name__
        with self._lock:
            self.ended[state] = self.ended.get(state, 0) + 1

    def settle(self) -> None:
        """Wait for all that is under way."""
        self._pool.shutdown(wait=True)
        self._pool = ThreadPoolExecutor(8)


def run(minutes: float, rate: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Do it; return what was seen at each look."""
    with tempfile.TemporaryDirectory(prefix="soak") as folder, stage(Path(folder), latency=0.0) as where:
        calling, began, pause = Calling(where), time.monotonic(), threading.Event()
        looks: dict[str, dict[str, float]] = {}
        handed = 0
        for share in LOOKS:
            end = began + share * minutes * 60
            while (now := time.monotonic()) < end:
                if now - began >= handed / rate:
                    calling.one()
                    handed += 1
                    if handed % 120 == 0:
                        control(where, "forget")  # the simulator keeps a record of every call
                else:
                    pause.wait(handed / rate - (now - began))
            calling.settle()
            looks[f"{share * minutes:g} min"] = look(where)
            say(f"after {share * minutes:g} minutes: {handed} tasks, {calling.ended}, {len(calling.wrong)} wrong")
        calling.settle()
    return {"looks": looks, "tasks": handed, "ended": calling.ended, "wrong": calling.wrong,
            "submit": report.summary(calling.handed)}  # fmt: skip


def growth(looks: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return by which share figures grew between the half and the end; a figure that was not there before: infinity.

    >>> growth({"1 min": {"a, MB": 9.0}, "6 min": {"a, MB": 10.0, "b": 2}, "12 min": {"a, MB": 12.5, "b": 2}})
    {'a, MB': 0.25, 'b': 0.0}
    """
    *_, half, end = looks.values()
    found = {}
    for name, value in end.items():
        before = half.get(name, 0.0)
        small = abs(value - before) <= LEAST.get(name.rpartition(", ")[2], 0)
        found[name] = 0.0 if small else value / before - 1 if before else float("inf")
    return found


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and write ``benchmarks/results/soak.{json,md}``; returns 1 where something grew or was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=2.0, help="tasks a second")
    chosen = parser.parse_args(list(arguments))
    machine = report.machine()
    found = run(chosen.minutes, chosen.rate, lambda text: print(text, flush=True))
    times = list(found["looks"])
    grew = growth(found["looks"])
    more = [name for name, share in grew.items() if share > MOST_GROWTH]
    rows = [
        (name, *(f"{found['looks'][at].get(name, float('nan')):g}" for at in times), f"{100 * grew[name]:.1f}",
         "more than may be" if name in more else "")
        for name in found["looks"][times[-1]]
    ]  # fmt: skip
    told = f"{found['tasks']} tasks at {chosen.rate:g} a second: {found['ended']}; submit {found['submit']} ms"
    text = f"# Soak\n\n{machine}\n\n{told}\n\n" + report.table(
        ("figure", *times, "growth from the half to the end [%]", ""), rows
    )
    report.write("soak", {"machine": machine, **found, "grew": more}, text)
    return int(bool(more or found["wrong"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
