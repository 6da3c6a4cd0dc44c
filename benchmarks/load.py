"""Many tasks from many pages at once: ``python -m benchmarks.load [--pages 20] [--tasks 100]``.

Every page is a tab of a real browser with a kernel of its own, on one `etolib serve` with two workers. All buttons are
pressed before anything is waited for. Asked afterwards: that each card has ended well and shows the numbers that its
place gives alone; that the scheduler's account of each task has every message once and one end; how long a press took
to a card that says QUEUED; what a running task costs the workers.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

import etolib
from benchmarks import report
from benchmarks.page import CLICKED, machine, timed
from etolib.tasks.messages import FINAL
from tests.browser.stage import Visitor, kernels, launch, until, wait_ready
from tests.chaos.judge import PERIOD, places
from tests.chaos.pages import shown, statuses

ENDED_S = 600.0


def _told(dask_scheduler: Any) -> dict[str, list[tuple[int, str]]]:
    """Return number and type of every message of every task."""
    return {
        name: [(event["seq"], event["type"]) for _, event in topic.events]
        for name, topic in dask_scheduler._broker._topics.items()
        if name.startswith("eto/eto-")
    }


def _executing(dask_scheduler: Any) -> int:
    """Return how many tasks of ours run."""
    return sum(
        str(task.key).startswith("eto-") for worker in dask_scheduler.workers.values() for task in worker.executing
    )


class Memory(threading.Thread):
    """Looks at the workers' memory again and again."""

    def __init__(self, client: Any) -> None:
        super().__init__(daemon=True)
        self._client, self._over = client, threading.Event()
        self._workers = [psutil.Process(pid) for pid in client.run(_pid).values()]
        self.before, self.most, self.running = self._look(), 0.0, 0

    def _look(self) -> float:
        return sum(one.memory_info().rss for one in self._workers) / 1e6

    def run(self) -> None:
        """Look until stopped."""
        while not self._over.wait(0.2):
            self.most = max(self.most, self._look())
            self.running = max(self.running, self._client.run_on_scheduler(_executing))

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


def _pid() -> int:
    import os

    return os.getpid()


def press(visitor: Visitor, place: etolib.Site, number: int) -> float:
    """Ask for a place; return the time from the press to its card. [ms]"""
    visitor.fill(str(place.latitude), str(place.longitude), PERIOD)
    visitor.page.locator(".etolib-elevation input").fill(str(place.elevation))
    return timed(visitor.page, visitor.calculate, f"document.querySelectorAll('.etolib-card').length === {number}")


def run(pages: int, tasks: int) -> dict[str, Any]:
    """Do it."""
    each = -(-tasks // pages)
    with machine(preheated=True) as stage, sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        sites = places(random.Random(20), pages * each)
        with etolib.set_options(cache_dir=folder):
            expected = [etolib.compute(site, PERIOD) for site in sites]
        warm = [etolib.submit(site, PERIOD, client=stage["client"]) for site in places(random.Random(21), 8)]
        for job in warm:  # what a worker's first tasks leave in memory is no task's
            job.result(120)
            job.forget()
        browser = launch(playwright)
        visitors = []
        for _ in range(pages):
            wait_ready(stage["url"])
            visitors.append(Visitor(browser, stage["url"]))
            visitors[-1].open()
            visitors[-1].page.evaluate(CLICKED)
        memory = Memory(stage["client"])
        memory.start()
        began, presses = time.monotonic(), []
        for turn in range(each):
            for n, visitor in enumerate(visitors):
                presses.append(press(visitor, sites[n * each + turn], turn + 1))

        def ended() -> bool:
            return all(status in FINAL for visitor in visitors for status in statuses(visitor, 0))

        until(ended, "all cards to end", ENDED_S)
        took = time.monotonic() - began
        memory.stop()
        states = Counter(status for visitor in visitors for status in statuses(visitor, 0))
        wrong = [
            text
            for n, visitor in enumerate(visitors)
            for turn in range(each)
            if (text := shown(visitor, expected[n * each + turn], turn))
        ]
        told = stage["client"].run_on_scheduler(_told)
        for job in warm:
            told.pop(f"eto/{job.task_id}", None)
        doubled = [name for name, events in told.items() if len({seq for seq, _ in events}) != len(events)]
        ends = Counter(sum(kind in FINAL for _, kind in events) for events in told.values())
        lost = [name for name, events in told.items() if _gaps([seq for seq, _ in events])]
        found = {
            "pages": pages, "kernels": len(kernels(stage["server"])), "tasks": len(told), "states": dict(states),
            "seconds": round(took, 1), "messages": sum(map(len, told.values())), "ends of a task": dict(ends),
            "messages doubled": doubled, "messages lost": lost, "wrong numbers": wrong,
            "press to card [ms]": report.summary([one / 1e3 for one in presses]),
            "running at once": memory.running,
            "MB a running task": round((memory.most - memory.before) / max(1, memory.running), 1),
        }  # fmt: skip
        for visitor in visitors:
            visitor.close()
        browser.close()
    return found


def _gaps(numbers: Sequence[int]) -> bool:
    """Return whether a number is missing below the last."""
    return sorted(numbers) != list(range(1, len(numbers) + 1))


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and write ``benchmarks/results/load.{json,md}``; returns 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=100)
    chosen = parser.parse_args(list(arguments))
    about = report.machine()
    found = run(chosen.pages, chosen.tasks)
    text = f"# Load\n\n{about}\n\n" + report.table(("what", "found"), [(k, str(v)) for k, v in found.items()])
    report.write("load", {"machine": about, **found}, text)
    bad = found["messages doubled"] or found["messages lost"] or found["wrong numbers"]
    return int(bool(bad) or set(found["states"]) != {"SUCCESS"} or set(found["ends of a task"]) != {1})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
