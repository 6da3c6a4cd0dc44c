"""What the browser tests stand on: a simulator, a dask cluster of processes, `etolib serve`, and a visitor."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, Playwright, expect

TODAY = "2024-07-01"
# Longest download: one that hangs is given up within a test's patience, one that a busy machine makes late is not
DEADLINE_S = "20"
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # a machine that does something else as well is no fault of the page
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium that is on the PATH, else Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    return playwright.chromium.launch(executable_path=found, args=FLAGS)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], what: str, limit: float = 30.0, every: float = 0.05) -> Any:
    """Return what ``condition`` returns once it is true; `TimeoutError` says what never came."""
    pause = threading.Event()
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        pause.wait(every)
    raise TimeoutError(f"waited {limit:g} s for {what}")


def settings(folder: Path, roots: dict[str, str]) -> dict[str, str]:
    """Return an environment with no settings but ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ETOLIB_", "DASK_"))}
    return {
        **kept,
        **roots,
        "ETOLIB_CACHE_DIR": str(folder),
        "ETOLIB_DEADLINE": DEADLINE_S,
        "ETOLIB_TODAY": TODAY,
        "ETOLIB_TILES": "none",  # a machine with a network must not make these tests ask it
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a session of its own; end it, and all it has started, at the end."""
    with log.open("wb") as out:
        child = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
        try:
            yield child
        finally:
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(child.pid, signal.SIGKILL)
                    child.wait()


@contextlib.contextmanager
def serving(scheduler: str, environment: dict[str, str], folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `etolib serve` on a scheduler; yield the address of the main page and the process."""
    log = folder / "serve.log"
    command = [sys.executable, "-m", "etolib.cli", "serve", "--port", "0", "--no-browser", "--scheduler", scheduler]
    with process(command, environment, log) as child:

        def told() -> str | None:
            if child.poll() is not None:
                raise RuntimeError(f"etolib serve ended:\n{log.read_text()}")
            found = re.search(r"^eto\t(\S+)$", log.read_text(), re.MULTILINE)
            return found[1] if found else None

        yield until(told, "the line that tells the address", 120), child


def kernels(server: subprocess.Popen[bytes]) -> dict[int, float]:
    """Return the resident memory [MB] of each kernel of a server, by process id."""
    found = {}
    for child in psutil.Process(server.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may end while it is looked at
            if any("ipykernel" in word for word in child.cmdline()):
                found[child.pid] = child.memory_info().rss / 1e6
    return found


def kernel_id(page: Page) -> str:
    """Return the id of the kernel of the page that is seen."""
    told = page.evaluate("document.querySelector('#rendered_cells #jupyter-config-data').textContent")
    return str(json.loads(told)["kernelId"])


def kernel_of(server: subprocess.Popen[bytes], page: Page) -> psutil.Process:
    """Return the process of the kernel of a page."""
    identity = kernel_id(page)
    for child in psutil.Process(server.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            # A forked one does not show its own command and environment, but listens where nobody else does.
            sockets = [str(one.laddr) for one in child.net_connections("unix")]
            if identity in " ".join([*child.cmdline(), *child.environ().values(), *sockets]):
                return child
    raise AssertionError(f"no process of kernel {identity}")


def wait_ready(url: str) -> None:
    """Wait until the next visitor finds a kernel that is ready."""
    root = "/".join(url.split("/")[:3])

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"{root}/etolib/ready", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    until(ready, "a kernel that is ready", 60)


class Visitor:
    """A person at a browser: one context, one tab, everything the tab complains about and asks for."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.url = url
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
            self.outside.append(request.url)

    def open(self, query: str = "") -> Page:
        """Open the page and wait until it can be used."""
        self.page.goto(self.url + query)
        expect(self.page.locator(".etolib-map .leaflet-container, .etolib-map.leaflet-container")).to_be_visible(
            timeout=PATIENCE_MS
        )
        expect(self.page.locator('.etolib-dot[data-state="running"]')).to_be_visible(timeout=PATIENCE_MS)
        return self.page

    def seen(self, selector: str) -> Any:
        """Return what stands on the page that is seen: that of another kernel may be being drawn behind it."""
        return self.page.locator(f"#rendered_cells {selector}")

    def fill(self, latitude: str, longitude: str, period: str) -> None:
        """Type a place and a period."""
        for name, value in (("latitude", latitude), ("longitude", longitude), ("period", period)):
            self.seen(f".etolib-{name} input").fill(value)

    def calculate(self) -> None:
        """Press the button."""
        self.seen(".etolib-calculate").click()

    def card(self, index: int = 0) -> Any:
        """Return a card; 0 is the first that was made."""
        return self.seen(".etolib-card").nth(index)

    def expect_status(self, status: str, index: int = 0) -> Any:
        """Wait until a card shows a status; return the card."""
        card = self.card(index)
        expect(card.locator(".etolib-status")).to_have_text(status, timeout=PATIENCE_MS)
        return card

    def close(self) -> None:
        """Leave as people do: the page is told that it is being closed."""
        if not self.page.is_closed():
            self.page.goto("about:blank")  # what Playwright calls closing sends no farewell: the kernel would stay
        self.context.close()
