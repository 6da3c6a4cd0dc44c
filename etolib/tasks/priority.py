"""Loaded by dask into each worker of a server (``preload``): its tasks give way to the pages.

Where every core is busy with tasks, a page should still answer a press at once: kernels, the server and the scheduler
keep the usual priority, the workers have a lower one. On an idle machine nothing is slower for it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Worker

NICE = 5
"""What is added to the niceness of a worker: it gets a third of the time of a process beside it that wants all."""


def dask_setup(worker: Worker) -> None:
    """Lower the priority of this process; its threads begin later, with the same."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    else:  # Windows
        import psutil  # type: ignore[import-untyped]

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
