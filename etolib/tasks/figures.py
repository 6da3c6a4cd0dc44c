"""The scheduler's figures: what became of tasks and how long it took, what workers have asked and found in caches.

Lives in `etolib.tasks.scheduler.TaskPlugin`, and writes the log of tasks: submitted, begun, ended. Workers are never
asked: what they have counted comes with the heartbeat that dask sends anyhow.
"""

from __future__ import annotations

import logging
import os
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from etolib.sources.network import counts
from etolib.tasks import look

if TYPE_CHECKING:
    from distributed import Scheduler, Worker
    from distributed.scheduler import WorkerState

log = logging.getLogger("etolib.task")

BOUNDS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""Upper ends of the classes of a `Histogram`. [s]"""

METRIC = "etolib"
"""Name of our counts in the heartbeat of a worker."""

FILES = "etolib-files"
"""Name in the heartbeat of the share that a worker has open of the files it may."""

MOST_FILES = 0.8
"""A worker that has a larger share open gets no more tasks until it has closed some."""

_MOST = 100_000  # tasks under way of which the beginning is remembered


@dataclass
class Histogram:
    """How long something took.

    >>> one = Histogram()
    >>> for seconds in (0.05, 2.0, 5000.0):
    ...     one.add(seconds)
    >>> one.counts, one.total
    ([1, 0, 0, 1, 0, 0, 0, 0, 0, 1], 5002.05)
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one that took so long. [s]"""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def plain(self) -> dict[str, Any]:
        """Return it as what can be sent."""
        return {"bounds": list(BOUNDS), "counts": self.counts, "sum": self.total}


@dataclass
class _Course:
    """When a task was submitted, and when a worker began with it. [steady clock, s]"""

    submitted: float
    begun: float | None = None


class Figures:
    """Counts what becomes of tasks on a scheduler."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._courses: dict[str, _Course] = {}
        self._ends: Counter[str] = Counter()
        self._submitted = 0
        self._queued, self._whole = Histogram(), Histogram()
        self._last: dict[str, dict[str, dict[str, int]]] = {}  # what a process of a worker has said last
        self._gone: Counter[tuple[str, str]] = Counter()  # what processes said that are no more

    # --- what happens to tasks ----------------------------------------------------------------------------------------

    def moved(self, key: Any, start: str, finish: str) -> None:
        """Take a transition of a task, of anybody's."""
        if not isinstance(key, str) or not key.startswith("eto-"):
            return
        if start == "released" and finish not in ("forgotten", "memory", "erred") and key not in self._courses:
            if len(self._courses) >= _MOST:
                self._courses.pop(next(iter(self._courses)))
            self._courses[key] = _Course(time.monotonic())
            self._submitted += 1
            log.info("submitted", extra={"task": key})
        elif finish == "forgotten" and key in self._courses:
            self.ended(key, "RELEASED")

    def begun(self, task_id: str) -> None:
        """A worker begins with a task (again, where another has died over it)."""
        course = self._courses.get(task_id)
        if course is None or course.begun is not None:
            return
        course.begun = time.monotonic()
        waited = course.begun - course.submitted
        self._queued.add(waited)
        log.info("begun", extra={"task": task_id, "more": {"queued_s": f"{waited:.3f}"}})

    def ended(self, task_id: str, kind: str) -> None:
        """A task has its end: the type of its last message, RELEASED where dask has dropped it without one."""
        self._ends[str(kind)] += 1
        course = self._courses.pop(task_id, None)
        if course is None:
            log.info("ended", extra={"task": task_id, "more": {"state": str(kind)}})
            return
        now = time.monotonic()
        self._whole.add(now - course.submitted)
        more = {"state": str(kind), "whole_s": f"{now - course.submitted:.3f}"}
        if course.begun is not None:
            more["run_s"] = f"{now - course.begun:.3f}"
        log.info("ended", extra={"task": task_id, "more": more})

    # --- what workers count -------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take in what workers have counted."""
        said = {}
        for worker in self._scheduler.workers.values():
            one = worker.metrics.get(METRIC)
            if isinstance(one, dict) and "process" in one:
                said[one["process"]] = one["counts"]
        for process in self._last.keys() - said.keys():  # what it has counted does not become less
            self._gone.update(_flat(self._last[process]))
        self._last = said

    def _counted(self) -> dict[str, dict[str, int]]:
        self.refresh()
        total = Counter(self._gone)
        for one in self._last.values():
            total.update(_flat(one))
        found: dict[str, dict[str, int]] = {}
        for (what, source), number in sorted(total.items()):
            found.setdefault(what, {})[source] = number
        return found

    # --- all of it ----------------------------------------------------------------------------------------------------

    def all_of_them(self) -> dict[str, Any]:
        """Return the figures: plain numbers, no place and no task among them."""
        workers = list(self._scheduler.workers.values())
        running = sum(course.begun is not None for course in self._courses.values())
        return {
            "ended": dict(self._ends),
            "submitted": self._submitted,
            "queued": len(self._courses) - running,
            "running": running,
            "queued_s": self._queued.plain(),
            "whole_s": self._whole.plain(),
            "workers": {
                "ready": sum(one.status.name == "running" and able(one) for one in workers),
                "paused": sum(one.status.name == "paused" for one in workers),
                "unfit": sum(not able(one) for one in workers),
            },
            "worker_bytes": sum(one.memory.process for one in workers),
            "counted": self._counted(),
        }


def able(worker: Any) -> bool:
    """Return whether a worker was found to have an etolib that can run tasks (`etolib.tasks.handshake`)."""
    return bool(look.ours(worker.resources))


def _flat(counted: dict[str, dict[str, int]]) -> dict[tuple[str, str], int]:
    return {(what, source): number for what, by in counted.items() for source, number in by.items()}


def count_on(worker: Worker) -> None:
    """Have a worker send what its process counts with its heartbeat."""
    worker.metrics.setdefault(METRIC, lambda worker: counts.all_of_them())
    worker.metrics.setdefault(FILES, lambda worker: open_files())


def open_files() -> float:
    """Return the share that this process has open of the files it may; 0 where that is not known (beside Linux)."""
    try:
        import resource

        most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return len(os.listdir("/proc/self/fd")) / most if most > 0 else 0.0
    except (ImportError, OSError, ValueError):
        return 0.0


def takes_more(worker: WorkerState) -> bool:
    """Return whether a worker may be given a task: it is not near the limit of its files.

    (Near the limit of its memory dask pauses it, and it is not among those that run.)
    """
    return float(worker.metrics.get(FILES, 0.0)) <= MOST_FILES
