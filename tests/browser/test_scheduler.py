"""Scenario 3, the scheduler: lost while the page is open, told at once, and usable again when it is back."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

import pytest
from distributed import Client
from playwright.sync_api import expect

from tests.browser.stage import PATIENCE_MS, Visitor, free_port, process, serving, settings
from tests.simulator import WeatherServer


@contextlib.contextmanager
def scheduler(port, environment, folder, name):
    """Run a dask scheduler as a process of its own."""
    command = [
        sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port),
        "--dashboard-address", "127.0.0.1:0",
    ]  # fmt: skip
    with process(command, environment, folder / f"{name}.log") as child:
        yield child


@contextlib.contextmanager
def worker(address, environment, folder, name):
    """Run a worker process; it ends by itself when its scheduler has been away."""
    command = [
        sys.executable, "-m", "distributed.cli.dask_worker", address, "--host", "127.0.0.1", "--no-dashboard",
        "--nthreads", "2", "--death-timeout", "5", "--no-nanny",
    ]  # fmt: skip
    with process(command, environment, folder / f"{name}.log"):
        yield


@pytest.fixture
def lost(browser, tmp_path):
    """A stage whose scheduler can be killed and started again on its port."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with WeatherServer(today="2024-07-01") as weather, contextlib.ExitStack() as processes:
        environment = settings(tmp_path / "cache", weather.environment())

        def start(name):
            child = processes.enter_context(scheduler(port, environment, tmp_path, f"scheduler-{name}"))
            processes.enter_context(worker(address, environment, tmp_path, f"worker-{name}"))
            with Client(address, timeout=30, set_as_default=False) as client:
                client.wait_for_workers(1, timeout=60)
            return child

        first = start("first")
        url, _ = processes.enter_context(serving(address, environment, tmp_path))
        visitor = Visitor(browser, url)
        visitor.open()
        yield visitor, weather, first, start
        visitor.close()
        assert (visitor.errors, visitor.outside) == ([], [])


@pytest.fixture
def empty(browser, tmp_path):
    """A stage whose scheduler has no worker until `start` is called."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with WeatherServer(today="2024-07-01") as weather, contextlib.ExitStack() as processes:
        environment = settings(tmp_path / "cache", weather.environment())
        processes.enter_context(scheduler(port, environment, tmp_path, "scheduler"))
        with Client(address, timeout=30, set_as_default=False):
            pass  # it answers
        url, _ = processes.enter_context(serving(address, environment, tmp_path))
        visitor = Visitor(browser, url)
        visitor.open()
        yield visitor, lambda: processes.enter_context(worker(address, environment, tmp_path, "worker"))
        visitor.close()
        assert (visitor.errors, visitor.outside) == ([], [])


def test_a_cluster_without_a_worker_says_so_and_the_task_begins_when_one_joins(empty):
    visitor, start = empty
    page = visitor.page
    expect(page.locator(".etolib-line")).to_have_text("no worker on the cluster")
    visitor.fill("2.0", "38.0", "2024-02-01/2024-02-10")
    visitor.calculate()
    card = visitor.expect_status("QUEUED")
    expect(card).to_contain_text("The cluster has no worker", timeout=PATIENCE_MS)
    expect(card).to_contain_text("begins by itself as soon as a worker joins")
    expect(page.locator(".etolib-banner")).to_be_hidden()
    start()
    visitor.expect_status("SUCCESS")
    expect(page.locator(".etolib-results table tbody tr")).to_have_count(10, timeout=PATIENCE_MS)
    expect(page.locator(".etolib-line")).to_have_text("1 worker ready", timeout=PATIENCE_MS)


def test_a_lost_scheduler_is_told_and_retry_works_when_it_is_back(lost):
    visitor, weather, first, start = lost
    weather.fault("nasa_power", "slow")
    visitor.fill("1.0", "37.0", "2024-02-01/2024-02-20")
    visitor.calculate()
    visitor.expect_status("PROCESSING")
    weather.wait_for_calls(1, "nasa_power", timeout=30)

    os.killpg(first.pid, signal.SIGKILL)
    card = visitor.expect_status("ERROR")
    expect(card.locator(".etolib-error")).to_contain_text("scheduler was lost")
    expect(visitor.page.locator('.etolib-dot[data-state="down"]')).to_be_visible(timeout=PATIENCE_MS)

    # While it is away, another try says so too, and nothing hangs.
    visitor.calculate()
    card = visitor.expect_status("ERROR", 1)
    expect(card.locator(".etolib-error")).to_contain_text("scheduler")

    weather.clear()
    start("second")
    expect(visitor.page.locator('.etolib-dot[data-state="running"]')).to_be_visible(timeout=PATIENCE_MS)
    card.locator(".etolib-retry").click()
    visitor.expect_status("SUCCESS", 2)
    expect(visitor.page.locator(".etolib-results table tbody tr")).to_have_count(20, timeout=PATIENCE_MS)
