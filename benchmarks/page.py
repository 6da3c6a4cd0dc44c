"""How fast the page is, measured in a real browser: ``python -m benchmarks.page [--n 12]``.

Simulator, cluster, `etolib serve` and Chromium all run on this machine; on a busy one the figures tell about the
machine, so its load is printed with them. Times in ms unless a unit is named.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from distributed import Event as DaskEvent
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import report
from benchmarks.plain_page import PlainPage
from tests.browser.stage import (
    TODAY,
    Visitor,
    free_port,
    kernel_of,
    kernels,
    launch,
    process,
    serving,
    settings,
    until,
    wait_ready,
)
from tests.simulator import WeatherServer

FIRST = "first click after the server answers, 365 days"
IDLE = "30 open idle pages, all processes that serve them, Pss [MB]"
IDLE_N = 30
SETTLED_S = 10.0  # the last of them has done by then what a new page does [s]
IDLE_TABS = 6  # so many of them are tabs of the browser, unless another number is asked for
FIRST_N = 5  # each starts a cluster and a server of its own

# WATCH runs in the page: notes when something first becomes true, at the mutation that made it so.
TARGETS = {
    "click to QUEUED": "p95 <= 100 ms",
    "click to table, 365 days": "<= 800 ms",
    FIRST: "<= 2000 ms",
    "map click": "p95 <= 100 ms",
    "worker event to page": "p95 <= 50 ms",
    "closed tab to kernel gone": "<= 3000 ms",
    "page to map, browser cache empty": "<= 1500 ms",
    "page to map, browser cache warm": "<= 1300 ms",
    "kernel memory at first view, RSS [MB]": "<= 110 MB",
    "kernel memory after 1 result, RSS [MB]": "<= 110 MB",
    "kernel memory after 10 results, RSS [MB]": "<= 110 MB",
    IDLE: "<= 2000 MB",
}
PARTS = ("clicks", "idle", "slim", "stock")
RESULTS = 10  # so many results are calculated, at least, before memory is looked at the last time

WATCH = """
(test) => new Promise((resolve) => {
  const check = new Function('return ' + test);
  if (check()) return resolve(performance.timeOrigin + performance.now());
  const seen = new MutationObserver(() => {
    if (check()) { seen.disconnect(); resolve(performance.timeOrigin + performance.now()); }
  });
  seen.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
})
"""
# Runs before the page: notes when the land stands in the map.
LAND = """
  new MutationObserver((_, seen) => {
    if (document.querySelector('.leaflet-overlay-pane path')) { window.land = performance.now(); seen.disconnect(); }
  }).observe(document, {subtree: true, childList: true});
"""
CLICKED = """
() => document.addEventListener('click', () => { window.clicked = performance.timeOrigin + performance.now(); }, true)
"""


@contextmanager
def machine(*, preheated: bool, front: str = "slim") -> Iterator[dict[str, Any]]:
    """Start everything, with a kernel kept ready for the next visitor or without, on a front end."""
    from etolib.serve import voila
    from etolib.tasks import cluster

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        weather = stack.enter_context(WeatherServer(today=TODAY))
        environment = settings(folder / "cache", weather.environment()) | {"ETOLIB_FRONT": front}
        os.environ.update({k: v for k, v in environment.items() if k.startswith("ETOLIB_")})
        workers = stack.enter_context(cluster.start(2, give_way=True))  # as `etolib serve` has them
        client = stack.enter_context(workers.get_client())
        if preheated:
            url, server = stack.enter_context(serving(workers.scheduler_address, environment, folder))
        else:
            port = free_port()
            command, _ = voila.command(port=port, pool=0)
            environment["DASK_SCHEDULER_ADDRESS"] = workers.scheduler_address
            server = stack.enter_context(process(command, environment, folder / "voila.log"))
            url = voila.url("eto", "127.0.0.1", port)
            wait_ready(url)
        yield {"url": url, "server": server, "client": client}


def timed(page: Page, act: Callable[[], None], test: str) -> float:
    """Return the time from the click that ``act`` makes until ``test`` holds in the page [ms]."""
    page.evaluate(f"() => {{ window.seen = ({WATCH})({json.dumps(test)}); }}")
    act()
    return float(page.evaluate("async () => (await window.seen) - window.clicked"))


def loads(browser: Browser, stage: dict[str, Any], n: int, *, ready: bool, warm: bool = False) -> list[float]:
    """Return the times from navigation to the land shapes of the map [ms].

    The browser's cache is empty each time, or (``warm``) holds what an earlier visit has left.
    """
    times = []
    visitor = None
    for _ in range(n + 1):  # the first is thrown away: the server warms its files, the browser its cache
        if ready:
            wait_ready(stage["url"])
        if visitor is None or not warm:
            visitor = Visitor(browser, stage["url"])
            visitor.page.add_init_script(LAND)
        visitor.page.goto(stage["url"], wait_until="commit")
        visitor.page.wait_for_selector(".leaflet-overlay-pane path", state="attached")
        times.append(float(visitor.page.evaluate("() => window.land")))  # counts from the navigation
        if warm:
            visitor.page.goto("about:blank")
        else:
            visitor.close()
    if warm and visitor is not None:
        visitor.close()
    return times[1:]


def calculations(browser: Browser, stage: dict[str, Any], n: int) -> dict[str, list[float]]:
    """Return times of clicks [ms] and the memory of the page's kernel [MB]."""
    found: dict[str, list[float]] = {name: [] for name in ("click to QUEUED", "click to table, 365 days", "map click")}
    wait_ready(stage["url"])
    visitor = Visitor(browser, stage["url"])
    page = visitor.open()
    page.evaluate(CLICKED)
    own = kernel_of(stage["server"], page).pid
    memory = {"at first view": sizes([own])}
    for i in range(n):
        spot = {"x": 160 + 11 * i, "y": 180 + 13 * i}  # clear of the controls
        value = page.locator(".etolib-latitude input").input_value()
        test = f"document.querySelector('.etolib-latitude input').value !== {json.dumps(value)}"
        found["map click"].append(timed(page, lambda at=spot: page.locator(".etolib-map").click(position=at), test))
    for i in range(max(n + 1, RESULTS)):
        visitor.fill(f"{-20 + 0.5 * i:.1f}", "-47.6", "2023-01-01/2023-12-31")
        queued = f"document.querySelectorAll('.etolib-card .etolib-status').length > {i}"
        shown = (
            f"document.querySelectorAll('.etolib-results tbody tr').length === 365 && document.querySelector("
            f"'.etolib-results-title h2').textContent.startsWith('{20 - 0.5 * i:.4f}')"
        )
        page.evaluate(f"() => {{ window.done = ({WATCH})({json.dumps(shown)}); }}")
        first = timed(page, visitor.calculate, queued)
        whole = float(page.evaluate("async () => (await window.done) - window.clicked"))
        if i:  # the first calculation imports what later ones have
            found["click to QUEUED"].append(first)
            found["click to table, 365 days"].append(whole)
        if i + 1 in (1, RESULTS):
            memory[f"after {i + 1} result{'s' if i else ''}"] = sizes([own])
    visitor.close()
    for when, size in memory.items():
        found |= {f"kernel memory {when}, {kind} [MB]": [of_kind] for kind, of_kind in size.items()}
    return found


def sizes(processes: Iterable[int]) -> dict[str, float]:
    """Return the memory of processes in all [MB]: RSS, and Pss, in which what several share counts once (Linux)."""
    total = {"RSS": 0.0, "Pss": 0.0}
    for pid in processes:
        lines: list[str] = []
        with suppress(OSError):  # it may end while it is looked at
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        for line in lines:
            for kind in total:
                if line.startswith(f"{kind.capitalize()}:"):
                    total[kind] += 1024 * int(line.split()[1]) / 1e6
    return total


def idle(browser: Browser, stage: dict[str, Any], tabs: int, n: int = IDLE_N) -> dict[str, list[float]]:
    """Return the memory of open pages that do nothing [MB]: of each kernel, and of the server with all it has started.

    Some are tabs of a browser, whose own memory is not counted. The others are plain clients, which ask for the state
    of all widgets as a tab does: thirty tabs would want more of two cores than the server. The kernels kept ready are
    counted, too.
    """
    with ExitStack() as stack:
        own = set()
        for number in range(n):
            wait_ready(stage["url"])
            if number < tabs:
                visitor = Visitor(browser, stage["url"])
                stack.callback(visitor.close)
                own.add(kernel_of(stage["server"], visitor.open()).pid)
            else:
                stack.enter_context(closing(page := PlainPage(stage["url"])))
                page.open()
        wait_ready(stage["url"])
        time.sleep(SETTLED_S)
        server = psutil.Process(stage["server"].pid)
        each = {pid: sizes([pid]) for pid in kernels(stage["server"])}
        found = {
            f"kernel {which} of {n} idle pages, {kind} [MB]": [each[pid][kind] for pid in pids]
            for which, pids in (("behind a tab", own), ("of another", each.keys() - own))
            for kind in ("RSS", "Pss")
            if pids
        }
        found[IDLE] = [sizes([server.pid, *(child.pid for child in server.children(recursive=True))])["Pss"]]
    return found


def first_clicks(browser: Browser, n: int) -> list[float]:
    """Return the times from the first click of the first visitor of a new server to the table of 365 days [ms].

    Everything is started anew each time, the workers too; the visitor comes as soon as the server answers.
    """
    times = []
    for _ in range(n):
        with machine(preheated=True) as stage:
            visitor = Visitor(browser, stage["url"])
            page = visitor.open()
            page.evaluate(CLICKED)
            visitor.fill("-20.0", "-47.6", "2023-01-01/2023-12-31")
            shown = "document.querySelectorAll('.etolib-results tbody tr').length === 365"
            times.append(timed(page, visitor.calculate, shown))
            visitor.close()
    return times


def talk(topic: str, count: int, pause: float) -> None:
    """Send messages that carry the time at which they were sent; runs on a worker, once it is told to begin."""
    from distributed import Event, get_worker

    Event(topic).wait(60)

    for seq in range(1, count + 1):
        data = {"step": f"sent {time.time() * 1000:.3f}", "stage": "download", "source": None, "progress": seq}
        data |= {"current_step": 2, "total_steps": 5}
        get_worker().log_event(topic, {"task_id": topic[4:], "seq": seq, "time": "", "type": "PROGRESS", "data": data})
        time.sleep(pause)


def messages(browser: Browser, stage: dict[str, Any], n: int) -> list[float]:
    """Return the times from a message on a worker to its text in the page [ms]."""
    task_id = f"eto-{uuid.uuid4().hex}"
    client = stage["client"]
    client.log_event(f"eto/{task_id}", {"task_id": task_id, "seq": 0, "time": "", "type": "PROGRESS", "data": {}})
    talking = client.submit(talk, f"eto/{task_id}", n, 0.2, key=task_id)
    wait_ready(stage["url"])
    visitor = Visitor(browser, stage["url"])
    page = visitor.open(f"?task={task_id}")
    page.wait_for_selector(".etolib-card [data-status=PROCESSING]")
    page.evaluate(
        """() => { window.delays = []; new MutationObserver(() => {
          const found = /sent ([\\d.]+)/.exec(document.querySelector('.etolib-step').textContent);
          if (found && found[1] !== window.last) {
            window.last = found[1];
            window.delays.push(performance.timeOrigin + performance.now() - Number(found[1]));
          } }).observe(document, {subtree: true, childList: true, characterData: true}); }"""
    )
    DaskEvent(f"eto/{task_id}", client=client).set()
    talking.result()
    page.wait_for_function(f"() => window.delays.length >= {n}", timeout=10_000)
    delays = page.evaluate("() => window.delays")
    visitor.close()
    return [float(delay) for delay in delays]


def endings(browser: Browser, stage: dict[str, Any], n: int) -> list[float]:
    """Return the times from a closed tab to the end of its kernel [ms]."""
    times = []
    for _ in range(n):
        wait_ready(stage["url"])
        visitor = Visitor(browser, stage["url"])
        own = kernel_of(stage["server"], visitor.open()).pid
        wait_ready(stage["url"])
        start = time.perf_counter()
        visitor.page.goto("about:blank")
        until(lambda own=own: not psutil.pid_exists(own), "the kernel to end")
        times.append(1000 * (time.perf_counter() - start))
        visitor.close()
    return times


def page_loads(browser: Browser, n: int, front: str) -> dict[str, list[float]]:
    """Return the times to the map on a front end, by what is ready."""
    name = "page to map" if front == "slim" else f"page to map, {front} front end"
    found = {}
    with machine(preheated=True, front=front) as stage:
        found[f"{name}, browser cache empty"] = loads(browser, stage, n, ready=True)
        found[f"{name}, browser cache warm"] = loads(browser, stage, n, ready=True, warm=True)
    with machine(preheated=False, front=front) as stage:
        found[f"{name}, no kernel ready"] = loads(browser, stage, n, ready=False)
    return found


class Told(dict[str, list[float]]):
    """What was found, told as it comes: a run that is ended early has said what it has."""

    def __ior__(self, more: Any) -> Any:
        for name, values in dict(more).items():
            print(f"{name}: {[round(value, 1) for value in values]}", file=sys.stderr, flush=True)
        self.update(more)
        return self


def run(n: int, *, parts: Sequence[str] = PARTS, tabs: int = IDLE_TABS) -> tuple[dict[str, list[float]], list[float]]:
    """Return all measured values, and the load of the machine before, between and after."""
    found = Told()
    load = [os.getloadavg()[0]]
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if "clicks" in parts:
            with machine(preheated=True) as stage:
                found |= calculations(browser, stage, n)
                found |= {"worker event to page": messages(browser, stage, max(n, 30))}
                found |= {"closed tab to kernel gone": endings(browser, stage, n)}
            found |= {FIRST: first_clicks(browser, FIRST_N)}
            load.append(os.getloadavg()[0])
        if "idle" in parts:
            with machine(preheated=True) as stage:
                found |= idle(browser, stage, tabs)
            load.append(os.getloadavg()[0])
        for front in ("slim", "stock"):
            if front in parts:
                found |= page_loads(browser, n, front)
                load.append(os.getloadavg()[0])
        browser.close()
    return found, [round(one, 2) for one in load]


def main(arguments: Sequence[str] = ()) -> None:
    """Measure and write ``benchmarks/results/page.{json,md}``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--n", type=int, default=12, help="how often each is measured")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="only some parts")
    parser.add_argument("--tabs", type=int, default=IDLE_TABS, help="how many idle pages are tabs of the browser")
    parser.add_argument("--only-loads", action="store_true", help="only how fast the page comes")
    chosen = parser.parse_args(arguments)
    machine_here = report.machine()
    values, load = run(chosen.n, parts=("slim", "stock") if chosen.only_loads else chosen.only, tabs=chosen.tabs)
    figures = {name: report.summary([one / 1e3 for one in ones]) for name, ones in values.items()}
    rows = [
        (f"{name}{'' if '[' in name else ' [ms]'}", f["n"], f["median"], f["p95"], f["max"], TARGETS.get(name, ""))
        for name, f in figures.items()
    ]
    text = f"# The page in a browser\n\n{machine_here}\n\nLoad before, between, after: {load}\n\n"
    text += report.table(("what", "n", "median", "p95", "max", "to reach"), rows)
    names = ("etolib", "voila", "ipywidgets", "ipyleaflet", "jupyter_server", "ipykernel", "distributed", "playwright")
    data = {"machine": machine_here, "load": load, "versions": report.versions(names), "figures": figures}
    report.write("page", data, text)


if __name__ == "__main__":
    main(sys.argv[1:])
