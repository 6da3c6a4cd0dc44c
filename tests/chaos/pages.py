"""Faults of a page: a real `etolib serve` with a cluster of its own, a real browser, two tasks on the way."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, sync_playwright

from etolib.result.result import Result
from etolib.serve.child import PARENT
from tests.browser.stage import TODAY, Visitor, free_port, kernel_id, kernel_of, launch, settings, until
from tests.chaos import judge
from tests.chaos.judge import PERIOD, Verdict
from tests.chaos.stage import CHILD, LATENCY_S, MARK, SESSIONS, marked, role
from tests.simulator import WeatherServer

TASKS = 2
FINAL = ("SUCCESS", "ERROR", "CANCELLED", "TIMEOUT")
GONE_S = 15.0


class House:
    """Simulator, server and browser.

    Attributes
    ----------
    reference : WeatherServer
        The same weather at once.
    visitor : Visitor or None
        Who has a page open.
    """

    def __init__(self, folder: Path, browser: Browser, stack: contextlib.ExitStack) -> None:
        self.folder, self._browser, self.mark = folder, browser, uuid.uuid4().hex
        self.reference = stack.enter_context(WeatherServer(today=TODAY))
        weather = stack.enter_context(WeatherServer(today=TODAY, latency=LATENCY_S))
        (folder / "tmp").mkdir()
        self.environment = settings(folder / "cache", weather.environment()) | {
            "TMPDIR": str(folder / "tmp"), "XDG_STATE_HOME": str(folder / "state"), MARK: self.mark,
        }  # fmt: skip
        self.port, self.log = free_port(), folder / "serve.log"
        self.visitor: Visitor | None = None
        self.asked: list[Result] = []  # what the page that is open was asked for, as it is alone
        self.server: subprocess.Popen[bytes] | None = None

    def serve(self) -> None:
        """Have a server."""
        if self.server is not None and self.server.poll() is None:
            return
        self.log.write_bytes(b"")
        command = [sys.executable, *CHILD, "etolib.cli", "serve", "--no-browser", "--workers", "1"]
        with self.log.open("ab") as out:
            self.server = subprocess.Popen(
                [*command, "--port", str(self.port)], env=self.environment | {PARENT: str(os.getpid())}, stdout=out,
                stderr=out, start_new_session=True,
            )  # fmt: skip
        SESSIONS.setdefault(self.mark, set()).add(self.server.pid)
        self.url = until(self._told, "the line that tells the address", 120)

    def _told(self) -> str | None:
        if self.server is not None and self.server.poll() is not None:
            raise RuntimeError(f"etolib serve ended:\n{self.log.read_text()}")
        found = re.search(r"^eto\t(\S+)$", self.log.read_text(), re.MULTILINE)
        return found[1] if found else None

    def visit(self) -> Visitor:
        """Have a page that is open."""
        self.serve()
        if self.visitor is None:
            self.visitor, self.asked = Visitor(self._browser, self.url), []
            self.visitor.open()
        return self.visitor

    def leave(self) -> None:
        """Close the page that is open; the next visit has another one."""
        if self.visitor is not None:
            self.visitor.close()
        self.visitor = None

    def under_way(self) -> int:
        """Return how many tasks have not ended, as the server's account says; -1 where it says nothing."""
        for path in (self.folder / "tmp").glob("etolib-*/account.json"):
            with contextlib.suppress(OSError, ValueError, TypeError):
                figures = json.loads(path.read_text())["figures"]
                return int(figures["queued"] + figures["running"])
        return -1

    def left(self) -> Counter[str]:
        """Return the processes there are, by kind, and the folders."""
        counted = Counter(role(one) for one in marked(self.mark))
        counted["folders"] = len([*(self.folder / "tmp").glob("etolib-*")])
        return counted

    def close(self) -> None:
        """End everything."""
        if self.visitor is not None:
            with contextlib.suppress(Exception):
                self.visitor.close()
        if self.server is not None:
            self.server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.server.wait(30)
        for one in marked(self.mark):
            with contextlib.suppress(psutil.Error):
                one.kill()


@contextlib.contextmanager
def house(folder: Path) -> Iterator[House]:
    """Yield a house."""
    with sync_playwright() as playwright, contextlib.ExitStack() as stack:
        browser = launch(playwright)
        stack.callback(browser.close)
        one = House(folder, browser, stack)
        try:
            yield one
        finally:
            one.close()


def statuses(visitor: Visitor, first: int) -> list[str]:
    """Return what the cards say from one on."""
    return [str(text) for text in visitor.seen(".etolib-card .etolib-status").all_inner_texts()[first:]]


def calculate(visitor: Visitor, place: Any) -> None:
    """Fill the form and press the button; wait until there is a card."""
    before = visitor.seen(".etolib-card").count()
    visitor.fill(str(place.latitude), str(place.longitude), PERIOD)
    visitor.seen(".etolib-elevation input").fill(str(place.elevation))
    visitor.calculate()
    until(lambda: visitor.seen(".etolib-card").count() > before, "a card", 20)


def shown(visitor: Visitor, expected: Result, index: int) -> str:
    """Return what is wrong with the numbers that a card leads to."""
    button = visitor.card(index).locator(".etolib-show")
    visitor.seen(".etolib-tab-table").click()

    def right() -> bool:
        return on_view(visitor) == as_shown(expected)

    with contextlib.suppress(TimeoutError):
        # A result that is still on its way takes the place of this one, and this one can then be had again.
        until(lambda: right() or button.is_visible(), "the numbers, or a way to them", 15)
        if not right():
            button.click()
        until(right, "the numbers", 15)
        return ""
    return f"card {index} shows {on_view(visitor)}, not {as_shown(expected)}"


def as_shown(expected: Result) -> dict[str, Any]:
    """Return place, tiles and days as the page must show them."""
    values = expected.table["eto"]
    tiles = [f"{values.sum():.0f}", f"{values.mean():.2f}"]
    return {"place": place_shown(expected), "tiles": tiles, "days": [f"{value:.2f}" for value in values]}


def place_shown(expected: Result) -> str:
    """Return how the latitude of a place begins its heading."""
    return f"{abs(expected.site.latitude):.4f}"


def on_view(visitor: Visitor) -> dict[str, Any]:
    """Return place, tiles and days that the page shows."""
    head = "".join(visitor.seen(".etolib-results-title h2").all_inner_texts())
    tiles = visitor.seen(".etolib-results .etolib-tile b").all_inner_texts()[:2]
    rows = visitor.seen(".etolib-results table tbody tr").all_inner_texts()
    days = [row.split("\t")[1].strip() for row in rows if row.count("\t")]
    return {"place": head[: head.find(".") + 5], "tiles": [tile.strip() for tile in tiles], "days": days}


def at_rest(visitor: Visitor, asked: Sequence[Result]) -> list[str]:
    """Return what is wrong with the numbers on a page whose server is gone: those of one of its places, or none."""
    view = on_view(visitor)
    if not view["place"]:
        return []
    right = [as_shown(one) for one in asked if place_shown(one) == view["place"]]
    right += [one | {"days": []} for one in right]  # the tab of the table was not opened
    return [] if view in right else [f"the page shows {view}"]


# --- the faults ---------------------------------------------------------------------------------------------------


def usable(verdict: Verdict, began: float) -> None:
    """Note after how long a page could be used."""
    verdict.usable = round(time.monotonic() - began, 1)
    if verdict.usable > judge.USABLE_S:
        verdict.wrong.append(f"usable after {verdict.usable} s")


def comes_in(house: House, verdict: Verdict, rng: random.Random) -> None:
    """Ask what the next visitor finds: a page at once, and a calculation with its right numbers."""
    (place,) = judge.places(rng, 1)
    more = judge.alone(house, place)  # type: ignore[arg-type]
    began = time.monotonic()
    visitor = house.visit()
    house.asked.append(more)
    calculate(visitor, place)
    until(lambda: statuses(visitor, 0) == ["SUCCESS"], "the next visitor's calculation", 60)
    usable(verdict, began)
    verdict.wrong += [text for text in [shown(visitor, more, 0)] if text]


def lives_on(house: House, expected: Sequence[Result], first: int, verdict: Verdict, rng: random.Random) -> None:
    """Ask a page that must come back by itself: its cards, their numbers, one more calculation."""
    visitor = house.visitor
    assert visitor is not None
    began = time.monotonic()
    (place,) = judge.places(rng, 1)
    more = judge.alone(house, place)  # type: ignore[arg-type]
    house.asked.append(more)
    with contextlib.suppress(TimeoutError):  # what ended with the kernel is begun anew, on another card
        until(lambda: statuses(visitor, first) == ["SUCCESS"] * TASKS, "the cards to end well", 90)
    states = statuses(visitor, first)
    verdict.states = dict(Counter(states))
    if states != ["SUCCESS"] * TASKS:
        verdict.wrong.append(f"the cards say {states}")
    calculate(visitor, place)
    until(lambda: statuses(visitor, first + TASKS) == ["SUCCESS"], "one more calculation", 30)
    usable(verdict, began)
    for n, one in enumerate([*expected, more]):
        verdict.wrong += [text for text in [shown(visitor, one, first + n)] if text]


def kernel_killed(house: House, *more: Any) -> None:
    assert house.server is not None
    assert house.visitor is not None
    page = house.visitor.page
    before = kernel_id(page)
    kernel_of(house.server, page).kill()
    banner = page.locator(".etolib-lost.etolib-banner")
    until(
        lambda: kernel_id(page) != before and "is back" in banner.inner_text(),
        "the page to say that it is back",
        judge.USABLE_S,
    )
    lives_on(house, *more)
    house.leave()  # a page that has lost three kernels within two minutes gives up


def worker_killed(house: House, *more: Any) -> None:
    next(one for one in marked(house.mark) if role(one) == "dask worker").kill()
    lives_on(house, *more)


def left_alone(
    house: House, how: Callable[[Visitor], None], verdict: Verdict, rng: random.Random, within: float
) -> None:
    """Leave a page; its kernel and its tasks must go."""
    visitor, server = house.visitor, house.server
    assert visitor is not None
    assert server is not None
    kernel = kernel_of(server, visitor.page)
    began = time.monotonic()
    how(visitor)
    house.visitor = None
    until(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE, "the kernel to end", within)
    verdict.states = {"kernel gone": 1}
    verdict.gone = round(time.monotonic() - began, 1)
    until(lambda: house.under_way() == 0, "its tasks to end", GONE_S)
    visitor.context.close()  # of a closed tab not before: the farewell that is on its way would go with it
    comes_in(house, verdict, rng)


def tab_closed(house: House, expected: Any, first: int, verdict: Verdict, rng: random.Random) -> None:
    left_alone(house, lambda visitor: visitor.page.close(), verdict, rng, GONE_S)


def browser_crashed(house: House, expected: Any, first: int, verdict: Verdict, rng: random.Random) -> None:
    left_alone(house, lambda visitor: visitor.context.close(), verdict, rng, 90)


def stopped(number: int) -> Callable[..., None]:
    """Return the fault of a server that gets a signal."""

    def harm(house: House, expected: Any, first: int, verdict: Verdict, rng: random.Random) -> None:
        server, visitor = house.server, house.visitor
        assert server is not None
        assert visitor is not None
        server.send_signal(number)
        status = server.wait(GONE_S + 5)
        if number != signal.SIGKILL and status != 0:
            verdict.wrong.append(f"ended with {status}")
        nothing: Counter[str] = Counter()
        if number == signal.SIGKILL:
            nothing["folders"] = 1  # goes with the next server
        with contextlib.suppress(TimeoutError):
            until(lambda: not house.left() - nothing, "nothing to be left", GONE_S)
        if left := house.left() - nothing:
            verdict.wrong.append(f"left behind: {dict(left)}")
        with contextlib.suppress(TimeoutError):
            until(lambda: all(one in FINAL for one in statuses(visitor, first)), "the cards to end", 15)
        verdict.states = dict(Counter(statuses(visitor, first)))
        if not all(one in FINAL for one in statuses(visitor, first)):
            verdict.wrong.append(f"the cards say {statuses(visitor, first)}")
        verdict.wrong += at_rest(visitor, house.asked)
        house.visitor = None
        visitor.context.close()
        house.serve()
        comes_in(house, verdict, rng)
        if house.left()["folders"] != 1:
            verdict.wrong.append(f"{house.left()['folders']} folders with one server")

    return harm


@dataclass(frozen=True)
class PageFault:
    """One line of the table."""

    harm: Callable[..., None]


PAGE_FAULTS = {
    "kernel of a page killed": PageFault(kernel_killed),
    "worker of a server killed": PageFault(worker_killed),
    "tab closed": PageFault(tab_closed),
    "browser crashed": PageFault(browser_crashed),
    "server SIGTERM": PageFault(stopped(signal.SIGTERM)),
    "server SIGINT": PageFault(stopped(signal.SIGINT)),
    "server SIGKILL": PageFault(stopped(signal.SIGKILL)),
}


def run(house: House, name: str, seed: int, number: int) -> Verdict:
    """Do a fault to a house."""
    rng, verdict, began = random.Random(f"{name} {seed} {number}"), Verdict(name, number), time.monotonic()
    try:
        visitor = house.visit()
        sites = judge.places(rng, TASKS)
        expected = judge.all_alone(house, sites)  # type: ignore[arg-type]
        first = visitor.seen(".etolib-card").count()
        house.asked += expected
        for site in sites:
            calculate(visitor, site)
        wait = rng.uniform(0, 2)
        verdict.after = round(wait * 1000)
        visitor.page.wait_for_timeout(wait * 1000)  # the moment of the fault
        PAGE_FAULTS[name].harm(house, expected, first, verdict, rng)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        verdict.wrong.append(f"{type(error).__name__}: {error} ({where.name}:{where.lineno})")
        with contextlib.suppress(Exception):
            if house.visitor is not None:
                house.visitor.context.close()
        house.visitor = None
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict
