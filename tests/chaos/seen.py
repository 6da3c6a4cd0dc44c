"""How soon a page tells of a loss: `python -m tests.chaos.seen [--times 10] [--write]`.

`etolib serve` on a scheduler, two workers with nannies and a provider, each a process of its own that is started again
some seconds after it was killed; a page in Chromium. From the kill until the page says so, and until it can be used.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from tests.browser.stage import Visitor, kernel_of, launch, serving, until
from tests.chaos import judge
from tests.chaos.__main__ import DOCUMENT
from tests.chaos.faults import control, worker
from tests.chaos.pages import calculate
from tests.chaos.stage import Stage, stage

BEGIN, END = "<!-- seen: written by python -m tests.chaos.seen --write -->", "<!-- end of seen -->"
HEAD = ("lost", "told by", "times", "told after [s]", "whole again after [s]")
WHOLE = "2 workers"
AWAY_S = 3.0  # what is not started again at once stays away so long

Row = tuple[float, float]


class Seen:
    """Kills one thing after the other and looks at the page."""

    def __init__(self, where: Stage, visit: Callable[[], Visitor], server: psutil.Popen) -> None:
        self._where, self._visit, self._server = where, visit, server
        self._visitor = visit()
        self._rng = random.Random(13)

    def line(self) -> str:
        """Return what the page says of the cluster."""
        return str(self._visitor.seen(".etolib-line").inner_text())

    def told(self, kill: Callable[[], None], says: Callable[[], bool], mend: Callable[[], None]) -> Row:
        """Return after how long the page said so, and was whole again."""
        until(lambda: WHOLE in self.line(), "a page that is whole", 60)
        began = time.monotonic()
        kill()
        until(says, "the page to say so", 60, 0.01)
        told = time.monotonic() - began
        mend()
        until(lambda: WHOLE in self.line(), "a page that is whole", 60)
        return told, time.monotonic() - began

    def kernel(self) -> Row:
        """Kill the page's kernel. One page for each: it gives up after three within two minutes."""
        until(lambda: WHOLE in self.line(), "a page that is whole", 60)
        page = self._visitor.page
        banner = page.locator(".etolib-lost.etolib-banner")
        one = kernel_of(self._server, page)
        began = time.monotonic()
        one.kill()
        until(lambda: banner.count() and "unexpectedly" in banner.inner_text(), "the banner", 60, 0.01)
        told = time.monotonic() - began
        until(lambda: "is back" in banner.inner_text() and WHOLE in self.line(), "the page to be back", 60)
        whole = time.monotonic() - began
        self._visitor.close()
        self._visitor = self._visit()
        return told, whole

    def close(self) -> None:
        """Close the page."""
        self._visitor.close()

    def a_worker(self) -> Row:
        """Kill a worker; its nanny starts it again."""
        return self.told(lambda: worker(self._where, self._rng).kill(), self._less, lambda: None)

    def a_nanny(self) -> Row:
        """Kill a nanny: its worker ends with it."""
        return self._held(lambda: self._rng.choice(self._where.workers), self._less)

    def a_scheduler(self) -> Row:
        """Kill the scheduler."""
        dot = self._visitor.seen(".etolib-dot")
        return self._held(
            lambda: self._where.scheduler, lambda: str(dot.get_attribute("data-state")) in ("down", "silent")
        )

    def _less(self) -> bool:
        return WHOLE not in self.line()

    def _held(self, choose: Callable[[], object], says: Callable[[], bool]) -> Row:
        one = choose()

        def kill() -> None:
            one.hold()  # type: ignore[attr-defined]
            one.kill()  # type: ignore[attr-defined]
            threading.Timer(AWAY_S, one.resume).start()  # type: ignore[attr-defined]

        return self.told(kill, says, lambda: None)

    def a_provider(self) -> Row:
        """Kill the provider while a task asks it: its card says so."""
        place = judge.places(self._rng, 1)[0]
        slow = {"service": "nasa_power", "name": "slow", "options": {"seconds": 60}}  # it is asked when it is killed
        until(lambda: control(self._where, "fault", **slow), "the provider", 60)
        first = self._visitor.seen(".etolib-card").count()
        calculate(self._visitor, place)
        card = self._visitor.card(first)
        until(lambda: "asking" in card.inner_text().lower(), "it to ask", 60, 0.01)
        before = card.inner_text()

        def says() -> bool:
            now = card.inner_text()
            return now != before and any(word in now for word in ("answer", "failed", "connect", "ERROR", "SUCCESS"))

        return self._held_provider(says)

    def _held_provider(self, says: Callable[[], bool]) -> Row:
        return self._held(lambda: self._where.simulator, says)


KINDS = {
    "kernel of the page": ("a banner", Seen.kernel),
    "worker": ("the line at the top", Seen.a_worker),
    "nanny": ("the line at the top", Seen.a_nanny),
    "scheduler": ("the line at the top", Seen.a_scheduler),
    "provider, while a task asks it": ("its card", Seen.a_provider),
}


@contextmanager
def seeing() -> Iterator[Seen]:
    """Yield what looks at an open page."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seen")))
        where = stack.enter_context(stage(folder))
        browser = launch(stack.enter_context(sync_playwright()))
        stack.callback(browser.close)
        url, server = stack.enter_context(serving(where.address, where.environment, folder))

        def visit() -> Visitor:
            visitor = Visitor(browser, url)
            visitor.open()
            return visitor

        yield stack.enter_context(closing(Seen(where, visit, server)))


def main(arguments: Sequence[str]) -> int:
    """Measure; returns 1 where a loss was told later than after two seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--only", default="", help="; ".join(KINDS))
    parser.add_argument("--write", action="store_true", help=f"write the table into {DOCUMENT.name}")
    chosen = parser.parse_args(list(arguments))
    lines = [HEAD, tuple("---" for _ in HEAD)]
    late, loads = 0.0, list[float]()
    with seeing() as one:
        for name, (by, look) in KINDS.items():
            if chosen.only and name not in chosen.only.split(";"):
                continue
            found = []
            for _ in range(chosen.times):
                found.append(look(one))
                loads.append(os.getloadavg()[0])
            told, whole = zip(*found, strict=True)
            late = max(late, *told)
            lines.append((name, by, str(len(found)), _spread(told), _spread(whole)))
            print(lines[-1], flush=True)
    load = (
        f"Load of the machine after a time {min(loads):.1f} to {max(loads):.1f}, median {statistics.median(loads):.1f}:"
    )
    text = f"{load}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
    print(text)
    if chosen.write:
        before, rest = DOCUMENT.read_text().split(BEGIN)
        _, after = rest.split(END)
        DOCUMENT.write_text(f"{before}{BEGIN}\n{text}{END}{after}")
    return int(late > 2.0)


def _spread(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}, median {statistics.median(values):.2f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
