"""Tasks on dask, process workers, simulator at hand: submit, worker event -> client, result, cancel, time-out."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from benchmarks import report

SITE = (-12.1449, -45.0042)
PERIOD = "2019-06-01/2020-05-31"
COUNT = 20
TARGETS = {
    "submit returns a task id": "<= 20 ms",
    "worker event -> client": "p95 <= 50 ms",
    "365 days, answers cached, submit -> result": "<= 1500 ms",
    "365 days, new place, submit -> result": "<= 1500 ms",
    "cancel -> CANCELLED": "p95 <= 500 ms",
    "time-out of 1 s: lateness": "<= 500 ms",
}


def main() -> None:
    """Measure and write ``benchmarks/results/tasks.{json,md}``."""
    import etolib
    from etolib import pipeline  # noqa: F401  (imported beforehand, as in a page)
    from etolib.tasks import cluster
    from tests.simulator.server import WeatherServer

    with tempfile.TemporaryDirectory() as folder, WeatherServer(today="2020-06-30") as server:
        os.environ.update(server.environment() | {"ETOLIB_CACHE_DIR": folder})
        machine = report.machine()
        etolib.submit(etolib.Site(*SITE), PERIOD).result(120)
        figures = {
            "submit returns a task id": _submit(),
            "worker event -> client": _events(),
            "365 days, answers cached, submit -> result": _results(lambda i: SITE),
            # Far enough apart that no place shares a cell with another; a year costs 29 of Open-Meteo's 600 calls a
            # minute, so that twenty new places would wait for the next minute.
            "365 days, new place, submit -> result": _results(lambda i: (-5 - i, -50.0), 12),
            "cancel -> CANCELLED": _cancel(server),
            "time-out of 1 s: lateness": _timeout(server),
        }
        cluster.close()
    rows = [(name, f["n"], f["median"], f["p95"], f["max"], TARGETS[name]) for name, f in figures.items()]
    text = f"# Tasks\n\n{machine}\n\n" + report.table(("what [ms]", "n", "median", "p95", "max", "to reach"), rows)
    names = ("etolib", "dask", "distributed", "numpy", "pandas")
    report.write("tasks", {"machine": machine, "versions": report.versions(names), "ms": figures}, text)


def _submit() -> dict[str, float]:
    import etolib

    times = []
    for _ in range(COUNT):
        begin = time.perf_counter()
        job = etolib.submit(etolib.Site(*SITE), PERIOD)
        times.append(time.perf_counter() - begin)
        job.result(60)
    return report.summary(times)


def _events() -> dict[str, float]:
    """From the time stamp a worker puts into a message to its arrival at the client (same clock)."""
    import etolib

    late: list[float] = []

    def seen(message: dict[str, Any]) -> None:
        late.append(time.time() - dt.datetime.fromisoformat(message["time"]).timestamp())

    for _ in range(COUNT):
        job = etolib.submit(etolib.Site(*SITE), PERIOD)
        job.on_message(seen)
        job.result(60)
    return report.summary(late)


def _results(place: Callable[[int], tuple[float, float]], count: int = COUNT) -> dict[str, float]:
    import etolib

    times = []
    for i in range(count):
        begin = time.perf_counter()
        etolib.submit(etolib.Site(*place(i)), PERIOD).result(60)
        times.append(time.perf_counter() - begin)
    return report.summary(times)


def _hanging_job(server: Any, **options: Any) -> Any:
    """Return a job whose provider does not answer, once its download is under way."""
    import etolib

    server.fault("nasa_power", "hang")
    job = etolib.submit(etolib.Site(10.0 + len(server.calls()) * 0.7 % 40, 20.0), PERIOD, ["nasa_power"], **options)
    asked = threading.Event()
    job.on_message(lambda m: asked.set() if m["data"].get("source") == "nasa_power" else None)
    asked.wait(30)
    return job


def _cancel(server: Any) -> dict[str, float]:
    times = []
    for _ in range(COUNT):
        job = _hanging_job(server)
        ended = threading.Event()
        job.on_message(lambda m, ended=ended: ended.set() if m["type"] == "CANCELLED" else None)
        begin = time.perf_counter()
        job.cancel()
        ended.wait(30)
        times.append(time.perf_counter() - begin)
    server.clear()
    return report.summary(times)


def _timeout(server: Any) -> dict[str, float]:
    times = []
    for _ in range(10):
        begin = time.perf_counter()
        job = _hanging_job(server, timeout=1)
        ended = threading.Event()
        job.on_message(lambda m, ended=ended: ended.set() if m["type"] == "TIMEOUT" else None)
        ended.wait(30)
        times.append(time.perf_counter() - begin - 1)
    server.clear()
    return report.summary(times)


if __name__ == "__main__":
    main()
