"""Many tasks from many pages at once: ``python -m benchmarks.load [--pages 20] [--tabs 6] [--tasks 100]``.

Every page has a kernel of its own, on one `etolib serve` with two workers; some are tabs of a real browser, the others
(`benchmarks.plain_page`) type and press as a browser does but draw nothing: twenty browsers would want more of two
cores than the server. All buttons are pressed before anything is waited for. Asked afterwards: that each task has ended
well, with the numbers that its place gives alone, and each card of the tabs shows them; that the scheduler's account
of each task has every message once and one end; how long a press took to a card that says QUEUED; what a task that
runs beside another costs a worker.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import sync_playwright

import etolib
from benchmarks import report
from benchmarks.page import CLICKED, machine, timed
from benchmarks.plain_page import PlainPage
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


def _most(client: Any, tasks: list[Any], at_once: int) -> float:
    """Return the most memory of a worker while tasks run, so many at once. [MB]"""
    client.run(_forget_peak)
    for begin in range(0, len(tasks), at_once):
        jobs = [etolib.submit(site, PERIOD, client=client) for site in tasks[begin : begin + at_once]]
        for job in jobs:
            job.result(120)
            job.forget()
    return max(client.run(_peak).values())


def _forget_peak() -> None:
    from pathlib import Path

    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    import re
    from pathlib import Path

    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]


def press(visitor: Visitor, place: etolib.Site, number: int) -> float:
    """Ask for a place; return the time from the press to its card. [ms]"""
    visitor.fill(str(place.latitude), str(place.longitude), PERIOD)
    visitor.page.locator(".etolib-elevation input").fill(str(place.elevation))
    return timed(visitor.page, visitor.calculate, f"document.querySelectorAll('.etolib-card').length === {number}")


def press_plainly(page: PlainPage, place: etolib.Site) -> float:
    """Do the same without a browser."""
    for name, value in (
        ("latitude", place.latitude), ("longitude", place.longitude), ("period", PERIOD), ("elevation", place.elevation)
    ):  # fmt: skip
        page.type(f"etolib-{name}", str(value))
    return page.press("etolib-calculate")


def run(pages: int, tabs: int, tasks: int) -> dict[str, Any]:
    """Do it."""
    each = -(-tasks // pages)
    with machine(preheated=True) as stage, sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        sites = places(random.Random(20), pages * each)
        with etolib.set_options(cache_dir=folder):
            expected = [etolib.compute(site, PERIOD) for site in sites]
        client, others = stage["client"], places(random.Random(21), 48)
        _most(client, others[:16], 8)  # what a worker's first tasks leave in memory is no task's
        alone, beside = _most(client, others[16:32], 1), _most(client, others[32:], 8)
        told_before = set(client.run_on_scheduler(_told))
        browser = launch(playwright)
        visitors, plain = [], []
        for number in range(pages):
            wait_ready(stage["url"])
            if number < tabs:
                visitors.append(Visitor(browser, stage["url"]))
                visitors[-1].open()
                visitors[-1].page.evaluate(CLICKED)
            else:
                plain.append(PlainPage(stage["url"]))
                plain[-1].open()
        began, presses, plainly = time.monotonic(), [], []
        for turn in range(each):
            for number in range(pages):
                place = sites[number * each + turn]
                if number < tabs:
                    presses.append(press(visitors[number], place, turn + 1))
                else:
                    plainly.append(press_plainly(plain[number - tabs], place))

        def told() -> dict[str, list[tuple[int, str]]]:
            return {name: one for name, one in client.run_on_scheduler(_told).items() if name not in told_before}

        def ended() -> bool:
            ends = [one[-1][1] in FINAL for one in told().values() if one]
            cards = all(status in FINAL for visitor in visitors for status in statuses(visitor, 0))
            return len(ends) == len(sites) and all(ends) and cards

        until(ended, "all tasks to end", ENDED_S)
        took, story = time.monotonic() - began, told()
        wrong = [
            text
            for number, visitor in enumerate(visitors)
            for turn in range(each)
            if (text := shown(visitor, expected[number * each + turn], turn))
        ]
        found = {
            "pages": pages, "tabs": tabs, "kernels": len(kernels(stage["server"])), "tasks": len(story),
            "states": dict(Counter(events[-1][1] for events in story.values())), "seconds": round(took, 1),
            "messages": sum(map(len, story.values())),
            "ends of a task": dict(Counter(sum(kind in FINAL for _, kind in events) for events in story.values())),
            "messages doubled": [name for name, one in story.items() if len({seq for seq, _ in one}) != len(one)],
            "messages lost": [name for name, events in story.items() if _gaps([seq for seq, _ in events])],
            "wrong numbers": wrong + _wrong(client, story, expected),
            "press to card in a tab [ms]": report.summary([one / 1e3 for one in presses]),
            "press to card without a browser [ms]": report.summary([one / 1e3 for one in plainly]),
            "press to card [ms]": report.summary([one / 1e3 for one in presses + plainly]),
            "most memory of a worker, one task at a time, eight at once [MB]": (round(alone), round(beside)),
            "threads of a worker": max(client.nthreads().values()),
        }  # fmt: skip
        for visitor in visitors:
            visitor.close()
        for page in plain:
            page.close()
        browser.close()
    return found


def _wrong(client: Any, story: dict[str, Any], expected: list[Any]) -> list[str]:
    """Return which places have no task of their own, or one with other numbers than they have alone."""
    by_place: dict[tuple[float, float], list[Any]] = {}
    for name in story:
        job = etolib.attach(name.removeprefix("eto/"), client=client)
        result = job.result(60)
        by_place.setdefault((result.site.latitude, result.site.longitude), []).append(result)
    wrong = []
    for one in expected:
        there = by_place.get((one.site.latitude, one.site.longitude), [])
        if len(there) != 1 or not there[0].table.equals(one.table):
            wrong.append(f"{one.site}: {len(there)} tasks, or other numbers")
    return wrong


def _gaps(numbers: Sequence[int]) -> bool:
    """Return whether a number is missing below the last."""
    return sorted(numbers) != list(range(1, len(numbers) + 1))


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and write ``benchmarks/results/load.{json,md}``; returns 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--tabs", type=int, default=6)
    parser.add_argument("--tasks", type=int, default=100)
    chosen = parser.parse_args(list(arguments))
    about = report.machine()
    found = run(chosen.pages, chosen.tabs, chosen.tasks)
    text = f"# Load\n\n{about}\n\n" + report.table(("what", "found"), [(k, str(v)) for k, v in found.items()])
    report.write("load", {"machine": about, **found}, text)
    bad = found["messages doubled"] or found["messages lost"] or found["wrong numbers"]
    return int(bool(bad) or set(found["states"]) != {"SUCCESS"} or set(found["ends of a task"]) != {1})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
