"""Figures of a running server, in the form of Prometheus.

What the server of the pages knows it counts itself; what the scheduler and the workers know it reads from the account
of `etolib.serve.supervisor`.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import tornado.web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from etolib._version import __version__
from etolib.serve import account
from etolib.serve.voila.kernels import pooled
from etolib.tasks.messages import FINAL

if TYPE_CHECKING:
    from etolib.serve.voila.server import Dashboards

PAGES: Counter[str] = Counter()
"""Pages that were asked for, by what became of them: ``given``, or the key of the sentence with which they were not."""

_COUNTED = {
    "asked": ("provider_requests", "Requests sent to the servers of sources."),
    "failed": ("provider_errors", "Downloads that brought nothing in the end."),
    "kept": ("cache_hits", "Answers found in the cache."),
    "missed": ("cache_misses", "Answers not found in the cache."),
}


class MetricsHandler(tornado.web.RequestHandler):
    """The figures; no place, no name and no address of a visitor is among them."""

    def initialize(self, app: Dashboards) -> None:
        """Take the server."""
        self.dashboards = app

    def get(self) -> None:
        """Answer with them."""
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        registry = CollectorRegistry()
        registry.register(Figures(self.dashboards))
        self.finish(generate_latest(registry))


class HealthHandler(tornado.web.RequestHandler):
    """Whether the server answers, and whether all is well behind it."""

    def _log(self) -> None:
        """Be silent: who watches asks again and again."""

    def get(self) -> None:
        """Answer 200: ``ok``, or ``degraded`` with the reasons. Whoever watches starts a server again that is silent,
        and tells a person of one that is degraded."""
        found = account.of_this_process()
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"state": found.get("state", "ok"), "reasons": found.get("reasons", [])}) + "\n")


class Figures:
    """Collects the figures of a server."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def describe(self) -> list[Metric]:
        """Return nothing: what there is, is known when it is asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Return the figures."""
        found = account.of_this_process()
        yield _by("build_info", "1; the version that runs.", "version", {__version__: 1})
        yield from self._pages()
        yield from _memory(found)
        yield from _health(found)
        if figures := found.get("figures"):
            yield from _tasks(figures)
            yield from _workers(figures)

    def _pages(self) -> Iterator[Metric]:
        kernels = self._app.kernel_manager
        yield _gauge("pages_open", "Pages that have a kernel.", len(kernels.visitors))
        yield _gauge("pages_most", "Pages that may be open at once.", self._app.visits.most)
        ready, unmet = len(pooled(kernels)), len(kernels.unmet())
        states = {"open": len(kernels.visitors) - unmet, "ready": ready, "unmet": unmet}
        meaning = "Kernels: of open pages, kept ready for visitors, of visitors that have not connected yet."
        yield _by("kernels", meaning, "state", states)
        yield _count("pages", "Pages asked for, by what became of them.", "end", PAGES)


def _memory(found: dict[str, Any]) -> Iterator[Metric]:
    own = psutil.Process()
    parts = {"server": float(own.memory_info().rss), "kernels": 0.0}
    for child in own.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may end while it is looked at
            parts["kernels"] += child.memory_info().rss
    if found.get("scheduler_bytes"):
        parts["scheduler"] = found["scheduler_bytes"]
    if found.get("figures"):
        parts["workers"] = found["figures"]["worker_bytes"]
    yield _by("memory_bytes", "Resident memory.", "part", parts)
    yield _gauge("uptime_seconds", "Since the server of the pages was started.", time.time() - own.create_time())


def _health(found: dict[str, Any]) -> Iterator[Metric]:
    yield _gauge(
        "degraded", "1 where something is amiss; the reasons stand in etolib_reason.", bool(found.get("reasons"))
    )
    yield _by("reason", "What is amiss.", "reason", dict.fromkeys(found.get("reasons", []), 1))
    yield _count("restarts", "What had to be started again.", "part", found.get("restarts", {}))


def _tasks(figures: dict[str, Any]) -> Iterator[Metric]:
    ended = dict.fromkeys(FINAL, 0) | figures["ended"]  # from the start: what appears later has no rate at first
    yield _count("tasks", "Tasks that have ended, by their final state.", "state", ended)
    submitted = CounterMetricFamily("etolib_tasks_submitted", "Tasks handed to the scheduler.")
    submitted.add_metric([], figures["submitted"])
    yield submitted
    now = {"queued": figures["queued"], "running": figures["running"]}
    yield _by("tasks_under_way", "Tasks that have not ended.", "state", now)
    yield _histogram("task_queued_seconds", "From submission until a worker began.", figures["queued_s"])
    yield _histogram("task_seconds", "From submission to the end.", figures["whole_s"])


def _workers(figures: dict[str, Any]) -> Iterator[Metric]:
    meaning = "Workers: ready, paused near their limit of memory, unfit: another etolib, none, or not looked at yet."
    yield _by("workers", meaning, "state", figures["workers"])
    for what, (name, meaning) in _COUNTED.items():
        yield _count(name, meaning, "source", figures["counted"].get(what, {}))


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"etolib_{name}", meaning, value=float(value))


def _by(name: str, meaning: str, label: str, values: dict[str, Any]) -> Metric:
    family = GaugeMetricFamily(f"etolib_{name}", meaning, labels=[label])
    for one, value in sorted(values.items()):
        family.add_metric([one], float(value))
    return family


def _count(name: str, meaning: str, label: str, values: dict[str, Any]) -> Metric:
    family = CounterMetricFamily(f"etolib_{name}", meaning, labels=[label])
    for one, value in sorted(values.items()):
        family.add_metric([one], float(value))
    return family


def _histogram(name: str, meaning: str, told: dict[str, Any]) -> Metric:
    buckets, below = [], 0
    for bound, number in zip([*map(str, told["bounds"]), "+Inf"], told["counts"], strict=True):
        below += number
        buckets.append((bound, below))
    family = HistogramMetricFamily(f"etolib_{name}", meaning)
    family.add_metric([], buckets, told["sum"])
    return family
