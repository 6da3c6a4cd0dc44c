"""How fast chart and table draw, in a real browser: ``python -m benchmarks.days [--n 20]``.

Each widget stands alone in a page (no server, no kernel); a time is that from the arrival of the numbers to the end of
the frame that shows them. What the worker and the page's kernel need to make the numbers is told beside it.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks import report
from etolib.widgets import daily
from tests.browser import alone
from tests.browser.stage import launch

TARGETS = {
    "chart, 11000 days": "<= 300 ms",
    "table, 11000 days": "<= 100 ms",
    "table sorted, 11000 days": "<= 150 ms",
}

# Two frames: the first has the drawing, the second begins when it has been shown.
SHOWN = "await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
GIVEN = (
    "async (state) => { const next = window.ready(state); const start = performance.now(); window.give(next);"
    f"{SHOWN} return performance.now() - start; }}"
)
SORTED = (
    "async (n) => { const button = document.querySelectorAll('.etolib-days thead button')[n];"
    f"const start = performance.now(); button.click(); {SHOWN} return performance.now() - start; }}"
)


def timed(act: Callable[[], Any], n: int) -> list[float]:
    """Return how long ``act`` takes [ms]."""
    times = []
    for _ in range(n):
        start = time.perf_counter()
        act()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def run(n: int) -> dict[str, list[float]]:
    """Return all measured times [ms]."""
    from etolib.widgets.chart import Chart
    from etolib.widgets.daytable import DayTable

    found: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        page = launch(playwright).new_page(viewport={"width": 860, "height": 620})
        for days in (365, 11_000):
            results = [alone.result(days, seed=seed) for seed in (1, 2)]
            packed = [daily.pack(one) for one in results]
            found[f"packed on the worker, {days} days"] = timed(lambda one=results[0]: daily.pack(one), n)
            for name, kind in (("chart", Chart), ("table", DayTable)):
                widgets = [kind(), kind()]
                found[f"{name}: numbers and words in the kernel, {days} days"] = timed(
                    lambda one=widgets[0], what=packed[0]: one.show("en", what, None, daily.METRIC), n
                )
                widgets[1].show("en", packed[1], None, daily.METRIC)
                states = [alone.state(widget) for widget in widgets]
                alone.show(page, widgets[0])
                page.evaluate(GIVEN, states[1])
                found[f"{name}, {days} days"] = [float(page.evaluate(GIVEN, states[i % 2])) for i in range(n)]
            found[f"table sorted, {days} days"] = [float(page.evaluate(SORTED, i % 9)) for i in range(1, n + 1)]
    return found


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and write ``benchmarks/results/days.{json,md}``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.days", description=__doc__)
    parser.add_argument("--n", type=int, default=20, help="how often each is measured")
    chosen = parser.parse_args(arguments)
    before = os.getloadavg()[0]
    values = run(chosen.n)
    load = [round(before, 2), round(os.getloadavg()[0], 2)]
    figures = {name: report.summary([one / 1e3 for one in ones]) for name, ones in values.items()}
    rows = [
        (f"{name} [ms]", f["n"], f["median"], f["p95"], f["max"], TARGETS.get(name, "")) for name, f in figures.items()
    ]
    machine = report.machine()
    text = f"# Chart and table in a browser\n\n{machine}\n\nLoad before and after: {load}\n\n"
    text += report.table(("what", "n", "median", "p95", "max", "to reach"), rows)
    names = ("etolib", "anywidget", "ipywidgets", "playwright")
    data = {"machine": machine, "load": load, "versions": report.versions(names), "figures": figures}
    report.write("days", data, text)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
