"""Loaded by dask into each worker of a server (``preload``): its tasks give way to the pages, and it hears no Ctrl-C.

Where every core is busy with tasks, a page should still answer a press at once: kernels, the server and the scheduler
keep the usual priority, the workers have a lower one. On an idle machine nothing is slower for it.

A terminal sends Ctrl-C to all processes of a command: the server hears it and ends its workers in order.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Worker

NICE = 5
"""What is added to the niceness of a worker: it gets a third of the time of a process beside it that wants all."""


def dask_setup(worker: Worker) -> None:
    """Lower the priority of this process, whose threads begin later with the same; leave Ctrl-C to the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    else:  # Windows
        import psutil  # type: ignore[import-untyped]

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
