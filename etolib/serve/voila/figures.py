"""Figures of a running server, in the text form of Prometheus."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
import tornado.web

from etolib.serve.voila.kernels import pooled

if TYPE_CHECKING:
    from etolib.serve.voila.server import Dashboards

PAGES: Counter[str] = Counter()
"""Pages that were asked for, by what became of them: ``given``, or the key of the sentence with which they were not."""


class MetricsHandler(tornado.web.RequestHandler):
    """The figures; no place, no name and no address of a visitor is among them."""

    def initialize(self, app: Dashboards) -> None:
        """Take the server."""
        self.dashboards = app

    def get(self) -> None:
        """Answer with them."""
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.finish("".join(f"{line}\n" for line in figures(self.dashboards)))


def figures(app: Any) -> Iterator[str]:
    """Return the lines."""
    kernels = app.kernel_manager
    yield from _figure("pages_open", "gauge", "Pages that have a kernel.", {"": len(kernels.visitors)})
    yield from _figure("pages_most", "gauge", "Pages that may be open at once.", {"": app.visits.most})
    yield from _figure("pages_starting", "gauge", "Pages that have not connected yet.", {"": len(kernels.unmet())})
    yield from _figure(
        "kernels", "gauge", "Kernels, those kept ready among them.", {"": len(kernels.list_kernel_ids())}
    )
    yield from _figure("kernels_ready", "gauge", "Kernels kept ready for visitors.", {"": len(pooled(kernels))})
    ends = {f'{{end="{end}"}}': number for end, number in sorted(PAGES.items())}
    yield from _figure("pages_total", "counter", "Pages asked for, by what became of them.", ends)
    own = psutil.Process()
    memory = {'{part="server"}': own.memory_info().rss, '{part="kernels"}': 0}
    for child in own.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may end while it is looked at
            memory['{part="kernels"}'] += child.memory_info().rss
    yield from _figure("memory_bytes", "gauge", "Resident memory.", memory)
    yield from _figure(
        "uptime_seconds", "gauge", "Since the server was started.", {"": time.time() - own.create_time()}
    )


def _figure(name: str, kind: str, meaning: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP etolib_{name} {meaning}"
    yield f"# TYPE etolib_{name} {kind}"
    for labels, value in values.items():
        yield f"etolib_{name}{labels} {value:.0f}"
